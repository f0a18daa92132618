//! Sealed reports.

use crate::{Day, Moment, StorageError, run::Lease};
use domain::{
    cadence::PeriodKey,
    evidence::EvidenceId,
    hash::ContentHash,
    id::{ArtifactId, RunId, SpecificationId, SpecificationVersionId},
};
use jiff::{Timestamp, civil::Date};
use sqlx::PgConnection;
use std::collections::BTreeSet;

pub struct NewArtifact<'a> {
    pub id: ArtifactId,
    pub specification: SpecificationId,
    pub version: SpecificationVersionId,
    pub period_key: &'a str,
    pub title: &'a str,
    /// Canonical JSON of the report document.
    pub document: &'a str,
    pub html: &'a str,
    pub package_hash: ContentHash,
    pub pack_hash: ContentHash,
}

/// Stores the report, once; it is never changed.
pub async fn insert(
    conn: &mut PgConnection,
    lease: Lease,
    artifact: &NewArtifact<'_>,
) -> Result<(), StorageError> {
    let document_hash = ContentHash::of_bytes(artifact.document.as_bytes());
    let html_hash = ContentHash::of_bytes(artifact.html.as_bytes());
    sqlx::query!(
        "insert into artifacts (
             id, run_id, workspace_id, specification_id, specification_version_id, period_key, title,
             document, document_hash, html, html_hash, package_hash, pack_hash
         ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        artifact.id.as_uuid(),
        lease.run.as_uuid(),
        lease.workspace.as_uuid(),
        artifact.specification.as_uuid(),
        artifact.version.as_uuid(),
        artifact.period_key,
        artifact.title,
        artifact.document,
        document_hash.as_bytes(),
        artifact.html,
        html_hash.as_bytes(),
        artifact.package_hash.as_bytes(),
        artifact.pack_hash.as_bytes()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Evidence that sealed reports of a specification cite, save those of the period that
/// is being replaced, of runs that looked at this day or a later one.
pub async fn load_cited(
    conn: &mut PgConnection,
    specification: SpecificationId,
    replaced: Option<&PeriodKey>,
    since: Date,
) -> Result<BTreeSet<EvidenceId>, StorageError> {
    let ids = sqlx::query_scalar!(
        r#"select distinct reference ->> 'evidence' as "evidence!"
           from artifacts a
           join runs r on r.id = a.run_id
           cross join lateral jsonb_array_elements(a.document::jsonb -> 'references') reference
           where a.specification_id = $1
             and a.period_key is distinct from $2
             and r.window_to >= $3"#,
        specification.as_uuid(),
        replaced.map(PeriodKey::as_str),
        Day(since) as Day
    )
    .fetch_all(conn)
    .await?;
    ids.into_iter()
        .map(|id| serde_json::from_value(serde_json::Value::String(id)).map_err(StorageError::from))
        .collect()
}

/// What is known of a report without reading it.
#[derive(Clone, Debug)]
pub struct Seal {
    pub id: ArtifactId,
    pub run: RunId,
    pub title: String,
    pub document_hash: ContentHash,
    pub html_hash: ContentHash,
    pub package_hash: ContentHash,
    pub pack_hash: ContentHash,
    pub html_bytes: i32,
    pub sealed_at: Timestamp,
}

pub async fn load_seal(conn: &mut PgConnection, run: RunId) -> Result<Option<Seal>, StorageError> {
    let row = sqlx::query!(
        r#"select
               id as "id: ArtifactId",
               run_id as "run: RunId",
               title,
               document_hash as "document_hash: ContentHash",
               html_hash as "html_hash: ContentHash",
               package_hash as "package_hash: ContentHash",
               pack_hash as "pack_hash: ContentHash",
               octet_length(html) as "html_bytes!",
               sealed_at as "sealed_at: Moment"
           from artifacts
           where run_id = $1"#,
        run.as_uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Seal {
        id: row.id,
        run: row.run,
        title: row.title,
        document_hash: row.document_hash,
        html_hash: row.html_hash,
        package_hash: row.package_hash,
        pack_hash: row.pack_hash,
        html_bytes: row.html_bytes,
        sealed_at: row.sealed_at.0,
    }))
}

/// One of the forms in which a report is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Html,
    Json,
}

/// The stored text of a report with the hash it was sealed under; the caller
/// checks the one against the other before serving it.
pub async fn load_text(
    conn: &mut PgConnection,
    run: RunId,
    form: Form,
) -> Result<Option<(ContentHash, String)>, StorageError> {
    let row = match form {
        Form::Html => sqlx::query!(
            r#"select html_hash as "hash: ContentHash", html as text from artifacts where run_id = $1"#,
            run.as_uuid()
        )
        .fetch_optional(conn)
        .await?
        .map(|row| (row.hash, row.text)),
        Form::Json => sqlx::query!(
            r#"select document_hash as "hash: ContentHash", document as text from artifacts where run_id = $1"#,
            run.as_uuid()
        )
        .fetch_optional(conn)
        .await?
        .map(|row| (row.hash, row.text)),
    };
    Ok(row)
}
