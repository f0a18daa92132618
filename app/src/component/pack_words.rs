use crate::view::pack::{BuildStep, LastComplete, PackNotice, PackStanding};
use leptos::prelude::*;

impl PackStanding {
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Missing | Self::Preparing => "notice notice--attention",
            Self::Failed => "notice notice--bad",
            Self::Complete => "notice notice--good",
        }
    }

    pub const fn icon(self) -> &'static str {
        match self {
            Self::Missing | Self::Failed => "attention",
            Self::Preparing => "clock",
            Self::Complete => "check",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Missing => "There are no prices yet",
            Self::Preparing => "The prices are still being prepared",
            Self::Failed => "The prices could not be prepared",
            Self::Complete => "The prices are complete",
        }
    }
}

/// How the prices stand, how far they are, and what there is meanwhile.
#[component]
pub fn PackWords(
    notice: PackNotice,
    /// Path of the page; the last complete pack is chosen there by its day.
    path: String,
) -> impl IntoView {
    let step = notice.step.map(|step| view! { <Step step /> });
    let last = notice.last_complete.map(|last| view! { <Instead last path /> });
    let pack = notice.pack.map(|pack| {
        view! {
            <p class="notice__small">"Pricing pack " <code class="digest">{pack}</code></p>
        }
    });
    view! {
        <p class="notice__title">{notice.standing.title()}</p>
        <p>{notice.text}</p>
        {step}
        {last}
        {pack}
    }
}

#[component]
fn Step(step: BuildStep) -> impl IntoView {
    view! {
        <p class="pack-gate__progress">
            <progress
                class="pack-gate__bar"
                max=step.total.to_string()
                value=step.done.to_string()
                aria-label="Preparation of the prices"
            ></progress>
            <span>{step.words}</span>
        </p>
    }
}

#[component]
fn Instead(last: LastComplete, path: String) -> impl IntoView {
    view! {
        <p>
            {format!("The prices of {} are complete. ", last.day)}
            <a href=format!("{path}?asof={}", last.asof)>"Execute as of that day instead"</a> "."
        </p>
    }
}
