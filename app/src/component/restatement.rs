use super::icon::Icon;
use domain::pricing_pack::{PackStatus, PricingPackId};
use leptos::prelude::*;
use orchestrator::pricing::Restated;

/// Stands over figures of a pack that has been superseded: why, by what, and what changed.
#[component]
pub fn RestatementBanner(restated: Restated) -> impl IntoView {
    let Restated { by, reason } = restated;
    let changes = format!("/packs/{}/changes", by.id);
    let standing = match by.status {
        PackStatus::Fresh => format!("Version {} takes its place.", by.version),
        PackStatus::Failed => {
            format!("Version {}, which was to take its place, could not be built.", by.version)
        }
        _ => format!("Version {} is still being prepared.", by.version),
    };
    let reason = reason.map(|reason| format!("Reason: {reason} "));
    view! {
        <div class="notice notice--attention" role="status">
            <Icon name="history" />
            <div class="notice__body">
                <p class="notice__title">"These prices were restated"</p>
                <p>
                    "The figures here stay as they were made. " {reason} {standing} " "
                    <a href=changes>"What changed"</a>
                </p>
            </div>
        </div>
    }
}

/// Says of figures that they rest on corrected prices, and leads to what was corrected.
#[component]
pub fn RestatesNote(pack: PricingPackId) -> impl IntoView {
    let words = format!("Corrected prices, version {} of the day. ", pack.name().version);
    view! {
        <p class="portfolio-note">
            <Icon name="history" />
            <span>
                {words} <a href=format!("/packs/{pack}/changes")>"What changed"</a>
            </span>
        </p>
    }
}
