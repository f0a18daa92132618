//! What a test asks the database behind the product's back.

use sqlx::{AssertSqlSafe, PgPool};
use std::fmt::Debug;

/// The number that `sql` selects.
pub async fn count(pool: &PgPool, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(pool).await.unwrap()
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
