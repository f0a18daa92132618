use super::{
    answer::answer_panels,
    gate::answer_or_reason,
    header::{Made, PortfolioHeader},
    shown::show,
};
use crate::{
    component::{icon::Icon, panel::Hatches},
    ssr::{encode, page},
};
use domain::{id::PortfolioId, pricing_pack::Symbol};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{UseCaseError, execution::ExecutionAnswer};
use serde_json::{Map, Value};

const PATTERN: &str = "holding_deep_dive";

/// One holding: lots, value, returns, risk, transactions.
#[component]
pub fn HoldingPage() -> impl IntoView {
    let (id, symbol) =
        use_params_map().with_untracked(|params| (params.get("portfolio"), params.get("security")));
    page("Holding", |request| async move {
        let id: PortfolioId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let portfolio = request.orchestrator.portfolio(request.actor()?, id).await?;
        let symbol: Symbol =
            symbol.and_then(|symbol| symbol.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let path = format!("/portfolios/{id}/holdings/{}", encode(symbol.as_str()));
        let asof = request.parsed("asof");
        let inputs = Map::from_iter([("security_id".to_owned(), Value::from(symbol.as_str()))]);
        let shown = show(&request, PATTERN, id, asof, inputs).await?;
        let shown = answer_or_reason(&request, &path, asof, shown).await?;
        let made = match &shown {
            Ok((answer, _)) => Some(Made::of(&request, answer).await?),
            Err(_) => None,
        };
        let statement = statement(shown.as_ref().ok().map(|(answer, _)| &**answer));
        let currency = portfolio.base.to_string();
        let content = match shown {
            Ok((answer, terms)) => {
                answer_panels(&request, PATTERN, *answer, terms, &currency, |_| true)
            }
            Err(reason) => reason,
        };
        let transactions =
            format!("/portfolios/{id}/transactions?security={}", encode(symbol.as_str()));
        Ok(view! {
            <PortfolioHeader portfolio part=Some(symbol.to_string()) statement badge=made>
                <a class="button" href=transactions>
                    <Icon name="execution" />
                    "All its transactions"
                </a>
            </PortfolioHeader>
            <section class="section" aria-labelledby="figures">
                <h2 class="section__title" id="figures">
                    "Figures"
                </h2>
                {content}
            </section>
            <Hatches />
        })
    })
}

fn statement(answer: Option<&ExecutionAnswer>) -> String {
    let Some(answer) = answer else { return "A holding of the portfolio.".to_owned() };
    let position = answer.data.get("position").and_then(|details| details.get("position"));
    let text = |key: &str| position.and_then(|row| row.get(key)?.as_str()).map(str::to_owned);
    let facts = [text("name"), text("exchange"), text("sector"), text("country")];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let day = answer.pack.date().strftime("%-d %B %Y");
    format!("{}. At the close of {day}.", facts.join(", "))
}
