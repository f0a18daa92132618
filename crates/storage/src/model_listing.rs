//! What the server's list of models said of a model, look by look.

use crate::{Day, Moment, StorageError};
use domain::language_model::Listed;
use jiff::{Timestamp, civil::Date};
use sqlx::PgConnection;

/// One look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingRow {
    pub listing: Listed,
    /// Where one is announced.
    pub shutdown_on: Option<Date>,
    /// Code of the failure where the list, or the shutdown of a listed model, could not be
    /// read.
    pub reason: Option<String>,
    pub looked_at: Timestamp,
}

/// What was found.
pub struct NewListing<'a> {
    pub server: &'a str,
    pub model: &'a str,
    pub listing: Listed,
    pub shutdown_on: Option<Date>,
    pub reason: Option<&'a str>,
}

pub async fn insert(conn: &mut PgConnection, new: &NewListing<'_>) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into model_listings (server, model, listing, shutdown_on, reason)
         values ($1, $2, $3, $4, $5)",
        new.server,
        new.model,
        new.listing.id(),
        new.shutdown_on.map(Day) as Option<Day>,
        new.reason
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// The newest look at a model; with `known` the newest that was read whole.
pub async fn load_newest(
    conn: &mut PgConnection,
    server: &str,
    model: &str,
    known: bool,
) -> Result<Option<ListingRow>, StorageError> {
    let row = sqlx::query!(
        r#"select
               listing as "listing: Listed",
               shutdown_on as "shutdown_on: Day",
               reason,
               looked_at as "looked_at: Moment"
           from model_listings
           where server = $1 and model = $2 and (reason is null or not $3)
           order by id desc
           limit 1"#,
        server,
        model,
        known
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| ListingRow {
        listing: row.listing,
        shutdown_on: row.shutdown_on.map(|day| day.0),
        reason: row.reason,
        looked_at: row.looked_at.0,
    }))
}
