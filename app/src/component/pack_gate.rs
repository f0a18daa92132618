use crate::{
    island::LivePack,
    view::pack::{PackNotice, PackStanding},
};
use leptos::prelude::*;
use orchestrator::pricing::{PackState, PricesAsOf};

/// How soon a page that waits for prices looks again, in seconds.
const LOOK_AGAIN_S: std::ops::RangeInclusive<u32> = 3..=10;

/// Why nothing is executed at present, until when, and what can be done now.
/// Nothing is shown while the pack is fresh.
#[component]
pub fn PackGate(
    prices: PricesAsOf,
    /// Path of the page; the last fresh pack is chosen there by its day.
    path: String,
    /// Whether the address names the day.
    names_day: bool,
    /// Whether the page renews itself until the pack is fresh.
    refreshes: bool,
) -> impl IntoView {
    let notice = PackNotice::of(&prices);
    if notice.is_complete() {
        return None;
    }
    let asof = prices.as_of.to_string();
    let again = if names_day { format!("{path}?asof={asof}") } else { path.clone() };
    let every_s = prices.state.as_ref().map(look_again_s);
    let refreshes_s = every_s.filter(|_| refreshes && notice.standing == PackStanding::Preparing);
    Some(view! {
        <LivePack asof path notice>
            <Renewal again refreshes_s />
        </LivePack>
    })
}

fn look_again_s(state: &PackState) -> u32 {
    state.retry_after_s().clamp(*LOOK_AGAIN_S.start(), *LOOK_AGAIN_S.end())
}

/// A way to look again. Without scripts the page does so by itself; what has been
/// typed would be lost, so that can be paused.
#[component]
fn Renewal(
    /// Address of the page as it is.
    again: String,
    refreshes_s: Option<u32>,
) -> impl IntoView {
    let parting = if again.contains('?') { '&' } else { '?' };
    let pause = format!("{again}{parting}refresh=off");
    let refresh = refreshes_s.map(|every_s| {
        view! {
            <noscript>
                <meta http-equiv="refresh" content=every_s.to_string() />
                <p class="notice__small">
                    {format!("This page looks again every {every_s} seconds. ")}
                    <a href=pause>"Pause looking again"</a>
                </p>
            </noscript>
        }
    });
    view! {
        <p>
            <a href=again>"Look again"</a>
        </p>
        {refresh}
    }
}
