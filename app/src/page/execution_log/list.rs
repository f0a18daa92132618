use super::filter::{ExecutionFilterForm, ExecutionQuery, PATH};
use crate::{
    component::{
        error_summary::ErrorSummary, icon::Icon, moment::Moment, pager::CursorPager,
        state::OutcomeState,
    },
    ssr::page,
    view::execution::took_words,
};
use domain::workspace::Role;
use jiff::Timestamp;
use leptos::prelude::*;
use orchestrator::execution::{Caller, ExecutionPage, ExecutionSummary};

/// Every execution of the workspace, the newest first.
#[component]
pub fn ExecutionLog() -> impl IntoView {
    page("Executions", |request| async move {
        let actor = request.actor()?;
        let membership = actor.require(Role::Viewer)?;
        let caller = Caller::from(actor.clone());
        let query = ExecutionQuery::read(|name| request.query(name));
        let listed = match query.parse() {
            Ok(filter) => Ok(request.orchestrator.executions(&caller, &filter).await?),
            Err(problems) => Err(problems),
        };
        let wrong = match &listed {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().filter_map(|problem| problem.field).collect(),
        };
        let patterns = request
            .orchestrator
            .patterns()
            .iter()
            .filter(|plan| !plan.governed)
            .map(|plan| (plan.id.clone(), plan.name.clone()))
            .collect();
        let now = request.orchestrator.now().await?;
        let zone = membership.time_zone.clone();
        let caption = format!("Executions of {}, newest first", membership.workspace_name);
        let form = view! { <ExecutionFilterForm query=query.clone() patterns wrong /> };
        let is_everything = !query.is_filtered() && query.before.is_empty();
        let content = match listed {
            Err(problems) => view! {
                <ErrorSummary title="This search could not be read" problems />
                {form}
            }
            .into_any(),
            Ok(page) if page.rows.is_empty() && is_everything => view! { <NoneYet /> }.into_any(),
            Ok(page) if page.rows.is_empty() => view! {
                {form}
                <NoMatch />
            }
            .into_any(),
            Ok(ExecutionPage { rows, older }) => {
                let older = older.map(|last| query.older(last));
                let newest = (!query.before.is_empty()).then(|| query.newest());
                view! {
                    {form}
                    <ExecutionTable caption rows now zone />
                    <CursorPager label="Pages of executions" newest older />
                }
                .into_any()
            }
        };
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Executions"</h1>
                <p class="statement">"What was executed, by whom, on which prices, and how it ended."</p>
                <div class="page-header__actions">
                    <a class="button" href="/pattern-library">
                        <Icon name="pattern" />
                        "Patterns"
                    </a>
                </div>
            </div>
            {content}
        })
    })
}

#[component]
fn ExecutionTable(
    caption: String,
    rows: Vec<ExecutionSummary>,
    now: Timestamp,
    zone: String,
) -> impl IntoView {
    let rows =
        rows.into_iter().map(|row| view! { <Row row now zone=zone.clone() /> }).collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Started"</th>
                    <th scope="col">"Pattern"</th>
                    <th scope="col">"Outcome"</th>
                    <th scope="col">"By"</th>
                    <th scope="col">"As of"</th>
                    <th scope="col">"Pack"</th>
                    <th scope="col" class="numeric">
                        "Duration"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Row(row: ExecutionSummary, now: Timestamp, zone: String) -> impl IntoView {
    let pack = row.pricing_pack.map(|pack| view! { <code class="digest">{pack}</code> });
    let stale = row.stale.then(|| {
        view! { <span class="data-table__sub">"on prices that were not fresh"</span> }
    });
    view! {
        <tr>
            <th scope="row">
                <a href=format!("{PATH}/{}", row.id)>
                    <Moment at=row.started_at now zone />
                </a>
            </th>
            <td data-label="Pattern" class="data-table__name">
                {row.pattern_name}
            </td>
            <td data-label="Outcome">
                <OutcomeState outcome=row.outcome />
                {stale}
            </td>
            <td data-label="By" class="data-table__name">
                {row.user_name}
            </td>
            <td data-label="As of" class="nowrap">
                {row.asof.strftime("%-d %b %Y").to_string()}
            </td>
            <td data-label="Pack" class="data-table__name">
                {pack}
            </td>
            <td data-label="Duration" class="numeric">
                {took_words(Some(row.duration_ms))}
            </td>
        </tr>
    }
}

#[component]
fn NoneYet() -> impl IntoView {
    view! {
        <div class="empty-state">
            <h2 class="empty-state__title">"No execution yet"</h2>
            <p>
                "Each execution of a pattern stands here with its panels and its trace, whether a \
                 person asked for it or a program."
            </p>
            <p>
                <a class="button button--primary" href="/pattern-library">
                    "Choose a pattern"
                </a>
            </p>
        </div>
    }
}

#[component]
fn NoMatch() -> impl IntoView {
    view! {
        <div class="empty-state">
            <h2 class="empty-state__title">"No execution matches"</h2>
            <p>
                "Ask for less, or "
                <a href=PATH>"see every execution"</a>
                "."
            </p>
        </div>
    }
}
