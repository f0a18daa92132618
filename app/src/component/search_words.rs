use super::{error_summary::FieldErrorText, field::described_by, icon::Icon};
use leptos::prelude::*;

/// Characters of a search that are looked for.
pub const WORDS_MAX: usize = 200;

/// What was typed into a search, as far as it is looked for.
pub fn words_of(typed: Option<&str>) -> String {
    typed.unwrap_or_default().trim().chars().take(WORDS_MAX).collect()
}

/// A `GET` form that searches a list: its words, then what else narrows it, then the
/// button.
#[component]
pub fn SearchForm(
    /// Where the list stands.
    #[prop(into)]
    action: String,
    /// Where the words are looked for.
    hint: &'static str,
    words: String,
    /// What is wrong with the words.
    #[prop(optional_no_strip)]
    error: Option<&'static str>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <form class="filter-form" method="get" action=action role="search">
            <div class="field filter-form__search">
                <label class="field__label" for="words">
                    "Words"
                </label>
                <p class="field__hint" id="words-hint">
                    {hint}
                </p>
                {error
                    .map(|message| view! { <FieldErrorText id="words-error" message /> })}
                <input
                    class="field__input"
                    id="words"
                    name="words"
                    type="search"
                    maxlength=WORDS_MAX
                    value=words
                    aria-describedby=described_by("words", error.is_some())
                    aria-invalid=error.map(|_| "true")
                />
            </div>
            {children.map(|children| children())}
            <div class="filter-form__actions">
                <button class="button">
                    <Icon name="search" />
                    "Search"
                </button>
            </div>
        </form>
    }
}
