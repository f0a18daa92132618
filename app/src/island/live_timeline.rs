use crate::{component::timeline::Timeline, view::run::RunProgress};
use leptos::prelude::*;

/// The time line of a run, renewed by the server's event stream until the run
/// has ended; the browser resumes a broken stream with `Last-Event-ID`. A run
/// that ends reloads the page once, for what stands around the time line, unless
/// the reader has set off for another page: a reload would call them back.
#[island]
pub fn LiveTimeline(
    /// The run's id.
    run: String,
    /// What the page shows first.
    progress: RunProgress,
) -> impl IntoView {
    let (shown, show) = signal(progress);
    #[cfg(feature = "hydrate")]
    if !shown.get_untracked().is_final {
        follow(&run, show);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (run, show);
    view! {
        <div class="run-progress">
            <p class="statement">{move || shown.get().statement}</p>
            {move || view! { <Timeline stages=shown.get().stages /> }}
        </div>
    }
}

#[cfg(feature = "hydrate")]
fn follow(run: &str, show: WriteSignal<RunProgress>) {
    use leptos::ev;
    use leptos::wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{EventSource, MessageEvent};

    let Ok(source) = EventSource::new(&format!("/runs/{run}/events")) else { return };
    let stream = source.clone();
    // The next page may take its time to answer; this one lives until then.
    let is_leaving = StoredValue::new(false);
    let _ = window_event_listener(ev::beforeunload, move |_| is_leaving.set_value(true));
    let renew = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(text) = event.data().as_string() else { return };
        let Ok(progress) = serde_json::from_str::<RunProgress>(&text) else { return };
        let is_final = progress.is_final;
        super::live_run_state::tell(progress.status);
        show.set(progress);
        if is_final {
            stream.close();
            if !is_leaving.get_value() {
                let _ = window().location().reload();
            }
        }
    });
    let _ = source.add_event_listener_with_callback("progress", renew.as_ref().unchecked_ref());
    // The stream lives as long as the page.
    renew.forget();
}
