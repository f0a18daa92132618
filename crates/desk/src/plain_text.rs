//! Plain text from the markup that feeds carry.
//!
//! What comes out is data for people and rules to read, with nothing hidden in
//! it. It is not made safe for HTML: whoever shows it escapes it.

use scraper::{Html, Node};

/// Longest markup that is parsed of one field. Excerpts need 300 characters and
/// the relevance gate 200; a hostile nesting of formatting elements grows with
/// the square of the input, so the input is kept small.
const MARKUP_BYTES_MAX: usize = 16 * 1024;

/// Elements whose content is not text for a reader.
const SILENT: &[&str] =
    &["script", "style", "template", "noscript", "iframe", "noembed", "noframes", "object"];

/// Elements that end a word where they begin or end; inline elements do not
/// (`<b>M</b>DI` is one word).
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "img",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "td",
    "th",
    "tr",
    "ul",
];

/// How often markup is looked for in what was the text of markup. Many feeds
/// escape twice; who escapes more often is hiding something.
const ROUNDS_MAX: usize = 3;

/// The text of a piece of HTML on one line: entities read, script and style left
/// out, white space folded, invisible characters removed.
///
/// Nothing in it looks like a tag: what was escaped twice is read twice, and
/// what then still opens a tag loses its bracket.
pub fn plain_text(markup: &str) -> String {
    let mut text = text_of(&markup[..markup.floor_char_boundary(MARKUP_BYTES_MAX)]);
    for _ in 1..ROUNDS_MAX {
        if !opens_a_tag(&text) {
            return text;
        }
        text = text_of(&text);
    }
    if opens_a_tag(&text) { fold(&text.replace('<', " ")) } else { text }
}

/// Whether HTML would read a tag, a comment or a declaration in the text; “<500”
/// and “a < b” are none.
fn opens_a_tag(text: &str) -> bool {
    text.split('<').skip(1).any(|after| {
        after
            .starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'))
    })
}

/// The text nodes of a fragment.
fn text_of(markup: &str) -> String {
    let fragment = Html::parse_fragment(markup);
    let mut text = String::new();
    // A stack rather than recursion: depth is the feed's choice. `None` marks
    // the end of a block.
    let mut open = vec![Some(fragment.tree.root())];
    while let Some(next) = open.pop() {
        let Some(node) = next else {
            text.push(' ');
            continue;
        };
        match node.value() {
            Node::Text(piece) => text.push_str(piece),
            Node::Element(element) if SILENT.contains(&element.name()) => text.push(' '),
            Node::Element(element) if BLOCKS.contains(&element.name()) => {
                text.push(' ');
                open.push(None);
                open.extend(node.children().rev().map(Some));
            }
            _ => open.extend(node.children().rev().map(Some)),
        }
    }
    fold(&text)
}

/// White space folded to single spaces, invisible characters removed.
pub fn fold(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|&character| character.is_whitespace() || !is_hidden(character))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters that a reader does not see but that change what the text seems to
/// say, or hide a word from the rules: controls, direction marks and overrides,
/// zero-width spaces, soft hyphens, tag characters.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// At most `characters_max` characters, cut between words and ended by “…”.
///
/// Figures at the cut go too: “20” of “20 000 t/y” would be another number, and
/// a figure without its unit another statement.
pub fn cut(text: &str, characters_max: usize) -> String {
    if text.chars().count() <= characters_max {
        return text.to_owned();
    }
    let room = text.char_indices().nth(characters_max - 1).map_or(text.len(), |(at, _)| at);
    let (head, rest) = text.split_at(room);
    let mut kept =
        if rest.starts_with(' ') { head } else { without_last_word(head).unwrap_or(head) };
    while let Some((before, last)) = kept.rsplit_once(' ')
        && last.contains(|character: char| character.is_ascii_digit())
    {
        kept = before;
    }
    format!("{}…", kept.trim_end())
}

fn without_last_word(text: &str) -> Option<&str> {
    text.rsplit_once(' ').map(|(before, _)| before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(markup: &str, expected: &str) {
        assert_eq!(plain_text(markup), expected, "{markup}");
    }

    #[test]
    fn markup_goes_and_its_text_stays() {
        check("<p>Polyol <b>plant</b></p><p>restarts</p>", "Polyol plant restarts");
        check("M<b>D</b>I<br>up", "MDI up");
        check("<ul><li>MDI</li><li>TDI</li></ul>", "MDI TDI");
        check("spread < 500 USD & falling", "spread < 500 USD & falling");
    }

    #[test]
    fn entities_are_read() {
        check("Foam &amp; films &#8211; caf&eacute;", "Foam & films – café");
        check("Foam &amp;amp; films", "Foam &amp; films");
    }

    #[test]
    fn markup_that_was_escaped_once_too_often_goes_too() {
        check("&lt;p&gt;Polyol &lt;b&gt;plant&lt;/b&gt;&lt;/p&gt;", "Polyol plant");
        check("&lt;script&gt;alert(1)&lt;/script&gt;foam", "foam");
        let mut hidden = "<script>alert(1)</script>foam".to_owned();
        for _ in 0..5 {
            hidden = hidden.replace('&', "&amp;").replace('<', "&lt;");
            let text = plain_text(&hidden);
            assert!(!text.contains('<') && text.ends_with("foam"), "{text}");
        }
    }

    #[test]
    fn a_sign_of_comparison_is_no_tag() {
        check("spot &lt;500 EUR/t, index a &lt; b", "spot <500 EUR/t, index a < b");
    }

    #[test]
    fn scripts_styles_and_event_handlers_leave_no_text() {
        check("<script>alert(1)</script>TDI outage", "TDI outage");
        check("<SCRIPT SRC=//evil.example.com/x.js></SCRIPT><style>p{}</style>foam", "foam");
        check("<img src=x onerror=alert(1)>MDI <svg/onload=alert(1)>up", "MDI up");
        check("<scr<script>ipt>alert(1)</script>foam", "ipt>alert(1)foam");
        check("<script>alert(1)", "");
    }

    #[test]
    fn invisible_characters_are_removed() {
        check("price \u{202e}gnillaf\u{202c} now", "price gnillaf now");
        check("poly\u{200b}ure\u{ad}thane\u{0} \u{feff}foam", "polyurethane foam");
        check("a\u{a0}b\n\t c\u{85}d", "a b c d");
    }

    #[test]
    fn a_deep_nesting_is_read_without_recursion() {
        let text = plain_text(&"<div>".repeat(1_000_000));
        assert_eq!(text, "");
    }

    #[test]
    fn a_text_that_fits_is_not_cut() {
        assert_eq!(cut("four", 4), "four");
        assert_eq!(cut("über", 4), "über");
    }

    #[test]
    fn a_longer_text_is_cut_between_words_and_says_so() {
        assert_eq!(cut("rigid foam panels", 12), "rigid foam…");
        assert_eq!(cut("rigid foam panels", 11), "rigid foam…");
        assert_eq!(cut("rigid foam panels", 10), "rigid…");
        assert_eq!(cut("Polyisocyanurat", 5), "Poly…");
    }

    #[test]
    fn a_cut_never_parts_a_figure_from_its_unit() {
        assert_eq!(cut("capacity rises by 20 000 t/y", 23), "capacity rises by…");
        assert_eq!(cut("capacity rises by 400 ktpa", 22), "capacity rises by…");
    }
}
