use crate::{
    action::CancelRun,
    component::{
        breadcrumb::{Breadcrumb, step},
        digest::Digest,
        icon::Icon,
        model_calls::{ModelCalls, sum_words},
        moment::Moment,
    },
    island::{LiveRunState, LiveTimeline},
    ssr::page,
    view::run::RunProgress,
};
use domain::{
    id::RunId, package::Instruction, schedule::RunTrigger, slot_override::OverrideKind,
    specification::Desk, workspace::Role,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;
use orchestrator::{UseCaseError, run::RunView};
use storage::{assistant_call::CallRow, server_probe::ProbeRow};

/// One run: its seven steps while they happen, and where its report is.
#[component]
pub fn Run() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("run"));
    page("Run", |request| async move {
        let id: RunId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let run = request.orchestrator.view_run(request.actor()?, id).await?;
        let slot_override = request.orchestrator.override_of_run(request.actor()?, id).await?;
        let instruction = match run.model_calls.as_slice() {
            [] => None,
            _ => request.orchestrator.instruction_of_run(request.actor()?, id).await?,
        };
        let now = request.orchestrator.now().await?;
        let progress = RunProgress::of(&run, now);
        let is_final = progress.is_final;
        let refreshes = !is_final && request.query("refresh") != Some("off");
        let report = run.seal.is_some().then(|| format!("/runs/{id}/report"));
        let may_cancel = !is_final && request.actor()?.may(Role::Editor);
        let specification = format!("/specifications/{}", run.row.specification);
        let model_calls = (!run.model_calls.is_empty()).then(|| {
            let (calls, zone) = (run.model_calls.clone(), run.time_zone.clone());
            let probe = run.probe.clone();
            view! { <LanguageModel calls probe now zone /> }
        });
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step("/history", "History"), step(&specification, &run.row.specification_name)] />
                <h1 class="page-header__title">{format!("Run for {}", run.row.period.key)}</h1>
                <p class="page-header__state">
                    <LiveRunState status=run.row.status />
                </p>
                {report
                    .map(|report| {
                        view! {
                            <div class="page-header__actions">
                                <a class="button button--primary" href=report>
                                    "Read the report"
                                </a>
                            </div>
                        }
                    })}
            </div>
            <div class="split">
                <section class="section" aria-labelledby="steps">
                    <h2 class="section__title" id="steps">
                        "Steps"
                    </h2>
                    <LiveTimeline run=id.to_string() progress />
                    {(!is_final).then(|| view! { <Refresh refreshes /> })}
                    {may_cancel.then(|| view! { <Cancellation run=id /> })}
                </section>
                <section class="section" aria-labelledby="about">
                    <h2 class="section__title" id="about">
                        "This run"
                    </h2>
                    <Facts run slot_override instruction now />
                </section>
            </div>
            {model_calls}
        })
    })
}

/// What the step that composes used of a language model.
#[component]
fn LanguageModel(
    calls: Vec<CallRow>,
    probe: Option<ProbeRow>,
    now: jiff::Timestamp,
    zone: String,
) -> impl IntoView {
    let sum = sum_words(&calls);
    let probe = probe.map(|probe| {
        let found = probe_words(&probe);
        view! {
            <p>
                "The server " <code>{probe.server}</code> {found}
                <Moment at=probe.recorded_at now zone=zone.clone() /> "."
            </p>
        }
    });
    let caption = "Calls in the order in which they were sent";
    view! {
        <section class="section" aria-labelledby="language-model">
            <h2 class="section__title" id="language-model">
                "Language model"
            </h2>
            <p>{sum}</p>
            {probe}
            <ModelCalls caption calls of_several_runs=false now zone />
        </section>
    }
}

/// Reads on behind the server, and before when it was written down.
fn probe_words(probe: &ProbeRow) -> &'static str {
    match (probe.counts_tokens, probe.asked) {
        (Some(true), true) => " was probed: it holds answers to a schema and counts tokens, found ",
        (Some(false), true) => {
            " was probed: it holds answers to a schema and does not count tokens, found "
        }
        (Some(true), false) => {
            " is known to hold answers to a schema and to count tokens, by an earlier probe; noted "
        }
        (Some(false), false) => {
            " is known to hold answers to a schema and not to count tokens, by an earlier probe; noted "
        }
        (None, _) => " was probed and does not hold answers to a schema, found ",
    }
}

