//! What a test asks the database behind the product's back.

use sqlx::{AssertSqlSafe, PgPool};
use std::{fmt::Debug, time::Duration};

/// The number that `sql` selects.
pub async fn count(pool: &PgPool, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(pool).await.unwrap()
}

/// Returns once a session of this database waits for a lock, and fails where none does in
/// time.
pub async fn waits_for_a_lock(pool: &PgPool) {
    wait_for_locks(pool, 1).await;
}

/// Until so many do.
pub async fn wait_for_locks(pool: &PgPool, waiters: i64) {
    let sql = "select count(*) from pg_stat_activity
               where datname = current_database() and wait_event_type = 'Lock'";
    let waiting = async {
        while count(pool, sql).await < waiters {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("nobody waits for a lock");
}

/// `SQLSTATE` of the refusal.
pub fn code_of<T: Debug>(result: Result<T, sqlx::Error>) -> String {
    refusal(result).0
}

/// The refusal in Postgres' words.
pub fn message_of<T: Debug>(result: Result<T, sqlx::Error>) -> String {
    refusal(result).1
}

fn refusal<T: Debug>(result: Result<T, sqlx::Error>) -> (String, String) {
    let error = result.expect_err("the database refuses this");
    let refusal = error.as_database_error().unwrap_or_else(|| panic!("{error}"));
    (refusal.code().unwrap_or_default().into_owned(), refusal.message().to_owned())
}
