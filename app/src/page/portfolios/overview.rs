use super::{
    gate::answer_or_reason,
    header::{Made, PortfolioHeader},
    positions::Positions,
    shown::show,
};
use crate::{
    component::{
        icon::Icon,
        panel::{Hatches, Panel},
        withheld::Attributions,
    },
    ssr::{Request, page},
    view::{execution::provenance, holdings::HoldingsQuery},
};
use domain::id::PortfolioId;
use executor::pattern::{PanelDocument, Plan};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{
    UseCaseError,
    execution::ExecutionAnswer,
    portfolio::{PortfolioRow, Reconciliation},
};
use serde_json::{Map, Value};
use std::sync::Arc;

const PATTERN: &str = "portfolio_overview";
/// The panel in whose place the page's own table stands.
const POSITIONS: &str = "positions";

/// What a portfolio is worth, what it earned and risked, and its holdings.
#[component]
pub fn PortfolioPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("portfolio"));
    page("Portfolio", |request| async move {
        let id: PortfolioId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let portfolio = request.orchestrator.portfolio(request.actor()?, id).await?;
        let path = format!("/portfolios/{id}");
        let asof = request.parsed("asof");
        let shown = show(&request, PATTERN, id, asof, Map::new()).await?;
        let shown = answer_or_reason(&request, &path, asof, shown).await?;
        let made = match &shown {
            Ok((answer, _)) => Some(Made::of(&request, answer).await?),
            Err(_) => None,
        };
        let statement = statement(&portfolio, shown.as_ref().ok().map(|(answer, _)| &**answer));
        let reconciliation = match &made {
            Some(made) => {
                request.orchestrator.reconciliation_for(request.actor()?, id, &made.pack).await?
            }
            None => None,
        };
        let query = HoldingsQuery::read(|name| request.query(name));
        let content = match shown {
            Ok((answer, terms)) => view! {
                <Attributions terms />
                <Overview request=request.clone() portfolio=portfolio.clone() answer query path />
            }
            .into_any(),
            Err(reason) => reason,
        };
        Ok(view! {
            <PortfolioHeader portfolio=portfolio.clone() statement badge=made>
                <a class="button" href=format!("/portfolios/{id}/transactions")>
                    <Icon name="execution" />
                    "Transactions"
                </a>
                <a class="button" href=format!("/portfolios/{id}/upcoming")>
                    <Icon name="clock" />
                    "Dividends and splits to come"
                </a>
                <a class="button" href=format!("/pattern-library/{PATTERN}?portfolio={id}")>
                    <Icon name="run" />
                    "Execute and keep"
                </a>
            </PortfolioHeader>
            {reconciliation.map(|made| view! { <Reconciled made /> })}
            {content}
            <Hatches />
        })
    })
}

fn statement(portfolio: &PortfolioRow, answer: Option<&ExecutionAnswer>) -> String {
    let base = &portfolio.base;
    match answer.map(|answer| answer.pack.date()) {
        Some(day) => format!("Valued in {base} at the close of {}.", day.strftime("%-d %B %Y")),
        None => format!("Kept in {base}."),
    }
}

/// Whether the ledger's text and what is stored of it agree.
#[component]
fn Reconciled(made: Reconciliation) -> impl IntoView {
    let differences = made.differences.as_array().cloned().unwrap_or_default();
    if differences.is_empty() {
        let words = format!(
            "Ledger and database value it alike: {} basis points apart.",
            made.difference_bp.normalize()
        );
        return view! {
            <p class="portfolio-note">
                <Icon name="check" />
                {words}
            </p>
        }
        .into_any();
    }
    let text = |of: &Value, name: &str| {
        of.get(name).and_then(Value::as_str).unwrap_or("the whole").to_owned()
    };
    let rows = differences
        .iter()
        .map(|one| {
            let words = format!(
                "{} of {}: {} by the ledger, {} as stored",
                text(one, "code"),
                text(one, "of"),
                text(one, "ledger"),
                text(one, "stored")
            );
            view! { <li>{words}</li> }
        })
        .collect_view();
    view! {
        <div class="notice notice--bad" role="status">
            <Icon name="attention" />
            <div class="notice__body">
                <p class="notice__title">"Ledger and database do not agree"</p>
                <ul class="notice__list">{rows}</ul>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Overview(
    request: Request,
    portfolio: PortfolioRow,
    answer: Box<ExecutionAnswer>,
    query: HoldingsQuery,
    path: String,
) -> impl IntoView {
    let plan: Option<Arc<Plan>> = request.orchestrator.patterns().get(PATTERN).map(Arc::clone);
    let ExecutionAnswer { data, panels, trace, inputs, .. } = *answer;
    let rows = positions(&data);
    let is_empty = |data: &Value| data.as_array().is_some_and(Vec::is_empty);
    let currency = portfolio.base.to_string();
    let mut explained = None;
    let is_listed = |panel: &PanelDocument| panel.id == POSITIONS && !panel.data.is_null();
    let lists_positions = panels.iter().any(is_listed);
    let items = panels
        .into_iter()
        .filter_map(|panel| {
            let found = trace.panels.iter().find(|known| known.id == panel.id);
            let provenance =
                found.map(|panel| provenance(panel, &trace, plan.as_deref(), inputs.as_object()));
            if is_listed(&panel) {
                explained = provenance;
                return None;
            }
            // What everything has a price for needs no table that says so.
            if panel.id == "unpriced" && is_empty(&panel.data) {
                return None;
            }
            Some(view! { <Panel panel currency=Some(currency.clone()) provenance /> })
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="figures">
            <h2 class="section__title" id="figures">
                "Figures"
            </h2>
            <div class="panels">{items}</div>
        </section>
        {lists_positions
            .then(|| {
                let currency = portfolio.base.to_string();
                view! { <Positions rows query path currency provenance=explained /> }
            })}
    }
}

fn positions(data: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let rows = data.get("positions").and_then(|book| book.get("positions")?.as_array());
    rows.into_iter().flatten().filter_map(|row| row.as_object().cloned()).collect()
}
