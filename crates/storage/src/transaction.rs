use sqlx::{PgConnection, PgPool, Postgres};
use std::ops::{Deref, DerefMut};
use tracing::{Instrument, Span, field};

/// A transaction whose tenancy is set, and the span that tells how long it took
/// and how it ended. Dropped without a commit, it is rolled back.
#[derive(Debug)]
pub struct Transaction {
    inner: sqlx::Transaction<'static, Postgres>,
    span: Span,
}

impl Transaction {
    /// `tenancy` says whose rows it sees.
    pub(crate) async fn begin(pool: &PgPool, tenancy: &'static str) -> Result<Self, sqlx::Error> {
        let span = tracing::info_span!(
            "transaction",
            otel.kind = "client",
            db.system.name = "postgresql",
            tenancy,
            outcome = field::Empty,
        );
        let inner = pool.begin().instrument(span.clone()).await?;
        Ok(Self { inner, span })
    }

    /// # Errors
    /// After an error it is not known whether the commit took place: read it back.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        let Self { inner, span } = self;
        let committed = inner.commit().await;
        span.record("outcome", if committed.is_ok() { "committed" } else { "unknown" });
        committed
    }
}

impl Deref for Transaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.inner
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.inner
    }
}
