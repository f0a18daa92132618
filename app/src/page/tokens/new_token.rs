use crate::{component::icon::Icon, ssr::NewToken};
use leptos::prelude::*;
use secrecy::ExposeSecret;

/// The text of a token that was just made. This is the only page that shows it.
#[component]
pub(super) fn ShownToken(new: NewToken, name: String) -> impl IntoView {
    view! {
        <section class="notice new-token" aria-labelledby="shown-token">
            <Icon name="seal" />
            <div class="notice__body">
                <h2 class="notice__title" id="shown-token">
                    "Copy the token now"
                </h2>
                <p>
                    {format!(
                        "This is the text of “{name}”. It is shown on this page only: we keep its hash, so nobody can show it again. Keep it where your program keeps its secrets.",
                    )}
                </p>
                <div class="field new-token__field">
                    <label class="field__label" for="token-text">
                        "Token"
                    </label>
                    <input
                        class="field__input new-token__text"
                        id="token-text"
                        type="text"
                        readonly
                        autocomplete="off"
                        spellcheck="false"
                        value=new.text.expose_secret().to_owned()
                    />
                </div>
            </div>
        </section>
    }
}

/// A token was made, but this page comes too late or a second time.
#[component]
pub(super) fn LostToken() -> impl IntoView {
    view! {
        <section class="notice notice--attention" aria-labelledby="lost-token">
            <Icon name="attention" />
            <div class="notice__body">
                <h2 class="notice__title" id="lost-token">
                    "The token is not shown again"
                </h2>
                <p>
                    "Its text was shown once, on the page that followed its creation. If you did not copy it, revoke the token and create another one."
                </p>
            </div>
        </section>
    }
}
