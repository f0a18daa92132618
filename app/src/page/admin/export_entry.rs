use super::export_words::{Standing, Subject, outcome_mark, reasons};
use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        digest::Digest,
        icon::Icon,
        moment::Moment,
    },
    ssr::page,
};
use domain::{id::WorkspaceId, pricing_pack::ProviderId};
use jiff::Timestamp;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::UseCaseError;
use storage::export_record::{ExportRecord, SealedEntry};

const LIST: &str = "/admin/exports";

/// One attempt to export, with all that is on record of it.
#[component]
pub fn ExportEntry() -> impl IntoView {
    let place = use_params_map().with_untracked(|params| {
        // The chain of a workspace has its id.
        let chain: Option<WorkspaceId> = params.get("chain")?.parse().ok();
        let sequence: Option<i64> = params.get("entry")?.parse().ok();
        chain.map(WorkspaceId::as_uuid).zip(sequence)
    });
    page("Export", move |request| async move {
        let actor = request.actor()?;
        actor.require_admin()?;
        let (chain, sequence) = place.ok_or(UseCaseError::NotFound)?;
        let (record, entry) = request.orchestrator.export_record(actor, chain, sequence).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let (icon, tone) = outcome_mark(record.detail.outcome);
        let title = record.detail.title.clone();
        let title = title.unwrap_or_else(|| "Title not recorded".to_owned());
        let reasons = reasons(&record.detail)
            .into_iter()
            .map(|reason| view! { <p>{reason}</p> })
            .collect_view();
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step(LIST, "Exports")] />
                <h1 class="page-header__title">
                    {format!("{title} as {}", record.detail.format.label())}
                </h1>
                <p>
                    <span class=tone>
                        <Icon name=icon />
                        {record.detail.outcome.label()}
                    </span>
                </p>
                {reasons}
            </div>
            <Asked record=record.clone() now zone=zone.clone() />
            <Decided record=record.clone() />
            <MadeOf record=record.clone() />
            <OnRecord record entry />
        })
    })
}

