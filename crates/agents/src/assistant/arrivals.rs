//! What a model has come to while it writes. Of its answer only the names of events are
//! looked for; what a reader is told of them are the package's words, since the model's
//! own are not checked yet.

use std::collections::BTreeSet;

/// Of one report: more are not told one by one.
pub(super) const TOLD_MAX: usize = 40;

/// What one call's text has come to.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    text: String,
    /// Bytes of the text that were looked at.
    looked: usize,
}

/// What stands before the name of an event in an answer, save for blanks.
const KEY: &str = "\"event\"";

impl Arrivals {
    /// The names of events that the next piece of the answer completes.
    pub fn hear(&mut self, piece: &str) -> Vec<String> {
        self.text.push_str(piece);
        let mut names = Vec::new();
        while let Some(at) = self.text[self.looked..].find(KEY) {
            let after = self.looked + at + KEY.len();
            match value_after(&self.text[after..]) {
                Value::Name(name) => names.push(name.to_owned()),
                Value::Incomplete => return names,
                Value::None => {}
            }
            self.looked = after;
        }
        // A key may have begun.
        let mut looked = self.text.len().saturating_sub(KEY.len() - 1).max(self.looked);
        while !self.text.is_char_boundary(looked) {
            looked -= 1;
        }
        self.looked = looked;
        names
    }
}

enum Value<'t> {
    Name(&'t str),
    /// It may still become one.
    Incomplete,
    None,
}

/// Bytes within which a name has to end; what is longer names no event.
const VALUE_BYTES_MAX: usize = 200;

fn value_after(text: &str) -> Value<'_> {
    let incomplete = if text.len() <= VALUE_BYTES_MAX { Value::Incomplete } else { Value::None };
    let text = text.trim_start();
    if text.is_empty() {
        return incomplete;
    }
    let Some(text) = text.strip_prefix(':').map(str::trim_start) else { return Value::None };
    if text.is_empty() {
        return incomplete;
    }
    match text.strip_prefix('"').map(|text| text.split_once('"')) {
        None => Value::None,
        Some(None) => incomplete,
        Some(Some((name, _))) => Value::Name(name),
    }
}

/// What a report may tell its reader while it is written, and what it has told.
#[derive(Debug)]
pub(super) struct Announced<'a> {
    /// For each event, by its name, the words of the package.
    words: &'a [(String, String)],
    told: BTreeSet<String>,
}

impl<'a> Announced<'a> {
    pub const fn new(words: &'a [(String, String)]) -> Self {
        Self { words, told: BTreeSet::new() }
    }

    /// The words of an event that is named for the first time.
    pub fn tell(&mut self, name: &str) -> Option<&'a str> {
        let (_, words) = self.words.iter().find(|(known, _)| known == name)?;
        let is_new = self.told.len() < TOLD_MAX && self.told.insert(name.to_owned());
        is_new.then_some(words.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn heard(pieces: &[&str]) -> Vec<String> {
        let mut arrivals = Arrivals::default();
        pieces.iter().flat_map(|piece| arrivals.hear(piece)).collect()
    }

    #[test]
    fn the_name_of_an_event_is_heard_wherever_the_pieces_break() {
        let text = r#"{"developments":[{"event" : "V1","headline":"x"},{"event":"V12"}]}"#;
        for at in 0..=text.len() {
            let (first, second) = text.split_at(at);
            assert_eq!(heard(&[first, second]), ["V1", "V12"], "broken at {at}");
        }
    }

    #[test]
    fn what_only_looks_like_an_event_is_not_heard() {
        assert_eq!(heard(&[r#"{"headline":"\"event\":\"V1\""}"#]), [""; 0]);
        assert_eq!(heard(&[r#"["event", "V1", "event": 7, "event": "V2"]"#]), ["V2"]);
        assert_eq!(heard(&[r#"{"event": "V"#]), [""; 0]);
    }

    #[test]
    fn only_events_of_the_package_are_told_each_once_and_not_without_end() {
        let words: Vec<_> = (0..100).map(|at| (format!("V{at}"), format!("words {at}"))).collect();
        let mut announced = Announced::new(&words);
        assert_eq!(announced.tell("V3"), Some("words 3"));
        assert_eq!(announced.tell("V3"), None);
        assert_eq!(announced.tell("<b>"), None);
        let told = (0..100).filter_map(|at| announced.tell(&format!("V{at}"))).count();
        assert_eq!(told, TOLD_MAX - 1);
    }

    proptest! {
        /// Whatever a model says, in whatever pieces.
        #[test]
        fn nothing_that_is_said_breaks_the_ear(
            pieces in prop::collection::vec("[\"event: V1é\\\\]{0,12}", 0..12),
        ) {
            let mut arrivals = Arrivals::default();
            let in_pieces: Vec<_> =
                pieces.iter().flat_map(|piece| arrivals.hear(piece)).collect();
            prop_assert_eq!(in_pieces, Arrivals::default().hear(&pieces.concat()));
        }
    }
}
