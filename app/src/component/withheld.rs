use crate::component::icon::Icon;
use leptos::prelude::*;
use orchestrator::rights::{Terms, WithheldPart};

/// Whose data is shown, in the words that their licences ask for.
#[component]
pub fn Attributions(terms: Terms) -> impl IntoView {
    let attributions = terms.attributions.into_iter().map(|one| one.text);
    let marks = terms.watermarks.into_iter().map(|one| one.text);
    let texts: Vec<String> = attributions.chain(marks).collect();
    (!texts.is_empty())
        .then(|| view! { <p class="report-preview__attribution">{texts.join(" · ")}</p> })
}

/// The parts that licences keep from being shown, each with the reason and what would
/// change it. Nothing where all is shown.
#[component]
pub fn WithheldParts(
    withheld: Vec<WithheldPart>,
    /// What they are parts of, with its article.
    what: &'static str,
) -> impl IntoView {
    if withheld.is_empty() {
        return None;
    }
    let title = match withheld.len() {
        1 => format!("One part of {what} is not shown"),
        count => format!("{count} parts of {what} are not shown"),
    };
    let parts = withheld
        .into_iter()
        .map(|part| {
            let reasons = withheld_words(&part);
            view! { <li><strong>{part.title}</strong>". "{reasons}</li> }
        })
        .collect_view();
    Some(view! {
        <div class="notice notice--attention" role="status">
            <Icon name="blocked" />
            <div class="notice__body">
                <p class="notice__title">{title}</p>
                <ul class="notice__list">{parts}</ul>
            </div>
        </div>
    })
}

/// Why a part is not shown, and what would unblock it.
pub fn withheld_words(part: &WithheldPart) -> String {
    if part.blocked.is_empty() {
        return "It is not recorded where it comes from, so no licence can be asked.".to_owned();
    }
    let words: Vec<String> =
        part.blocked.iter().map(|one| format!("{} {}", one.reason, one.unblock)).collect();
    words.join(" ")
}
