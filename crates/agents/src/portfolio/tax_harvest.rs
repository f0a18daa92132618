//! Open lots whose sale would bring a loss that counts: what it would save, what it would
//! cost, and what a purchase within thirty days would disallow of it.

use super::{
    figures::in_currency,
    ground::Ground,
    tax::{Method, term, unknown},
};
use crate::decimal::ExactDecimal;
use analytics::{
    book::lot_books,
    lots::{
        Harvest, HarvestCandidate, HarvestPolicy, LotBook, TradeCost, WashCheck, WashRule,
        harvesting_candidates,
    },
};
use domain::{
    measure::Fraction,
    money::{Amount, Base, FxRate, Money},
    portfolio::{LotMovement, Security, TransactionKind},
    pricing_pack::Symbol,
};
use executor::{
    capability::{Fault, FaultKind, Output},
    lineage::Lineage,
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HarvestArgs {
    /// The least loss of a lot in the base currency; above zero.
    pub min_loss: ExactDecimal,
    /// What of a loss is saved, from 0 to 1.
    pub tax_rate: Fraction,
    #[serde(default)]
    pub lot_method: Method,
    /// Whether the rule of the United States on wash sales holds for the account (Internal
    /// Revenue Code, section 1091).
    #[serde(default)]
    pub wash_sales: bool,
    /// Leave out what that rule would disallow in whole or part; else only the part that
    /// counts is reckoned with.
    #[serde(default)]
    pub avoid_wash_sales: bool,
}

/// Domain reference, section 10: a trade costs 5 and 15 basis points of its value.
const COST_FIXED: Decimal = Decimal::from_parts(5, 0, 0, false, 0);
const COST_RATE: f64 = 0.0015;

#[derive(Debug, Serialize, JsonSchema)]
pub struct Losses {
    /// By symbol and date of acquisition.
    pub rows: Vec<LossRow>,
    pub unpriced: Vec<UnvaluedRow>,
}

/// An open lot whose value is below what counts as its cost; amounts in the base currency.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LossRow {
    pub symbol: Symbol,
    #[schemars(with = "String", extend("format" = "date"))]
    pub acquired: Date,
    /// From when the holding period counts.
    #[schemars(with = "String", extend("format" = "date"))]
    pub held_since: Date,
    /// `short` or `long`: held for more than a year.
    pub term: &'static str,
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub quantity: Decimal,
    /// Fees and deferred losses included.
    pub basis: Money,
    pub value: Money,
    /// Basis less value; above zero.
    pub loss: Money,
}

