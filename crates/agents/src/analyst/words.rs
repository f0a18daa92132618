//! Whole words in a text.

/// Lower case, everything but letters and digits made a single space, a space at
/// both ends: whole words are then found by [`says`].
pub(super) fn lowered(text: &str) -> String {
    padded(&text.to_lowercase())
}

pub(super) fn padded(text: &str) -> String {
    let words: Vec<_> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

pub(super) fn says(padded: &str, words: &str) -> bool {
    place_of(padded, words).is_some()
}

pub(super) fn place_of(padded: &str, words: &str) -> Option<usize> {
    padded
        .match_indices(words)
        .map(|(at, _)| at)
        .find(|at| padded[..*at].ends_with(' ') && padded[at + words.len()..].starts_with(' '))
}
