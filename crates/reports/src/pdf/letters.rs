//! What our fonts cannot print. A document for screen readers may hold no letter without
//! a form, so each gets the same visible stand-in, and the report says that it did.

use super::world::some_font_has;
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;

/// An empty square.
const STAND_IN: &str = "\u{25a1}";

/// Addresses are followed, not shown.
const ADDRESS: &str = "href";

/// The report with letters that can be printed, and whether any stands in for another.
pub(super) fn with_letters_we_have(report: Value) -> (Value, bool) {
    let mut substituted = false;
    let report = printable(report, &mut substituted);
    (report, substituted)
}

fn printable(value: Value, substituted: &mut bool) -> Value {
    match value {
        Value::String(text) => Value::String(text_in_letters(&text, substituted)),
        Value::Array(values) => {
            values.into_iter().map(|value| printable(value, substituted)).collect()
        }
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| {
                let value = if name == ADDRESS { value } else { printable(value, substituted) };
                (name, value)
            })
            .collect(),
        other => other,
    }
}

/// By what a reader takes for one letter: a base with its marks is printed by one font,
/// or not at all.
fn text_in_letters(text: &str, substituted: &mut bool) -> String {
    if text.is_ascii() && !text.contains(|one: char| one.is_ascii_control()) {
        return text.to_owned();
    }
    let mut letters = String::with_capacity(text.len());
    for letter in text.graphemes(true) {
        if letter.chars().all(char::is_whitespace) {
            letters.push(' ');
            continue;
        }
        let shown: String = letter.chars().filter(|one| !is_silent(*one)).collect();
        if shown.is_empty() {
            continue;
        }
        if some_font_has(&shown) && !shown.contains(is_private) {
            letters.push_str(&shown);
        } else {
            letters.push_str(STAND_IN);
            *substituted = true;
        }
    }
    letters
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