/// A second look before a run is given up.
#[component]
fn Cancellation(run: RunId) -> impl IntoView {
    view! {
        <details class="disclosure">
            <summary class="disclosure__summary button">
                "Cancel this run" <Icon name="chevron" />
            </summary>
            <form class="disclosure__body" method="post" action=CancelRun::PATH>
                <p>
                    "The step that is being carried is given up, and nothing is published. \
                    The period's run is still available."
                </p>
                <input type="hidden" name="run" value=run.to_string() />
                <button class="button button--danger">"Cancel run"</button>
            </form>
        </details>
    }
}

/// Without JavaScript the page renews itself, and says how to stop that.
#[component]
fn Refresh(refreshes: bool) -> impl IntoView {
    if refreshes {
        view! {
            <noscript>
                <meta http-equiv="refresh" content="3" />
                <p>
                    <a href="?refresh=off">"Pause refreshing"</a>
                    " "
                    <span class="field__hint">"The page renews itself every 3 seconds."</span>
                </p>
            </noscript>
        }
        .into_any()
    } else {
        view! {
            <noscript>
                <p>
                    <a href="?">"Refresh"</a>
                    " "
                    <span class="field__hint">"Refreshing is paused."</span>
                </p>
            </noscript>
        }
        .into_any()
    }
}

#[component]
fn Facts(
    run: RunView,
    /// What opened its slot, if that is not the regular one.
    slot_override: Option<OverrideKind>,
    /// What its language model was told to do, if one was called.
    instruction: Option<Instruction>,
    now: jiff::Timestamp,
) -> impl IntoView {
    let RunView { row, seal, package_hash, time_zone, .. } = run;
    let specification = format!("/specifications/{}", row.specification);
    // A report of the portfolio desk looks at prices and the ledger, and at no publications.
    let (pack, published) = match row.desk {
        Desk::Polyurethane => {
            ("Evidence pack", Some(format!("{} to {}", row.window_from, row.window_to)))
        }
        Desk::Portfolio => ("Pricing pack", None),
    };
    let published = published.map(|days| {
        view! {
            <div class="facts__item">
                <dt class="facts__term">"Evidence published"</dt>
                <dd>{days}</dd>
            </div>
        }
    });
    let hashes = [
        ("Package", package_hash),
        (pack, seal.as_ref().map(|seal| seal.pack_hash)),
        ("Document", seal.as_ref().map(|seal| seal.document_hash)),
        ("Artifact", seal.as_ref().map(|seal| seal.html_hash)),
    ];
    let overrides = format!("{specification}#overrides");
    let slot_override = slot_override.map(|kind| {
        view! {
            <div class="facts__item">
                <dt class="facts__term">"Override"</dt>
                <dd>
                    <a href=overrides>{kind.label()}</a>
                    ", granted by an administrator"
                </dd>
            </div>
        }
    });
    let instruction = instruction.map(|instruction| {
        view! {
            <div class="facts__item">
                <dt class="facts__term">"Instruction of the language model"</dt>
                <dd>
                    {format!("Version {}, ", instruction.version())}
                    <Digest text=instruction.hash().to_string() />
                </dd>
            </div>
        }
    });
    view! {
        <dl class="facts facts--narrow">
            <div class="facts__item">
                <dt class="facts__term">"Period"</dt>
                <dd>{row.period.label()}</dd>
            </div>
            {slot_override}
            {published}
            <div class="facts__item">
                <dt class="facts__term">"Started by"</dt>
                <dd>
                    {match row.trigger {
                        RunTrigger::Member => row.triggered_by,
                        RunTrigger::Schedule => {
                            format!("Its schedule, set by {}", row.triggered_by)
                        }
                    }} ", "
                    <Moment at=row.claimed_at now zone=time_zone />
                </dd>
            </div>
            <div class="facts__item">
                <dt class="facts__term">"Specification"</dt>
                <dd>
                    <a href=specification>{format!("Version {}", row.version_number)}</a>
                </dd>
            </div>
            <div class="facts__item">
                <dt class="facts__term">"Run"</dt>
                <dd>
                    <Digest text=row.id.to_string() />
                </dd>
            </div>
            {hashes
                .into_iter()
                .filter_map(|(name, hash)| {
                    let hash = hash?;
                    Some(
                        view! {
                            <div class="facts__item">
                                <dt class="facts__term">{name}</dt>
                                <dd>
                                    <Digest text=hash.to_string() />
                                </dd>
                            </div>
                        },
                    )
                })
                .collect_view()}
            {instruction}
        </dl>
    }
}
