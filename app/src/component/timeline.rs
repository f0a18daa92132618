use super::icon::Icon;
use crate::view::run::{StageFailure, StageProgress, StageProgressState};
use leptos::prelude::*;

/// The seven steps of a run, one below the other. State is said in words, the
/// live step carries `aria-current`, and the list is a polite live region.
#[component]
pub fn Timeline(stages: Vec<StageProgress>) -> impl IntoView {
    let items = stages
        .into_iter()
        .enumerate()
        .map(|(at, stage)| view! { <Stage number=at + 1 stage /> })
        .collect_view();
    view! {
        <ol class="run-timeline" aria-live="polite">
            {items}
        </ol>
    }
}

#[component]
fn Stage(number: usize, stage: StageProgress) -> impl IntoView {
    let (modifier, word) = match stage.state {
        StageProgressState::Done => ("done", "Done"),
        StageProgressState::Live => ("live", "Running"),
        StageProgressState::Failed => ("failed", "Failed"),
        StageProgressState::Waiting => ("waiting", "Waiting"),
        StageProgressState::NotReached => ("waiting", "Not reached"),
    };
    let current = (stage.state == StageProgressState::Live).then_some("step");
    let time = match stage.state {
        StageProgressState::Done => stage.took.clone(),
        _ => word.to_owned(),
    };
    let node = match stage.state {
        StageProgressState::Done => view! { <Icon name="check" /> }.into_any(),
        StageProgressState::Failed => view! { <Icon name="cross" /> }.into_any(),
        _ => number.into_any(),
    };
    let flow = (!stage.steps.is_empty()).then(|| {
        let steps = stage
            .steps
            .into_iter()
            .map(|step| {
                view! {
                    <dt class="run-timeline__term">"In"</dt>
                    <dd>{step.input}</dd>
                    <dt class="run-timeline__term">"Out"</dt>
                    <dd>{step.output}</dd>
                }
            })
            .collect_view();
        view! { <dl class="run-timeline__flow">{steps}</dl> }
    });
    let arriving = (!stage.arriving.is_empty()).then(|| {
        let arrived =
            stage.arriving.into_iter().map(|words| view! { <li>{words}</li> }).collect_view();
        view! {
            <div class="run-timeline__arriving">
                <p class="run-timeline__term">
                    "Being written, on these events; shown once it is checked:"
                </p>
                <ul>{arrived}</ul>
            </div>
        }
    });
    view! {
        <li class=format!("run-timeline__step run-timeline__step--{modifier}") aria-current=current>
            <span class="run-timeline__node" aria-hidden="true">
                {node}
            </span>
            <h3 class="run-timeline__title">
                {stage.title} <span class="visually-hidden">{format!(": {word}")}</span>
            </h3>
            <p class="run-timeline__time">{time}</p>
            <div class="run-timeline__detail">
                {flow} {arriving} {stage.failure.map(|failure| view! { <Failure failure /> })}
            </div>
        </li>
    }
}

#[component]
fn Failure(failure: StageFailure) -> impl IntoView {
    let reasons =
        failure.reasons.into_iter().map(|reason| view! { <li>{reason}</li> }).collect_view();
    view! {
        <div class="notice notice--bad">
            <Icon name="attention" />
            <div class="notice__body">
                <p class="notice__title">{failure.kind}</p>
                <p>{failure.message}</p>
                <ul>{reasons}</ul>
                <p>{failure.remedy}</p>
            </div>
        </div>
    }
}
