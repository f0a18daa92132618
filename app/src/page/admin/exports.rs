use super::export_words::{Standing, Subject, outcome_mark, reasons};
use crate::{
    component::{
        error_summary::ErrorSummary, export_filter::ExportFilterForm, export_query::ExportQuery,
        icon::Icon, moment::Moment, pager::CursorPager,
    },
    ssr::page,
};
use domain::pricing_pack::ProviderId;
use jiff::Timestamp;
use leptos::prelude::*;
use orchestrator::export_log::{ExportPage, Pending};
use storage::export_record::{ExportCursor, ExportRecord};

const PATH: &str = "/admin/exports";

/// Every attempt to export, of all workspaces: what was asked for, what was decided, and
/// why; and what workers are making of it.
#[component]
pub fn Exports() -> impl IntoView {
    page("Exports", |request| async move {
        let actor = request.actor()?;
        actor.require_admin()?;
        let zone = request.time_zone().to_owned();
        let query = ExportQuery::read(|name| request.query(name));
        let (registry, _) = request.orchestrator.view_rights(actor)?;
        let providers = registry.providers().map(|(id, _)| id.to_string()).collect();
        let workspaces = request.orchestrator.workspaces(actor).await?;
        let workspaces = workspaces.into_iter().map(|one| (one.id, one.name)).collect();
        let listed = match query.parse(&zone) {
            Ok((filter, before)) => {
                Ok(request.orchestrator.export_records(actor, &filter, before).await?)
            }
            Err(problems) => Err(problems),
        };
        let wrong = match &listed {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().filter_map(|problem| problem.field).collect(),
        };
        let now = request.orchestrator.now().await?;
        let form = view! {
            <ExportFilterForm path=PATH query=query.clone() providers workspaces wrong />
        };
        let content = match listed {
            Err(problems) => view! {
                <ErrorSummary title="This search could not be read" problems />
                {form}
            }
            .into_any(),
            Ok(ExportPage { records, pending, .. }) if records.is_empty() => view! {
                {form}
                <PendingNow query=query.clone() pending />
                <Empty query />
            }
            .into_any(),
            Ok(ExportPage { records, older, pending }) => view! {
                {form}
                <PendingNow query=query.clone() pending />
                <p>
                    <a class="button button--small" href=query.newest("/admin/exports.csv")>
                        <Icon name="download" />
                        "Download this list as CSV"
                    </a>
                </p>
                <Table records now zone />
                <Pager query older />
            }
            .into_any(),
        };
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Exports"</h1>
                <p class="statement">
                    "Every attempt of every workspace, as the audit log has it. What was denied stands \
                     here as well; nothing was sent then. A large file has an entry when somebody asks \
                     for it, for each attempt of a worker to print it, and for each download."
                </p>
            </div>
            {content}
        })
    })
}

/// How many large files are being made, as the list stands filtered.
#[component]
fn PendingNow(query: ExportQuery, pending: Pending) -> impl IntoView {
    let Pending { exports, more } = pending;
    let words = match (exports, more) {
        (0, _) => return ().into_any(),
        (1, false) => "1 large file is being made right now".to_owned(),
        (_, false) => format!("{exports} large files are being made right now"),
        (_, true) => format!("More than {exports} large files are being made right now"),
    };
    // Whoever sees them already is led nowhere.
    let words = if query.pending.is_empty() {
        view! { <a href=query.pending_now().newest(PATH)>{words}</a> }.into_any()
    } else {
        words.into_any()
    };
    view! { <p role="status">{words} "."</p> }.into_any()
}

#[component]
fn Empty(query: ExportQuery) -> impl IntoView {
    let (title, words) = if !query.pending.is_empty() {
        (
            "Nothing is being made right now",
            "No large file of this search waits for a worker or is being printed.",
        )
    } else if !query.portfolio.is_empty() {
        (
            "No attempt matches",
            "Ask for less, or see every attempt. One that was refused before its licences were \
             asked names no portfolio.",
        )
    } else if !query.before.is_empty() {
        ("No older attempt", "The list ends here.")
    } else if query.is_filtered() {
        ("No attempt matches", "Ask for less, or see every attempt.")
    } else {
        ("No export yet", "The first attempt of a member stands here, whatever is decided.")
    };
    view! {
        <div class="empty-state">
            <h2 class="empty-state__title">{title}</h2>
            <p>{words}</p>
        </div>
    }
}

#[component]
fn Table(records: Vec<ExportRecord>, now: Timestamp, zone: String) -> impl IntoView {
    let rows = records.into_iter().map(|record| row(record, now, zone.clone())).collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Attempts to export, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Report or execution"</th>
                    <th scope="col">"Decision"</th>
                    <th scope="col">"Stage"</th>
                    <th scope="col">"Format"</th>
                    <th scope="col">"Providers"</th>
                    <th scope="col">"Who"</th>
                    <th scope="col">"When"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn row(record: ExportRecord, now: Timestamp, zone: String) -> AnyView {
    let reasons = reasons(&record.detail)
        .into_iter()
        .map(|reason| view! { <span class="data-table__sub">{reason}</span> })
        .collect_view();
    let subject = view! { <Subject record=record.clone() /> };
    let ExportRecord { workspace, workspace_name, actor_name, detail, cursor, stage, job, .. } =
        record;
    let (icon, tone) = outcome_mark(detail.outcome);
    let providers: Vec<&str> = detail.providers.iter().map(ProviderId::as_str).collect();
    let providers =
        if providers.is_empty() { "not recorded".to_owned() } else { providers.join(", ") };
    let version = detail.rights_version.map(|version| {
        view! { <span class="data-table__sub">{format!("Rights version {version}")}</span> }
    });
    let standing = job.map(|job| {
        let zone = zone.clone();
        view! {
            <span class="data-table__sub">
                <Standing standing=job.standing now zone />
            </span>
        }
    });
    let entry = format!("{PATH}/{}/{}", cursor.chain, cursor.sequence);
    let name = detail.title.unwrap_or_else(|| "Title not recorded".to_owned());
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                <a href=entry>{name}</a>
                <span class="data-table__sub">
                    <a href=format!("/admin/workspaces/{workspace}")>{workspace_name}</a>
                    " · "
                    {subject}
                </span>
            </th>
            <td data-label="Decision">
                <span class=tone>
                    <Icon name=icon />
                    {detail.outcome.label()}
                </span>
                {reasons}
            </td>
            <td data-label="Stage">{stage.label()} {standing}</td>
            <td data-label="Format">{detail.format.label()}</td>
            <td data-label="Providers">{providers} {version}</td>
            <td data-label="Who">
                {actor_name.unwrap_or_default()} <span class="data-table__sub">{detail.address}</span>
            </td>
            <td data-label="When">
                <Moment at=cursor.at now zone />
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Pager(query: ExportQuery, older: Option<ExportCursor>) -> impl IntoView {
    let newest = (!query.before.is_empty()).then(|| query.newest(PATH));
    let older = older.map(|cursor| query.older(PATH, cursor));
    view! { <CursorPager label="Pages of attempts" newest older /> }
}
