//! The includes of a text, found by the parser's own lexer, so that both agree on what
//! is a comment, a string or an include.

use beancount_parser_lima::{SourceId, lex_with_source};

/// What the word `include` does where it is neither in a comment nor in a string.
#[derive(Debug, PartialEq, Eq)]
pub enum Mention {
    /// `include "path"` at the beginning of the line, and nothing behind it.
    Include(String),
    /// The word at any other place.
    Elsewhere,
}

/// Bytes at which the parser would follow an include into the file system. None of the
/// text that it is given may have one.
pub fn include_words(text: &str) -> Vec<usize> {
    let tokens = lex_with_source(SourceId::default(), text);
    let words = tokens.iter().map(|(_, span)| (span.start, span.end));
    words.filter(|(from, to)| text.get(*from..*to) == Some("include")).map(|word| word.0).collect()
}

/// Lines (from zero) that mention an include.
pub fn mentions(text: &str) -> Vec<(usize, Mention)> {
    let mut found: Vec<(usize, Mention)> = Vec::new();
    for at in include_words(text) {
        let begin = text[..at].rfind('\n').map_or(0, |before| before + 1);
        let number = text[..begin].matches('\n').count();
        let line = text[begin..].lines().next().unwrap_or_default();
        let path = if begin == at { path_of(line) } else { None };
        let mention = path.map_or(Mention::Elsewhere, Mention::Include);
        match found.last_mut() {
            Some((last, known)) if *last == number => *known = Mention::Elsewhere,
            _ => found.push((number, mention)),
        }
    }
    found
}

fn path_of(line: &str) -> Option<String> {
    let rest = line.strip_prefix("include")?;
    let quoted = rest.trim_start_matches([' ', '\t']).strip_prefix('"')?;
    let (path, behind) = quoted.split_once('"')?;
    let behind = behind.trim();
    let plain = !path.is_empty() && !path.contains('\\');
    (plain && (behind.is_empty() || behind.starts_with(';'))).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, Option<&str>)]) {
        let mention = |path: Option<&str>| {
            path.map_or(Mention::Elsewhere, |path| Mention::Include(path.to_owned()))
        };
        let expected: Vec<_> = expected.iter().map(|(at, path)| (*at, mention(*path))).collect();
        assert_eq!(mentions(text), expected, "{text}");
    }

    #[test]
    fn an_include_is_a_line_of_its_own() {
        let text = "include \"a.beancount\"\n\ninclude  \"b/c.beancount\" ; why";
        check(text, &[(0, Some("a.beancount")), (2, Some("b/c.beancount"))]);
    }

    #[test]
    fn comments_and_strings_include_nothing() {
        check("; include \"a\"\n2024-01-01 * \"we include\ninclude \\\"x\\\"\nall\"\n", &[]);
    }

    #[test]
    fn an_include_at_any_other_place_is_seen_and_not_followed() {
        for text in [
            " include \"a\"",
            "option \"title\" \"x\" include \"a\"",
            "include \"a\" include \"b\"",
            "include \"a\nb\"",
            "include \"\"",
            "include",
        ] {
            check(text, &[(0, None)]);
        }
    }
}
