//! What every process together asks of providers of market data: whose turn it is, and what
//! was used. Days and months are those of UTC, by the database's clock.

use crate::StorageError;
use sqlx::PgConnection;
use std::time::Duration;

/// What was used of a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    pub requests_today: u64,
    pub bytes_this_month: u64,
}

/// Takes the turn to ask a provider until the transaction ends; gives how long its next
/// request has to wait.
pub async fn take_turn(conn: &mut PgConnection, provider: &str) -> Result<Duration, StorageError> {
    sqlx::query!(
        "insert into provider_turns (provider, next_at) values ($1, clock_timestamp())
         on conflict (provider) do nothing",
        provider
    )
    .execute(&mut *conn)
    .await
    .map_err(StorageError::from_write)?;
    let seconds = sqlx::query_scalar!(
        r#"select greatest(extract(epoch from next_at - clock_timestamp()), 0)::float8 as "seconds!"
           from provider_turns where provider = $1
           for update"#,
        provider
    )
    .fetch_one(conn)
    .await?;
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// Books a request of who has the turn: the one after it leaves `pause` later at the earliest.
pub async fn book_request(
    conn: &mut PgConnection,
    provider: &str,
    pause: Duration,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update provider_turns
         set next_at = greatest(next_at, clock_timestamp()) + make_interval(secs => $2)
         where provider = $1",
        provider,
        pause.as_secs_f64()
    )
    .execute(&mut *conn)
    .await
    .map_err(StorageError::from_write)?;
    sqlx::query!(
        "insert into provider_use (provider, day, requests)
         values ($1, (clock_timestamp() at time zone 'UTC')::date, 1)
         on conflict (provider, day) do update set requests = provider_use.requests + 1",
        provider
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Leaves a provider alone for `rest` from now on.
pub async fn leave_alone(
    conn: &mut PgConnection,
    provider: &str,
    rest: Duration,
) -> Result<(), StorageError> {
    sqlx::query!(
        "update provider_turns
         set next_at = greatest(next_at, clock_timestamp() + make_interval(secs => $2))
         where provider = $1",
        provider,
        rest.as_secs_f64()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Counts the bytes of an answer.
pub async fn add_bytes(
    conn: &mut PgConnection,
    provider: &str,
    bytes: u64,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into provider_use (provider, day, bytes)
         values ($1, (clock_timestamp() at time zone 'UTC')::date, $2)
         on conflict (provider, day) do update set bytes = provider_use.bytes + excluded.bytes",
        provider,
        i64::try_from(bytes).unwrap_or(i64::MAX)
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// What was used of a provider today and this month.
pub async fn load_used(conn: &mut PgConnection, provider: &str) -> Result<Used, StorageError> {
    let row = sqlx::query!(
        r#"select
               coalesce(sum(requests) filter (where provider_use.day = today.day), 0)::bigint as "requests_today!",
               coalesce(sum(bytes), 0)::bigint as "bytes_this_month!"
           from provider_use,
               lateral (select (clock_timestamp() at time zone 'UTC')::date as day) as today
           where provider = $1 and provider_use.day >= date_trunc('month', today.day)::date"#,
        provider
    )
    .fetch_one(conn)
    .await?;
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    Ok(Used {
        requests_today: count(row.requests_today),
        bytes_this_month: count(row.bytes_this_month),
    })
}
