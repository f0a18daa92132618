//! The journal of a run: each finished step, written once under the worker's
//! lease. A run that is taken up again reads it and repeats none of them.

use crate::{Moment, StorageError, run::Lease};
use domain::{hash::ContentHash, id::RunId, package::Package, run::Stage};
use jiff::Timestamp;
use sqlx::PgConnection;

/// One finished step.
#[derive(Clone, Debug)]
pub struct Step {
    pub stage: Stage,
    /// Key of the pattern's step; empty for the stage itself.
    pub key: String,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    /// What went in and what came out, each one sentence for a reader.
    pub input: String,
    pub output: String,
}

pub struct NewStep<'a> {
    pub stage: Stage,
    pub key: &'a str,
    pub started_at: Timestamp,
    pub input: &'a str,
    pub output: &'a str,
    pub result: &'a serde_json::Value,
    /// Where the result came from; none for what the stage does by itself.
    pub lineage: Option<&'a serde_json::Value>,
}

/// Writes a step once.
///
/// # Errors
/// Refused by `run_steps_pkey` when the step was finished before.
pub async fn insert(
    conn: &mut PgConnection,
    lease: Lease,
    step: &NewStep<'_>,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into run_steps (
             run_id, workspace_id, stage, step, started_at, input, output, result, fencing_token, lineage
         ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        lease.run.as_uuid(),
        lease.workspace.as_uuid(),
        step.stage.id(),
        step.key,
        Moment(step.started_at) as Moment,
        step.input,
        step.output,
        step.result,
        lease.token,
        step.lineage
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// The finished steps in the order in which they finished.
pub async fn load(conn: &mut PgConnection, run: RunId) -> Result<Vec<Step>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               stage as "stage: Stage",
               step,
               started_at as "started_at: Moment",
               finished_at as "finished_at: Moment",
               input,
               output
           from run_steps
           where run_id = $1
           order by finished_at, stage, step"#,
        run.as_uuid()
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Step {
            stage: row.stage,
            key: row.step,
            started_at: row.started_at.0,
            finished_at: row.finished_at.0,
            input: row.input,
            output: row.output,
        })
        .collect())
}

/// The result of a finished step of the pattern.
#[derive(Clone, Debug)]
pub struct StepResult {
    pub key: String,
    pub value: serde_json::Value,
    /// None of a step that was kept before lineage was.
    pub lineage: Option<serde_json::Value>,
}

/// The results of the pattern's finished steps.
pub async fn load_results(
    conn: &mut PgConnection,
    run: RunId,
) -> Result<Vec<StepResult>, StorageError> {
    let rows = sqlx::query_as!(
        StepResult,
        "select step as key, result as value, lineage
         from run_steps where run_id = $1 and step <> '' order by finished_at",
        run.as_uuid()
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Stores the sealed package of a run, once: `document` is its canonical JSON.
pub async fn insert_package(
    conn: &mut PgConnection,
    lease: Lease,
    package: &Package,
    hash: ContentHash,
    document: &str,
) -> Result<(), StorageError> {
    let (evidence, prices) = match package {
        Package::Polyurethane(package) => (Some(package.pack_id.as_uuid()), None),
        Package::Portfolio(package) => (None, Some(package.pricing_pack.as_str())),
    };
    sqlx::query!(
        "insert into run_packages (
             run_id, workspace_id, pack_id, pricing_pack_id, content_hash, document
         ) values ($1, $2, $3, $4, $5, $6)",
        lease.run.as_uuid(),
        lease.workspace.as_uuid(),
        evidence,
        prices,
        hash.as_bytes(),
        document
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// The text of a stored package with its hash. `None` before it is assembled.
///
/// # Errors
/// [`StorageError::Corrupt`] when the text does not have its hash: it is never used then.
pub async fn load_package_text(
    conn: &mut PgConnection,
    run: RunId,
) -> Result<Option<(ContentHash, String)>, StorageError> {
    let row = sqlx::query!(
        r#"select content_hash as "content_hash: ContentHash", document
           from run_packages where run_id = $1"#,
        run.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        if ContentHash::of_bytes(row.document.as_bytes()) != row.content_hash {
            return Err(StorageError::Corrupt(format!("run_packages of run {run}: hash differs")));
        }
        Ok((row.content_hash, row.document))
    })
    .transpose()
}

/// A stored package with its hash.
///
/// # Errors
/// As [`load_package_text`], and when the text is not a package.
pub async fn load_package(
    conn: &mut PgConnection,
    run: RunId,
) -> Result<Option<(ContentHash, Package)>, StorageError> {
    let stored = load_package_text(conn, run).await?;
    stored
        .map(|(hash, text)| {
            let package = serde_json::from_str(&text).map_err(|error| {
                StorageError::Corrupt(format!("run_packages of {run}: {error}"))
            })?;
            Ok((hash, package))
        })
        .transpose()
}

/// The hash under which a run's package is stored.
pub async fn load_package_hash(
    conn: &mut PgConnection,
    run: RunId,
) -> Result<Option<ContentHash>, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select content_hash as "content_hash: ContentHash" from run_packages where run_id = $1"#,
        run.as_uuid()
    )
    .fetch_optional(conn)
    .await?)
}
