//! What a reader of the run page is told, in order.

use crate::{Moment, StorageError};
use domain::{
    id::{RunId, WorkspaceId},
    run::Stage,
    taxonomy::UnknownId,
};
use jiff::Timestamp;
use sqlx::PgConnection;

/// The channel of `NOTIFY` that carries the id of a run with a new event.
pub const CHANNEL: &str = "run_events";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    Queued,
    Started,
    Resumed,
    Stage,
    /// What a language model has come to while it writes.
    Section,
    Succeeded,
    Failed,
    Cancelled,
}

impl EventKind {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Started => "started",
            Self::Resumed => "resumed",
            Self::Stage => "stage",
            Self::Section => "section",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    fn parse(text: &str) -> Option<Self> {
        [
            Self::Queued,
            Self::Started,
            Self::Resumed,
            Self::Stage,
            Self::Section,
            Self::Succeeded,
            Self::Failed,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|kind| kind.id() == text)
    }
}

#[derive(Clone, Debug)]
pub struct RunEvent {
    /// Ascending within a run; what `Last-Event-ID` carries.
    pub id: i64,
    pub kind: EventKind,
    pub stage: Option<Stage>,
    pub message: String,
    pub at: Timestamp,
}

pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    run: RunId,
    kind: EventKind,
    stage: Option<Stage>,
    message: &str,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into run_events (run_id, workspace_id, kind, stage, message) values ($1, $2, $3, $4, $5)",
        run.as_uuid(),
        workspace.as_uuid(),
        kind.id(),
        stage.map(Stage::id),
        message
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The events after `after`, the oldest first.
pub async fn load_after(
    conn: &mut PgConnection,
    run: RunId,
    after: i64,
    limit: i64,
) -> Result<Vec<RunEvent>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               id,
               kind,
               stage,
               message,
               at as "at: Moment"
           from run_events
           where run_id = $1 and id > $2
           order by id
           limit $3"#,
        run.as_uuid(),
        after,
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = EventKind::parse(&row.kind)
                .ok_or_else(|| StorageError::Corrupt(format!("run_events.kind of {}", row.id)))?;
            let stage =
                row.stage.map(|stage| stage.parse()).transpose().map_err(|error: UnknownId| {
                    StorageError::Corrupt(format!("run_events {}: {error}", row.id))
                })?;
            Ok(RunEvent { id: row.id, kind, stage, message: row.message, at: row.at.0 })
        })
        .collect()
}
