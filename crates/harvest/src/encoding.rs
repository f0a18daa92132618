//! The text of what a server sends, in the encoding that it has.
//!
//! Sources: the WHATWG's Encoding and HTML standards; XML 1.0, appendix F; RFC 7303.

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Where a declaration of the encoding is looked for, as the HTML standard has it.
const DECLARED_WITHIN: usize = 1_024;

/// The text of a page or a feed. A byte order mark outranks what is declared, the server's
/// word what stands in the content, and the bytes themselves a declaration that they belie.
/// What is not of its encoding is read as U+FFFD, and nothing is refused for it.
pub fn decoded(bytes: &[u8], content_type: Option<&str>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return text_in(encoding, &bytes[mark..]);
    }
    let encoding = wide(bytes).unwrap_or_else(|| narrow(bytes, declared(bytes, content_type)));
    text_in(encoding, bytes)
}

fn text_in(encoding: &'static Encoding, bytes: &[u8]) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// UTF-16 without a mark: every document begins with a character of ASCII.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, first, ..] if *first != 0 => Some(UTF_16BE),
        [first, 0, ..] if *first != 0 => Some(UTF_16LE),
        _ => None,
    }
}

/// What the server says, else what the content says of itself; a name that nobody knows
/// says nothing.
fn declared(bytes: &[u8], content_type: Option<&str>) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARED_WITHIN)]);
    let of_server = content_type.and_then(|text| after(text, "charset="));
    let of_xml = || after(declaration(&head)?, "encoding=");
    of_server.or_else(of_xml).or_else(|| after(&head, "charset="))
}

fn after(text: &str, name: &str) -> Option<&'static Encoding> {
    let text = text.to_ascii_lowercase();
    let label = text.split_once(name)?.1.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c));
    Encoding::for_label(&label.as_bytes()[..end.unwrap_or(label.len())])
        .filter(|encoding| *encoding != REPLACEMENT)
}

/// The encoding of a content whose letters of ASCII are bytes. So it is not UTF-16, whatever
/// it says.
fn narrow(bytes: &[u8], declared: Option<&'static Encoding>) -> &'static Encoding {
    let declared = declared.filter(|told| ![UTF_8, UTF_16LE, UTF_16BE].contains(told));
    match declared {
        // No text in an encoding of single bytes happens to be UTF-8 all through.
        Some(told) if !(told.is_single_byte() && str::from_utf8(bytes).is_ok()) => told,
        _ if is_mostly_utf8(bytes) => UTF_8,
        _ => WINDOWS_1252,
    }
}

/// Whether what is beyond ASCII is UTF-8, but for single bytes that are broken.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut sound, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    sound >= broken
}

/// The declaration that an XML document begins with, if it does.
fn declaration(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let rest = text.strip_prefix("<?xml")?;
    if !rest.starts_with(|next: char| next.is_ascii_whitespace()) {
        return None;
    }
    text.find("?>").map(|end| &text[..end + 2])
}

