//! When something was first published, how sure that is, and from where it is known.
//!
//! An item that carries no date is held and never stamped with today's.

mod read;

use domain::evidence::{DateConfidence, HeldCause};
use jiff::civil::{Date, date};
use read::Unread;

pub use domain::evidence::DateSource;

/// Older than any source of the desk: clocks that were never set write 1970-01-01.
const EARLIEST: Date = date(1990, 1, 1);

/// Where the date of a first publication may stand, each as it was written. Dates of an
/// update are not asked for: they never stand in for a publication.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateClues {
    /// `datePublished` of the page's structured data.
    pub structured: Option<String>,
    /// The feed's own date of publication.
    pub feed: Option<String>,
    /// A date that the page shows as text.
    pub visible: Option<String>,
}

/// A date that an item may enter a pack with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstPublication {
    /// The publisher's civil date.
    pub date: Date,
    /// High or medium.
    pub confidence: DateConfidence,
    pub source: DateSource,
}

/// Why an item is held for an administrator, and in no pack until one decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Held {
    #[error("it carries no date of publication")]
    NoDate,
    #[error("day and month of its date cannot be told apart")]
    Ambiguous,
    #[error("its date {0} lies in the future")]
    Future(Date),
    /// With the date that an administrator may confirm.
    #[error("its date {date} is known from its words or address alone")]
    Unsure { date: Date, from: DateSource },
}

impl Held {
    pub const fn cause(self) -> HeldCause {
        match self {
            Self::NoDate => HeldCause::NoDate,
            Self::Ambiguous => HeldCause::AmbiguousDate,
            Self::Future(_) => HeldCause::FutureDate,
            Self::Unsure { .. } => HeldCause::UnsureDate,
        }
    }

    /// The date that it carries all the same. Which clue gave one of the future is not
    /// kept: nobody relies on it.
    pub const fn proposed(self) -> Option<(Date, DateSource)> {
        match self {
            Self::NoDate | Self::Ambiguous => None,
            Self::Future(date) => Some((date, DateSource::Feed)),
            Self::Unsure { date, from } => Some((date, from)),
        }
    }
}

/// What an administrator decides stands for one clue, however sure they are.
pub const fn decided(date: Date) -> FirstPublication {
    medium(date, DateSource::Administrator)
}

/// The date of the first publication, of clues in the source's `language` (a code such
/// as `en-GB`). Domain reference, section 6.4.
///
/// Of a page and a feed that differ the earlier counts, since it is the first
/// publication that is wanted, and then neither confirms the other.
///
/// # Errors
/// Whatever is not known well enough, as of the civil date `as_of`.
pub fn first_publication(
    clues: &DateClues,
    url: &str,
    language: Option<&str>,
    as_of: Date,
) -> Result<FirstPublication, Held> {
    let read = |clue: &Option<String>| match clue.as_deref().map(str::trim) {
        None | Some("") => Err(Unread::NoDate),
        Some(text) => read::date_in(text, language)
            .and_then(|date| if date < EARLIEST { Err(Unread::NoDate) } else { Ok(date) }),
    };
    let (page, feed) = (read(&clues.structured), read(&clues.feed));
    let known = match (page, feed) {
        (Ok(page), Ok(feed)) if page == feed => FirstPublication {
            date: page,
            confidence: DateConfidence::High,
            source: DateSource::PageAndFeed,
        },
        (Ok(page), Ok(feed)) if feed < page => medium(feed, DateSource::Feed),
        (Ok(page), _) => medium(page, DateSource::Page),
        (_, Ok(feed)) => medium(feed, DateSource::Feed),
        (Err(Unread::Ambiguous), _) | (_, Err(Unread::Ambiguous)) => return Err(Held::Ambiguous),
        (Err(Unread::NoDate), Err(Unread::NoDate)) => return Err(held(read(&clues.visible), url)),
    };
    if as_of.tomorrow().is_ok_and(|latest| known.date > latest) {
        return Err(Held::Future(known.date));
    }
    Ok(known)
}

const fn medium(date: Date, source: DateSource) -> FirstPublication {
    FirstPublication { date, confidence: DateConfidence::Medium, source }
}

