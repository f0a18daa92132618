//! Dividends and splits that are to come of what is held: what the providers of the pack tell
//! of them, and what they mean for the portfolio. Nobody is asked anew.

use super::{ground::Ground, positions::PositionRow};
use crate::pack;
use domain::{
    measure::{Available, Reason},
    money::Money,
    pricing_pack::{
        AnnouncedDividend, AnnouncedSplit, Announcements, Currency, ProviderId, Symbol, Told,
    },
};
use executor::{
    capability::{Fault, FaultKind, Output},
    lineage::Lineage,
};
use jiff::{ToSpan, civil::Date};
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Domain reference, section 3: urgent is what comes within seven days.
const URGENT_DAYS: i32 = 7;
/// Decimals of an amount in the base currency, as everywhere.
const AMOUNT_DECIMALS: u32 = 10;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpcomingArgs {
    /// Whose announcements are wanted.
    pub positions: Vec<PositionRow>,
    /// Calendar days after the pack's, 1 to 366.
    #[serde(default = "usual_days")]
    pub days_ahead: u32,
}

const fn usual_days() -> u32 {
    90
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct UpcomingActions {
    /// The day of the pack; what is to come is counted from it.
    #[schemars(with = "String", extend("format" = "date"))]
    pub asof: Date,
    #[schemars(with = "String", extend("format" = "date"))]
    pub until: Date,
    /// By date and symbol.
    pub actions: Vec<UpcomingAction>,
    /// Securities of which no provider tells, so that nothing is known of them.
    pub untold: Vec<UntoldRow>,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    Dividend,
    Split,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpcomingAction {
    pub symbol: Symbol,
    pub name: Option<String>,
    pub kind: ActionKind,
    /// Of a dividend, its ex-date; of a split, the first day on the new count.
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: Date,
    /// Calendar days from the pack's day.
    pub days_until: i32,
    /// Within seven days.
    pub urgent: bool,
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub pay_date: Option<Date>,
    /// A dividend of one share before tax.
    #[schemars(with = "Option<String>", extend("format" = "decimal"))]
    pub amount: Option<Decimal>,
    /// Of the amount; null where the provider does not say it.
    pub currency: Option<Currency>,
    /// A split, such as `4:1`: four shares for one.
    pub ratio: Option<String>,
    /// New shares for one old one; of a split alone.
    #[schemars(with = "Option<String>", extend("format" = "decimal"))]
    pub shares_for_one: Option<Decimal>,
    pub provider: ProviderId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UntoldKind {
    Dividends,
    Splits,
    Both,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UntoldRow {
    pub symbol: Symbol,
    pub what: UntoldKind,
    /// Each provider that was asked, with what it said.
    pub reason: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImpactArgs {
    pub actions: Vec<UpcomingAction>,
    /// Of which nothing is known.
    pub untold: Vec<UntoldRow>,
    pub positions: Vec<PositionRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ActionsImpact {
    /// As the actions.
    pub rows: Vec<ImpactRow>,
    /// Of all dividends before tax, at the rates of the pack: an estimate. Missing where one of
    /// them has no amount in the base currency, and where nobody told of a security.
    pub total_income_base: Available<Money>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ImpactRow {
    pub symbol: Symbol,
    pub kind: ActionKind,
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: Date,
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub pay_date: Option<Date>,
    pub days_until: i32,
    pub urgent: bool,
    /// Shares at the end of the pack's day.
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub quantity: Decimal,
    /// Null of a split.
    pub income: Option<Available<Money>>,
    /// The same by the pack's rate, since that of the day of payment is not known.
    pub income_base: Option<Available<Money>>,
    /// Null of a dividend.
    #[schemars(with = "Option<String>", extend("format" = "decimal"))]
    pub quantity_after: Option<Decimal>,
    pub ratio: Option<String>,
    pub provider: ProviderId,
}

pub fn upcoming(args: &UpcomingArgs, ground: &Ground) -> Result<Output<UpcomingActions>, Fault> {
    if !(1..=Announcements::DAYS_AHEAD_MAX).contains(&args.days_ahead) {
        let message = format!("Days ahead are 1 to {}.", Announcements::DAYS_AHEAD_MAX);
        return Err(Fault::new(FaultKind::InvalidInput, message));
    }
    let asof = ground.day();
    let until = asof.saturating_add(i64::from(args.days_ahead).days());
    let mut lineage = ground.of_ledger().and(&pack::pack_lineage(&ground.pack));
    let (mut actions, mut untold) = (Vec::new(), Vec::new());
    for position in &args.positions {
        let announced = ground.pack.announced.as_ref();
        let Some(of) = announced.and_then(|all| all.of(&position.symbol, &position.exchange))
        else {
            let reason = "nobody was asked when these prices were fetched".to_owned();
            untold.push(UntoldRow {
                symbol: position.symbol.clone(),
                what: UntoldKind::Both,
                reason,
            });
            continue;
        };
        match &of.dividends {
            Told::By { provider, rows } => {
                lineage.extend(&of_provider(ground, provider));
                actions.extend(rows.iter().map(|row| dividend(position, provider, row, asof)));
            }
            Told::Nobody { reason } => {
                untold.push(untold_of(position, UntoldKind::Dividends, reason));
            }
        }
        match &of.splits {
            Told::By { provider, rows } => {
                lineage.extend(&of_provider(ground, provider));
                actions.extend(rows.iter().filter_map(|row| split(position, provider, row, asof)));
            }
            Told::Nobody { reason } => untold.push(untold_of(position, UntoldKind::Splits, reason)),
        }
    }
    actions.retain(|action| action.date <= until);
    actions.sort_by(|a, b| (a.date, &a.symbol, a.kind).cmp(&(b.date, &b.symbol, b.kind)));
    let summary = match untold.len() {
        0 => format!("{} announced up to {until}.", actions.len()),
        some => format!("{} announced up to {until}; {some} not told.", actions.len()),
    };
    Ok(Output::from_source(UpcomingActions { asof, until, actions, untold }, lineage, summary))
}

pub fn impact(args: &ImpactArgs, ground: &Ground) -> Output<ActionsImpact> {
    let mut lineage = ground.of_ledger().and(&pack::pack_lineage(&ground.pack));
    let mut rows = Vec::with_capacity(args.actions.len());
    let mut total = all_told(&args.untold).map(|()| Decimal::ZERO);
    for action in &args.actions {
        let held = args.positions.iter().find(|row| row.symbol == action.symbol);
        let quantity = held.map_or(Decimal::ZERO, |row| row.quantity);
        let income = (action.kind == ActionKind::Dividend).then(|| income(action, quantity));
        let income_base = income.as_ref().map(|income| in_base(income, ground));
        if let Some(Ok(of_currency)) = income.as_ref().map(Result::as_ref) {
            lineage.extend(&ground.of_rate(&of_currency.currency));
        }
        if let Some(one) = &income_base {
            total = match (total, one) {
                (Ok(sum), Ok(one)) => one.amount.checked_add(sum).ok_or(Reason::OutOfRange),
                (Ok(_), Err(reason)) => Err(reason.clone()),
                (Err(reason), _) => Err(reason),
            };
        }
        rows.push(ImpactRow {
            symbol: action.symbol.clone(),
            kind: action.kind,
            date: action.date,
            pay_date: action.pay_date,
            days_until: action.days_until,
            urgent: action.urgent,
            quantity,
            income: income.map(Into::into),
            income_base: income_base.map(Into::into),
            quantity_after: action
                .shares_for_one
                .and_then(|shares| quantity.checked_mul(shares))
                .map(rounded),
            ratio: action.ratio.clone(),
            provider: action.provider.clone(),
        });
    }
    let total = total.map(|sum| Money { amount: rounded(sum), currency: ground.base().clone() });
    let summary = match &total {
        Ok(total) => format!("Dividends of {total} to come, by the rates of the pack."),
        Err(reason) => format!("No total of dividends: {reason}."),
    };
    let value = ActionsImpact { rows, total_income_base: total.into() };
    Output::from_source(value, lineage, summary)
}

fn dividend(
    position: &PositionRow,
    provider: &ProviderId,
    row: &AnnouncedDividend,
    asof: Date,
) -> UpcomingAction {
    let (days_until, urgent) = ahead(asof, row.ex_date);
    UpcomingAction {
        symbol: position.symbol.clone(),
        name: position.name.clone(),
        kind: ActionKind::Dividend,
        date: row.ex_date,
        days_until,
        urgent,
        pay_date: row.pay_date,
        amount: Some(row.amount.value().normalize()),
        currency: row.currency.clone(),
        ratio: None,
        shares_for_one: None,
        provider: provider.clone(),
    }
}

/// None where its ratio is no number of ours.
fn split(
    position: &PositionRow,
    provider: &ProviderId,
    row: &AnnouncedSplit,
    asof: Date,
) -> Option<UpcomingAction> {
    let (days_until, urgent) = ahead(asof, row.date);
    let (to, from) = (row.to.value().normalize(), row.from.value().normalize());
    Some(UpcomingAction {
        symbol: position.symbol.clone(),
        name: position.name.clone(),
        kind: ActionKind::Split,
        date: row.date,
        days_until,
        urgent,
        pay_date: None,
        amount: None,
        currency: None,
        ratio: Some(format!("{to}:{from}")),
        shares_for_one: Some(to.checked_div(from)?.normalize()),
        provider: provider.clone(),
    })
}

fn ahead(asof: Date, date: Date) -> (i32, bool) {
    let days = asof.until(date).map_or(i32::MAX, |span| span.get_days());
    (days, days <= URGENT_DAYS)
}

fn untold_of(position: &PositionRow, what: UntoldKind, reason: &str) -> UntoldRow {
    UntoldRow { symbol: position.symbol.clone(), what, reason: reason.to_owned() }
}

fn of_provider(ground: &Ground, provider: &ProviderId) -> Lineage {
    pack::price_lineage(&ground.pack, provider, ground.day())
}

fn income(action: &UpcomingAction, quantity: Decimal) -> Result<Money, Reason> {
    let currency = action.currency.clone().ok_or(Reason::NoCurrencyTold)?;
    let amount = action.amount.and_then(|amount| amount.checked_mul(quantity));
    Ok(Money { amount: rounded(amount.ok_or(Reason::OutOfRange)?), currency })
}

fn in_base(income: &Result<Money, Reason>, ground: &Ground) -> Result<Money, Reason> {
    let income = income.as_ref().map_err(Clone::clone)?;
    let (from, to) = (&income.currency, ground.base());
    let rate = ground.pack.content.rate(from, to);
    let rate = rate.map_err(|_| Reason::NoRate { from: from.clone(), to: to.clone() })?;
    let amount = income.amount.checked_mul(rate.value).ok_or(Reason::OutOfRange)?;
    Ok(Money { amount: rounded(amount), currency: to.clone() })
}

/// Whether the dividends of every security are known.
fn all_told(untold: &[UntoldRow]) -> Result<(), Reason> {
    let of_dividends = untold.iter().filter(|row| row.what != UntoldKind::Splits);
    let symbols: Vec<Symbol> = of_dividends.map(|row| row.symbol.clone()).collect();
    if symbols.is_empty() { Ok(()) } else { Err(Reason::Untold { symbols }) }
}

/// Halves to the even digit.
fn rounded(amount: Decimal) -> Decimal {
    amount
        .round_dp_with_strategy(AMOUNT_DECIMALS, RoundingStrategy::MidpointNearestEven)
        .normalize()
}
