//! The rules for names and titles.

use super::{Field, FieldError};
use std::ops::RangeInclusive;

/// Characters (not bytes) of a specification's name.
pub const NAME_LENGTH: RangeInclusive<usize> = 3..=100;
/// Characters of the report's title.
pub const TITLE_LENGTH: RangeInclusive<usize> = 3..=120;
/// As much of a wrong value as an error repeats.
const QUOTED_LENGTH: usize = 60;

/// Blanks at both ends do not count. Unique in the workspace, which the database
/// sees to.
pub(super) fn check_name(text: &str) -> Result<String, FieldError> {
    let name = check_length(Field::Name, text, NAME_LENGTH)?;
    match name.chars().find(|character| !may_stand_in_name(*character)) {
        None => Ok(name.to_owned()),
        Some(stranger) => Err(FieldError::new(
            Field::Name,
            format!(
                "{} cannot stand in a name; letters, digits, spaces and - _ & . , ' ( ) can.",
                shown(stranger)
            ),
        )),
    }
}

pub(super) fn check_title(text: &str) -> Result<String, FieldError> {
    let title = check_length(Field::Title, text, TITLE_LENGTH)?;
    match title.chars().find(|character| character.is_control()) {
        None => Ok(title.to_owned()),
        Some(stranger) => Err(FieldError::new(
            Field::Title,
            format!("{} cannot stand in a title.", shown(stranger)),
        )),
    }
}

/// A wrong value for a message, shortened where it is long.
pub(super) fn quoted(value: &str) -> String {
    let mut start: String = value.chars().take(QUOTED_LENGTH).collect();
    if start.len() < value.len() {
        start.push('…');
    }
    format!("“{start}”")
}

fn check_length(
    field: Field,
    text: &str,
    allowed: RangeInclusive<usize>,
) -> Result<&str, FieldError> {
    let text = text.trim();
    let length = text.chars().count();
    if allowed.contains(&length) {
        return Ok(text);
    }
    let (least, most) = (allowed.start(), allowed.end());
    let message = match length {
        0 => format!("Give it a {} of {least} to {most} characters.", word_for(field)),
        _ => {
            format!("The {} needs {least} to {most} characters; it has {length}.", word_for(field))
        }
    };
    Err(FieldError::new(field, message))
}

fn word_for(field: Field) -> &'static str {
    if field == Field::Title { "title" } else { "name" }
}

fn may_stand_in_name(character: char) -> bool {
    character.is_alphanumeric() || " -_&.,'()".contains(character) || is_part_of_letter(character)
}

/// Marks that combine with a letter, and the joiners that some scripts write
/// with: without them names in Hindi, Thai or Persian would be refused.
fn is_part_of_letter(character: char) -> bool {
    matches!(
        character,
        '\u{0300}'..='\u{036F}'     // accents written as characters of their own
            | '\u{0591}'..='\u{05C7}' // Hebrew points
            | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' // Arabic marks
            | '\u{0900}'..='\u{0DFF}' // Indic scripts
            | '\u{0E31}'..='\u{0EFF}' // Thai and Lao
            | '\u{1000}'..='\u{109F}' // Burmese
            | '\u{1780}'..='\u{17FF}' // Khmer
            | '\u{200C}' | '\u{200D}'
    )
}

/// A character in quotes, or its number where it cannot be seen.
fn shown(character: char) -> String {
    if character.is_control() || character.is_whitespace() || is_invisible(character) {
        format!("The character U+{:04X}", u32::from(character))
    } else {
        format!("“{character}”")
    }
}

/// Marks of writing direction and the like, which a quote would hide.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts_name(name: &str) -> bool {
        check_name(name).is_ok()
    }

    #[test]
    fn names_have_3_to_100_characters_of_any_script() {
        assert!(!accepts_name("ab"));
        assert!(accepts_name("abc"));
        assert!(accepts_name(&"é".repeat(100)));
        assert!(!accepts_name(&"é".repeat(101)));
        for name in [
            "聚氨酯周报",
            "पॉलीयूरेथेन रिपोर्ट",
            "รายงานโพลียูรีเทน",
            "Weekly_PU & MDI, (EMEA) no. 2 - Müller's",
        ] {
            assert!(accepts_name(name), "{name}");
        }
    }

    #[test]
    fn blanks_around_a_name_are_dropped_before_it_is_measured() {
        assert_eq!(check_name("  abc ").unwrap(), "abc");
        assert!(!accepts_name("  ab  "));
    }

    #[test]
    fn a_name_refuses_what_is_not_listed_and_says_what() {
        for (name, said) in [
            ("MDI <b>", "“<” cannot"),
            ("MDI/TDI", "“/” cannot"),
            ("MDI\tTDI", "The character U+0009 cannot"),
            ("MDI\u{202e}TDI", "The character U+202E cannot"),
        ] {
            let message = check_name(name).unwrap_err().message;
            assert!(message.starts_with(said), "{message}");
        }
    }

    #[test]
    fn titles_have_3_to_120_characters_and_no_control_characters() {
        assert!(check_title("PU").is_err());
        assert!(check_title(&"x".repeat(120)).is_ok());
        assert!(check_title(&"x".repeat(121)).is_err());
        assert!(check_title("MDI / TDI: what moves <us>").is_ok());
        assert!(check_title("MDI\nTDI").is_err());
    }

    #[test]
    fn a_long_wrong_value_is_shortened() {
        assert_eq!(quoted("x"), "“x”");
        assert_eq!(quoted(&"ü".repeat(61)), format!("“{}…”", "ü".repeat(60)));
    }
}
