//! What a policy allows, held against the book as it is: what a rebalancing starts from.

use super::{
    figures::{in_currency, mapped},
    ground::Ground,
    positions::of_book,
    sectors::with_sectors,
};
use analytics::{
    attribution::{Sector, sector_allocation},
    book::Valuation,
};
use domain::{
    measure::{Available, Fraction, Reason},
    money::{Amount, Base, Money},
};
use executor::{
    capability::{Fault, FaultKind, Output},
    lineage::Lineage,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Limits that belong together. Source: domain reference, section 10.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    #[default]
    Usual,
    QualityFocused,
    AggressiveGrowth,
    ConservativeIncome,
}

impl Policy {
    /// The most of a position and of a sector, as fractions of the net asset value.
    const fn weights(self) -> (f64, f64) {
        match self {
            Self::Usual => (0.20, 0.30),
            Self::QualityFocused => (0.10, 0.25),
            Self::AggressiveGrowth => (0.15, 0.40),
            Self::ConservativeIncome => (0.08, 0.20),
        }
    }
}

/// The least of a name that is held at all, whatever the policy.
const POSITION_MIN: f64 = 0.005;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConstraintArgs {
    #[serde(default)]
    pub policy: Policy,
    /// The most of one position in place of the policy's; a fraction of the net asset value.
    #[serde(default)]
    pub position_max: Option<Fraction>,
    /// The most of one sector in place of the policy's.
    #[serde(default)]
    pub sector_max: Option<Fraction>,
    /// The least in cash.
    #[serde(default)]
    pub cash_min: Option<Fraction>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ConstraintReport {
    pub policy: Policy,
    /// Whether nothing is broken; missing where a position has no value.
    pub meets: Available<bool>,
    pub broken: usize,
    /// What is broken first, the furthest from its limit before others.
    pub rows: Vec<ConstraintRow>,
}

/// One limit on one thing.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConstraintRow {
    pub constraint: Constraint,
    /// A symbol, a sector, or `Cash`.
    pub subject: String,
    pub limit: Fraction,
    pub weight: Available<Fraction>,
    pub value: Available<Money>,
    pub meets: Available<bool>,
    /// What would have to be sold (+) or bought (-) of the subject for its limit to hold
    /// at today's net asset value; zero where it holds.
    pub excess: Available<Money>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    PositionMax,
    PositionMin,
    SectorMax,
    CashMin,
}

impl Constraint {
    const fn is_least(self) -> bool {
        matches!(self, Self::PositionMin | Self::CashMin)
    }
}

/// A limit with what it bounds.
struct Bound<'a> {
    constraint: Constraint,
    subject: String,
    limit: Fraction,
    weight: Available<Fraction>,
    value: &'a Available<Amount<Base>>,
}

