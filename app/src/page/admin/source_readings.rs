use crate::component::{
    moment::{Moment, duration_words},
    state::State,
};
use domain::evidence::CutShort;
use jiff::{SignedDuration, Timestamp};
use leptos::prelude::*;
use storage::source::FetchRow;

/// A list that is longer than one reading opens pages of is nothing to see to.
const fn read_words(cut_short: Option<CutShort>) -> (&'static str, &'static str, &'static str) {
    match cut_short {
        None => ("good", "check", "Read"),
        Some(CutShort::Pages) => ("good", "check", "Read in part"),
        Some(_) => ("attention", "clock", "Read in part"),
    }
}

/// What a reading left to the next, and why. A failed one says why by its error.
fn left_words(fetch: &FetchRow) -> Option<String> {
    let cause = fetch.cut_short?;
    let left = match (fetch.outcome.as_str(), fetch.entries_left) {
        ("failed", _) => {
            return Some("Nothing was taken of it; it is tried again.".to_owned());
        }
        (_, 0) => "what it did not come to is".to_owned(),
        (_, 1) => "1 entry is".to_owned(),
        (_, left) => format!("{left} entries are"),
    };
    let mut why = cause.label().to_owned();
    if let Some(first) = why.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Some(format!("{why}; {left} left to the next reading."))
}

/// The readings of a source, the newest first: what each gave, and what it left.
#[component]
pub fn Readings(fetches: Vec<FetchRow>, now: Timestamp, zone: String) -> impl IntoView {
    if fetches.is_empty() {
        return view! { <p>"It has not been read yet."</p> }.into_any();
    }
    let rows = fetches
        .into_iter()
        .map(|fetch| {
            let (tone, icon, label) = match fetch.outcome.as_str() {
                "read" => read_words(fetch.cut_short),
                "not_modified" => ("good", "check", "Unchanged"),
                "entered" => ("good", "check", "Entered"),
                _ => ("bad", "cross", "Failed"),
            };
            let took = duration_words(SignedDuration::from_millis(fetch.duration_ms.into()));
            let left = left_words(&fetch);
            view! {
                <tr>
                    <th scope="row">
                        <Moment at=fetch.tried_at now zone=zone.clone() />
                    </th>
                    <td data-label="Outcome">
                        <State tone icon label />
                        {fetch.error.map(|error| view! { <span class="data-table__sub">{error}</span> })}
                        {left.map(|left| view! { <span class="data-table__sub">{left}</span> })}
                    </td>
                    <td data-label="Status" class="numeric">
                        {fetch.status.map_or_else(|| "none".to_owned(), |status| status.to_string())}
                    </td>
                    <td data-label="Entries" class="numeric">
                        {fetch.entries}
                    </td>
                    <td data-label="New" class="numeric">
                        {fetch.new_items}
                    </td>
                    <td data-label="Took" class="numeric">
                        {took}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"The newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"Outcome"</th>
                    <th scope="col" class="numeric">
                        "Status"
                    </th>
                    <th scope="col" class="numeric">
                        "Entries"
                    </th>
                    <th scope="col" class="numeric">
                        "New"
                    </th>
                    <th scope="col" class="numeric">
                        "Took"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_that_was_cut_short_says_why_and_what_it_left() {
        let words = |outcome: &str, cut_short, entries_left| {
            left_words(&FetchRow {
                outcome: outcome.to_owned(),
                status: None,
                error: None,
                entries: 0,
                new_items: 0,
                bytes: 0,
                duration_ms: 0,
                cut_short,
                entries_left,
                tried_at: Timestamp::UNIX_EPOCH,
            })
        };
        let time = "The time of a whole reading was over";
        assert_eq!(words("read", None, 0), None);
        for (left, expected) in [
            (0, "what it did not come to is left to the next reading."),
            (1, "1 entry is left to the next reading."),
            (12, "12 entries are left to the next reading."),
        ] {
            let words = words("read", Some(CutShort::Time), left).unwrap();
            assert_eq!(words, format!("{time}; {expected}"));
        }
        let failed = words("failed", Some(CutShort::Bytes), 0);
        assert_eq!(failed.unwrap(), "Nothing was taken of it; it is tried again.");
    }
}