/// A security that is held and has no value by the pack, so that nothing is known of its lots.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnvaluedRow {
    pub symbol: Symbol,
    pub reason: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct WashChecks {
    /// As the losses.
    pub rows: Vec<WashCheckRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct WashCheckRow {
    pub symbol: Symbol,
    #[schemars(with = "String", extend("format" = "date"))]
    pub acquired: Date,
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub quantity: Decimal,
    pub loss: Money,
    /// Units of it that purchases within thirty days before or after replace: those that are
    /// held, and those that the ledger dates ahead.
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub replaced: Decimal,
    pub disallowed_loss: Money,
    /// Whether no such purchase is known. Whoever buys again within the next thirty days
    /// changes it.
    pub clear: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Benefits {
    /// As the losses.
    pub rows: Vec<BenefitRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct BenefitRow {
    pub symbol: Symbol,
    #[schemars(with = "String", extend("format" = "date"))]
    pub acquired: Date,
    /// The loss without what is disallowed of it.
    pub counted_loss: Money,
    /// Counted loss × tax rate.
    pub tax_saved: Money,
    /// Of the sale: 5 and 15 basis points of its value.
    pub cost: Money,
    /// Tax saved less cost; below zero where the sale costs more than it saves.
    pub benefit: Money,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct RankedLosses {
    /// By benefit and then by loss, the largest first; each has a benefit above zero.
    pub opportunities: Vec<OpportunityRow>,
    /// Left out for the sake of the rule on wash sales.
    pub blocked: Vec<OpportunityRow>,
    /// Lots whose sale would cost more than it saves.
    pub without_benefit: usize,
    /// Of the opportunities.
    pub total_benefit: Money,
    pub unpriced: Vec<UnvaluedRow>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct OpportunityRow {
    /// From 1.
    pub rank: usize,
    pub symbol: Symbol,
    #[schemars(with = "String", extend("format" = "date"))]
    pub acquired: Date,
    pub term: &'static str,
    #[schemars(with = "String", extend("format" = "decimal"))]
    pub quantity: Decimal,
    pub loss: Money,
    pub disallowed_loss: Money,
    pub benefit: Money,
}

/// Losses of all securities, each with where it stands in the harvest of its book.
struct Found {
    candidates: Vec<(Symbol, HarvestCandidate, Place)>,
    unpriced: Vec<UnvaluedRow>,
    lineage: Lineage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Worthwhile,
    Blocked,
    WithoutBenefit,
}

pub fn identify_losses(args: &HarvestArgs, ground: &Ground) -> Result<Output<Losses>, Fault> {
    let Found { candidates, unpriced, lineage } = Found::of(args, ground)?;
    let money = |amount: Amount<Base>| in_currency(amount, ground.base());
    let mut rows = Vec::with_capacity(candidates.len());
    for (symbol, found, _) in candidates {
        let basis = found.lot.basis().map_err(unknown)?;
        rows.push(LossRow {
            symbol,
            acquired: found.lot.acquired,
            held_since: found.lot.held_since,
            term: term(found.term),
            quantity: found.lot.quantity.get(),
            basis: money(basis),
            value: money(basis.minus(found.loss).map_err(unknown)?),
            loss: money(found.loss),
        });
    }
    let summary = format!("{} lots have a loss of {} or more.", rows.len(), args.min_loss.0);
    Ok(Output::from_source(Losses { rows, unpriced }, lineage, summary))
}

pub fn wash_sale_check(args: &HarvestArgs, ground: &Ground) -> Result<Output<WashChecks>, Fault> {
    let Found { candidates, lineage, .. } = Found::of(args, ground)?;
    let money = |amount: Amount<Base>| in_currency(amount, ground.base());
    let rows: Vec<WashCheckRow> = candidates
        .into_iter()
        .map(|(symbol, found, _)| WashCheckRow {
            symbol,
            acquired: found.lot.acquired,
            quantity: found.lot.quantity.get(),
            loss: money(found.loss),
            replaced: match found.wash {
                WashCheck::Clear => Decimal::ZERO,
                WashCheck::Replaced(units) => units,
            },
            disallowed_loss: money(found.disallowed),
            clear: found.wash == WashCheck::Clear,
        })
        .collect();
    let touched = rows.iter().filter(|row| !row.clear).count();
    let summary = format!("{touched} of {} losses would be wash sales.", rows.len());
    Ok(Output::from_source(WashChecks { rows }, lineage, summary))
}

pub fn benefit(args: &HarvestArgs, ground: &Ground) -> Result<Output<Benefits>, Fault> {
    let Found { candidates, lineage, .. } = Found::of(args, ground)?;
    let money = |amount: Amount<Base>| in_currency(amount, ground.base());
    let mut rows = Vec::with_capacity(candidates.len());
    for (symbol, found, _) in candidates {
        rows.push(BenefitRow {
            symbol,
            acquired: found.lot.acquired,
            counted_loss: money(found.loss.minus(found.disallowed).map_err(unknown)?),
            tax_saved: money(found.benefit.plus(found.cost).map_err(unknown)?),
            cost: money(found.cost),
            benefit: money(found.benefit),
        });
    }
    let summary = format!("What {} sales would save.", rows.len());
    Ok(Output::from_source(Benefits { rows }, lineage, summary))
}

pub fn rank_opportunities(
    args: &HarvestArgs,
    ground: &Ground,
) -> Result<Output<RankedLosses>, Fault> {
    let Found { candidates, unpriced, lineage } = Found::of(args, ground)?;
    let ranked = |place: Place| {
        let mut of_place: Vec<_> = candidates.iter().filter(|one| one.2 == place).collect();
        of_place.sort_by(|(a_symbol, a, _), (b_symbol, b, _)| {
            (b.benefit, b.loss, a_symbol, a.lot.acquired).cmp(&(
                a.benefit,
                a.loss,
                b_symbol,
                b.lot.acquired,
            ))
        });
        of_place
    };
    let worthwhile = ranked(Place::Worthwhile);
    let mut total = Amount::<Base>::ZERO;
    for (_, one, _) in &worthwhile {
        total = total.plus(one.benefit).map_err(unknown)?;
    }
    let rows = |of_place: Vec<&(Symbol, HarvestCandidate, Place)>| {
        let row = |(at, (symbol, found, _)): (usize, &(Symbol, HarvestCandidate, Place))| {
            let money = |amount: Amount<Base>| in_currency(amount, ground.base());
            OpportunityRow {
                rank: at + 1,
                symbol: symbol.clone(),
                acquired: found.lot.acquired,
                term: term(found.term),
                quantity: found.lot.quantity.get(),
                loss: money(found.loss),
                disallowed_loss: money(found.disallowed),
                benefit: money(found.benefit),
            }
        };
        of_place.into_iter().enumerate().map(row).collect::<Vec<_>>()
    };
    let value = RankedLosses {
        opportunities: rows(worthwhile),
        blocked: rows(ranked(Place::Blocked)),
        without_benefit: ranked(Place::WithoutBenefit).len(),
        total_benefit: in_currency(total, ground.base()),
        unpriced,
    };
    let summary =
        format!("{} sales would save {}.", value.opportunities.len(), value.total_benefit);
    Ok(Output::from_source(value, lineage, summary))
}

impl Found {
    fn of(args: &HarvestArgs, ground: &Ground) -> Result<Self, Fault> {
        let policy = policy(args)?;
        let day = ground.day();
        let books = lot_books(&ground.book, day, args.lot_method.of_lots(), policy.wash_rule);
        let mut found =
            Self { candidates: Vec::new(), unpriced: Vec::new(), lineage: ground.of_ledger() };
        for (symbol, book) in books.map_err(unknown)? {
            if book.lots().is_empty() {
                continue;
            }
            let Some(security) = ground.book.securities.get(&symbol) else { continue };
            let of_price = ground.of_price(&symbol, &security.exchange, &security.currency);
            found.lineage.extend(&of_price);
            match harvest(&symbol, security, &book, policy, ground) {
                Ok(harvest) => found.take(&symbol, harvest?),
                Err(reason) => found.unpriced.push(UnvaluedRow { symbol, reason }),
            }
        }
        Ok(found)
    }

    fn take(&mut self, symbol: &Symbol, harvest: Harvest) {
        let places = [
            (harvest.candidates, Place::Worthwhile),
            (harvest.blocked, Place::Blocked),
            (harvest.without_benefit, Place::WithoutBenefit),
        ];
        let mut all: Vec<_> = places
            .into_iter()
            .flat_map(|(found, place)| {
                found.into_iter().map(move |one| (symbol.clone(), one, place))
            })
            .collect();
        all.sort_by_key(|(_, one, _)| one.lot.acquired);
        self.candidates.append(&mut all);
    }
}

fn policy(args: &HarvestArgs) -> Result<HarvestPolicy, Fault> {
    let invalid = |sentence: &str| Fault::new(FaultKind::InvalidInput, sentence);
    let loss_min = Amount::new(args.min_loss.0);
    if !loss_min.is_positive() {
        return Err(invalid("The least loss has to be above zero."));
    }
    if !(0.0..=1.0).contains(&args.tax_rate.get()) {
        return Err(invalid("A tax rate is a fraction from 0 to 1."));
    }
    let rate = Fraction::new(COST_RATE).map_err(unknown)?;
    Ok(HarvestPolicy {
        loss_min,
        tax_rate: args.tax_rate,
        cost: TradeCost { fixed: Amount::new(COST_FIXED), rate },
        avoid_wash_sales: args.avoid_wash_sales,
        wash_rule: if args.wash_sales { WashRule::UnitedStates } else { WashRule::Off },
    })
}

/// The harvest of one security by the pack; outside, why it has no value.
fn harvest(
    symbol: &Symbol,
    security: &Security,
    book: &LotBook,
    policy: HarvestPolicy,
    ground: &Ground,
) -> Result<Result<Harvest, Fault>, String> {
    let content = &ground.pack.content;
    let price = content
        .price(symbol, &security.exchange)
        .filter(|price| price.currency == security.currency)
        .ok_or_else(|| format!("the pack has no price for {symbol} in {}", security.currency))?;
    let rate = content.rate(&security.currency, ground.base()).map_err(|gap| gap.to_string())?;
    let rate = FxRate::new(rate.value).map_err(|error| error.to_string())?;
    let price = Amount::new(price.close.value());
    let planned = planned(symbol, ground);
    let found = harvesting_candidates(book, price, rate, ground.day(), &planned, policy);
    Ok(found.map_err(unknown))
}

/// Purchases that the ledger dates after the day, such as a dividend that is to be reinvested.
fn planned(symbol: &Symbol, ground: &Ground) -> Vec<(Date, Decimal)> {
    let ahead = ground.book.transactions.iter().filter(|one| one.date > ground.day());
    let of = |lot: &&LotMovement| lot.symbol == *symbol && lot.units.is_sign_positive();
    ahead
        .filter(|one| one.kind != TransactionKind::Split)
        .flat_map(|one| one.lots.iter().filter(of).map(|lot| (one.date, lot.units)))
        .collect()
}
