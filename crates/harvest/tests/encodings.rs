//! Feeds in the encodings that the world has, and in those that it says it has.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

use domain::evidence::SourceKind;
use harvest::{Entry, FeedError, read_feed};

/// A feed of one item with this title and text, as it declares itself.
fn feed(declaration: &str, title: &str) -> String {
    format!(
        "{declaration}<rss version=\"2.0\"><channel><title>t</title><item><title>{title}</title>\
         <link>https://news.example.com/1</link><description>{title}</description></item>\
         </channel></rss>"
    )
}

fn read(bytes: &[u8], content_type: Option<&str>) -> Result<Entry, FeedError> {
    Ok(read_feed(bytes, content_type, SourceKind::Rss)?.entries.remove(0))
}

fn title(bytes: &[u8], content_type: Option<&str>) -> String {
    let entry = read(bytes, content_type).unwrap();
    assert_eq!(entry.title, entry.text);
    entry.title
}

/// Bytes of single characters up to U+00FF, as ISO 8859-1 has them.
fn narrow(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect()
}

fn declared(encoding: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>")
}

const WORDS: &str = "Dämmstoff für 3 000 t";

#[test]
fn a_feed_is_read_by_the_encoding_that_it_declares() {
    for name in ["windows-1252", "ISO-8859-1", "iso-8859-15", "latin1"] {
        let bytes = narrow(&feed(&declared(name), WORDS));
        assert_eq!(title(&bytes, None), WORDS, "{name}");
    }
    // The euro sign of windows-1252, which ISO 8859-1 does not have.
    let bytes = narrow(&feed(&declared("windows-1252"), "Polyol \u{80}"));
    assert_eq!(title(&bytes, None), "Polyol €");
    let mut bytes = feed(&declared("gb2312"), "").into_bytes();
    let at = bytes.windows(8).position(|window| window == b"</title>").unwrap() + 21;
    // “聚氨酯”, in the title of the item.
    bytes.splice(at..at, *b"\xbe\xdb\xb0\xb1\xf5\xa5");
    let entry = read(&bytes, None);
    assert!(
        entry.is_ok_and(|entry| entry.title == "聚氨酯"),
        "{}",
        String::from_utf8_lossy(&bytes)
    );
}

#[test]
fn a_feed_in_utf_16_is_read_by_its_mark_and_without_one() {
    for bytes_of in [u16::to_le_bytes, u16::to_be_bytes] {
        for mark in ["\u{feff}", ""] {
            let text = format!("{mark}{}", feed(&declared("UTF-16"), "聚氨酯 Dämmstoff"));
            let bytes: Vec<u8> = text.encode_utf16().flat_map(bytes_of).collect();
            assert_eq!(title(&bytes, None), "聚氨酯 Dämmstoff", "{mark:?}");
        }
    }
}

#[test]
fn a_wrong_declaration_does_not_spoil_the_text() {
    // Declared as what it is not, either way.
    assert_eq!(title(feed(&declared("ISO-8859-1"), WORDS).as_bytes(), None), WORDS);
    assert_eq!(title(&narrow(&feed(&declared("UTF-8"), WORDS)), None), WORDS);
    assert_eq!(title(feed(&declared("utf-16"), WORDS).as_bytes(), None), WORDS);
    assert_eq!(title(feed(&declared("nonsense"), WORDS).as_bytes(), None), WORDS);
    // The server's word goes before the document's (RFC 7303, 3).
    let cyrillic = feed(&declared("utf-8"), "\u{cf}\u{ce}\u{cb}");
    assert_eq!(title(&narrow(&cyrillic), Some("text/xml; charset=windows-1251")), "ПОЛ");
    let marked = format!("\u{feff}{}", feed(&declared("windows-1252"), WORDS));
    assert_eq!(title(marked.as_bytes(), Some("text/xml; charset=iso-8859-1")), WORDS);
}

#[test]
fn a_feed_without_a_declaration_is_read() {
    assert_eq!(title(feed("", WORDS).as_bytes(), None), WORDS);
    assert_eq!(title(&narrow(&feed("", WORDS)), None), WORDS);
    assert_eq!(title(&narrow(&feed("", WORDS)), Some("text/xml; charset=iso-8859-1")), WORDS);
    // What stands before the declaration makes it none, and costs nothing.
    assert_eq!(title(feed(" \n<?xml version=\"1.0\"?>", WORDS).as_bytes(), None), WORDS);
}

#[test]
fn invalid_bytes_cost_themselves_and_nothing_else() {
    let mut bytes = feed(&declared("UTF-8"), WORDS).into_bytes();
    let at = bytes.windows(6).position(|window| window == b"stoff ").unwrap();
    bytes[at] = 0xff;
    let entry = read(&bytes, None).unwrap();
    assert_eq!(entry.title, "Dämm\u{fffd}toff für 3 000 t");
    assert_eq!(entry.text, WORDS);
    let entry = read(feed("", "MDI\0 up&#0;\u{1b}[31m").as_bytes(), None).unwrap();
    assert_eq!(entry.title, "MDI up\u{fffd}[31m");
}

#[test]
fn references_are_read_and_entities_of_a_document_expand_to_nothing() {
    for (written, expected) in [
        ("D&#228;mm &amp; F&#xF6;rder", "Dämm & Förder"),
        ("Caf&amp;eacute; &amp;euro; 5", "Café € 5"),
        ("MDI &#8238;pu&#x202c; &amp;#8238;now", "MDI pu now"),
        ("MDI &#xD83D;&#xDE00; up", "MDI \u{fffd}\u{fffd} up"),
        ("&lt;b&gt;MDI&lt;/b&gt; &amp;lt;script&amp;gt;x&amp;lt;/script&amp;gt;", "MDI"),
    ] {
        assert_eq!(title(feed("", written).as_bytes(), None), expected, "{written}");
    }
    let bomb = "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY c SYSTEM \"file:///etc/passwd\">]>";
    let entry = read(feed(bomb, "MDI &b; &c; up").as_bytes(), None).unwrap();
    assert!(!entry.title.contains("aaa") && !entry.title.contains("root"), "{}", entry.title);
    assert!(entry.title.starts_with("MDI ") && entry.title.ends_with(" up"), "{}", entry.title);
}

#[test]
fn what_turns_or_hides_text_is_left_out() {
    let hidden = "MDI \u{202e}pu\u{202c} \u{2066}x\u{2069} p\u{200b}o\u{ad}l\u{feff}yol \u{e0041}";
    assert_eq!(title(feed("", hidden).as_bytes(), None), "MDI pu x polyol");
    let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"1",
        "url":"https://news.example.com/1","title":"MDI \u202epu\u0000 up","content_text":"x"}]}"#;
    let marked = format!("\u{feff}{json}");
    for text in [json, &marked] {
        let read = read_feed(text.as_bytes(), None, SourceKind::JsonFeed).unwrap();
        assert_eq!(read.entries[0].title, "MDI pu up");
    }
}

#[test]
fn a_title_of_ten_megabytes_is_refused_and_one_of_four_is_cut() {
    let long = |bytes: usize| feed("", &"Polyol ".repeat(bytes / 7 / 2));
    let refused = read(long(10_000_000).as_bytes(), None);
    assert!(matches!(refused, Err(FeedError::TooLarge)), "{refused:?}");
    let entry = read(long(4_000_000).as_bytes(), None).unwrap();
    assert!(entry.title.chars().count() <= 300 && entry.title.ends_with('…'));
    assert!(entry.text.len() <= 16 * 1024, "{}", entry.text.len());
}
