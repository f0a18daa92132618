//! Packs of evidence that administrators ask for: a job, one at a time, on record.

use crate::{Actor, Orchestrator, Refusal, UseCaseError};
use std::path::Path;
use storage::{
    PgConnection, audit,
    pack_build::{self, Built, PackBuild},
    tenancy,
};

/// Longer than any reading of a hundred thousand items takes, with its attempts: what has not
/// ended by then has no worker, and stands in the way of the next.
const MINUTES_MAX: i32 = 15;

const GIVEN_UP: &str = "No worker finished it within 15 minutes.";

/// Characters of an error that are kept.
const ERROR_CHARACTERS_MAX: usize = 1_000;

impl Orchestrator {
    /// Asks for a pack of what the sources hold now.
    ///
    /// # Errors
    /// Among others [`Refusal::PackBuilding`] while another one is built.
    pub async fn request_pack(&self, actor: &Actor) -> Result<(), UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        for build in pack_build::give_up(&mut tx, MINUTES_MAX, GIVEN_UP).await? {
            record_failure(&mut tx, build, GIVEN_UP).await?;
        }
        let build = pack_build::insert(&mut tx, actor.user).await?;
        // What was given up stays so, whoever builds now.
        if let Some(build) = build {
            let entry = audit::Entry {
                action: "pack.build_requested",
                actor: Some(actor.user),
                target: build.to_string(),
                detail: serde_json::json!({}),
            };
            audit::append(&mut tx, None, &entry).await?;
        }
        tx.commit().await?;
        build.map(|_| ()).ok_or_else(|| Refusal::PackBuilding.into())
    }

    /// What became of the pack that was asked for last; for administrators.
    pub async fn newest_pack_build(
        &self,
        actor: &Actor,
    ) -> Result<Option<PackBuild>, UseCaseError> {
        actor.require_admin()?;
        let mut conn = self.pool.acquire().await?;
        Ok(pack_build::load_newest(&mut conn).await?)
    }

    /// Builds a pack that was asked for, for the worker, and writes down what came of it.
    ///
    /// # Errors
    /// Only where that could not be written down.
    pub async fn build_requested_pack(
        &self,
        id: i64,
        folder: &Path,
    ) -> Result<Option<Result<Built, String>>, UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let has_begun = pack_build::begin(&mut tx, id).await?;
        tx.commit().await?;
        if !has_begun {
            return Ok(None);
        }
        let outcome = match self.read_evidence(folder).await {
            Ok(reading) => Ok(Built {
                pack: reading.pack,
                items: whole(reading.items),
                failed_sources: whole(reading.failed_sources),
            }),
            Err(error) => Err(words_of(&error)),
        };
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let as_stored = outcome.as_ref().map_err(String::as_str);
        // One that was given up meanwhile has its entry.
        if pack_build::finish(&mut tx, id, as_stored).await? {
            match &outcome {
                Ok(built) => {
                    let entry = audit::Entry {
                        action: "pack.built",
                        actor: None,
                        target: id.to_string(),
                        detail: serde_json::json!({
                            "pack": built.pack,
                            "items": built.items,
                            "failed_sources": built.failed_sources,
                        }),
                    };
                    audit::append(&mut tx, None, &entry).await?;
                }
                Err(error) => record_failure(&mut tx, id, error).await?,
            }
        }
        tx.commit().await?;
        Ok(Some(outcome))
    }
}

async fn record_failure(
    tx: &mut PgConnection,
    build: i64,
    error: &str,
) -> Result<(), UseCaseError> {
    let entry = audit::Entry {
        action: "pack.build_failed",
        actor: None,
        target: build.to_string(),
        detail: serde_json::json!({ "error": error }),
    };
    audit::append(tx, None, &entry).await?;
    Ok(())
}

/// What an administrator is told: why the sources gave no pack; of the database's faults,
/// that there was one.
fn words_of(error: &UseCaseError) -> String {
    let words = match error {
        UseCaseError::Internal(words) => words.as_str(),
        _ => "The pack could not be stored. The log says why.",
    };
    words.chars().take(ERROR_CHARACTERS_MAX).collect()
}

fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
