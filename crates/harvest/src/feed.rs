//! RSS, Atom and JSON Feed bytes read into entries.

use crate::{
    encoding::{as_xml, decoded},
    entry::{Entries, Entry},
};
use desk::{
    date::DateClues,
    item::TITLE_CHARACTERS_MAX,
    plain_text::{cut, plain_text},
};
use domain::evidence::SourceKind;
use feed_rs::{
    model::{self, FeedType, Link},
    parser::{Builder, ParseFeedError},
};
use jiff::{
    civil::Date,
    fmt::{rfc2822, temporal::Pieces},
};

/// Largest feed that is read. Feeds of a hundred entries stay far below it; what
/// is larger is broken or an attack.
pub const FEED_BYTES_MAX: usize = 5_000_000;

/// Entries read of one feed, from its top. Feeds list their newest entries
/// first, and no source publishes more between two readings.
pub const ENTRIES_MAX: usize = 100;

#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error("the feed is larger than {} MB", FEED_BYTES_MAX / 1_000_000)]
    TooLarge,
    #[error("the content is not a well-formed feed")]
    Malformed(#[source] ParseFeedError),
    #[error("the source is declared as {declared}, but its content is {found}")]
    OtherKind { declared: SourceKind, found: SourceKind },
}

/// Reads one feed, in the encoding that it has by its bytes and by the `content_type` that its
/// server gave. Pure: the same bytes give the same entries.
///
/// # Errors
/// [`FeedError`]; never an empty list in place of one.
pub fn read_feed(
    bytes: &[u8],
    content_type: Option<&str>,
    declared: SourceKind,
) -> Result<Entries, FeedError> {
    if bytes.len() > FEED_BYTES_MAX {
        return Err(FeedError::TooLarge);
    }
    let parser = Builder::new().timestamp_parser(|text| as_written(text)?.parse().ok()).build();
    let text = decoded(bytes, content_type);
    // A feed that is JSON may speak of characters in the markup that it holds.
    let text = if declared == SourceKind::JsonFeed { text.as_str().into() } else { as_xml(&text) };
    let feed = parser.parse(text.as_bytes()).map_err(FeedError::Malformed)?;
    let found = match feed.feed_type {
        FeedType::Atom => SourceKind::Atom,
        FeedType::JSON => SourceKind::JsonFeed,
        FeedType::RSS0 | FeedType::RSS1 | FeedType::RSS2 => SourceKind::Rss,
    };
    if found != declared {
        return Err(FeedError::OtherKind { declared, found });
    }
    let beyond_limit = feed.entries.len().saturating_sub(ENTRIES_MAX);
    let entries = feed.entries.iter().take(ENTRIES_MAX).map(read_entry).collect();
    Ok(Entries { entries, beyond_limit })
}

/// Start of the civil date of a timestamp, written as if it were UTC.
///
/// The parser only knows instants, and turning them into UTC would move a
/// story of 23:30 in São Paulo to the next day. So it is told the date as the
/// publisher wrote it, and [`read_entry`] takes that date back out.
fn as_written(timestamp: &str) -> Option<String> {
    let date = civil_date(timestamp.trim())?;
    Some(format!("{date}T00:00:00Z"))
}

/// The date of an RFC 3339 or RFC 2822 timestamp, or of a bare `2025-01-15`.
/// Anything else (`01/02/2025`) is ambiguous: not a date.
fn civil_date(timestamp: &str) -> Option<Date> {
    if let Ok(pieces) = Pieces::parse(timestamp) {
        return Some(pieces.date());
    }
    // Names of days are often wrong or in another language, and say nothing more.
    let without_day = timestamp.split_once(',').map_or(timestamp, |(_, rest)| rest).trim();
    let with_offset = match without_day.strip_suffix("UTC") {
        Some(start) => format!("{start}+0000"),
        None => without_day.to_owned(),
    };
    rfc2822::parse(&with_offset).ok().map(|moment| moment.date())
}

fn read_entry(entry: &model::Entry) -> Entry {
    let summary = entry.summary.as_ref().map(|text| plain_text(&text.content));
    let content = || Some(plain_text(entry.content.as_ref()?.body.as_ref()?));
    let text = summary.filter(|text| !text.is_empty()).or_else(content).unwrap_or_default();
    let title = entry.title.as_ref().map(|title| plain_text(&title.content)).unwrap_or_default();
    // Short notes have no title; their beginning names them.
    let title = if title.is_empty() { &text } else { &title };
    // The start of the civil date that was written, see `as_written`.
    let published = entry.published.map(|start| start.date_naive().to_string());
    Entry {
        title: cut(title, TITLE_CHARACTERS_MAX),
        link: entry.links.iter().find(|link| leads_to_the_page(link)).map(|link| link.href.clone()),
        page_canonical: None,
        dates: DateClues { feed: published, ..DateClues::default() },
        text,
    }
}

