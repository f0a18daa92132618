//! What portfolios were worth by packs, as it was computed while those were built.

use crate::StorageError;
use domain::{
    id::{PortfolioId, WorkspaceId},
    pricing_pack::PricingPackId,
};
use rust_decimal::Decimal;
use sqlx::PgConnection;

/// What a portfolio was worth by one pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailyValue {
    pub portfolio: PortfolioId,
    pub pack: PricingPackId,
    /// Or why there is none.
    pub worth: Result<Worth, String>,
}

/// In the base currency of the portfolio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    pub nav: Decimal,
    /// None where there is no pack before it.
    pub since: Option<Since>,
}

/// What happened since the pack before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// What the owner brought (+) or took (-).
    pub flow: Decimal,
    pub earned: Decimal,
    /// Over the value before; none where that is not above zero.
    pub earned_fraction: Option<Decimal>,
}

/// Keeps what a portfolio is worth; the first value by a pack stays. Amounts are rounded to
/// ten decimals, the fraction to twelve, halves to the even digit.
pub async fn insert(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    value: &DailyValue,
) -> Result<(), StorageError> {
    let worth = value.worth.as_ref().ok();
    let since = worth.and_then(|worth| worth.since);
    let text = |number: Option<Decimal>, decimals| {
        number.map(|number| number.round_dp(decimals).to_string())
    };
    sqlx::query!(
        "insert into portfolio_daily_values (
             workspace_id, portfolio_id, pack_id, nav, flow, earned, earned_fraction, reason
         ) values (
             $1, $2, $3, $4::text::numeric, $5::text::numeric, $6::text::numeric, $7::text::numeric, $8
         )
         on conflict (workspace_id, portfolio_id, pack_id) do nothing",
        workspace.as_uuid(),
        value.portfolio.as_uuid(),
        value.pack.as_str(),
        text(worth.map(|worth| worth.nav), 10),
        text(since.map(|since| since.flow), 10),
        text(since.map(|since| since.earned), 10),
        text(since.and_then(|since| since.earned_fraction), 12),
        value.worth.as_ref().err().map(String::as_str)
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// What every portfolio of the transaction's workspace is worth by a pack, in no order.
pub async fn load_all(
    conn: &mut PgConnection,
    pack: &PricingPackId,
) -> Result<Vec<DailyValue>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               portfolio_id as "portfolio: PortfolioId",
               nav::text as nav,
               flow::text as flow,
               earned::text as earned,
               earned_fraction::text as earned_fraction,
               reason
           from portfolio_daily_values
           where pack_id = $1"#,
        pack.as_str()
    )
    .fetch_all(conn)
    .await?;
    let number = |text: Option<String>| {
        let parsed = text.map(|text| {
            let number = text.parse::<Decimal>().map(|number| number.normalize());
            number.map_err(|_| StorageError::Corrupt(format!("portfolio_daily_values: {text}")))
        });
        parsed.transpose()
    };
    rows.into_iter()
        .map(|row| {
            let earned_fraction = number(row.earned_fraction)?;
            let since = number(row.flow)?.zip(number(row.earned)?).map(|(flow, earned)| Since {
                flow,
                earned,
                earned_fraction,
            });
            let worth = match number(row.nav)? {
                Some(nav) => Ok(Worth { nav, since }),
                None => Err(row.reason.unwrap_or_default()),
            };
            Ok(DailyValue { portfolio: row.portfolio, pack: pack.clone(), worth })
        })
        .collect()
}
