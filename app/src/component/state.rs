use super::icon::Icon;
use domain::{execution::Outcome, run::RunStatus, specification::SpecificationState};
use leptos::prelude::*;

/// A state as a word with its icon; the colour only repeats it.
#[component]
pub fn State(
    /// `good`, `attention`, `bad`, `live`, `ready` or empty.
    tone: &'static str,
    icon: &'static str,
    label: &'static str,
) -> impl IntoView {
    let class = if tone.is_empty() { "state".to_owned() } else { format!("state state--{tone}") };
    view! {
        <span class=class>
            <Icon name=icon />
            {label}
        </span>
    }
}

#[component]
pub fn RunState(status: RunStatus) -> impl IntoView {
    let (tone, icon) = match status {
        RunStatus::Queued => ("", "clock"),
        RunStatus::Running => ("live", "clock"),
        RunStatus::Succeeded => ("good", "check"),
        RunStatus::Failed => ("bad", "cross"),
        RunStatus::Cancelled => ("", "blocked"),
    };
    view! { <State tone icon label=status.label() /> }
}

#[component]
pub fn OutcomeState(outcome: Outcome) -> impl IntoView {
    let (tone, icon) = match outcome {
        Outcome::Succeeded => ("good", "check"),
        Outcome::Failed => ("bad", "cross"),
        Outcome::Blocked => ("attention", "clock"),
        Outcome::Cancelled => ("", "blocked"),
    };
    view! { <State tone icon label=outcome.label() /> }
}

#[component]
pub fn SpecificationStateChip(state: SpecificationState) -> impl IntoView {
    let (tone, icon) = match state {
        SpecificationState::Draft => ("", "draft"),
        SpecificationState::Submitted => ("", "clock"),
        SpecificationState::Active => ("good", "check"),
        SpecificationState::Paused => ("attention", "pause"),
        SpecificationState::Cancelled => ("", "blocked"),
    };
    view! { <State tone icon label=state.label() /> }
}
