//! A period by its name, as the window that returns and risk look back.

use super::{ground::Ground, history::LOOKBACK_DAYS_MAX};
use crate::market::{Market, PricingPacks};
use executor::capability::{Fault, FaultKind, Output};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RangeArgs {
    pub range: Range,
    /// The first day of a range of one's own; of no other.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub from: Option<Date>,
}

/// Up to the day of the prices: since the month, quarter or year began, or since a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Range {
    Mtd,
    Qtd,
    Ytd,
    Custom,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ReportRange {
    pub range: Range,
    /// The first day whose return counts.
    #[schemars(with = "String", extend("format" = "date"))]
    pub from: Date,
    #[schemars(with = "String", extend("format" = "date"))]
    pub to: Date,
    /// The day of the value that the first return starts from; null where there are no
    /// prices of before.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub opened: Option<Date>,
    /// Trading days that are to be looked back for it.
    pub lookback_days: usize,
}

pub async fn report_range(
    args: &RangeArgs,
    ground: &Ground,
    market: &dyn Market,
) -> Result<Output<ReportRange>, Fault> {
    let to = ground.day();
    let from = args.first_day(to)?;
    // As many packs as there are days: more than there can be, and the one before them.
    let days = usize::try_from((to - from).get_days()).unwrap_or(0) + 1;
    let packs = PricingPacks::load_before(market, &ground.pack.id, days.min(LOOKBACK_DAYS_MAX))
        .await
        .map_err(|error| {
            Fault::new(FaultKind::Unavailable, "The pricing packs cannot be read at present.")
                .with_reasons(vec![error.to_string()])
        })?;
    let dates: Vec<Date> = packs.iter().map(|pack| pack.content.date()).collect();
    let within = dates.iter().filter(|date| **date >= from).count();
    let opened = dates.iter().rev().find(|date| **date < from).copied();
    let lookback_days = within + usize::from(opened.is_some());
    if within >= LOOKBACK_DAYS_MAX {
        let message = format!("A range has at most {LOOKBACK_DAYS_MAX} trading days.");
        return Err(Fault::new(FaultKind::InvalidInput, message));
    }
    let lookback_days = lookback_days.max(1);
    let value = ReportRange { range: args.range, from, to, opened, lookback_days };
    let summary = format!("{lookback_days} trading days from {from} to {to}.");
    Ok(Output::from_source(value, ground.of_ledger(), summary))
}

impl RangeArgs {
    fn first_day(&self, to: Date) -> Result<Date, Fault> {
        let invalid = |sentence: &str| Err(Fault::new(FaultKind::InvalidInput, sentence));
        let month = to.first_of_month();
        let quarter = (to.month() - 1) / 3 * 3 + 1;
        match (self.range, self.from) {
            (Range::Custom, None) => invalid("A range of one's own has a first day."),
            (Range::Custom, Some(from)) if from > to => {
                invalid("The first day is after the day of the prices.")
            }
            (Range::Custom, Some(from)) => Ok(from),
            (_, Some(_)) => invalid("Only a range of one's own has a first day."),
            (Range::Mtd, None) => Ok(month),
            (Range::Qtd, None) => Ok(Date::constant(to.year(), quarter, 1)),
            (Range::Ytd, None) => Ok(to.first_of_year()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_begins_with_its_month_quarter_year_or_day() {
        let first = |range, from: Option<&str>| {
            let args = RangeArgs { range, from: from.map(|day| day.parse().unwrap()) };
            args.first_day("2025-08-21".parse().unwrap()).map(|day| day.to_string())
        };
        assert_eq!(first(Range::Mtd, None).unwrap(), "2025-08-01");
        assert_eq!(first(Range::Qtd, None).unwrap(), "2025-07-01");
        assert_eq!(first(Range::Ytd, None).unwrap(), "2025-01-01");
        assert_eq!(first(Range::Custom, Some("2024-02-29")).unwrap(), "2024-02-29");
        for (range, from) in [
            (Range::Custom, None),
            (Range::Custom, Some("2025-08-22")),
            (Range::Ytd, Some("2025-01-01")),
        ] {
            assert_eq!(first(range, from).unwrap_err().kind, FaultKind::InvalidInput);
        }
    }
}
