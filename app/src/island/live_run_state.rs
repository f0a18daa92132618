use crate::component::state::RunState;
use domain::run::RunStatus;
use leptos::prelude::*;

#[cfg(feature = "hydrate")]
thread_local! {
    /// What the stream of the time line told last. A page shows one run.
    static TOLD: ArcRwSignal<Option<RunStatus>> = ArcRwSignal::new(None);
}

/// The state of the run in the head of its page, which follows the time line.
#[island]
pub fn LiveRunState(
    /// What the page shows first.
    status: RunStatus,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    let shown = {
        let told = TOLD.with(Clone::clone);
        move || told.get().unwrap_or(status)
    };
    #[cfg(not(feature = "hydrate"))]
    let shown = move || status;
    move || view! { <RunState status=shown() /> }
}

/// Shows another status in the head.
#[cfg(feature = "hydrate")]
pub(super) fn tell(status: RunStatus) {
    TOLD.with(|told| told.set(Some(status)));
}
