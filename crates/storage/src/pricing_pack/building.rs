//! How a pack comes to be: stored once with all its values, then moved on.

use crate::{Day, Moment, StorageError};
use domain::{
    hash::{ContentHash, canonical_json},
    pricing_pack::{BuildStage, PackStatus, PricingPack, PricingPackId, PricingPolicy},
};
use jiff::{SignedDuration, civil::Date};
use sqlx::PgConnection;

/// The name of the index by which one pack at a time of a date and policy is live.
pub const ONE_LIVE: &str = "pricing_packs_one_live_key";
/// The name of the rule by which two builds cannot make one version.
pub const VERSION: &str = "pricing_packs_version_key";

/// The pack that a new one takes the place of, and why.
#[derive(Clone, Debug)]
pub struct Restatement<'a> {
    pub supersedes: &'a PricingPackId,
    pub reason: &'a str,
}

/// Stores a pack as building, with all its values. The caller has superseded the
/// one that it restates.
///
/// # Errors
/// [`StorageError::Refused`] by [`ONE_LIVE`] or [`VERSION`] when another build was there first.
pub async fn insert(
    conn: &mut PgConnection,
    pack: &PricingPack,
    restatement: Option<Restatement<'_>>,
) -> Result<(), StorageError> {
    insert_row(conn, pack, restatement, None).await?;
    insert_prices(conn, pack).await?;
    insert_rates(conn, pack).await
}

/// Records a pack that was refused before it was built, with everything that is
/// wrong with it. Its values can be read in its documents only, and it takes no
/// other pack's place.
pub async fn insert_failed(
    conn: &mut PgConnection,
    pack: &PricingPack,
    error: &str,
) -> Result<(), StorageError> {
    insert_row(conn, pack, None, Some(error)).await
}

