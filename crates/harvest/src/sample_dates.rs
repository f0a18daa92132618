//! Dates of the samples, relative to today.

use jiff::{
    ToSpan,
    civil::Date,
    fmt::rfc2822,
    tz::{Offset, TimeZone},
};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SampleDateError {
    #[error("“{{{{{0}}}}}” is not a sample date such as {{{{rfc3339:-3d}}}}")]
    UnknownToken(String),
    #[error("a sample date begins with “{{{{” and is not closed by “}}}}”")]
    Unclosed,
    #[error("“{{{{{0}}}}}” lies outside the calendar")]
    OutOfRange(String),
}

/// Replaces `{{rfc2822:-3d}}` (RSS) and `{{rfc3339:-3d}}` (Atom, JSON Feed) by
/// noon UTC of the day that many days from `today`.
///
/// Noon, so that the day is the same in nearly every zone. For sample sources
/// only: a real feed's date is never touched.
pub fn stamp_sample_dates(text: &str, today: Date) -> Result<String, SampleDateError> {
    let mut stamped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (token, remainder) = after.split_once("}}").ok_or(SampleDateError::Unclosed)?;
        stamped.push_str(before);
        stamped.push_str(&stamp(token, today)?);
        rest = remainder;
    }
    stamped.push_str(rest);
    Ok(stamped)
}

fn stamp(token: &str, today: Date) -> Result<String, SampleDateError> {
    let unknown = || SampleDateError::UnknownToken(token.to_owned());
    let out_of_range = || SampleDateError::OutOfRange(token.to_owned());
    let (format, offset) = token.split_once(':').ok_or_else(unknown)?;
    let days: i32 =
        offset.strip_suffix('d').and_then(|days| days.parse().ok()).ok_or_else(unknown)?;
    let span = 0.days().try_days(days).map_err(|_| out_of_range())?;
    let date = today.checked_add(span).map_err(|_| out_of_range())?;
    match format {
        "rfc3339" => Ok(format!("{date}T12:00:00Z")),
        "rfc2822" => date
            .at(12, 0, 0, 0)
            .to_zoned_datetime(TimeZone::fixed(Offset::UTC))
            .and_then(|noon| rfc2822::to_string(&noon))
            .map_err(|_| out_of_range()),
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn stamped(text: &str) -> Result<String, SampleDateError> {
        stamp_sample_dates(text, date(2025, 3, 2))
    }

    #[test]
    fn tokens_become_dates_before_today_in_the_feed_s_own_notation() {
        // 2025-03-02 is a Sunday; February 2025 has 28 days.
        assert_eq!(stamped("{{rfc3339:0d}}").unwrap(), "2025-03-02T12:00:00Z");
        assert_eq!(stamped("<a>{{rfc3339:-3d}}</a>").unwrap(), "<a>2025-02-27T12:00:00Z</a>");
        assert_eq!(stamped("{{rfc2822:-1d}}|").unwrap(), "Sat, 1 Mar 2025 12:00:00 +0000|");
        assert_eq!(stamped("{{rfc2822:+9d}}").unwrap(), "Tue, 11 Mar 2025 12:00:00 +0000");
    }

    #[test]
    fn a_text_without_tokens_stays_as_it_is() {
        assert_eq!(stamped("a { b } }} c").unwrap(), "a { b } }} c");
    }

    #[test]
    fn an_unknown_token_is_refused_by_name() {
        for token in ["days_ago:3", "rfc3339:-3", "rfc3339:three d", "iso:-3d", ""] {
            assert_eq!(
                stamped(&format!("{{{{{token}}}}}")),
                Err(SampleDateError::UnknownToken(token.to_owned()))
            );
        }
        assert_eq!(stamped("{{rfc3339:-3d"), Err(SampleDateError::Unclosed));
        let far = "rfc3339:-99999999d";
        assert_eq!(
            stamped(&format!("{{{{{far}}}}}")),
            Err(SampleDateError::OutOfRange(far.to_owned()))
        );
    }

    #[test]
    fn the_refusal_shows_the_token_as_it_stands_in_the_file() {
        assert_eq!(
            stamped("{{iso:-3d}}").unwrap_err().to_string(),
            "“{{iso:-3d}}” is not a sample date such as {{rfc3339:-3d}}"
        );
    }
}
