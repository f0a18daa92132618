use crate::{
    component::{icon::Icon, pack_words::PackWords},
    view::pack::PackNotice,
};
use leptos::prelude::*;

/// The notice over a pattern's form while its prices are not complete, renewed by
/// the server's event stream until they are. Only the notice changes, so nothing
/// that has been typed below it is lost. The browser takes up a broken stream by
/// itself.
#[island]
pub fn LivePack(
    /// The day whose pack is followed, `2025-10-21`.
    asof: String,
    /// Path of the page.
    path: String,
    /// What the page shows first.
    notice: PackNotice,
    /// What else there is to do while the prices are not complete.
    children: Children,
) -> impl IntoView {
    let (shown, show) = signal(notice);
    #[cfg(feature = "hydrate")]
    follow(&asof, show);
    #[cfg(not(feature = "hydrate"))]
    let _ = (asof, show);
    let standing = move || shown.with(|notice| notice.standing);
    view! {
        <div class=move || standing().tone() role="status">
            {move || view! { <Icon name=standing().icon() /> }}
            <div class="notice__body">
                {move || view! { <PackWords notice=shown.get() path=path.clone() /> }}
                <div hidden=move || shown.with(PackNotice::is_complete)>{children()}</div>
            </div>
        </div>
    }
}

#[cfg(feature = "hydrate")]
fn follow(asof: &str, show: WriteSignal<PackNotice>) {
    use leptos::wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{EventSource, MessageEvent};

    let Ok(source) = EventSource::new(&format!("/pack/events?asof={asof}")) else { return };
    let stream = source.clone();
    let renew = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(text) = event.data().as_string() else { return };
        let Ok(notice) = serde_json::from_str::<PackNotice>(&text) else { return };
        if notice.is_complete() {
            stream.close();
        }
        show.set(notice);
    });
    let _ = source.add_event_listener_with_callback("pack", renew.as_ref().unchecked_ref());
    // The stream lives as long as the page.
    renew.forget();
}
