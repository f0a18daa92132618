//! What administrators decided on events.

use crate::{Moment, StorageError};
use domain::{
    evidence::{EventDecision, EvidenceId},
    id::UserId,
};
use jiff::Timestamp;
use sqlx::PgConnection;

/// One decision to be written down.
pub struct NewEventDecision<'a> {
    pub kind: EventDecision,
    pub one: &'a [EvidenceId],
    pub other: &'a [EvidenceId],
    pub undoes: Option<i64>,
    pub reason: &'a str,
    pub decided_by: UserId,
}

pub async fn insert(
    conn: &mut PgConnection,
    new: &NewEventDecision<'_>,
) -> Result<i64, StorageError> {
    let ids = |side: &[EvidenceId]| side.iter().map(ToString::to_string).collect::<Vec<_>>();
    sqlx::query_scalar!(
        "insert into event_decisions (kind, one, other, undoes, reason, decided_by)
         values ($1, $2, $3, $4, $5, $6)
         returning id",
        new.kind.id(),
        &ids(new.one),
        &ids(new.other),
        new.undoes,
        new.reason,
        new.decided_by.as_uuid()
    )
    .fetch_one(conn)
    .await
    .map_err(StorageError::from_write)
}

/// A decision as it stands.
#[derive(Clone, Debug)]
pub struct EventDecisionRow {
    pub id: i64,
    pub kind: EventDecision,
    pub one: Vec<EvidenceId>,
    pub other: Vec<EvidenceId>,
    pub undoes: Option<i64>,
    pub reason: String,
    pub decided_by: String,
    pub decided_at: Timestamp,
    /// It counts no more.
    pub undone: bool,
}

/// Which decisions are wanted.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    One(i64),
    /// Those that name one of these items.
    Naming(&'a [EvidenceId]),
    /// Those that count, as packs are built by them.
    Counting,
}

/// In the order in which they were made.
pub async fn load(
    conn: &mut PgConnection,
    wanted: Wanted<'_>,
    limit: i64,
) -> Result<Vec<EventDecisionRow>, StorageError> {
    let (only, naming, counting) = match wanted {
        Wanted::One(id) => (Some(id), None, false),
        Wanted::Naming(items) => {
            (None, Some(items.iter().map(ToString::to_string).collect::<Vec<_>>()), false)
        }
        Wanted::Counting => (None, None, true),
    };
    let rows = sqlx::query!(
        r#"select
               d.id,
               d.kind as "kind: EventDecision",
               d.one,
               d.other,
               d.undoes,
               d.reason,
               u.name as decided_by,
               d.decided_at as "decided_at: Moment",
               exists (select from event_decisions later where later.undoes = d.id) as "undone!"
           from event_decisions d
           join users u on u.id = d.decided_by
           where ($1::bigint is null or d.id = $1)
             and ($2::text[] is null or d.one && $2 or d.other && $2)
             and (not $3 or (
                 d.kind <> 'undone'
                 and not exists (select from event_decisions later where later.undoes = d.id)
             ))
           order by d.id
           limit $4"#,
        only,
        naming.as_deref(),
        counting,
        limit
    )
    .fetch_all(conn)
    .await?;
    let ids = |texts: Vec<String>| -> Result<Vec<EvidenceId>, StorageError> {
        let id = |text| serde_json::from_value(serde_json::Value::String(text));
        Ok(texts.into_iter().map(id).collect::<Result<_, _>>()?)
    };
    rows.into_iter()
        .map(|row| {
            Ok(EventDecisionRow {
                id: row.id,
                kind: row.kind,
                one: ids(row.one)?,
                other: ids(row.other)?,
                undoes: row.undoes,
                reason: row.reason,
                decided_by: row.decided_by,
                decided_at: row.decided_at.0,
                undone: row.undone,
            })
        })
        .collect()
}
