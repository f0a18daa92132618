//! Whose turn it is to ask a host, among all processes that read sources.

use crate::StorageError;
use sqlx::PgConnection;
use std::time::Duration;

/// How soon a turn that is held is asked for again: it is given back long before it runs out.
const HELD_LOOK: Duration = Duration::from_millis(200);

/// What became of asking for a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostTurn {
    Taken { ticket: i64 },
    AskAgain { after: Duration },
}

/// Takes a host's turn for `held_max` at most, if it is free: given back a `pause` ago, or
/// run out. Never waits; to be called outside a transaction, since it counts once it is
/// committed.
pub async fn take(
    conn: &mut PgConnection,
    host: &str,
    pause: Duration,
    held_max: Duration,
) -> Result<HostTurn, StorageError> {
    let ticket = sqlx::query_scalar!(
        "insert into host_turns as held (host, ticket, asked_at, held_until)
         values ($1, 1, clock_timestamp(), clock_timestamp() + make_interval(secs => $3))
         on conflict on constraint host_turns_pkey do update
         set ticket = held.ticket + 1, asked_at = excluded.asked_at, held_until = excluded.held_until
         where coalesce(held.held_until, '-infinity') <= clock_timestamp()
           and held.asked_at + make_interval(secs => $2) <= clock_timestamp()
         returning ticket",
        host,
        pause.as_secs_f64(),
        held_max.as_secs_f64()
    )
    .fetch_optional(&mut *conn)
    .await
    .map_err(StorageError::from_write)?;
    if let Some(ticket) = ticket {
        return Ok(HostTurn::Taken { ticket });
    }
    let free_in = sqlx::query_scalar!(
        r#"select extract(epoch from asked_at + make_interval(secs => $2) - clock_timestamp())::float8 as "seconds!"
           from host_turns
           where host = $1 and coalesce(held_until, '-infinity') <= clock_timestamp()"#,
        host,
        pause.as_secs_f64()
    )
    .fetch_optional(conn)
    .await?;
    let after = free_in.map_or(HELD_LOOK, |seconds| {
        Duration::try_from_secs_f64(seconds).unwrap_or_default().min(pause)
    });
    Ok(HostTurn::AskAgain { after })
}

/// Gives a turn back, unless it has run out and is another's.
pub async fn give_back(
    conn: &mut PgConnection,
    host: &str,
    ticket: i64,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update host_turns set held_until = null, asked_at = clock_timestamp()
         where host = $1 and ticket = $2",
        host,
        ticket
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Forgets the hosts that nobody asked for a day.
pub async fn delete_old(conn: &mut PgConnection) -> Result<(), StorageError> {
    sqlx::query!("delete from host_turns where asked_at < now() - interval '1 day'")
        .execute(conn)
        .await
        .map_err(StorageError::from_write)?;
    Ok(())
}
