use crate::{component::price_lines::PriceLines, view::price::PriceView};
use domain::{
    price::PRICE_LIST_VERSION,
    specification::{FieldError, SpecificationDraft, check, partial_quote},
};
use leptos::{html, prelude::*};

/// Prices and checks the form around it while it is filled in, with the rules
/// that the server applies on saving. It only tells: it moves no focus, changes
/// no answer and stops no saving.
///
/// Accessibility: the price is an `<output>`, announced alone; what needs mending
/// is a polite live region that stays silent until the form is changed.
#[island]
pub fn LiveQuote(
    /// What the form shows first.
    draft: SpecificationDraft,
) -> impl IntoView {
    let (typed, set_typed) = signal(draft);
    let (is_changed, set_changed) = signal(false);
    let panel = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(panel) = panel.get() {
            follow_form(&panel, set_typed, set_changed);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (set_typed, set_changed);
    let price = Memo::new(move |_| {
        typed.with(|draft| PriceView::of(partial_quote(draft).as_ref(), draft.desk()))
    });
    let errors = Memo::new(move |_| {
        let errors = || typed.with(check).err().unwrap_or_default();
        if is_changed.get() { errors() } else { Vec::new() }
    });
    let mending = Memo::new(move |_| mending_words(is_changed.get(), errors.with(Vec::len)));
    view! {
        <div class="price-panel" node_ref=panel>
            <h2 class="price-panel__title" id="price-title">
                "Price"
            </h2>
            <p>
                <output class="price-panel__total" for="cadence tier seats">
                    {move || price.with(|price| price.month.clone())}
                </output>
                <span class="price-panel__unit">{move || price.with(|price| price.unit)}</span>
            </p>
            {move || view! { <PriceLines lines=price.with(|price| price.lines.clone()) /> }}
            <p class="price-panel__note">
                {format!(
                    "Price list {PRICE_LIST_VERSION}. The quote is stored with each version.",
                )}
            </p>
            <div class="price-panel__note" aria-live="polite">
                <p>{move || mending.get()}</p>
                <ul class="notice__list">
                    <For each=move || errors.get() key=error_key let:error>
                        <li>{format!("{}: {}", error.field.label(), error.message)}</li>
                    </For>
                </ul>
            </div>
        </div>
    }
}

/// One entry per sentence, so that only what is new is announced.
fn error_key(error: &FieldError) -> (domain::specification::Field, String) {
    (error.field, error.message.clone())
}

fn mending_words(is_changed: bool, count: usize) -> String {
    match (is_changed, count) {
        (false, _) => String::new(),
        (true, 0) => "Every answer is complete.".to_owned(),
        (true, 1) => "1 answer still needs mending:".to_owned(),
        (true, count) => format!("{count} answers still need mending:"),
    }
}

/// Reads the enclosing form now, since a browser may have put earlier input
/// back, and then whenever it changes. Without a form nothing happens.
#[cfg(feature = "hydrate")]
fn follow_form(
    panel: &web_sys::Element,
    set_typed: WriteSignal<SpecificationDraft>,
    set_changed: WriteSignal<bool>,
) {
    use leptos::wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{Event, HtmlFormElement};

    let form = panel.closest("form").ok().flatten();
    let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) else { return };
    if let Some(draft) = read_form(&form) {
        set_typed.set(draft);
    }
    let source = form.clone();
    let renew = Closure::<dyn FnMut(Event)>::new(move |_: Event| {
        if let Some(draft) = read_form(&source) {
            set_typed.set(draft);
            set_changed.set(true);
        }
    });
    // Not `change`, which a text field sends when it is left: what is told then could
    // move the button from under the press that left it.
    let _ = form.add_event_listener_with_callback("input", renew.as_ref().unchecked_ref());
    // The form lives as long as the page.
    renew.forget();
}

/// The form as the server would read it.
#[cfg(feature = "hydrate")]
fn read_form(form: &web_sys::HtmlFormElement) -> Option<SpecificationDraft> {
    /// The part of the form that is priced; the rest is of no interest here.
    #[derive(serde::Deserialize)]
    struct Sent {
        draft: SpecificationDraft,
    }

    let data = web_sys::FormData::new_with_form(form).ok()?;
    let sent = <Sent as FromFormData>::from_form_data(&data).ok()?;
    Some(sent.draft)
}

#[cfg(test)]
mod tests {
    use super::mending_words;

    #[test]
    fn nothing_is_said_before_the_form_is_changed() {
        assert_eq!(mending_words(false, 3), "");
        assert_eq!(mending_words(true, 0), "Every answer is complete.");
        assert_eq!(mending_words(true, 1), "1 answer still needs mending:");
        assert_eq!(mending_words(true, 2), "2 answers still need mending:");
    }
}
