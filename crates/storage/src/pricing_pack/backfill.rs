//! Packs of days gone by, many at a time.

use super::building::{insert_prices, insert_rates, insert_row};
use crate::{Day, StorageError};
use domain::pricing_pack::{PackStatus, PricingPack, PricingPolicy};
use jiff::civil::Date;
use sqlx::PgConnection;
use std::{collections::BTreeSet, ops::RangeInclusive};

/// The dates that have a pack of the policy, whatever became of it.
pub async fn load_dates(
    conn: &mut PgConnection,
    policy: &PricingPolicy,
    days: &RangeInclusive<Date>,
) -> Result<BTreeSet<Date>, StorageError> {
    let dates = sqlx::query_scalar!(
        r#"select distinct date as "date: Day" from pricing_packs
           where policy = $1 and date between $2 and $3"#,
        policy.as_str(),
        Day(*days.start()) as Day,
        Day(*days.end()) as Day
    )
    .fetch_all(conn)
    .await?;
    Ok(dates.into_iter().map(|day| day.0).collect())
}

/// Stores packs and makes them fresh, through every state that a pack goes through.
///
/// # Errors
/// [`StorageError::Refused`] when another build of one of the dates was there first.
pub async fn insert_complete(
    conn: &mut PgConnection,
    packs: &[PricingPack],
) -> Result<(), StorageError> {
    for pack in packs {
        insert_row(conn, pack, None, None).await?;
        insert_prices(conn, pack).await?;
        insert_rates(conn, pack).await?;
    }
    let ids: Vec<String> = packs.iter().map(|pack| pack.id.to_string()).collect();
    for (from, to) in
        [(PackStatus::Building, PackStatus::Warming), (PackStatus::Warming, PackStatus::Fresh)]
    {
        sqlx::query!(
            "update pricing_packs set
                 status = $3,
                 stage = 'mark_pack_fresh',
                 stages_done = case $3 when 'fresh' then stages_total else 1 end,
                 fresh_at = case $3 when 'fresh' then clock_timestamp() end,
                 updated_at = clock_timestamp()
             where id = any($1) and status = $2",
            &ids,
            from.id(),
            to.id()
        )
        .execute(&mut *conn)
        .await
        .map_err(StorageError::from_write)?;
    }
    Ok(())
}
