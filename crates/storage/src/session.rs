//! Sessions of `tower-sessions`, kept in Postgres. The table holds the hash of
//! the cookie's value, so that a reader of the table cannot sign in with it.

use domain::hash::ContentHash;
use sqlx::PgPool;
use time::OffsetDateTime;
use tower_sessions_core::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

#[derive(Clone, Debug)]
pub struct PgSessionStore {
    pool: PgPool,
}

impl PgSessionStore {
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Deletes what has expired; called now and then by the worker.
    pub async fn delete_expired(&self) -> std::result::Result<u64, sqlx::Error> {
        let deleted = sqlx::query!("delete from sessions where expires_at <= now()")
            .execute(&self.pool)
            .await?;
        Ok(deleted.rows_affected())
    }
}

fn key(id: &Id) -> String {
    ContentHash::of_bytes(&id.0.to_le_bytes()).to_string()
}

#[expect(clippy::needless_pass_by_value, reason = "stands in map_err")]
fn backend(error: sqlx::Error) -> Error {
    tracing::error!(error = %error, "the session store could not reach the database");
    Error::Backend("the session store could not reach the database".to_owned())
}

#[async_trait::async_trait]
impl SessionStore for PgSessionStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits do not collide; if they ever do, take others.
        const ATTEMPTS_MAX: usize = 3;
        for _ in 0..ATTEMPTS_MAX {
            let data = serde_json::to_value(&record.data)
                .map_err(|error| Error::Encode(error.to_string()))?;
            let inserted = sqlx::query!(
                "insert into sessions (id, data, expires_at) values ($1, $2, $3)
                 on conflict on constraint sessions_pkey do nothing",
                key(&record.id),
                data,
                record.expiry_date as OffsetDateTime
            )
            .execute(&self.pool)
            .await
            .map_err(backend)?;
            if inserted.rows_affected() == 1 {
                return Ok(());
            }
            record.id = Id::default();
        }
        Err(Error::Backend("no free session id was found".to_owned()))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data =
            serde_json::to_value(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        // An update, not an upsert: a session that was ended elsewhere stays ended.
        sqlx::query!(
            "update sessions set data = $2, expires_at = $3 where id = $1",
            key(&record.id),
            data,
            record.expiry_date as OffsetDateTime
        )
        .execute(&self.pool)
        .await
        .map_err(backend)?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let row = sqlx::query!(
            r#"select data, expires_at as "expires_at: OffsetDateTime"
               from sessions where id = $1 and expires_at > now()"#,
            key(id)
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(backend)?;
        row.map(|row| {
            let data = serde_json::from_value(row.data)
                .map_err(|error| Error::Decode(error.to_string()))?;
            Ok(Record { id: *id, data, expiry_date: row.expires_at })
        })
        .transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sqlx::query!("delete from sessions where id = $1", key(id))
            .execute(&self.pool)
            .await
            .map_err(backend)?;
        Ok(())
    }
}
