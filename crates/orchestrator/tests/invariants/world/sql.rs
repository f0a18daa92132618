//! What a test asks the database behind the product's back.

use sqlx::{AssertSqlSafe, PgPool};
use std::{fmt::Debug, time::Duration};

/// The number that `sql` selects.
pub async fn count(pool: &PgPool, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(pool).await.unwrap()
}

/// Returns once so many sessions of this database wait for a lock, and fails where they do
/// not in time.
pub async fn wait_for_locks(pool: &PgPool, waiters: i64) {
    wait_until(pool, "wait_event_type = 'Lock'", waiters).await;
}

/// The same of sessions that sleep, as a trigger of a test has them do.
pub async fn wait_for_sleepers(pool: &PgPool, sleepers: i64) {
    wait_until(pool, "wait_event = 'PgSleep'", sleepers).await;
}

async fn wait_until(pool: &PgPool, condition: &str, sessions: i64) {
    let sql = format!(
        "select count(*) from pg_stat_activity where datname = current_database() and {condition}"
    );
    let waiting = async {
        while count(pool, &sql).await < sessions {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    assert!(waited.is_ok(), "not {sessions} sessions: {condition}");
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
