use super::{Period, PeriodError, period::in_zone};
use jiff::Timestamp;

/// `Monday 2025-01-20 00:00 (Europe/Berlin)`
pub fn format_moment(at: Timestamp, zone: &str) -> Result<String, PeriodError> {
    let moment = in_zone(zone, at)?;
    Ok(format!("{} ({zone})", moment.strftime("%A %Y-%m-%d %H:%M")))
}

/// `2025-01-15 09:12 (Europe/Berlin)`
pub fn format_moment_without_weekday(at: Timestamp, zone: &str) -> Result<String, PeriodError> {
    let moment = in_zone(zone, at)?;
    Ok(format!("{} ({zone})", moment.strftime("%Y-%m-%d %H:%M")))
}

/// Why a second run of a period is refused, and when the next one is possible.
pub fn blocked_message(period: &Period, completed_at: Timestamp) -> Result<String, PeriodError> {
    Ok(format!(
        "The {} report for {} was completed on {}. Next eligible: {}.",
        period.cadence.id(),
        period.key,
        format_moment_without_weekday(completed_at, &period.zone)?,
        format_moment(period.ends_at, &period.zone)?,
    ))
}

#[cfg(test)]
#[cfg(feature = "tz")]
mod tests {
    use super::*;
    use crate::cadence::Cadence;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    // The sentence of the domain reference, section 3.8.
    #[test]
    fn the_blocked_message_names_the_period_and_the_next_eligible_moment() {
        let completed_at = at("2025-01-15T08:12:00Z");
        let period = Period::containing(Cadence::Weekly, "Europe/Berlin", completed_at).unwrap();
        assert_eq!(
            blocked_message(&period, completed_at).unwrap(),
            "The weekly report for 2025-W03 was completed on 2025-01-15 09:12 (Europe/Berlin). \
             Next eligible: Monday 2025-01-20 00:00 (Europe/Berlin)."
        );
    }

    #[test]
    fn moments_are_shown_by_the_zones_own_clock() {
        let skipped_midnight = at("2018-11-04T03:00:00Z");
        assert_eq!(
            format_moment(skipped_midnight, "America/Sao_Paulo").unwrap(),
            "Sunday 2018-11-04 01:00 (America/Sao_Paulo)"
        );
        assert!(format_moment(skipped_midnight, "Nowhere").is_err());
    }
}
