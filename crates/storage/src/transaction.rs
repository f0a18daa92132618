use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres};
use std::ops::{Deref, DerefMut};
use tracing::{Instrument, Span, field};
use uuid::Uuid;

/// What the policies of row-level security read, for one transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Setting {
    /// An id, whose digits need no quoting.
    Id(&'static str, Uuid),
    On(&'static str),
}

impl Setting {
    fn words(self) -> String {
        match self {
            Self::Id(name, id) => format!("; set local {name} = '{id}'"),
            Self::On(name) => format!("; set local {name} = 'on'"),
        }
    }
}

/// What a transaction sees of others that commit meanwhile.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sight {
    /// Each statement what is committed when it begins; it may write.
    Statement,
    /// Every statement the same, as of the first; it reads only.
    Snapshot,
}

impl Sight {
    const fn begin(self) -> &'static str {
        match self {
            Self::Statement => "begin",
            Self::Snapshot => "begin isolation level repeatable read, read only",
        }
    }
}

/// A transaction whose tenancy is set, and the span that tells how long it took
/// and how it ended. Dropped without a commit, it is rolled back.
#[derive(Debug)]
pub struct Transaction {
    inner: sqlx::Transaction<'static, Postgres>,
    span: Span,
}

impl Transaction {
    /// `tenancy` says whose rows it sees, `setting` by what the policies know it. Both
    /// travel in one message, since every transaction begins with them.
    pub(crate) async fn begin(
        pool: &PgPool,
        tenancy: &'static str,
        sight: Sight,
        setting: Option<Setting>,
    ) -> Result<Self, sqlx::Error> {
        let span = tracing::info_span!(
            "transaction",
            otel.kind = "client",
            db.system.name = "postgresql",
            tenancy,
            outcome = field::Empty,
        );
        let begin = format!("{}{}", sight.begin(), setting.map(Setting::words).unwrap_or_default());
        let inner = pool.begin_with(AssertSqlSafe(begin)).instrument(span.clone()).await?;
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

    /// Ends it now, and not some time after it was dropped: for whoever goes on with what it
    /// holds.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        let Self { inner, span } = self;
        span.record("outcome", "rolled back");
        inner.rollback().await
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
