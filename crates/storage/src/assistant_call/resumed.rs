//! Calls that their server goes on with while no worker listens.

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
    lease: Lease,
    request_id: &str,
    prompt_hash: ContentHash,
    engine: &str,
    model: &str,
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
        lease.run.as_uuid(),
        lease.token,
        request_id,
        prompt_hash.as_bytes(),
        engine,
        model
    )
    .fetch_optional(conn)
    .await?)
}
