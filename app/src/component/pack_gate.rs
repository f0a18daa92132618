use super::{icon::Icon, moment::moment_words};
use crate::view::execution::seconds_words;
use domain::pricing_pack::PackStatus;
use leptos::prelude::*;
use orchestrator::pricing::PackState;

/// How soon a page that waits for prices looks again, in seconds.
const LOOK_AGAIN_S: std::ops::RangeInclusive<u32> = 3..=10;

/// Why nothing is executed at present, until when, and what can be done now.
/// Nothing is shown while the pack is fresh.
#[component]
pub fn PackGate(
    /// None: there is no pack of the day or before it.
    state: Option<PackState>,
    /// Path of the page; the last fresh pack is chosen there by its day.
    path: String,
    zone: String,
    /// Whether the page renews itself until the pack is fresh.
    refreshes: bool,
) -> impl IntoView {
    let Some(state) = state else {
        return Some(view! {
            <div class="notice notice--attention" role="status">
                <Icon name="attention" />
                <div class="notice__body">
                    <p class="notice__title">"There are no prices yet"</p>
                    <p>
                        "Nothing is executed before a pricing pack is built. An operator builds it; \
                         until then a pattern can be read here and not executed."
                    </p>
                </div>
            </div>
        }
        .into_any());
    };
    let now = state.observed_at;
    let (tone, title, text) = match state.pack.status {
        PackStatus::Fresh | PackStatus::Superseded => return None,
        PackStatus::Failed => (
            "notice notice--bad",
            "The prices could not be prepared",
            format!(
                "The build stopped: {}. Waiting alone does not mend it; the operator has to look at \
                 the build.",
                state.pack.error.as_deref().unwrap_or("no reason was given").trim_end_matches('.')
            ),
        ),
        PackStatus::Building | PackStatus::Warming => (
            "notice notice--attention",
            "The prices are still being prepared",
            format!(
                "Nothing is executed before they are complete, about {}. Try again in {}.",
                moment_words(state.estimated_ready, now, &zone),
                seconds_words(state.retry_after_s())
            ),
        ),
    };
    let progress = state.progress();
    let is_building = matches!(state.pack.status, PackStatus::Building | PackStatus::Warming);
    let progress = is_building.then(|| {
        let words = format!(
            "Step {} of {}: {}",
            (progress.done + 1).min(progress.total),
            progress.total,
            progress.stage.label()
        );
        view! {
            <p class="pack-gate__progress">
                <progress
                    class="pack-gate__bar"
                    max=progress.total.to_string()
                    value=progress.done.to_string()
                    aria-label="Preparation of the prices"
                ></progress>
                <span>{words}</span>
            </p>
        }
    });
    let every_s = state.retry_after_s().clamp(*LOOK_AGAIN_S.start(), *LOOK_AGAIN_S.end());
    let again = path.clone();
    let renewal = is_building.then(|| view! { <Renewal path=again refreshes every_s /> });
    let last = state.last_fresh.map(|last| {
        view! {
            <p>
                "The prices of " {last.asof.strftime("%-d %B %Y").to_string()} " are complete. "
                <a href=format!("{path}?asof={}", last.asof)>"Execute as of that day instead"</a> "."
            </p>
        }
    });
    Some(
        view! {
            <div class=tone role="status">
                <Icon name="clock" />
                <div class="notice__body">
                    <p class="notice__title">{title}</p>
                    <p>{text}</p>
                    {progress}
                    {renewal}
                    {last}
                    <p class="notice__small">
                        "Pricing pack " <code class="digest">{state.pack.id.to_string()}</code>
                    </p>
                </div>
            </div>
        }
        .into_any(),
    )
}

/// A way to look again. Without scripts the page does so by itself; what has been
/// typed would be lost, so that can be paused.
#[component]
fn Renewal(path: String, refreshes: bool, every_s: u32) -> impl IntoView {
    view! {
        <p>
            <a href=path>"Look again"</a>
        </p>
        {refreshes
            .then(|| {
                view! {
                    <noscript>
                        <meta http-equiv="refresh" content=every_s.to_string() />
                        <p class="notice__small">
                            {format!("This page looks again every {every_s} seconds. ")}
                            <a href="?refresh=off">"Pause looking again"</a>
                        </p>
                    </noscript>
                }
            })}
    }
}
