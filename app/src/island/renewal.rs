use leptos::prelude::*;

/// Renews the page at intervals until the reader begins to use it: what is typed
/// or focused is never taken away, and whoever leaves is not called back. Without
/// scripts the browser renews it, unless that is paused.
#[island]
pub fn Renewal(
    /// Seconds between two looks.
    every_s: u32,
) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    renew(every_s);
    view! {
        <p class="notice__small">
            {format!("This page looks again every {every_s} seconds.")}
        </p>
    }
}

#[cfg(feature = "hydrate")]
fn renew(every_s: u32) {
    use leptos::ev;
    use std::time::Duration;

    let is_used = StoredValue::new(false);
    let _ = window_event_listener(ev::input, move |_| is_used.set_value(true));
    let _ = window_event_listener(ev::focusin, move |_| is_used.set_value(true));
    let _ = window_event_listener(ev::beforeunload, move |_| is_used.set_value(true));
    set_interval(
        move || {
            if !is_used.get_value() {
                let _ = window().location().reload();
            }
        },
        Duration::from_secs(every_s.into()),
    );
}
