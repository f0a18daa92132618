//! What our fonts cannot print. A document for screen readers may hold no letter without
//! a form, so each gets the same visible stand-in, and the report says that it did.

use super::world::prints_everywhere;
use serde_json::Value;
use std::collections::HashMap;
use unicode_segmentation::UnicodeSegmentation;

/// An empty square.
const STAND_IN: &str = "\u{25a1}";

/// Addresses are followed, not shown.
const ADDRESS: &str = "href";

/// The report with letters that can be printed, and whether any stands in for another.
pub(super) fn with_letters_we_have(report: Value) -> (Value, bool) {
    let mut letters = Letters::default();
    let report = letters.printable(report);
    (report, letters.substituted)
}

/// What one document has shown so far: a letter is looked up in the fonts once.
#[derive(Default)]
struct Letters {
    printed: HashMap<String, bool>,
    substituted: bool,
}

impl Letters {
    fn printable(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(values) => values.into_iter().map(|value| self.printable(value)).collect(),
            Value::Object(members) => members
                .into_iter()
                .map(|(name, value)| {
                    let value = if name == ADDRESS { value } else { self.printable(value) };
                    (name, value)
                })
                .collect(),
            other => other,
        }
    }

    /// By what a reader takes for one letter: a base with its marks is printed by one font,
    /// or not at all.
    fn text(&mut self, text: String) -> String {
        if text.is_ascii() && !text.contains(|one: char| one.is_ascii_control()) {
            return text;
        }
        // What prints nothing goes first: letters that it kept apart become one for the fonts.
        let told: String = text.replace("\r\n", " ").chars().filter_map(space_or_visible).collect();
        let mut letters = String::with_capacity(told.len());
        for letter in told.graphemes(true) {
            if letter.is_ascii() || self.prints(letter) {
                letters.push_str(letter);
            } else {
                letters.push_str(STAND_IN);
                self.substituted = true;
            }
        }
        letters
    }

    fn prints(&mut self, letter: &str) -> bool {
        if let Some(known) = self.printed.get(letter) {
            return *known;
        }
        let prints = prints_everywhere(letter) && !letter.contains(is_private);
        self.printed.insert(letter.to_owned(), prints);
        prints
    }
}

fn space_or_visible(one: char) -> Option<char> {
    if one.is_whitespace() { Some(' ') } else { Some(one).filter(|one| !is_silent(*one)) }
}

/// Controls, marks of direction and of joining, byte order marks, what is no character.
fn is_silent(one: char) -> bool {
    one.is_control()
        || matches!(one,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(one) & 0xfffe == 0xfffe
}

fn is_private(one: char) -> bool {
    matches!(one, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}
