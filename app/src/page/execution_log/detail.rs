use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        digest::Digest,
        export_menu::{ExportMenu, RefusedExport},
        gantt::{GanttChart, StepTable},
        icon::Icon,
        moment::{Moment, moment_words},
        pack_badge::PackBadge,
        panel::{Hatches, Panel},
        restatement::RestatementBanner,
        scope::counted,
        state::OutcomeState,
        withheld::Attributions,
    },
    ssr::page,
    view::{
        execution::{Gantt, provenance, took_words},
        figure::{Shown, heading_of},
    },
};
use domain::{access, execution::Outcome, id::ExecutionId};
use executor::{pattern::Plan, runtime::Trace};
use jiff::Timestamp;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{
    Refusal, UseCaseError,
    execution::{Caller, ExecutionRecord},
    export::{ExportChoice, Subject},
};
use serde_json::Value;
use std::sync::Arc;

/// One execution: its panels where there are any, then how it went.
#[component]
pub fn ExecutionPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("execution"));
    page("Execution", |request| async move {
        let id: ExecutionId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let caller = Caller::from(request.actor()?.clone());
        let (record, terms) = request.orchestrator.shown_execution(&caller, id).await?;
        let subject = Subject::Execution(id);
        let may_export = request.actor()?.may(access::Right::Export.least_role());
        let choices = match request.orchestrator.export_choices(request.actor()?, subject).await {
            Ok(choices) => Ok(choices),
            Err(UseCaseError::Refused(refusal)) => Err(refusal),
            Err(other) => return Err(other),
        };
        let refused = RefusedExport::of(&request);
        let now = request.orchestrator.now().await?;
        let restated = match record.pack.as_ref().and_then(|pack| pack.parse().ok()) {
            Some(pack) if !record.panels.is_empty() => {
                request.orchestrator.corrections(request.actor()?, &pack).await?.restated
            }
            _ => None,
        };
        let zone = request.time_zone().to_owned();
        // The plan of today explains the panels only if it is the one of then.
        let plan = request
            .orchestrator
            .patterns()
            .get(&record.pattern_id)
            .filter(|plan| plan.version == record.pattern_version)
            .map(Arc::clone);
        Ok(view! {
            <Header record=record.clone() now zone=zone.clone() />
            {restated.map(|restated| view! { <RestatementBanner restated /> })}
            <Warning record=record.clone() />
            <Problem record=record.clone() />
            <Attributions terms />
            {may_export.then(|| view! { <Export id choices refused /> })}
            <Panels record=record.clone() plan />
            <TraceSection trace=record.trace.clone() />
            <Facts record now zone />
            <Hatches />
        })
    })
}

/// The files that it can be had as, or why it cannot.
#[component]
fn Export(
    id: ExecutionId,
    choices: Result<Vec<ExportChoice>, Refusal>,
    refused: RefusedExport,
) -> impl IntoView {
    match choices {
        Ok(choices) => {
            let base = format!("/execution-log/{id}");
            view! { <ExportMenu what="execution" base choices refused /> }.into_any()
        }
        // Its page says already that there is no answer.
        Err(Refusal::NothingToExport) => ().into_any(),
        Err(refusal) => view! { <p class="field__hint">{refusal.message()}</p> }.into_any(),
    }
}

#[component]
fn Header(record: ExecutionRecord, now: Timestamp, zone: String) -> impl IntoView {
    let statement = statement(&record, now, &zone);
    let pattern = format!("/pattern-library/{}", record.pattern_id);
    view! {
        <div class="page-header">
            <Breadcrumb pages=[step("/execution-log", "Executions")] />
            <h1 class="page-header__title">{record.pattern_name}</h1>
            <p class="page-header__state">
                <OutcomeState outcome=record.outcome />
            </p>
            <p class="statement">{statement}</p>
            <PackBadge pack=record.pack ledger_commit=record.ledger_commit />
            <div class="page-header__actions">
                <a class="button" href=pattern>
                    <Icon name="run" />
                    "Execute again"
                </a>
            </div>
        </div>
    }
}

fn statement(record: &ExecutionRecord, now: Timestamp, zone: &str) -> String {
    let asof = record.asof.strftime("%-d %B %Y");
    let when = moment_words(record.started_at, now, zone);
    let who = &record.user_name;
    let took = took_words(Some(record.duration_ms));
    let word = match record.outcome {
        Outcome::Succeeded => "Completed",
        Outcome::Failed => "Failed",
        Outcome::Blocked => "Stopped for want of fresh prices",
        Outcome::Cancelled => "Cancelled",
    };
    format!("As of {asof}. {word} {when} for {who}, in {took}.")
}

#[component]
fn Warning(record: ExecutionRecord) -> impl IntoView {
    record.stale.then(|| {
        view! {
            <div class="notice notice--attention" role="status">
                <Icon name="clock" />
                <div class="notice__body">
                    <p class="notice__title">"Made of prices that were not fresh"</p>
                    <p>
                        "The pack was still being prepared, and whoever executed this accepted that. \
                         Execute it again once the pack is complete."
                    </p>
                </div>
            </div>
        }
    })
}

