//! The answers of the portfolio desk: which portfolio, which panels, how far they look back.

use super::{
    controls::{Choice, ChoiceKind, ChoiceQuestion, Question, RemarkTexts, SelectField, TextField},
    scope_choices::cadences,
    shown_form::ShownForm,
};
use domain::specification::{Desk, Field, PortfolioPanel, PortfolioWindow, SEATS, TITLE_LENGTH};
use leptos::prelude::*;
use orchestrator::portfolio::PortfolioRow;

#[component]
pub(super) fn PortfolioQuestions(
    form: ShownForm,
    /// Those of the workspace, by name.
    portfolios: Vec<PortfolioRow>,
) -> impl IntoView {
    let (remarks_of_window, window) = (form.remarks(Field::Window), form.draft.window.clone());
    let (remarks_of_title, title) = (form.remarks(Field::Title), form.draft.title.clone());
    let (remarks_of_seats, seats) = (form.remarks(Field::Seats), form.draft.seats.clone());
    view! {
        <input type="hidden" name="draft[desk]" value=Desk::Portfolio.id() />
        <WhichPortfolio form=form.clone() portfolios />
        <ChoiceQuestion
            legend="Panels"
            remarks=form.remarks(Field::Panels)
            hint="What the report holds, in this order. Other panels take effect at once, also while \
                  the specification is active."
                .to_owned()
            kind=ChoiceKind::Several
            choices=panels(&form.draft.panels)
            in_columns=true
        />
        <Question legend="How far figures look back">
            <SelectField
                remarks=remarks_of_window
                label="Window"
                hint="Returns, risk and attribution are of this window, counted in trading days."
                    .to_owned()
                options=windows()
                chosen=window
            />
        </Question>
        <ChoiceQuestion
            legend="Cadence"
            remarks=form.remarks(Field::Cadence)
            hint="One report per period. Only a successful run uses the period up.".to_owned()
            kind=ChoiceKind::One
            choices=portfolio_cadences(&form.draft.cadence)
        />
        <Question legend="How it is read">
            <TextField
                remarks=remarks_of_title
                label="Report title"
                hint=format!("{} to {} characters.", TITLE_LENGTH.start(), TITLE_LENGTH.end())
                value=title
            />
            <TextField
                remarks=remarks_of_seats
                label="Seats"
                hint=format!(
                    "{} to {}. Every member and open invitation takes one.",
                    SEATS.start(),
                    SEATS.end(),
                )
                value=seats
                is_number=true
            />
        </Question>
    }
}

/// A portfolio that is not the workspace's any more stays chosen, so that nothing is changed
/// in silence.
#[component]
fn WhichPortfolio(form: ShownForm, portfolios: Vec<PortfolioRow>) -> impl IntoView {
    let remarks = form.remarks(Field::Portfolio);
    let id = remarks.id();
    let chosen = form.draft.portfolio.clone();
    let is_known = portfolios.iter().any(|row| row.id.to_string() == chosen);
    let gone = (!is_known && !chosen.is_empty()).then(|| {
        view! {
            <option value=chosen.clone() selected>
                "A portfolio that the workspace does not have"
            </option>
        }
    });
    let hint = if portfolios.is_empty() {
        "The workspace has no portfolio yet. Add one on the page of portfolios first."
    } else {
        "It is valued by the newest complete prices of the day on which a run begins."
    };
    let options = portfolios
        .into_iter()
        .map(|row| {
            let value = row.id.to_string();
            let selected = value == chosen;
            view! {
                <option value=value selected=selected>
                    {format!("{} ({})", row.name, row.base)}
                </option>
            }
        })
        .collect_view();
    view! {
        <Question legend="Which portfolio">
            <div class="field">
                <label class="field__label" for=id>
                    "Portfolio"
                </label>
                <RemarkTexts id hint=hint.to_owned() error=remarks.error.clone() />
                <select
                    class="field__select"
                    id=id
                    name=remarks.control()
                    aria-invalid=remarks.invalid()
                    aria-describedby=remarks.described_by()
                >
                    <option value="">"Choose one"</option>
                    {options}
                    {gone}
                </select>
            </div>
        </Question>
    }
}

fn panels(chosen: &[String]) -> Vec<Choice> {
    let choice = |panel: &PortfolioPanel| Choice {
        value: panel.id(),
        name: panel.label(),
        hint: meaning(*panel).to_owned(),
        note: None,
        is_chosen: chosen.iter().any(|id| id == panel.id()),
    };
    PortfolioPanel::ALL.iter().map(choice).collect()
}

const fn meaning(panel: PortfolioPanel) -> &'static str {
    match panel {
        PortfolioPanel::Value => "Net asset value, unrealised gain, cash, what the last day earned",
        PortfolioPanel::Performance => "Time-weighted and money-weighted return",
        PortfolioPanel::Risk => "Volatility, deepest fall, value at risk, ratios",
        PortfolioPanel::Currency => {
            "What markets and what currencies did, as a whole and by currency"
        }
        PortfolioPanel::Curve => "Net asset value and return index over the window",
        PortfolioPanel::Allocation => "Weights by sector, cash among them",
        PortfolioPanel::Holdings => "Every holding with price, value and weight; money by currency",
        PortfolioPanel::Transactions => "The latest 25, with their place in the ledger",
    }
}

fn windows() -> Vec<(&'static str, String)> {
    let words = |window: &PortfolioWindow| {
        (window.id(), format!("{window}, {} trading days", window.trading_days()))
    };
    PortfolioWindow::ALL.iter().map(words).collect()
}

/// The other desk's with hints that hold here: nothing is read of days gone by.
fn portfolio_cadences(chosen: &str) -> Vec<Choice> {
    let mut choices = cadences(chosen);
    for choice in &mut choices {
        let hint = match choice.value {
            "daily" => "A look at every trading day",
            "weekly" => "The week in figures",
            _ => "The month in figures",
        };
        hint.clone_into(&mut choice.hint);
    }
    choices
}
