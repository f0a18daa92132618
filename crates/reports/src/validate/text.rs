//! How the rules read prose.

use std::ops::Range;

/// Abbreviations after which a sentence goes on.
const ABBREVIATIONS: &[&str] = &[
    "Inc.", "Ltd.", "Co.", "Corp.", "No.", "St.", "e.g.", "i.e.", "approx.", "vs.", "U.S.", "a.m.",
    "p.m.",
];

/// The sentences of a text. One ends at `.`, `?` or `!` before white space and
/// an upper-case letter, a digit or an opening quotation mark, but not after a
/// known abbreviation.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, mark) in text.char_indices() {
        if !matches!(mark, '.' | '?' | '!') {
            continue;
        }
        let end = at + mark.len_utf8();
        let rest = text[end..].trim_start_matches(['”', '"', ')']);
        let next = rest.trim_start();
        let opens = next.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || c == '“');
        let word = text[start..end].rsplit(char::is_whitespace).next().unwrap_or_default();
        if rest.len() > next.len() && opens && !ABBREVIATIONS.contains(&word) {
            let cut = text.len() - rest.len();
            found.push(text[start..cut].trim());
            start = cut;
        }
    }
    found.push(text[start..].trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// Words in lower case, punctuation left out.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Whether `name` stands in `text` as whole words, case included.
pub(super) fn names(text: &str, name: &str) -> bool {
    let bounded = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
    let name = name.trim();
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            bounded(text[..at].chars().next_back())
                && bounded(text[at + name.len()..].chars().next())
        })
}

/// What stands between “ and ”, the outermost marks counted; one that is not closed
/// is none.
pub(super) fn quotations(text: &str) -> Vec<&str> {
    places_of_quotations(text).into_iter().map(|place| &text[place]).collect()
}

fn places_of_quotations(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0_u32, 0);
    for (at, mark) in text.char_indices() {
        match mark {
            '“' => {
                if depth == 0 {
                    start = at + mark.len_utf8();
                }
                depth = depth.saturating_add(1);
            }
            '”' if depth == 1 => {
                found.push(start..at);
                depth = 0;
            }
            '”' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found
}

/// The text without what stands between “ and ”: somebody else's words. A mark that is not
/// closed takes nothing away, since nobody holds what follows it against the evidence.
pub(super) fn without_quotations(text: &str) -> String {
    let mut own = text.to_owned();
    for place in places_of_quotations(text).into_iter().rev() {
        own.replace_range(place, "");
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_before_a_capital_and_not_at_an_abbreviation() {
        assert_eq!(
            sentences("Dow Inc. cut 3.5 kt/a. “It may last.” 40 jobs go. so be it"),
            ["Dow Inc. cut 3.5 kt/a.", "“It may last.”", "40 jobs go. so be it"]
        );
        assert!(sentences(" ").is_empty());
    }

    #[test]
    fn only_a_quotation_that_is_closed_is_somebody_elses_words() {
        let check = |text: &str, own: &str| assert_eq!(without_quotations(text), own);
        check("Acme says “Acme grows” today", "Acme says “” today");
        check("it says “a “b” c” and “d”", "it says “” and “”");
        check("it says “Acme grows today", "it says “Acme grows today");
    }

    #[test]
    fn a_name_counts_as_whole_words_only() {
        assert!(names("Alba Foam opens", "Alba Foam"));
        assert!(!names("Albania opens", "Alba"));
        assert!(!names("anything", " "));
    }
}
