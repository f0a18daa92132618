//! How figures of portfolios are computed, in the words that Explain shows. Source: domain
//! reference, sections 9 and 10; the arithmetic itself is the analytics room's.

/// None of a capability that computes nothing.
pub fn of(capability: &str) -> Option<&'static str> {
    let found = FORMULAS.iter().find(|(name, _)| *name == capability);
    found.map(|(_, formula)| *formula)
}

const VALUE: &str = "value = quantity × price × rate; weight = value ÷ net asset value, money among \
                     it; unrealised gain = value − cost at the rates of the trades";
const CURRENCY: &str = "1 + return = (1 + local) × (1 + currency), so that return = local + currency \
                        + local × currency; weighted by the values at the start of each day; days are \
                        linked by factors of Cariño";
const RISK: &str = "volatility = standard deviation of daily returns (n − 1) × √252; fall = index ÷ \
                    highest index before it − 1; value at risk = less the quantile of daily returns at \
                    5 %; loss beyond it = less the mean of the returns up to that quantile";

const FORMULAS: [(&str, &str); 22] = [
    ("pricing.apply_pack", VALUE),
    ("portfolio.get_valued_positions", VALUE),
    (
        "portfolio.sector_allocation",
        "weight = values of the sector ÷ net asset value; concentration = sum of squared weights",
    ),
    (
        "portfolio.historical_nav",
        "index = product of (1 + r); r = (value − flow − value before) ÷ value before",
    ),
    (
        "metrics.compute_twr",
        "product of (1 + r) over the days − 1; r = (value − flow − value before) ÷ value before; a \
         year: (1 + return)^(365 ÷ days) − 1, of 250 returns or 365 days at least",
    ),
    (
        "metrics.compute_mwr",
        "the yearly rate r at which the flows balance: sum of flow × (1 + r)^(−days ÷ 365) = 0; the \
         opening value is paid in, the end value paid out",
    ),
    ("metrics.compute_risk", RISK),
    ("metrics.compute_sharpe", "(return a year − risk-free rate) ÷ volatility"),
    ("metrics.day_change", "earned = value − flow − value before; as a fraction, ÷ value before"),
    ("attribution.currency", CURRENCY),
    (
        "position.details",
        "unrealised gain = price part + currency part; price part = quantity × (price − cost) × \
         today's rate; currency part = quantity × cost × (today's rate − rate of the trade)",
    ),
    (
        "position.returns",
        "product of (1 + r) over the days on which it was held − 1; r = (value − paid + received) ÷ \
         value before − 1, dividends received among it",
    ),
    (
        "position.contribution",
        "weight at the start of the day × return in the base currency; days are linked by factors of \
         Cariño, so that all contributions add up to the portfolio's return",
    ),
    ("position.currency_attribution", CURRENCY),
    ("position.risk", RISK),
    (
        "corporate_actions.impact",
        "income = dividend of one share × quantity, × the pack's rate in the base currency; shares \
         after a split = quantity × new shares ÷ old shares",
    ),
    (
        "tax.realized_gains",
        "gain = proceeds − basis of the lots sold, both at the rates of their trades",
    ),
    (
        "tax.wash_sales",
        "does not count = loss × shares bought within 30 days ÷ shares sold, each share once",
    ),
    ("tax.identify_losses", "loss = basis of the lot − quantity × price × rate"),
    (
        "tax.wash_sale_check",
        "does not count = loss × shares bought within 30 days ÷ shares of the lot",
    ),
    (
        "tax.benefit",
        "saved = loss that counts × tax rate − cost; cost = 5 + 0.15 % of the value sold",
    ),
    ("optimizer.constraint_report", "to be sold or bought = value − limit × net asset value"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{market::NoPacks, portfolio::agent};
    use std::{collections::BTreeSet, sync::Arc};

    /// What lists or orders, and computes no figure of its own.
    const WITHOUT: [&str; 7] = [
        "corporate_actions.upcoming",
        "ledger.positions",
        "ledger.transactions",
        "portfolio.report_range",
        "tax.lot_details",
        "tax.rank_opportunities",
        "tax.summary",
    ];

    #[test]
    fn every_capability_that_computes_says_how_and_no_formula_is_of_another() {
        let agent = agent(&(Arc::new(NoPacks) as Arc<dyn crate::market::Market>));
        let names: BTreeSet<&str> =
            agent.capabilities.iter().map(|capability| capability.name.as_str()).collect();
        for capability in &agent.capabilities {
            let name = capability.name.as_str();
            assert_eq!(capability.formula.is_none(), WITHOUT.contains(&name), "{name}");
        }
        for (name, _) in FORMULAS {
            assert!(names.contains(name), "{name} is no capability");
        }
    }
}
