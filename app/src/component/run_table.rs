use super::{
    digest::Digest,
    error_summary::{ErrorSummary, FieldProblem},
    moment::Moment,
    pager::CursorPager,
    run_filter::{RunFilterForm, RunQuery},
    state::RunState,
};
use domain::{id::SpecificationId, run::RunStatus, schedule::RunTrigger};
use jiff::Timestamp;
use leptos::prelude::*;
use orchestrator::run::HistoryPage;
use storage::run::history::{Cursor, HistoryRow};

/// Whose runs a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// One workspace's, with the specifications to choose among.
    Workspace { specifications: Vec<(SpecificationId, String)> },
    /// Everybody's. No row leads to its run, which is read in its own workspace, but
    /// to what an administrator may grant.
    Everybody,
}

/// A list of runs with its filter: rows, no match, nothing yet (the children),
/// or what in the address could not be read.
#[component]
pub fn RunList(
    path: &'static str,
    #[prop(into)] caption: String,
    query: RunQuery,
    listed: Result<HistoryPage, Vec<FieldProblem>>,
    whose: Whose,
    now: Timestamp,
    zone: String,
    children: Children,
) -> impl IntoView {
    let is_everything = !query.is_filtered() && query.before.is_empty();
    let wrong = match &listed {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().filter_map(|problem| problem.field).collect(),
    };
    let specifications = match &whose {
        Whose::Workspace { specifications } => Some(specifications.clone()),
        Whose::Everybody => None,
    };
    let form = view! { <RunFilterForm path query=query.clone() specifications wrong /> };
    match listed {
        Err(problems) => view! {
            <ErrorSummary title="This search could not be read" problems />
            {form}
        }
        .into_any(),
        Ok(page) if page.rows.is_empty() && is_everything => children().into_any(),
        Ok(page) if page.rows.is_empty() => view! {
            {form}
            <NoMatch path query />
        }
        .into_any(),
        Ok(HistoryPage { rows, older }) => view! {
            {form}
            <RunTable caption rows whose now zone />
            <Pager path query older />
        }
        .into_any(),
    }
}

#[component]
fn NoMatch(path: &'static str, query: RunQuery) -> impl IntoView {
    let title = match (query.is_filtered(), query.text.is_empty()) {
        (false, _) => "No run is older".to_owned(),
        (true, true) => "No run matches".to_owned(),
        (true, false) => format!("No run matches “{}”", query.text),
    };
    view! {
        <div class="empty-state">
            <svg class="icon icon--large" aria-hidden="true">
                <use href="#icon-search"></use>
            </svg>
            <h2 class="empty-state__title">{title}</h2>
            <p>
                "The search looks at the titles and headlines of reports and at the names of \
                 specifications. Ask for less, or " <a href=path>"see every run"</a> "."
            </p>
        </div>
    }
}

#[component]
fn RunTable(
    caption: String,
    rows: Vec<HistoryRow>,
    whose: Whose,
    now: Timestamp,
    zone: String,
) -> impl IntoView {
    let across = whose == Whose::Everybody;
    let rows = rows
        .into_iter()
        .map(|row| view! { <Row row across now zone=zone.clone() /> })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Period"</th>
                    {across.then(|| view! { <th scope="col">"Workspace"</th> })}
                    <th scope="col">"Report"</th>
                    <th scope="col" class="numeric">
                        "Version"
                    </th>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Started"</th>
                    <th scope="col">"Ended"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Row(row: HistoryRow, across: bool, now: Timestamp, zone: String) -> impl IntoView {
    let period = if across {
        row.period_key.clone().into_any()
    } else {
        view! {
            <a href=format!("/runs/{}", row.id)>
                {row.period_key.clone()} <span class="visually-hidden">" run"</span>
            </a>
        }
        .into_any()
    };
    let ended = row.finished_at.map(|at| view! { <Moment at now zone=zone.clone() /> });
    view! {
        <tr>
            <th scope="row" class="nowrap">
                {period}
            </th>
            {across.then(|| view! { <td data-label="Workspace">{row.workspace_name.clone()}</td> })}
            <td data-label="Report" class="data-table__name">
                <Subject row=row.clone() across />
            </td>
            <td data-label="Version" class="numeric">
                {row.version_number}
            </td>
            <td data-label="Status">
                <RunState status=row.status />
                {row
                    .failure_kind
                    .map(|kind| view! { <span class="data-table__sub">{kind.label()}</span> })}
            </td>
            <td data-label="Started">
                <Moment at=row.claimed_at now zone=zone.clone() />
                <span class="data-table__sub">{format!("by {}", starter(&row))}</span>
            </td>
            <td data-label="Ended">{ended}</td>
        </tr>
    }
}

/// Who or what started a run.
fn starter(row: &HistoryRow) -> String {
    match row.trigger {
        RunTrigger::Member => row.triggered_by.clone(),
        RunTrigger::Schedule => "its schedule".to_owned(),
    }
}

/// The report where there is one, else what was to be reported on.
#[component]
fn Subject(row: HistoryRow, across: bool) -> impl IntoView {
    let id = row.id;
    let specification = row.specification_name;
    let title = row.report_title.filter(|_| row.status == RunStatus::Succeeded);
    match (title, across) {
        (Some(title), false) => view! {
            <a href=format!("/runs/{id}/report")>{title}</a>
            <span class="data-table__sub">{specification}</span>
        }
        .into_any(),
        (None, false) => specification.into_any(),
        (title, true) => view! {
            <a href=format!("/admin/specifications/{}/overrides", row.specification)>
                {specification}
            </a>
            {title.map(|title| view! { <span class="data-table__sub">{title}</span> })}
            <span class="data-table__sub">
                "Run " <Digest text=id.to_string() />
            </span>
        }
        .into_any(),
    }
}

#[component]
fn Pager(path: &'static str, query: RunQuery, older: Option<Cursor>) -> impl IntoView {
    let newest = (!query.before.is_empty()).then(|| query.newest(path));
    let older = older.map(|cursor| query.older(path, cursor));
    view! { <CursorPager label="Pages of runs" newest older /> }
}