fn held(visible: Result<Date, Unread>, url: &str) -> Held {
    match (visible, read::date_in_path(url)) {
        (Ok(date), _) => Held::Unsure { date, from: DateSource::VisibleText },
        (Err(Unread::Ambiguous), _) => Held::Ambiguous,
        (Err(Unread::NoDate), Some(date)) => Held::Unsure { date, from: DateSource::UrlPath },
        (Err(Unread::NoDate), None) => Held::NoDate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AS_OF: Date = date(2025, 1, 15);
    const URL: &str = "https://a.example.com/news";

    fn clues(structured: &str, feed: &str) -> DateClues {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        DateClues { structured: some(structured), feed: some(feed), visible: None }
    }

    fn found(
        structured: &str,
        feed: &str,
        language: Option<&str>,
    ) -> Result<FirstPublication, Held> {
        first_publication(&clues(structured, feed), URL, language, AS_OF)
    }

    // Domain reference, section 6.4.
    #[test]
    fn page_and_feed_that_agree_are_sure_and_one_of_them_is_less_so() {
        let both = found("2025-01-14", "Tue, 14 Jan 2025 23:30:00 -0300", None).unwrap();
        assert_eq!((both.date, both.confidence), (date(2025, 1, 14), DateConfidence::High));
        for (page, feed, source) in
            [("2025-01-14", "", DateSource::Page), ("", "2025-01-14", DateSource::Feed)]
        {
            let one = found(page, feed, None).unwrap();
            assert_eq!((one.confidence, one.source), (DateConfidence::Medium, source));
        }
    }

    #[test]
    fn of_two_dates_the_first_publication_counts() {
        for (page, feed, source) in [
            ("2025-01-10", "2025-01-14", DateSource::Page),
            ("2025-01-14", "2025-01-10", DateSource::Feed),
        ] {
            let first = found(page, feed, None).unwrap();
            assert_eq!(first.date, date(2025, 1, 10));
            assert_eq!((first.confidence, first.source), (DateConfidence::Medium, source));
        }
    }

    #[test]
    fn what_has_no_date_is_held_and_not_stamped_with_today() {
        for nothing in ["", "soon", "yesterday", "1970-01-01", "0", "2025-02-30"] {
            assert_eq!(found(nothing, "", None), Err(Held::NoDate), "{nothing}");
            assert_eq!(found("", nothing, None), Err(Held::NoDate), "{nothing}");
        }
    }

    #[test]
    fn words_and_addresses_are_not_sure_enough_for_a_pack() {
        let visible = DateClues { visible: Some("14 January 2025".to_owned()), ..clues("", "") };
        assert_eq!(
            first_publication(&visible, URL, None, AS_OF),
            Err(Held::Unsure { date: date(2025, 1, 14), from: DateSource::VisibleText })
        );
        for url in ["https://a.example.com/2025/01/14/x", "https://a.example.com/n/2025-01-14-x"] {
            assert_eq!(
                first_publication(&clues("", ""), url, None, AS_OF),
                Err(Held::Unsure { date: date(2025, 1, 14), from: DateSource::UrlPath }),
                "{url}"
            );
        }
    }

    #[test]
    fn tomorrow_somewhere_is_today_and_later_is_held() {
        assert!(found("", "2025-01-16", None).is_ok());
        assert_eq!(found("", "2025-01-17", None), Err(Held::Future(date(2025, 1, 17))));
    }

    #[test]
    fn day_and_month_are_told_apart_by_the_language_or_not_at_all() {
        assert_eq!(found("", "03/04/2024", None), Err(Held::Ambiguous));
        assert_eq!(found("", "03/04/2024", Some("en")), Err(Held::Ambiguous));
        for (language, expected) in
            [("en-GB", date(2024, 4, 3)), ("en-US", date(2024, 3, 4)), ("fr", date(2024, 4, 3))]
        {
            assert_eq!(
                found("", "03/04/2024", Some(language)).unwrap().date,
                expected,
                "{language}"
            );
        }
        for unambiguous in ["15/03/2024", "03/15/2024", "15.03.2024", "2024/03/15"] {
            assert_eq!(found("", unambiguous, None).unwrap().date, date(2024, 3, 15));
        }
        assert_eq!(found("", "04/04/2024", None).unwrap().date, date(2024, 4, 4));
    }

    #[test]
    fn an_ambiguous_date_beside_a_clear_one_does_no_harm() {
        assert_eq!(found("2024-04-03", "03/04/2024", None).unwrap().source, DateSource::Page);
    }

    proptest! {
        #[test]
        fn arbitrary_clues_never_panic_and_never_give_a_future_date(
            structured in ".{0,40}", feed in "[0-9/. :TZ-]{0,24}", visible in ".{0,40}", url in ".{0,60}",
        ) {
            let clues = DateClues {
                structured: Some(structured), feed: Some(feed), visible: Some(visible),
            };
            if let Ok(known) = first_publication(&clues, &url, Some("de"), AS_OF) {
                prop_assert!(known.date >= EARLIEST && known.date <= date(2025, 1, 16));
                prop_assert!(known.confidence != DateConfidence::Low);
            }
        }
    }
}
