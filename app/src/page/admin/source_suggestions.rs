use crate::ssr::encode;
use domain::evidence::{SUGGESTED_SOURCES, SuggestedSource};
use leptos::prelude::*;
use orchestrator::evidence::SourceForm;

/// Real sources by name that nobody has added yet; none of them is read.
#[component]
pub fn Suggestions(
    /// Names of the sources that there are.
    known: Vec<String>,
) -> impl IntoView {
    let is_new = |one: &&SuggestedSource| {
        !known.iter().any(|name| name.trim().eq_ignore_ascii_case(one.name))
    };
    let rows: Vec<_> = SUGGESTED_SOURCES.iter().filter(is_new).map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="section" aria-labelledby="suggestions">
                <h2 class="section__title" id="suggestions">
                    "Suggestions"
                </h2>
                <p>
                    "Names alone: none of them is read. Look up the address and what the owner allows before \
                     you add one; many are paywalled or restrict reuse. The press pages of companies are sources, too."
                </p>
                <table class="data-table">
                    <caption class="data-table__caption">"Sources that nobody has added yet"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"What it is"</th>
                            <th scope="col" class="numeric">
                                "Proposed tier"
                            </th>
                            <th scope="col">
                                <span class="visually-hidden">"Add"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
    })
}

fn row(one: &SuggestedSource) -> impl IntoView + use<> {
    let href = format!("/admin/sources/new?suggested={}", encode(one.name));
    view! {
        <tr>
            <th scope="row">{one.name}</th>
            <td data-label="What it is">{one.kind.label()}</td>
            <td class="numeric" data-label="Proposed tier">
                {u8::from(one.kind.tier())}
            </td>
            <td>
                <a href=href>
                    "Add" <span class="visually-hidden">{format!(" {}", one.name)}</span>
                </a>
            </td>
        </tr>
    }
}

/// What the form of a suggested source begins with: its name and tier, and nothing that an
/// administrator has to look up.
pub fn begun(name: &str) -> SourceForm {
    let found = SUGGESTED_SOURCES.iter().find(|one| one.name == name);
    found.map_or_else(SourceForm::default, |one| SourceForm {
        name: one.name.to_owned(),
        publisher: one.name.to_owned(),
        tier: u8::from(one.kind.tier()).to_string(),
        ..SourceForm::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suggestion_gives_no_address_and_no_terms() {
        for one in SUGGESTED_SOURCES {
            let form = begun(one.name);
            assert_eq!(form.name, one.name);
            assert!(form.url.is_empty() && form.terms_checked_by.is_empty());
            let fields: Vec<&str> = form.problems().iter().map(|problem| problem.field).collect();
            assert!(fields.contains(&"url"), "{fields:?}");
        }
        assert_eq!(begun("Somebody else"), SourceForm::default());
    }
}
