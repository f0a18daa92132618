//! What the portfolio desk is asked for: one portfolio, its panels, how far they look back.

use super::{
    Field, FieldError, ReportOptions, Specification, SpecificationDraft,
    check::{Findings, at_least_one, check_cadence, check_seats, chosen, one_of},
    check_text::{check_name, check_title},
};
use crate::{id::PortfolioId, price::Tier, specification::Scope, taxonomy::vocabulary};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

vocabulary! {
    /// Which desk makes the report.
    Desk, "desk" {
        Polyurethane = "polyurethane", "Polyurethane";
        Portfolio = "portfolio", "Portfolio";
    }
}

vocabulary! {
    /// A part of a portfolio report, in its order.
    PortfolioPanel, "panel" {
        Value = "value", "Value and last day";
        Performance = "performance", "Returns";
        Risk = "risk", "Risk";
        Currency = "currency", "Markets and currencies";
        Curve = "curve", "Value day by day";
        Allocation = "allocation", "Allocation by sector";
        Holdings = "holdings", "Holdings and money";
        Transactions = "transactions", "Latest transactions";
    }
}

vocabulary! {
    /// How far figures of a window look back, in trading days.
    PortfolioWindow, "window" {
        Month = "month", "A month";
        Quarter = "quarter", "A quarter";
        Year = "year", "A year";
        ThreeYears = "three_years", "Three years";
    }
}

impl PortfolioWindow {
    /// Returns, each of one trading day: a year has 252.
    pub const fn trading_days(self) -> u16 {
        match self {
            Self::Month => 21,
            Self::Quarter => 63,
            Self::Year => 252,
            Self::ThreeYears => 756,
        }
    }
}

/// What a report of the portfolio desk is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfolioOrder {
    /// The metadata `portfolio-id` of the ledger's accounts.
    pub portfolio: PortfolioId,
    pub panels: BTreeSet<PortfolioPanel>,
    pub window: PortfolioWindow,
}

impl PortfolioOrder {
    pub const DEFAULT_TITLE: &str = "Portfolio report";
}

impl SpecificationDraft {
    /// A new form of the portfolio desk: every panel over a year, no portfolio and no
    /// cadence preselected.
    pub fn blank_portfolio() -> Self {
        Self {
            desk: Desk::Portfolio.id().to_owned(),
            panels: PortfolioPanel::ALL.iter().map(|panel| panel.id().to_owned()).collect(),
            window: PortfolioWindow::Year.id().to_owned(),
            seats: "1".to_owned(),
            title: PortfolioOrder::DEFAULT_TITLE.to_owned(),
            ..Self::default()
        }
    }

    /// The desk that the form is of; that of polyurethane where it names none.
    pub fn desk(&self) -> Desk {
        if self.is_portfolio() { Desk::Portfolio } else { Desk::Polyurethane }
    }

    pub fn is_portfolio(&self) -> bool {
        self.desk == Desk::Portfolio.id()
    }
}

/// The rules of the portfolio desk. Scope, tier, watchlist and the options of the other
/// desk do not exist here: whatever was typed of them is not looked at.
pub(super) fn check(draft: &SpecificationDraft) -> Result<Specification, Vec<FieldError>> {
    let mut findings = Findings::default();
    let name = findings.keep(check_name(&draft.name));
    let portfolio = findings.keep(check_portfolio(&draft.portfolio));
    let panels = chosen::<PortfolioPanel>(Field::Panels, &draft.panels)
        .and_then(|panels| at_least_one(Field::Panels, "panel", panels));
    let panels = findings.keep(panels);
    let window = one_of(Field::Window, &draft.window, "Choose how far the figures look back.");
    let window = findings.keep(window);
    let cadence = findings.keep(check_cadence(&draft.cadence));
    let seats = findings.keep(check_seats(&draft.seats));
    let title = findings.keep(check_title(&draft.title));
    let whole = (name, portfolio, panels, window, cadence, seats, title);
    match whole {
        (
            Some(name),
            Some(portfolio),
            Some(panels),
            Some(window),
            Some(cadence),
            Some(seats),
            Some(title),
        ) => Ok(Specification {
            name,
            scope: Scope::default(),
            cadence,
            // An empty scope fits the smallest.
            tier: Tier::Starter,
            seats,
            watchlist: Vec::new(),
            options: ReportOptions {
                title,
                sections: BTreeSet::new(),
                signal_map: false,
                evidence_appendix: false,
                ..ReportOptions::default()
            },
            portfolio: Some(PortfolioOrder { portfolio, panels, window }),
        }),
        _ => Err(findings.in_form_order()),
    }
}