/// Why there is no answer.
#[component]
fn Problem(record: ExecutionRecord) -> impl IntoView {
    let (title, tone) = match record.outcome {
        Outcome::Succeeded => return None,
        Outcome::Failed => ("It did not reach its end", "notice notice--bad"),
        Outcome::Blocked => ("The prices were not ready", "notice notice--attention"),
        Outcome::Cancelled => ("It was cancelled", "notice notice--attention"),
    };
    let member = |name: &str| {
        record.problem.as_ref().and_then(|problem| problem.get(name)).and_then(Value::as_str)
    };
    let message = member("message").or(member("detail")).map(str::to_owned);
    let message = message.unwrap_or_else(|| match record.outcome {
        Outcome::Blocked => "Nothing was executed, and nothing was called.".to_owned(),
        Outcome::Cancelled => "Whoever asked for it went away before it ended.".to_owned(),
        _ => "The trace below says how far it came.".to_owned(),
    });
    let step = member("step").map(|step| format!("Step {step}."));
    let reasons = record
        .problem
        .as_ref()
        .and_then(|problem| problem.get("reasons"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|reason| view! { <li>{reason.to_owned()}</li> })
        .collect_view();
    let code = member("code").map(|code| view! { <code class="digest">{code.to_owned()}</code> });
    Some(view! {
        <div class=tone role="status">
            <Icon name="attention" />
            <div class="notice__body">
                <p class="notice__title">{title}</p>
                <p>{message} " " {step}</p>
                <ul class="notice__list">{reasons}</ul>
                {code}
            </div>
        </div>
    })
}

#[component]
fn Panels(record: ExecutionRecord, plan: Option<Arc<Plan>>) -> impl IntoView {
    let ExecutionRecord { panels, trace, base_currency, data, inputs, .. } = record;
    if panels.is_empty() {
        return data.map(|data| view! { <Outputs data=Value::Object(data) /> }.into_any());
    }
    let wants = |id: &str| {
        plan.as_ref()
            .and_then(|plan| plan.panels.iter().find(|panel| panel.id == id))
            .is_none_or(|panel| panel.provenance)
    };
    let items = panels
        .into_iter()
        .map(|panel| {
            let trace_of = trace.panels.iter().find(|known| known.id == panel.id);
            let provenance = trace_of
                .filter(|_| wants(&panel.id))
                .map(|panel| provenance(panel, &trace, plan.as_deref(), Some(&inputs)));
            view! { <Panel panel currency=base_currency.clone() provenance /> }
        })
        .collect_view();
    Some(
        view! {
            <section class="section" aria-labelledby="panels">
                <h2 class="section__title" id="panels">
                    "Panels"
                </h2>
                <div class="panels">{items}</div>
            </section>
        }
        .into_any(),
    )
}

/// The outputs of a pattern that has no panel.
#[component]
fn Outputs(data: Value) -> impl IntoView {
    let text = serde_json::to_string_pretty(&data).unwrap_or_default();
    view! {
        <section class="section" aria-labelledby="outputs">
            <h2 class="section__title" id="outputs">
                "Outputs"
            </h2>
            <p>"The pattern declares no panel; these are its outputs as data."</p>
            <pre class="execution-data" tabindex="0" aria-label="Outputs as data">
                <code>{text}</code>
            </pre>
        </section>
    }
}

#[component]
fn TraceSection(trace: Trace) -> impl IntoView {
    let gantt = Gantt::of(&trace.steps);
    let cache = trace.cache;
    let summary = format!(
        "{} in {}. {} from the cache, {} computed.",
        counted(trace.steps.len(), "step", "steps"),
        took_words(Some(trace.duration_ms)),
        counted(cache.hits as usize, "value", "values"),
        cache.misses
    );
    view! {
        <section class="section" aria-labelledby="trace">
            <h2 class="section__title" id="trace">
                "Trace"
            </h2>
            <p>{summary}</p>
            {gantt.map(|gantt| view! { <GanttChart gantt /> })}
            <StepTable steps=trace.steps />
        </section>
    }
}

#[component]
fn Facts(record: ExecutionRecord, now: Timestamp, zone: String) -> impl IntoView {
    let inputs = record
        .inputs
        .iter()
        .map(|(name, value)| {
            let value = match value {
                Value::Null if record.inputs_redacted => "not given, or not kept".to_owned(),
                Value::Null => "not given".to_owned(),
                value => Shown::of(value, None, None).text(),
            };
            view! {
                <div class="facts__item">
                    <dt class="facts__term">{heading_of(name)}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect_view();
    let replay = match record.not_replayable {
        None => "It can be replayed through the API.".to_owned(),
        Some(reason) => format!("It cannot be replayed. {reason}"),
    };
    view! {
        <section class="section" aria-labelledby="about">
            <h2 class="section__title" id="about">
                "This execution"
            </h2>
            <dl class="facts">
                {inputs} <div class="facts__item">
                    <dt class="facts__term">"Started"</dt>
                    <dd>
                        <Moment at=record.started_at now zone />
                        ", by "
                        {record.user_name}
                    </dd>
                </div>
                <div class="facts__item">
                    <dt class="facts__term">"Pattern version"</dt>
                    <dd>{record.pattern_version}</dd>
                </div>
                <div class="facts__item">
                    <dt class="facts__term">"Replay"</dt>
                    <dd>{replay}</dd>
                </div>
                <div class="facts__item">
                    <dt class="facts__term">"Execution"</dt>
                    <dd>
                        <Digest text=record.id.to_string() />
                    </dd>
                </div>
                <div class="facts__item">
                    <dt class="facts__term">"Trace"</dt>
                    <dd>
                        <Digest text=record.trace_id />
                    </dd>
                </div>
            </dl>
        </section>
    }
}