/// An XML document as a parser takes it that is told no encoding: without its declaration,
/// which speaks of the bytes that it was, and without references to characters that there
/// are not, one of which would cost the whole document.
pub fn as_xml(text: &str) -> Cow<'_, str> {
    let text = text.trim_start();
    let text = declaration(text).map_or(text, |declared| &text[declared.len()..]);
    let mut sound = String::new();
    let mut kept = 0;
    for (at, _) in text.match_indices("&#") {
        let Some(length) = text[at..].bytes().take(REFERENCE_MAX).position(|byte| byte == b';')
        else {
            continue;
        };
        let end = at + length;
        if at >= kept && !is_character(&text[at + 2..end]) {
            sound.push_str(&text[kept..at]);
            sound.push('\u{fffd}');
            kept = end + 1;
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    sound.push_str(&text[kept..]);
    Cow::Owned(sound)
}

/// Bytes of a reference to a character, leading zeros included; what is longer is none.
const REFERENCE_MAX: usize = 16;

/// Whether a number, as it stands between `&#` and `;`, is that of a character.
fn is_character(number: &str) -> bool {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    code.is_ok_and(|code| code != 0 && char::from_u32(code).is_some())
        && !number.contains(['+', 'X'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, mark: bool, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter().chain(text.encode_utf16()).flat_map(bytes_of).collect()
    }

    #[test]
    fn a_page_is_read_in_the_encoding_that_it_has() {
        fn check(bytes: &[u8], content_type: Option<&str>, expected: &str) {
            assert_eq!(decoded(bytes, content_type), expected, "{bytes:?} {content_type:?}");
        }
        check("Däm".as_bytes(), None, "Däm");
        check(b"D\xe4m", Some("text/html; charset=ISO-8859-1"), "Däm");
        check(b"<meta charset=\"windows-1252\">\x80", None, "<meta charset=\"windows-1252\">€");
        check(b"\xcd\xf2", Some("text/html; charset=\"windows-1251\""), "Нт");
        check(b"\x83\x7c", Some("text/html;charset=shift_jis"), "ポ");
        // A byte order mark outranks what is declared.
        check(b"\xff\xfeM\0D\0I\0", Some("text/html; charset=utf-8"), "MDI");
        check(b"\xef\xbb\xbfD\xc3\xa4m", Some("text/html; charset=windows-1252"), "Däm");
        // An unknown name, or one of what no browser reads any more, is none.
        for unknown in ["nonsense", "hz-gb-2312", "", "utf-7"] {
            let content_type = format!("text/html; charset={unknown}");
            check("Däm".as_bytes(), Some(&content_type), "Däm");
        }
    }

    #[test]
    fn a_declaration_that_the_bytes_belie_does_not_count() {
        let xml = |encoding: &str, text: &[u8]| {
            let mut bytes = format!("<?xml version='1.0' encoding='{encoding}'?>").into_bytes();
            bytes.extend_from_slice(text);
            let text = decoded(&bytes, None);
            text.split_once("?>").unwrap().1.to_owned()
        };
        assert_eq!(xml("iso-8859-1", "Däm €".as_bytes()), "Däm €");
        assert_eq!(xml("utf-8", b"D\xe4mmung f\xfcr \x80"), "Dämmung für €");
        assert_eq!(xml("utf-16", "Däm".as_bytes()), "Däm");
        assert_eq!(xml("windows-1252", b"\x80"), "€");
        // Of the server and of the content, the server's counts.
        assert_eq!(
            decoded(b"<meta charset=utf-8>\xcd", Some("a/b; charset=windows-1251")).pop(),
            Some('Н')
        );
    }

    #[test]
    fn single_broken_bytes_cost_no_other_letter() {
        assert_eq!(
            decoded(b"D\xc3\xa4mmung f\xc3\xbcr \xff MDI", None),
            "Dämmung für \u{fffd} MDI"
        );
        assert_eq!(decoded(b"D\xe4m", None), "Däm");
        assert_eq!(decoded(b"", None), "");
        assert_eq!(decoded(b"\xff", None), "ÿ");
    }

    #[test]
    fn utf_16_is_known_with_and_without_its_mark() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><t>Däm 聚氨酯</t>";
        for bytes_of in [u16::to_le_bytes, u16::to_be_bytes] {
            for mark in [true, false] {
                assert_eq!(decoded(&utf_16(text, mark, bytes_of), None), text);
            }
        }
        // Half a character at the end is one that cannot be read.
        let mut torn = utf_16("<t>", true, u16::to_le_bytes);
        torn.push(b'<');
        assert_eq!(decoded(&torn, None), "<t>\u{fffd}");
    }

    #[test]
    fn a_document_loses_its_declaration_and_references_to_nothing() {
        let check = |text: &str, expected: &str| assert_eq!(as_xml(text), expected, "{text}");
        check("\n <?xml version=\"1.0\"?><a>&amp;&#38;&#x26;</a>", "<a>&amp;&#38;&#x26;</a>");
        check("<?xml-stylesheet href='a'?><a/>", "<?xml-stylesheet href='a'?><a/>");
        check("<?xml <a/>", "<?xml <a/>");
        check(
            "<a>&#0;b&#xD83D;&#xDE00;c&#x110000;</a>",
            "<a>\u{fffd}b\u{fffd}\u{fffd}c\u{fffd}</a>",
        );
        check("&#;&#x;&#+65;&#X41;", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
        check("&#65 and more text &#", "&#65 and more text &#");
        check("&#ä; é&#0", "\u{fffd} é&#0");
        check("&#&#0;&#65;", "\u{fffd}&#65;");
    }
}
