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
