use crate::component::quote::money;
use domain::{price::Quote, specification::Desk};

/// A quote as the price panel shows it. Every line is always there, with a dash
/// when it does not count, so that a change of the form never moves the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceView {
    /// Per seat and month; a dash while there is no price.
    pub month: String,
    /// What the amount is, or what is missing for one.
    pub unit: &'static str,
    pub lines: Vec<PriceLine>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceLine {
    pub label: String,
    /// None: the line does not count, and the panel shows a dash.
    pub detail: Option<String>,
    pub is_sum: bool,
}

/// Lines of the quote that are always part of it: the base price and the tier.
const FIXED_LINES: usize = 2;
/// Surcharges by their labels in the quote.
const EXTRAS: [&str; 2] = ["Company news", "Value-chain links"];

impl PriceView {
    /// What is missing for a price depends on the desk.
    pub fn of(quote: Option<&Quote>, desk: Desk) -> Self {
        let unit = match (quote, desk) {
            (Some(_), _) => "USD per seat and month, billed yearly",
            (None, Desk::Polyurethane) => {
                "No price yet: choose deliverables, a region and a cadence."
            }
            (None, Desk::Portfolio) => "No price yet: choose a cadence.",
        };
        Self {
            month: quote.map_or_else(|| "–".to_owned(), |quote| money(quote.month_per_seat)),
            unit,
            lines: lines(quote, desk),
        }
    }
}

/// The portfolio desk has no surcharges.
fn lines(quote: Option<&Quote>, desk: Desk) -> Vec<PriceLine> {
    let line = |label: &str, detail: Option<String>| PriceLine {
        label: label.to_owned(),
        detail,
        is_sum: false,
    };
    let mut lines: Vec<PriceLine> = match quote {
        Some(quote) => quote
            .lines
            .iter()
            .take(FIXED_LINES)
            .map(|step| line(&step.label, Some(step.detail.clone())))
            .collect(),
        None => vec![line("Report, per seat and month", None), line("Tier", None)],
    };
    let extras = if desk == Desk::Portfolio { &[][..] } else { &EXTRAS[..] };
    lines.extend(extras.iter().map(|extra| {
        let step = quote.and_then(|quote| quote.lines.iter().find(|step| step.label == *extra));
        line(extra, step.map(|step| step.detail.clone()))
    }));
    lines.push(line("Per seat and month", quote.map(|quote| money(quote.month_per_seat))));
    lines.push(line("Per seat and year", quote.map(|quote| money(quote.year_per_seat))));
    lines.push(line("Seats", quote.map(|quote| format!("× {}", quote.seats))));
    let total = line("Total per year", quote.map(|quote| money(quote.year_total)));
    lines.push(PriceLine { is_sum: true, ..total });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        cadence::Cadence,
        price::{Tier, quote},
        specification::Scope,
        taxonomy::ValueChainLink,
    };

    /// Lines as `label: detail`, a dash for what does not count.
    fn check(quote: Option<&Quote>, expected: &[&str]) {
        let shown: Vec<String> = PriceView::of(quote, Desk::Polyurethane)
            .lines
            .into_iter()
            .map(|line| format!("{}: {}", line.label, line.detail.as_deref().unwrap_or("–")))
            .collect();
        assert_eq!(shown, expected);
    }

    // Price list of the domain reference, section 10: weekly Pro with links,
    // 67.28 a month, 807.36 a year, 2 422.08 for three seats.
    #[test]
    fn a_quote_is_shown_step_by_step_up_to_the_total_of_a_year() {
        let scope = Scope { links: [ValueChainLink::EndUse].into(), ..Scope::default() };
        let quote = quote(&scope, Cadence::Weekly, Tier::Pro, 3);
        assert_eq!(PriceView::of(Some(&quote), Desk::Polyurethane).month, "67.28");
        check(
            Some(&quote),
            &[
                "Weekly report, per seat and month: 39.00",
                "Pro tier: × 1.5",
                "Company news: –",
                "Value-chain links: + 15 %",
                "Per seat and month: 67.28",
                "Per seat and year: 807.36",
                "Seats: × 3",
                "Total per year: 2\u{202f}422.08",
            ],
        );
    }

    #[test]
    fn without_a_quote_every_line_is_there_with_a_dash() {
        let quote = quote(&Scope::default(), Cadence::Daily, Tier::Pro, 1);
        let with = PriceView::of(Some(&quote), Desk::Polyurethane);
        let without = PriceView::of(None, Desk::Polyurethane);
        assert_eq!(without.month, "–");
        assert_eq!(without.lines.len(), with.lines.len());
        assert!(without.lines.iter().all(|line| line.detail.is_none()));
    }

    #[test]
    fn the_portfolio_desk_has_no_surcharges() {
        let quote = quote(&Scope::default(), Cadence::Daily, Tier::Starter, 1);
        let view = PriceView::of(Some(&quote), Desk::Portfolio);
        assert_eq!(view.month, "119.00");
        assert!(view.lines.iter().all(|line| line.detail.is_some()), "{:?}", view.lines);
        assert_eq!(PriceView::of(None, Desk::Portfolio).unit, "No price yet: choose a cadence.");
    }
}