pub(super) async fn insert_row(
    conn: &mut PgConnection,
    pack: &PricingPack,
    restatement: Option<Restatement<'_>>,
    error: Option<&str>,
) -> Result<(), StorageError> {
    let (content, sources) = (canonical_json(&pack.content)?, canonical_json(&pack.sources)?);
    let content_hash = ContentHash::of_bytes(content.as_bytes());
    let sources_hash = ContentHash::of_bytes(sources.as_bytes());
    let announced = pack.announced.as_ref().map(canonical_json).transpose()?;
    let announced_hash = announced.as_ref().map(|text| ContentHash::of_bytes(text.as_bytes()));
    let name = pack.id.name();
    let status = if error.is_some() { PackStatus::Failed } else { PackStatus::Building };
    sqlx::query!(
        "insert into pricing_packs (
             id, date, policy, version, content_hash, content, sources_hash, sources,
             ledger_commit, sample, supersedes, reason, status, stage, stages_done, stages_total,
             error, announced, announced_hash
         ) values (
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0, $15, $16, $17, $18
         )",
        pack.id.as_str(),
        Day(name.date) as Day,
        name.policy.as_str(),
        i32::try_from(name.version).map_err(|_| StorageError::Corrupt(pack.id.to_string()))?,
        content_hash.as_bytes(),
        content,
        sources_hash.as_bytes(),
        sources,
        pack.ledger_commit.as_str(),
        pack.sources.sample,
        restatement.as_ref().map(|restatement| restatement.supersedes.as_str()),
        restatement.as_ref().map(|restatement| restatement.reason),
        status.id(),
        BuildStage::BuildPack.id(),
        stages_total(),
        error,
        announced,
        announced_hash.as_ref().map(|hash| hash.as_bytes().as_slice())
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

fn stages_total() -> i16 {
    i16::try_from(BuildStage::ALL.len()).unwrap_or(i16::MAX)
}

pub(super) async fn insert_prices(
    conn: &mut PgConnection,
    pack: &PricingPack,
) -> Result<(), StorageError> {
    let prices = pack.content.prices();
    let mut as_of = Vec::with_capacity(prices.len());
    let mut source = Vec::with_capacity(prices.len());
    for price in prices {
        let known =
            pack.sources.of_price(price).ok_or_else(|| without_source(pack, &price.symbol))?;
        as_of.push(Day(known.as_of));
        source.push(known.source.to_string());
    }
    sqlx::query!(
        "insert into pricing_pack_prices (pack_id, symbol, exchange, currency, close, as_of, source)
         select $1, symbol, exchange, currency, close::numeric, as_of, source
         from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::text[])
             as price (symbol, exchange, currency, close, as_of, source)",
        pack.id.as_str(),
        &texts(prices, |price| price.symbol.as_str()),
        &texts(prices, |price| price.exchange.as_str()),
        &texts(prices, |price| price.currency.as_str()),
        &texts(prices, |price| price.close.as_str()),
        as_of as _,
        &source
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

pub(super) async fn insert_rates(
    conn: &mut PgConnection,
    pack: &PricingPack,
) -> Result<(), StorageError> {
    let rates = pack.content.quoted_rates();
    let as_of: Vec<Moment> = rates.iter().map(|rate| Moment(rate.as_of)).collect();
    let mut source = Vec::with_capacity(rates.len());
    for rate in rates {
        let known =
            pack.sources.fx.iter().find(|known| known.from == rate.from && known.to == rate.to);
        let known = known.ok_or_else(|| without_source(pack, &rate.from))?;
        source.push(known.source.to_string());
    }
    sqlx::query!(
        "insert into pricing_pack_rates (pack_id, from_currency, to_currency, rate, as_of, source)
         select $1, from_currency, to_currency, rate::numeric, as_of, source
         from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[])
             as pair (from_currency, to_currency, rate, as_of, source)",
        pack.id.as_str(),
        &texts(rates, |rate| rate.from.as_str()),
        &texts(rates, |rate| rate.to.as_str()),
        &texts(rates, |rate| rate.rate.as_str()),
        as_of as _,
        &source
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

fn texts<T>(rows: &[T], column: fn(&T) -> &str) -> Vec<String> {
    rows.iter().map(|row| column(row).to_owned()).collect()
}

fn without_source(pack: &PricingPack, what: &impl std::fmt::Display) -> StorageError {
    StorageError::Corrupt(format!("{what} of pack {} has no source", pack.id))
}

/// Moves a pack on; false when it is not, or no longer, `from`. The schema refuses
/// edges that are not legal.
pub async fn advance(
    conn: &mut PgConnection,
    id: &PricingPackId,
    from: PackStatus,
    to: PackStatus,
) -> Result<bool, StorageError> {
    let changed = sqlx::query!(
        "update pricing_packs set
             status = $3,
             stages_done = case $3 when 'fresh' then stages_total else stages_done end,
             fresh_at = case $3 when 'fresh' then clock_timestamp() else fresh_at end,
             updated_at = clock_timestamp()
         where id = $1 and status = $2",
        id.as_str(),
        from.id(),
        to.id()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(changed.rows_affected() == 1)
}

/// Ends a build that cannot go on; false when it is not under way.
pub async fn fail(
    conn: &mut PgConnection,
    id: &PricingPackId,
    error: &str,
) -> Result<bool, StorageError> {
    let changed = sqlx::query!(
        "update pricing_packs set status = 'error', error = $2, updated_at = clock_timestamp()
         where id = $1 and status in ('building', 'warming')",
        id.as_str(),
        error
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(changed.rows_affected() == 1)
}

/// Ends the builds that have not moved for `lease`, whose process is gone; returns
/// how many.
pub async fn sweep_crashed(
    conn: &mut PgConnection,
    lease: SignedDuration,
) -> Result<u64, StorageError> {
    let swept = sqlx::query!(
        "update pricing_packs
         set status = 'error', error = 'The build stopped without finishing.', updated_at = clock_timestamp()
         where status in ('building', 'warming')
           and updated_at < clock_timestamp() - make_interval(secs => $1)",
        lease.as_secs_f64()
    )
    .execute(conn)
    .await?;
    Ok(swept.rows_affected())
}

/// Takes the building of a date's packs for as long as the transaction is open; false
/// where another process has it. A process that dies lets go of it; one that keeps silent is
/// taken for dead after two minutes, and not after the seconds that other transactions have.
pub async fn take_building(conn: &mut PgConnection, date: Date) -> Result<bool, StorageError> {
    sqlx::query!(
        "select set_config('idle_in_transaction_session_timeout', '120s', true) as patience"
    )
    .fetch_one(&mut *conn)
    .await?;
    Ok(sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended('pricing_packs ' || $1::text, 0)) as "taken!""#,
        date.to_string()
    )
    .fetch_one(conn)
    .await?)
}

/// Says that the process which has taken the building is there.
pub async fn keep_building(conn: &mut PgConnection) -> Result<(), StorageError> {
    sqlx::query_scalar!(r#"select 1 as "here!""#).fetch_one(conn).await?;
    Ok(())
}

/// The number of the next version of a date and policy.
pub async fn load_next_version(
    conn: &mut PgConnection,
    date: Date,
    policy: &PricingPolicy,
) -> Result<u32, StorageError> {
    let next = sqlx::query_scalar!(
        r#"select coalesce(max(version), 0) + 1 as "next!"
           from pricing_packs where date = $1 and policy = $2"#,
        Day(date) as Day,
        policy.as_str()
    )
    .fetch_one(conn)
    .await?;
    u32::try_from(next).map_err(|_| StorageError::Corrupt(format!("version {next} of {policy}")))
}