/// Not an attachment, an edit address or a page of comments.
fn leads_to_the_page(link: &Link) -> bool {
    matches!(link.rel.as_deref(), None | Some("alternate"))
        && link.target.is_none()
        && link.media_type.as_deref().is_none_or(|kind| kind.contains("html"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn rss(items: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Sample data</title>\
             <link>https://gazette.example.com/</link>{items}</channel></rss>"
        )
    }

    fn rss_entry(item: &str) -> Entry {
        let feed =
            read_feed(rss(&format!("<item>{item}</item>")).as_bytes(), None, SourceKind::Rss);
        feed.unwrap().entries.remove(0)
    }

    fn atom_entry(entry: &str) -> Entry {
        let feed = format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Sample data</title>\
             <updated>2025-01-15T12:00:00Z</updated><entry>{entry}</entry></feed>"
        );
        read_feed(feed.as_bytes(), None, SourceKind::Atom).unwrap().entries.remove(0)
    }

    fn json_entry(item: &str) -> Entry {
        let feed = format!(
            r#"{{"version":"https://jsonfeed.org/version/1.1","title":"Sample data","items":[{item}]}}"#
        );
        read_feed(feed.as_bytes(), None, SourceKind::JsonFeed).unwrap().entries.remove(0)
    }

    fn published(entry: &Entry) -> Option<Date> {
        entry.dates.feed.as_ref().map(|date| date.parse().unwrap())
    }

    #[test]
    fn an_rss_item_gives_title_link_date_and_plain_text() {
        let entry = rss_entry(
            "<title>MDI &amp; TDI</title><link>https://gazette.example.com/a?b=1&amp;c=2</link>\
             <pubDate>Wed, 15 Jan 2025 08:00:00 +0000</pubDate>\
             <description><![CDATA[<p>First.</p><p>Second <b>part</b>.</p>]]></description>",
        );
        assert_eq!(
            entry,
            Entry {
                title: "MDI & TDI".to_owned(),
                link: Some("https://gazette.example.com/a?b=1&c=2".to_owned()),
                page_canonical: None,
                dates: DateClues { feed: Some("2025-01-15".to_owned()), ..DateClues::default() },
                text: "First. Second part.".to_owned(),
            }
        );
    }

    #[test]
    fn an_atom_entry_gives_its_alternate_link_and_its_published_date() {
        let entry = atom_entry(
            "<title type=\"html\">Polyol &lt;i&gt;news&lt;/i&gt;</title>\
             <link rel=\"edit\" href=\"https://wire.example.org/edit/1\"/>\
             <link rel=\"alternate\" href=\"https://wire.example.org/1\"/>\
             <published>2025-01-14T09:00:00Z</published><updated>2025-01-15T09:00:00Z</updated>\
             <content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">Text</div></content>",
        );
        assert_eq!(entry.title, "Polyol news");
        assert_eq!(entry.link.as_deref(), Some("https://wire.example.org/1"));
        assert_eq!(published(&entry), Some(date(2025, 1, 14)));
        assert_eq!(entry.text, "Text");
    }

    #[test]
    fn a_json_feed_item_gives_its_url_and_not_its_attachment() {
        let entry = json_entry(
            r#"{"id":"1","url":"https://register.example.org/1","title":"Notice",
                "content_text":"A rule.","date_published":"2025-01-15T08:00:00Z"}"#,
        );
        assert_eq!(entry.link.as_deref(), Some("https://register.example.org/1"));
        assert_eq!(published(&entry), Some(date(2025, 1, 15)));
        assert_eq!(entry.text, "A rule.");
        let attached = json_entry(
            r#"{"id":"2","content_text":"x","attachments":[
                {"url":"https://register.example.org/a.pdf","mime_type":"application/pdf"}]}"#,
        );
        assert_eq!(attached.link, None);
    }

    #[test]
    fn the_date_of_an_update_never_counts_as_publication() {
        let atom = atom_entry("<title>t</title><updated>2025-01-15T09:00:00Z</updated>");
        assert_eq!(published(&atom), None);
        let json = json_entry(r#"{"id":"1","title":"t","date_modified":"2025-01-15T08:00:00Z"}"#);
        assert_eq!(published(&json), None);
        let rss = rss_entry("<title>t</title><updated>2025-01-15T08:00:00Z</updated>");
        assert_eq!(published(&rss), None);
    }

    #[test]
    fn the_date_is_the_one_the_publisher_wrote_in_its_own_zone() {
        let check = |written: &str, expected: Option<Date>| {
            let entry = rss_entry(&format!("<title>t</title><pubDate>{written}</pubDate>"));
            assert_eq!(published(&entry), expected, "{written}");
        };
        // Each of these is another day in UTC.
        check("Wed, 15 Jan 2025 23:30:00 -0300", Some(date(2025, 1, 15)));
        check("Wed, 15 Jan 2025 00:30:00 +0900", Some(date(2025, 1, 15)));
        check("2025-01-15T23:30:00-03:00", Some(date(2025, 1, 15)));
        // A date alone, a wrong or foreign name of a day, obsolete zones.
        check("2025-01-15", Some(date(2025, 1, 15)));
        check("Fri, 15 Jan 2025 08:00:00 GMT", Some(date(2025, 1, 15)));
        check("Mi, 15 Jan 2025 08:00:00 UTC", Some(date(2025, 1, 15)));
        check("15 Jan 2025 08:00 EST", Some(date(2025, 1, 15)));
    }

    #[test]
    fn a_date_that_cannot_be_read_for_sure_is_missing() {
        for written in ["01/02/2025", "yesterday", "", "2025-02-30", "15 January"] {
            let entry = rss_entry(&format!("<title>t</title><pubDate>{written}</pubDate>"));
            assert_eq!(published(&entry), None, "{written}");
        }
    }

    #[test]
    fn a_note_without_a_title_is_named_by_its_beginning() {
        let entry = rss_entry("<description>TDI plant restarts</description>");
        assert_eq!(entry.title, "TDI plant restarts");
        let empty = rss_entry("<link>https://gazette.example.com/a</link>");
        assert_eq!((empty.title.as_str(), empty.text.as_str()), ("", ""));
    }

    #[test]
    fn titles_have_at_most_three_hundred_characters() {
        let long = "polyol ".repeat(100);
        let entry = rss_entry(&format!("<title>{long}</title><description>{long}</description>"));
        assert!(entry.title.chars().count() <= 300 && entry.title.ends_with("polyol…"));
        assert_eq!(entry.text, long.trim());
    }

    #[test]
    fn hostile_markup_leaves_no_markup() {
        let entry = rss_entry(
            "<title>&lt;script&gt;alert(1)&lt;/script&gt;TDI &lt;img src=x onerror=alert(2)&gt;up</title>\
             <link>javascript:alert(3)</link>\
             <description>&amp;lt;iframe src=//x&amp;gt;&amp;lt;/iframe&amp;gt;\u{202e}text</description>",
        );
        assert_eq!((entry.title.as_str(), entry.text.as_str()), ("TDI up", "text"));
        // Judged where addresses are judged, not lost on the way.
        assert_eq!(entry.link.as_deref(), Some("javascript:alert(3)"));
    }

    #[test]
    fn entries_beyond_the_limit_are_counted_and_not_read() {
        let items = "<item><title>t</title></item>".repeat(ENTRIES_MAX + 3);
        let feed = read_feed(rss(&items).as_bytes(), None, SourceKind::Rss).unwrap();
        assert_eq!((feed.entries.len(), feed.beyond_limit), (ENTRIES_MAX, 3));
    }

    #[test]
    fn a_feed_that_is_too_large_is_refused_before_it_is_parsed() {
        let bytes = vec![b'<'; FEED_BYTES_MAX + 1];
        assert!(matches!(read_feed(&bytes, None, SourceKind::Rss), Err(FeedError::TooLarge)));
    }

    #[test]
    fn what_is_not_a_whole_feed_is_an_error_and_no_empty_list() {
        let cut_off = rss("<item><title>t</title></item>").replace("</channel></rss>", "");
        for text in ["", "<html><body>Sign in</body></html>", "{}", "nothing", &cut_off] {
            let feed = read_feed(text.as_bytes(), None, SourceKind::Rss);
            assert!(matches!(feed, Err(FeedError::Malformed(_))), "{text}: {feed:?}");
        }
    }

    #[test]
    fn a_source_of_another_kind_than_declared_is_refused() {
        let error = read_feed(rss("").as_bytes(), None, SourceKind::Atom).unwrap_err();
        assert_eq!(error.to_string(), "the source is declared as Atom, but its content is RSS");
    }
}
