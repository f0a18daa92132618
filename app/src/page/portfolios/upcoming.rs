use super::{
    answer::answer_panels,
    gate::answer_or_reason,
    header::{Made, PortfolioHeader},
    shown::show,
};
use crate::{
    component::{icon::Icon, panel::Hatches},
    ssr::page,
};
use domain::id::PortfolioId;
use executor::pattern::PanelDocument;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{UseCaseError, execution::ExecutionAnswer};
use serde_json::{Map, Value};

const PATTERN: &str = "corporate_actions_upcoming";
/// What can be chosen; an address may name any number that the pattern takes.
const DAYS_AHEAD: [u32; 4] = [7, 30, 90, 366];
const DAYS_AHEAD_USUAL: u32 = 90;
const DAYS_AHEAD_MAX: u32 = 366;

/// Dividends and splits to come of what a portfolio holds.
#[component]
pub fn UpcomingPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("portfolio"));
    page("Dividends and splits to come", |request| async move {
        let id: PortfolioId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let portfolio = request.orchestrator.portfolio(request.actor()?, id).await?;
        let path = format!("/portfolios/{id}/upcoming");
        let asof = request.parsed("asof");
        let days_ahead = request.parsed("days").filter(|days| (1..=DAYS_AHEAD_MAX).contains(days));
        let days_ahead: u32 = days_ahead.unwrap_or(DAYS_AHEAD_USUAL);
        let inputs = Map::from_iter([("days_ahead".to_owned(), Value::from(days_ahead))]);
        let shown = show(&request, PATTERN, id, asof, inputs).await?;
        let shown = answer_or_reason(&request, &path, asof, shown).await?;
        let made = match &shown {
            Ok((answer, _)) => Some(Made::of(&request, answer).await?),
            Err(_) => None,
        };
        let statement = statement(shown.as_ref().ok().map(|(answer, _)| &**answer), days_ahead);
        let currency = portfolio.base.to_string();
        let content = match shown {
            Ok((answer, terms)) => {
                answer_panels(&request, PATTERN, *answer, terms, &currency, says_something)
            }
            Err(reason) => reason,
        };
        let part = Some("Dividends and splits to come".to_owned());
        let execute = format!("/pattern-library/{PATTERN}?portfolio={id}");
        Ok(view! {
            <PortfolioHeader portfolio part statement badge=made>
                <a class="button" href=execute>
                    <Icon name="run" />
                    "Execute and keep"
                </a>
            </PortfolioHeader>
            <DaysAhead path asof=asof.map(|day: jiff::civil::Date| day.to_string()) days_ahead />
            <section class="section" aria-labelledby="announced-actions">
                <h2 class="section__title" id="announced-actions">
                    "Announced"
                </h2>
                {content}
            </section>
            <Hatches />
        })
    })
}

/// That every provider told everything needs no table.
fn says_something(panel: &PanelDocument) -> bool {
    panel.id != "untold" || panel.data.as_array().is_none_or(|rows| !rows.is_empty())
}

fn statement(answer: Option<&ExecutionAnswer>, days_ahead: u32) -> String {
    let Some(answer) = answer else {
        return "What companies that it holds have announced.".to_owned();
    };
    let count = answer.data.get("actions").and_then(Value::as_array).map_or(0, Vec::len);
    let day = answer.pack.date().strftime("%-d %B %Y");
    let what = match count {
        0 => "Nothing is announced".to_owned(),
        1 => "One is announced".to_owned(),
        some => format!("{some} are announced"),
    };
    format!("{what} for the {days_ahead} days after {day}, as providers told it that day.")
}

#[component]
fn DaysAhead(path: String, asof: Option<String>, days_ahead: u32) -> impl IntoView {
    let own = (!DAYS_AHEAD.contains(&days_ahead)).then_some(days_ahead);
    let options = DAYS_AHEAD
        .into_iter()
        .chain(own)
        .map(|days| {
            let words =
                if days == DAYS_AHEAD_MAX { "A year".to_owned() } else { format!("{days} days") };
            view! {
                <option value=days.to_string() selected=days == days_ahead>
                    {words}
                </option>
            }
        })
        .collect_view();
    let asof = asof.map(|asof| view! { <input type="hidden" name="asof" value=asof /> });
    view! {
        <form class="filter-form" method="get" action=path>
            {asof}
            <div class="field">
                <label class="field__label" for="days">
                    "How far ahead"
                </label>
                <select class="field__select" id="days" name="days">
                    {options}
                </select>
            </div>
            <div class="filter-form__actions">
                <button class="button">"Show"</button>
            </div>
        </form>
    }
}
