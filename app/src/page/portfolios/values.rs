//! What portfolios are worth, as a list of them shows it.

use crate::view::figure::Shown;
use executor::pattern::Format;
use orchestrator::{
    portfolio::PortfolioRow,
    pricing::{DailyValue, NewestValues, Since},
};
use rust_decimal::Decimal;
use serde_json::Value;

/// A value rests on every price of the pack, so that one provider who does not give the right
/// to show its prices keeps all back.
#[derive(Debug, Default)]
pub struct ShownValues {
    values: Vec<DailyValue>,
    is_withheld: bool,
}

impl ShownValues {
    pub fn of(newest: &NewestValues) -> Self {
        Self { values: newest.values.clone(), is_withheld: !newest.screen.withheld.is_empty() }
    }

    /// Net asset value; else why there is none.
    pub fn value(&self, row: &PortfolioRow) -> String {
        if self.is_withheld {
            return "Not shown".to_owned();
        }
        match self.found(row).map(|value| &value.worth) {
            Some(Ok(worth)) => money(worth.nav, row).text(),
            Some(Err(reason)) => format!("Not available, because {reason}"),
            None => "Not valued yet".to_owned(),
        }
    }

    /// What was earned since the pack before, with its share of the value.
    pub fn earned(&self, row: &PortfolioRow) -> String {
        let worth = self.found(row).and_then(|value| value.worth.as_ref().ok());
        let since = worth.filter(|_| !self.is_withheld).and_then(|worth| worth.since);
        let Some(Since { earned, earned_fraction, .. }) = since else { return "–".to_owned() };
        let earned = money(earned, row).signed();
        match earned_fraction {
            Some(fraction) => format!("{earned} ({})", percent(fraction).signed()),
            None => earned,
        }
    }

    fn found(&self, row: &PortfolioRow) -> Option<&DailyValue> {
        self.values.iter().find(|value| value.portfolio == row.id)
    }
}

fn money(amount: Decimal, row: &PortfolioRow) -> Shown {
    Shown::of(&Value::from(amount.to_string()), Some(Format::Currency), Some(row.base.as_str()))
}

fn percent(fraction: Decimal) -> Shown {
    Shown::of(&Value::from(fraction.to_string()), Some(Format::Percent), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use orchestrator::pricing::Worth;

    fn row() -> PortfolioRow {
        PortfolioRow {
            id: "07d2399e-5d6a-427d-ad14-f4d2dbf22670".parse().expect("an id"),
            name: "Main book".to_owned(),
            base: "USD".parse().expect("a currency"),
            added_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn shown(worth: Result<Worth, String>, is_withheld: bool) -> ShownValues {
        let pack = "PP_2026-01-05_CLOSE_USD_v1_0123456789ab".parse().expect("an id");
        let values = vec![DailyValue { portfolio: row().id, pack, worth }];
        ShownValues { values, is_withheld }
    }

    #[test]
    fn a_value_comes_with_what_was_earned_or_with_why_there_is_none() {
        let since = Since {
            flow: Decimal::ZERO,
            earned: Decimal::new(-125, 1),
            earned_fraction: Some(Decimal::new(-1, 2)),
        };
        let worth = Worth { nav: Decimal::new(12_375, 1), since: Some(since) };
        let told = shown(Ok(worth), false);
        assert!(told.value(&row()).contains("237.50"), "{}", told.value(&row()));
        let earned = told.earned(&row());
        assert!(earned.contains("12.50") && earned.contains("1.00"), "{earned}");
        let missing = shown(Err("the pack has no price for ACME".to_owned()), false);
        assert_eq!(missing.value(&row()), "Not available, because the pack has no price for ACME");
        assert_eq!(missing.earned(&row()), "–");
        assert_eq!(ShownValues::default().value(&row()), "Not valued yet");
    }

    #[test]
    fn what_may_not_be_shown_is_not() {
        let worth = Worth { nav: Decimal::ONE, since: None };
        let withheld = shown(Ok(worth), true);
        assert_eq!(
            (withheld.value(&row()).as_str(), withheld.earned(&row()).as_str()),
            ("Not shown", "–")
        );
    }
}