/// One fact; what is not recorded is said to be so.
fn fact(term: &'static str, value: Option<AnyView>) -> AnyView {
    let value = value.unwrap_or_else(|| "not recorded".into_any());
    view! {
        <div class="facts__item">
            <dt class="facts__term">{term}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

fn words(text: impl Into<String>) -> Option<AnyView> {
    let text: String = text.into();
    (!text.is_empty()).then(|| text.into_any())
}

fn digest(text: Option<String>) -> Option<AnyView> {
    text.map(|text| view! { <Digest text /> }.into_any())
}

/// An id, and the list under it.
fn filtered(filter: &'static str, id: String) -> AnyView {
    let address = format!("{LIST}?{filter}={id}");
    view! {
        <Digest text=id />
        " "
        <a href=address>"All its attempts"</a>
    }
    .into_any()
}

fn list(items: Vec<String>, none: &'static str) -> Option<AnyView> {
    if items.is_empty() {
        return words(none);
    }
    let items = items.into_iter().map(|item| view! { <li>{item}</li> }).collect_view();
    Some(view! { <ul class="facts__list">{items}</ul> }.into_any())
}

fn names(providers: &[ProviderId]) -> Vec<String> {
    providers.iter().map(ToString::to_string).collect()
}

#[component]
fn Section(id: &'static str, title: &'static str, facts: Vec<AnyView>) -> impl IntoView {
    view! {
        <section class="section" aria-labelledby=id>
            <h2 class="section__title" id=id>
                {title}
            </h2>
            <dl class="facts">{facts}</dl>
        </section>
    }
}

#[component]
fn Asked(record: ExportRecord, now: Timestamp, zone: String) -> impl IntoView {
    let subject = record.subject().map(|id| filtered("subject", id.to_string()));
    let about = view! { <Subject record=record.clone() /> }.into_any();
    let ExportRecord { cursor, stage, workspace, workspace_name, detail, job, .. } = record;
    let who = record.actor_name.map(|name| {
        let email = record.actor_email.map(|email| format!(" ({email})")).unwrap_or_default();
        format!("{name}{email}").into_any()
    });
    let attempt = detail.attempt.map(|attempt| format!(", attempt {attempt}")).unwrap_or_default();
    let moment_zone = zone.clone();
    let mut facts = vec![
        fact("When", Some(view! { <Moment at=cursor.at now zone=moment_zone /> }.into_any())),
        fact("Stage", words(format!("{}{attempt}", stage.label()))),
        fact(
            "Workspace",
            Some(
                view! { <a href=format!("/admin/workspaces/{workspace}")>{workspace_name}</a> }
                    .into_any(),
            ),
        ),
        fact("Who", who),
        fact("User", record.actor.map(|id| filtered("user", id))),
        fact("What", Some(about)),
        fact("Run or execution", subject),
        fact("Portfolio", detail.portfolio_id.map(|id| filtered("portfolio", id.to_string()))),
        // A worker prints on nobody's request.
        fact("Address", words(detail.address)),
        fact("Agent", words(detail.agent)),
        fact("Trace", (!detail.trace_id.is_empty()).then(|| filtered("trace", detail.trace_id))),
    ];
    if let Some(job) = job {
        let standing = view! { <Standing standing=job.standing now zone /> }.into_any();
        facts.push(fact("Large export", Some(filtered("subject", job.id.to_string()))));
        facts.push(fact("Its state", Some(standing)));
    }
    view! { <Section id="asked" title="Who asked, and for what" facts /> }
}

#[component]
fn Decided(record: ExportRecord) -> impl IntoView {
    let detail = record.detail;
    let blocked =
        detail.blocked.iter().map(|one| format!("{} {}", one.reason, one.unblock)).collect();
    let attributions = detail.attributions.unwrap_or_default();
    let attributions =
        attributions.into_iter().map(|one| format!("{}: {}", one.provider, one.text)).collect();
    let marks = detail.watermarks.unwrap_or_default().into_iter().map(|one| one.text).collect();
    let facts = vec![
        fact("Decision", words(detail.outcome.label())),
        fact("Reason", words(detail.reason.unwrap_or_else(|| "none needed".to_owned()))),
        fact("Providers", list(names(&detail.providers), "not recorded")),
        fact("By the workspace's own licence", list(names(&detail.licensed_to_workspace), "none")),
        fact("In the way", list(blocked, "nothing")),
        fact("Attributions", list(attributions, "none")),
        fact("Marks", list(marks, "none")),
        fact("Left out", list(detail.withheld, "nothing")),
        fact("Rights profile", detail.rights_profile.map(IntoAny::into_any)),
        fact("Rights version", digest(detail.rights_version)),
    ];
    view! { <Section id="decided" title="What was decided" facts /> }
}

#[component]
fn MadeOf(record: ExportRecord) -> impl IntoView {
    let detail = record.detail;
    let facts = vec![
        fact("Document", digest(detail.document_hash)),
        fact("Evidence pack", digest(detail.pack_hash)),
        fact("Pricing pack", digest(detail.pricing_pack_id)),
        fact("Ledger commit", digest(detail.ledger_commit_hash)),
        fact("File of a worker", digest(detail.file_hash)),
        fact("Sealed with key", digest(detail.seal_key)),
    ];
    view! { <Section id="made-of" title="What it is made of" facts /> }
}

#[component]
fn OnRecord(record: ExportRecord, entry: SealedEntry) -> impl IntoView {
    let facts = vec![
        fact("Chain", digest(Some(record.cursor.chain.to_string()))),
        fact("Entry", words(record.cursor.sequence.to_string())),
        fact("Hash", digest(Some(entry.hash.to_string()))),
        fact("Hash of the entry before", digest(Some(entry.previous_hash.to_string()))),
    ];
    view! {
        <Section id="on-record" title="In the audit log" facts />
        <details class="disclosure">
            <summary class="disclosure__summary button">
                "The hashed entry" <Icon name="chevron" />
            </summary>
            <div class="disclosure__body">
                <Digest text=entry.text />
            </div>
        </details>
    }
}
