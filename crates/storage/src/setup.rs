//! Connections and migrations.

use crate::StorageError;
use sqlx::{
    Executor, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{str::FromStr, time::Duration};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Whom a connection acts as, whatever its login may do besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActAs {
    /// `serve` and `work`: owns nothing, obeys row-level security.
    Application,
    /// `verify`: reads every row, writes none.
    Verifier,
    /// `migrate`: the login itself, which owns the schema.
    Login,
}

#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("the database address cannot be used")]
    Address(#[source] sqlx::Error),
    #[error("the database could not be reached")]
    Unreachable(#[source] sqlx::Error),
    #[error("the migrations could not be applied")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("the job queue's schema could not be installed: {0}")]
    Queue(String),
    #[error("the database login may bypass row-level security even as the application's role")]
    NotIsolated,
    #[error("the database is not migrated: run `observatory migrate`")]
    NotMigrated,
}

/// A bounded pool whose connections act as `act_as`.
///
/// # Errors
/// When the address is wrong or the database does not answer within ten seconds.
pub async fn connect(
    address: &str,
    act_as: ActAs,
    connections_max: u32,
) -> Result<PgPool, SetupError> {
    let options = PgConnectOptions::from_str(address)
        .map_err(SetupError::Address)?
        .application_name("observatory");
    pool_options(act_as, connections_max)
        .connect_with(options)
        .await
        .map_err(SetupError::Unreachable)
}

/// A process that is halted within a transaction would keep its locks for good,
/// the one on its run above all; its successor waits this long for them at most.
const AS_APPLICATION: &str =
    "set role observatory_app; set idle_in_transaction_session_timeout = '10s'";

/// Pool options that give every connection its role before it is handed out.
pub fn pool_options(act_as: ActAs, connections_max: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(move |conn, _| {
            Box::pin(async move {
                match act_as {
                    ActAs::Application => conn.execute(AS_APPLICATION).await?,
                    ActAs::Verifier => conn.execute("set role observatory_verifier").await?,
                    ActAs::Login => return Ok(()),
                };
                Ok(())
            })
        })
}

/// Refuses to go on when the connection could see other tenants' rows, or when
/// the schema is not there.
///
/// # Errors
/// [`SetupError::NotIsolated`] or [`SetupError::NotMigrated`].
pub async fn check_isolation(pool: &PgPool) -> Result<(), SetupError> {
    let row = sqlx::query!(
        r#"select
               (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as "bypasses!",
               (select count(*) from pg_class
                where relname = 'runs' and relforcerowsecurity and not pg_has_role(current_user, relowner, 'usage')
               ) as "guarded!""#
    )
    .fetch_one(pool)
    .await
    .map_err(SetupError::Unreachable)?;
    if row.guarded == 0 {
        return Err(SetupError::NotMigrated);
    }
    if row.bypasses {
        return Err(SetupError::NotIsolated);
    }
    Ok(())
}

/// Applies what is missing of our migrations and of the job queue's, and grants
/// the application its use of the queue. Safe to repeat, and to run beside
/// processes of the version before.
///
/// # Errors
/// When a migration fails; those before it stay applied.
pub async fn migrate(pool: &PgPool) -> Result<(), SetupError> {
    MIGRATIONS.run(pool).await?;
    graphile_worker_migrate(pool).await?;
    for statement in QUEUE_GRANTS {
        pool.execute(*statement).await.map_err(|error| SetupError::Queue(error.to_string()))?;
    }
    Ok(())
}

async fn graphile_worker_migrate(pool: &PgPool) -> Result<(), SetupError> {
    graphile_worker::WorkerOptions::default()
        .pg_pool(pool.clone())
        .init()
        .await
        .map(|_worker| ())
        .map_err(|error| SetupError::Queue(error.to_string()))
}

/// The queue enables row-level security on its tables and defines no policy, so
/// that only their owner reads them; the application is let in explicitly.
const QUEUE_GRANTS: &[&str] = &[
    "grant usage on schema graphile_worker to observatory_app",
    "grant select, insert, update, delete on all tables in schema graphile_worker to observatory_app",
    "grant usage, select on all sequences in schema graphile_worker to observatory_app",
    "grant execute on all functions in schema graphile_worker to observatory_app",
    r"do $$
    declare
        queue_table record;
    begin
        for queue_table in
            select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'graphile_worker' and c.relkind = 'r' and c.relrowsecurity
        loop
            execute format('drop policy if exists application on graphile_worker.%I', queue_table.relname);
            execute format(
                'create policy application on graphile_worker.%I to observatory_app using (true) with check (true)',
                queue_table.relname
            );
        end loop;
    end
    $$",
];

/// The database's clock: the only one that periods and leases follow.
pub async fn load_now(conn: &mut sqlx::PgConnection) -> Result<jiff::Timestamp, StorageError> {
    Ok(sqlx::query_scalar!(r#"select clock_timestamp() as "now!: crate::Moment""#)
        .fetch_one(conn)
        .await?
        .0)
}
