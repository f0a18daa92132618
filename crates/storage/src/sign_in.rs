//! Failed sign-ins, counted per account and per address across all processes.

use crate::StorageError;
use domain::hash::ContentHash;
use sqlx::PgConnection;

/// How many failures there were in the last `window_s` seconds, and how long
/// ago the oldest of them was, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecentFailures {
    pub of_account: i64,
    pub of_address: i64,
    pub oldest_s: i64,
}

/// Keeps other attempts on this account and from this address waiting until the
/// transaction ends, so that attempts at the same moment count each other. Every
/// caller takes the account's lock first, so that nobody waits in a circle.
pub async fn lock_attempts(
    conn: &mut PgConnection,
    account: ContentHash,
    address: &str,
) -> Result<(), StorageError> {
    for whose in [format!("sign_in:account:{account}"), format!("sign_in:address:{address}")] {
        sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))::text", whose)
            .fetch_one(&mut *conn)
            .await?;
    }
    Ok(())
}

pub async fn load_recent_failures(
    conn: &mut PgConnection,
    account: ContentHash,
    address: &str,
    window_s: i32,
) -> Result<RecentFailures, StorageError> {
    let row = sqlx::query!(
        r#"select
               count(*) filter (where account = $1) as "of_account!",
               count(*) filter (where address = $2) as "of_address!",
               coalesce(extract(epoch from now() - min(failed_at)), 0)::bigint as "oldest_s!"
           from sign_in_failures
           where (account = $1 or address = $2)
             and failed_at > now() - make_interval(secs => $3)"#,
        account.as_bytes(),
        address,
        f64::from(window_s)
    )
    .fetch_one(conn)
    .await?;
    Ok(RecentFailures {
        of_account: row.of_account,
        of_address: row.of_address,
        oldest_s: row.oldest_s,
    })
}

pub async fn insert_failure(
    conn: &mut PgConnection,
    account: ContentHash,
    address: &str,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into sign_in_failures (account, address) values ($1, $2)",
        account.as_bytes(),
        address
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A success forgives the account's failures, and old ones are of no use.
pub async fn delete_failures(
    conn: &mut PgConnection,
    account: ContentHash,
) -> Result<(), StorageError> {
    sqlx::query!(
        "delete from sign_in_failures where account = $1 or failed_at < now() - interval '1 day'",
        account.as_bytes()
    )
    .execute(conn)
    .await?;
    Ok(())
}
