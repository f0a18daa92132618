//! Calls of a worker that has died: those that were answered, and those that their server
//! goes on with while no worker listens.

use super::answer::checked;
use crate::{StorageError, run::Lease};
use domain::{hash::ContentHash, id::ModelCallId};
use sqlx::PgConnection;

/// Writes down, once, under which name the server goes on with a call.
///
/// # Errors
/// Refused by `assistant_calls_as_sent` where it has another name already.
pub async fn began(
    conn: &mut PgConnection,
    id: ModelCallId,
    response: &str,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update assistant_calls set response_id = $2 where id = $1",
        id.as_uuid(),
        response
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// A question as it is sent, and who asks.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    pub lease: Lease,
    pub request_id: &'a str,
    pub prompt_hash: ContentHash,
    pub engine: &'a str,
    pub model: &'a str,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub ordinal: i32,
    pub text: String,
    /// As the server named it.
    pub model: Option<String>,
    /// Whether the server said what the call used.
    pub counted: bool,
}

/// The answer that this question was given before, if the run is carried under this lease.
/// With `probed`, only where that server was found for the run to hold answers to a schema.
///
/// # Errors
/// [`StorageError::Corrupt`] where the answer does not have its hash.
pub async fn load_answered(
    conn: &mut PgConnection,
    sent: Sent<'_>,
    probed: Option<&str>,
) -> Result<Option<Answered>, StorageError> {
    let row = sqlx::query!(
        r#"select
               c.id as "id: ModelCallId",
               c.ordinal,
               c.answered_model,
               c.input_tokens is not null as "counted!",
               a.answer,
               a.answer_hash as "answer_hash: ContentHash"
           from assistant_calls c
           join assistant_answers a on a.call_id = c.id
           join runs r on r.id = c.run_id and r.status = 'running' and r.fencing_token = $2
           where c.run_id = $1
             and c.request_id = $3
             and c.prompt_hash = $4
             and c.engine = $5
             and c.model = $6
             and c.outcome = 'answered'
             and ($7::text is null or exists (
                 select from server_probes p
                 where p.run_id = c.run_id and p.server = $7 and p.model = c.model and p.holds_schema
             ))
           order by c.ordinal desc
           limit 1"#,
        sent.lease.run.as_uuid(),
        sent.lease.token,
        sent.request_id,
        sent.prompt_hash.as_bytes(),
        sent.engine,
        sent.model,
        probed
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let text = checked(row.id, row.answer, row.answer_hash)?;
    let (ordinal, model, counted) = (row.ordinal, row.answered_model, row.counted);
    Ok(Some(Answered { ordinal, text, model, counted }))
}

/// A call that may still be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Going {
    pub id: ModelCallId,
    pub ordinal: i32,
    pub response: String,
}

/// The call of this question that is on its way at its server, if the run is carried under
/// this lease. Of an earlier worker: one that lives makes one call at a time.
pub async fn load_going(
    conn: &mut PgConnection,
    sent: Sent<'_>,
) -> Result<Option<Going>, StorageError> {
    Ok(sqlx::query_as!(
        Going,
        r#"select
               c.id as "id: ModelCallId",
               c.ordinal,
               c.response_id as "response!"
           from assistant_calls c
           join runs r on r.id = c.run_id and r.status = 'running' and r.fencing_token = $2
           where c.run_id = $1
             and c.request_id = $3
             and c.prompt_hash = $4
             and c.engine = $5
             and c.model = $6
             and c.outcome is null
             and c.response_id is not null
           order by c.ordinal desc
           limit 1"#,
        sent.lease.run.as_uuid(),
        sent.lease.token,
        sent.request_id,
        sent.prompt_hash.as_bytes(),
        sent.engine,
        sent.model
    )
    .fetch_optional(conn)
    .await?)
}