fn check_portfolio(text: &str) -> Result<PortfolioId, FieldError> {
    let text = text.trim();
    let message = if text.is_empty() {
        "Choose the portfolio that the report is of."
    } else {
        "This is not the id of a portfolio."
    };
    text.parse().map_err(|_| FieldError::new(Field::Portfolio, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::specification::{check, diff, needs_activation, partial_quote};

    const ID: &str = "07d2399e-5d6a-427d-ad14-f4d2dbf22670";

    fn filled() -> SpecificationDraft {
        SpecificationDraft {
            name: "Monthly book".to_owned(),
            portfolio: ID.to_owned(),
            cadence: "monthly".to_owned(),
            ..SpecificationDraft::blank_portfolio()
        }
    }

    fn wrong(edit: impl FnOnce(&mut SpecificationDraft)) -> Vec<&'static str> {
        let mut draft = filled();
        edit(&mut draft);
        let errors = check(&draft).err().unwrap_or_default();
        errors.iter().map(|error| error.field.id()).collect()
    }

    #[test]
    fn a_filled_form_orders_the_portfolio_and_nothing_of_the_other_desk() {
        let mut draft = filled();
        draft.deliverables = vec!["capacity".to_owned()];
        draft.watchlist = "Acme".to_owned();
        let specification = check(&draft).unwrap();
        let order = specification.portfolio.as_ref().unwrap();
        assert_eq!(order.portfolio.to_string(), ID);
        assert_eq!(order.panels.len(), PortfolioPanel::ALL.len());
        assert_eq!(order.window.trading_days(), 252);
        assert_eq!(specification.scope, Scope::default());
        assert!(specification.watchlist.is_empty() && specification.options.sections.is_empty());
        // As typed, and back again.
        let again = SpecificationDraft::from(&specification);
        assert_eq!(check(&again), Ok(specification));
    }

    #[test]
    fn each_gap_is_named_at_its_own_field_and_all_at_once() {
        assert_eq!(wrong(|_| ()), [""; 0]);
        assert_eq!(wrong(|draft| draft.portfolio.clear()), ["portfolio"]);
        assert_eq!(wrong(|draft| draft.portfolio = "mine".to_owned()), ["portfolio"]);
        assert_eq!(wrong(|draft| draft.panels.clear()), ["panels"]);
        assert_eq!(wrong(|draft| draft.panels.push("value".to_owned())), ["panels"]);
        assert_eq!(wrong(|draft| draft.panels = vec!["hedge".to_owned()]), ["panels"]);
        assert_eq!(wrong(|draft| draft.window = "decade".to_owned()), ["window"]);
        let blank = check(&SpecificationDraft::blank_portfolio()).unwrap_err();
        let fields: Vec<_> = blank.iter().map(|error| error.field.id()).collect();
        assert_eq!(fields, ["name", "portfolio", "cadence"]);
    }

    #[test]
    fn a_form_of_an_unknown_desk_is_refused() {
        assert_eq!(wrong(|draft| draft.desk = "tulips".to_owned()), ["desk"]);
    }

    #[test]
    fn another_portfolio_waits_for_an_administrator_and_other_panels_do_not() {
        type Edit = fn(&mut SpecificationDraft);
        let before = check(&filled()).unwrap();
        let edits: [(Edit, bool); 4] = [
            (|draft| draft.portfolio = "5b0f7a0e-54a5-4ea3-9f1d-27a3c9a0f6a1".to_owned(), true),
            (|draft| draft.cadence = "daily".to_owned(), true),
            (|draft| drop(draft.panels.pop()), false),
            (|draft| draft.window = "quarter".to_owned(), false),
        ];
        for (edit, expected) in edits {
            let mut draft = filled();
            edit(&mut draft);
            let after = check(&draft).unwrap();
            assert_eq!(diff(&before, &after).len(), 1);
            assert_eq!(needs_activation(&before, &after), expected, "{:?}", diff(&before, &after));
        }
    }

    // Domain reference of the polyurethane desk, section 10: a scope without extras costs the
    // base price of its cadence.
    #[test]
    fn it_is_priced_by_its_cadence_alone() {
        for (cadence, price) in [("monthly", "19.00"), ("weekly", "39.00"), ("daily", "119.00")] {
            let draft = SpecificationDraft { cadence: cadence.to_owned(), ..filled() };
            let quote = partial_quote(&draft).unwrap();
            assert_eq!(quote.month_per_seat.to_string(), price);
        }
    }

    #[test]
    fn a_specification_of_the_other_desk_says_nothing_of_portfolios() {
        let draft = SpecificationDraft {
            name: "Weekly PU".to_owned(),
            deliverables: vec!["capacity".to_owned()],
            regions: vec!["emea".to_owned()],
            cadence: "weekly".to_owned(),
            ..SpecificationDraft::blank()
        };
        let json = serde_json::to_value(check(&draft).unwrap()).unwrap();
        assert!(json.get("portfolio").is_none(), "{json}");
    }
}
