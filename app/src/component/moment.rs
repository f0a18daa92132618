use domain::cadence::format_moment;
use jiff::{Timestamp, tz::TimeZone};
use leptos::prelude::*;

/// An instant near its reader: "today 09:12", "yesterday 17:40", "Monday
/// 16 November 2026, 09:04"; the exact one is in the machine value and title.
#[component]
pub fn Moment(
    at: Timestamp,
    now: Timestamp,
    /// IANA name of the reader's zone.
    #[prop(into)]
    zone: String,
) -> impl IntoView {
    let title = format_moment(at, &zone).unwrap_or_else(|_| at.to_string());
    view! { <time datetime=at.to_string() title=title>{moment_words(at, now, &zone)}</time> }
}

/// The words of [`Moment`].
pub fn moment_words(at: Timestamp, now: Timestamp, zone: &str) -> String {
    let Ok(zone) = TimeZone::get(zone) else { return at.to_string() };
    let (at, now) = (at.to_zoned_datetime(zone.clone()), now.to_zoned_datetime(zone));
    let clock = at.strftime("%H:%M");
    if at.date() == now.date() {
        format!("today {clock}")
    } else if now.date().yesterday().is_ok_and(|yesterday| yesterday == at.date()) {
        format!("yesterday {clock}")
    } else if now.date().tomorrow().is_ok_and(|tomorrow| tomorrow == at.date()) {
        format!("tomorrow {clock}")
    } else {
        at.strftime("%A %-d %B %Y, %H:%M").to_string()
    }
}

/// `340 ms`, `2.4 s`, `3 min 5 s`.
pub fn duration_words(duration: jiff::SignedDuration) -> String {
    let ms = duration.as_millis().max(0);
    match ms {
        0..=999 => format!("{ms} ms"),
        1000..=59_999 => format!("{}.{} s", ms / 1000, (ms % 1000) / 100),
        _ => format!("{} min {} s", ms / 60_000, (ms % 60_000) / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(at: &str, expected: &str) {
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        assert_eq!(moment_words(at.parse().unwrap(), now, "Europe/Berlin"), expected);
    }

    #[test]
    fn near_moments_are_said_in_words_and_far_ones_in_full() {
        check("2026-11-23T08:12:00Z", "today 09:12");
        check("2026-11-22T22:59:00Z", "yesterday 23:59");
        check("2026-11-22T23:00:00Z", "today 00:00");
        check("2026-11-24T08:00:00Z", "tomorrow 09:00");
        check("2026-11-16T08:04:00Z", "Monday 16 November 2026, 09:04");
    }

    #[test]
    fn durations_grow_their_units() {
        for (ms, words) in [(0, "0 ms"), (340, "340 ms"), (2400, "2.4 s"), (185_000, "3 min 5 s")] {
            assert_eq!(duration_words(jiff::SignedDuration::from_millis(ms)), words);
        }
    }
}