pub fn constraint_report(
    args: &ConstraintArgs,
    ground: &Ground,
) -> Result<Output<ConstraintReport>, Fault> {
    let (rows, valuation) = of_book(ground)?;
    let mut lineage: Lineage = ground.of_ledger();
    for row in &rows {
        lineage.extend(&ground.of_price(&row.symbol, &row.exchange, &row.currency));
    }
    for one in &valuation.balances {
        lineage.extend(&ground.of_rate(&one.balance.currency));
    }
    let (position_max, sector_max) = args.policy.weights();
    let position_max = limit(args.position_max, position_max)?;
    let sector_max = limit(args.sector_max, sector_max)?;
    let position_min = limit(None, POSITION_MIN)?;
    let mut found = Vec::new();
    for (row, valued) in rows.iter().zip(&valuation.holdings) {
        for (constraint, limit) in
            [(Constraint::PositionMax, position_max), (Constraint::PositionMin, position_min)]
        {
            let bound = Bound {
                constraint,
                subject: row.symbol.to_string(),
                limit,
                weight: valued.weight.clone(),
                value: &valued.value,
            };
            found.push(bound.check(&valuation.nav, ground)?);
        }
    }
    // Without a value of everything there are no weights, which the positions' rows say.
    let allocation = sector_allocation(&with_sectors(&rows, &valuation));
    for sector in allocation.iter().flat_map(|allocation| &allocation.sectors) {
        if sector.sector == Sector::Cash {
            continue;
        }
        let bound = Bound {
            constraint: Constraint::SectorMax,
            subject: sector.sector.to_string(),
            limit: sector_max,
            weight: Available::Value(sector.weight),
            value: &Available::Value(sector.value),
        };
        found.push(bound.check(&valuation.nav, ground)?);
    }
    if let Some(least) = args.cash_min {
        let bound = Bound {
            constraint: Constraint::CashMin,
            subject: "Cash".to_owned(),
            limit: limit(Some(least), 0.0)?,
            weight: valuation.cash_weight.clone(),
            value: &valuation.cash,
        };
        found.push(bound.check(&valuation.nav, ground)?);
    }
    let value = report(args.policy, found, &valuation);
    let summary = match value.meets.as_result() {
        Ok(true) => "Every limit holds.".to_owned(),
        Ok(false) => format!("{} limits do not hold.", value.broken),
        Err(reason) => format!("Not known: {reason}."),
    };
    Ok(Output::from_source(value, lineage, summary))
}

fn report(policy: Policy, mut rows: Vec<ConstraintRow>, valuation: &Valuation) -> ConstraintReport {
    let is_broken = |row: &ConstraintRow| row.meets.value() == Some(&false);
    let size = |row: &ConstraintRow| row.excess.value().map(|excess| excess.amount.abs());
    rows.sort_by(|a, b| {
        is_broken(b)
            .cmp(&is_broken(a))
            .then_with(
                || if is_broken(a) { size(b).cmp(&size(a)) } else { std::cmp::Ordering::Equal },
            )
            .then_with(|| (a.constraint, &a.subject).cmp(&(b.constraint, &b.subject)))
    });
    let broken = rows.iter().filter(|row| is_broken(row)).count();
    let meets = mapped(&valuation.nav, |_| broken == 0);
    ConstraintReport { policy, meets, broken, rows }
}

impl Bound<'_> {
    /// Exact: the value against the limit's share of the whole, not weights that were divided.
    fn check(self, nav: &Available<Amount<Base>>, ground: &Ground) -> Result<ConstraintRow, Fault> {
        let over = match (self.value.as_result(), nav.as_result()) {
            (Ok(value), Ok(nav)) => {
                Ok(value.minus(nav.fraction(self.limit).map_err(too_large)?).map_err(too_large)?)
            }
            (Err(reason), _) | (_, Err(reason)) => Err(reason.clone()),
        };
        let breaks = |over: Amount<Base>| {
            if self.constraint.is_least() { over.is_negative() } else { over.is_positive() }
        };
        let excess: Result<Amount<Base>, Reason> =
            over.clone().map(|over| if breaks(over) { over } else { Amount::ZERO });
        let base = ground.base();
        Ok(ConstraintRow {
            constraint: self.constraint,
            subject: self.subject,
            limit: self.limit,
            weight: self.weight,
            value: mapped(self.value, |value| in_currency(*value, base)),
            meets: over.map(|over| !breaks(over)).into(),
            excess: excess.map(|excess| in_currency(excess, base)).into(),
        })
    }
}

fn limit(asked: Option<Fraction>, usual: f64) -> Result<Fraction, Fault> {
    let limit = match asked {
        Some(limit) => limit,
        None => Fraction::new(usual).map_err(too_large)?,
    };
    if (0.0..=1.0).contains(&limit.get()) {
        return Ok(limit);
    }
    Err(Fault::new(FaultKind::InvalidInput, "A limit is a fraction from 0 to 1."))
}

fn too_large(error: impl std::fmt::Display) -> Fault {
    Fault::new(FaultKind::InvalidInput, format!("The limits cannot be checked: {error}."))
}
