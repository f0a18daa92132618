use crate::{
    component::{
        error_summary::ErrorSummary,
        export_filter::{ExportFilterForm, ExportQuery},
        icon::Icon,
        moment::Moment,
        pager::CursorPager,
    },
    ssr::page,
};
use domain::{pricing_pack::ProviderId, rights::ExportOutcome};
use jiff::Timestamp;
use leptos::prelude::*;
use orchestrator::export_log::ExportPage;
use storage::export_record::{ExportCursor, ExportRecord};

const PATH: &str = "/admin/exports";

/// Every attempt to export, of all workspaces: what was asked for, what was decided, and
/// why.
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
            Ok(ExportPage { records, .. }) if records.is_empty() => view! {
                {form}
                <Empty is_filtered=query.is_filtered() />
            }
            .into_any(),
            Ok(ExportPage { records, older }) => view! {
                {form}
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
                     here as well; nothing was sent then."
                </p>
            </div>
            {content}
        })
    })
}

#[component]
fn Empty(is_filtered: bool) -> impl IntoView {
    let (title, words) = if is_filtered {
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
    let ExportRecord { workspace, workspace_name, actor_name, target, detail, cursor } = record;
    let (icon, tone) = match detail.outcome {
        ExportOutcome::Allow => ("check", "state state--good"),
        ExportOutcome::Redact => ("attention", "state state--attention"),
        ExportOutcome::Deny => ("blocked", "state state--bad"),
        ExportOutcome::Refuse => ("blocked", "state state--attention"),
        ExportOutcome::Quarantine => ("attention", "state state--bad"),
    };
    let reasons: Vec<String> = detail.blocked.into_iter().map(|one| one.reason).collect();
    let reasons = match (detail.outcome, reasons.is_empty()) {
        (ExportOutcome::Quarantine, _) => {
            vec!["What is stored does not match its seal.".to_owned()]
        }
        (ExportOutcome::Refuse, _) => detail.reason.into_iter().collect(),
        (ExportOutcome::Deny, true) => {
            vec!["It is not recorded where all of it comes from.".to_owned()]
        }
        _ => reasons,
    };
    let reasons = reasons
        .into_iter()
        .map(|reason| view! { <span class="data-table__sub">{reason}</span> })
        .collect_view();
    let providers: Vec<&str> = detail.providers.iter().map(ProviderId::as_str).collect();
    let providers =
        if providers.is_empty() { "not recorded".to_owned() } else { providers.join(", ") };
    let version = detail.rights_version.map(|version| {
        view! { <span class="data-table__sub">{format!("Rights version {version}")}</span> }
    });
    let about = if detail.execution_id.is_some() {
        view! { "An execution" }.into_any()
    } else {
        let what_if = format!("/admin/rights?subject={target}");
        view! { <a href=what_if>"What its licences allow"</a> }.into_any()
    };
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                {detail.title.unwrap_or_else(|| "Report".to_owned())}
                <span class="data-table__sub">
                    <a href=format!("/admin/workspaces/{workspace}")>{workspace_name}</a>
                    " · "
                    {about}
                </span>
            </th>
            <td data-label="Decision">
                <span class=tone>
                    <Icon name=icon />
                    {detail.outcome.label()}
                </span>
                {reasons}
            </td>
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
