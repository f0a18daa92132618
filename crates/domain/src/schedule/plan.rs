//! The slots of a schedule, ahead of time.

use super::Schedule;
use crate::{
    cadence::{Cadence, Period, PeriodError, first_instant},
    id::SpecificationId,
};
use jiff::{Timestamp, ToSpan};

/// The latest start after the moment that a reader sees, in seconds. Many schedules
/// say seven o'clock; spread over two minutes they do not arrive in one second, and
/// three of the five minutes within which a run has to start are left to the queue.
pub const JITTER_MAX_S: u16 = 119;

/// The regular slot of one period, as a schedule has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedSlot {
    pub period: Period,
    /// The moment that the schedule names.
    pub due_at: Timestamp,
    /// When it is started: `due_at`, or up to [`JITTER_MAX_S`] later, within the period.
    pub starts_at: Timestamp,
}

/// How long after its due moment a specification's run starts: always the same, and
/// spread evenly over specifications.
pub fn jitter_s(specification: SpecificationId) -> u16 {
    // The last bytes of an id are random; the first are its time.
    let [.., high, low] = *specification.as_uuid().as_bytes();
    u16::from_be_bytes([high, low]) % (JITTER_MAX_S + 1)
}

/// The next `count` slots that are due at or after `from`, the earliest first.
///
/// A due time that a clock change skips is due when the clock is turned; one that it
/// repeats is due the first time.
///
/// # Errors
/// An unknown zone, or the end of the calendar.
pub fn plan(
    schedule: &Schedule,
    cadence: Cadence,
    zone: &str,
    specification: SpecificationId,
    from: Timestamp,
    count: usize,
) -> Result<Vec<PlannedSlot>, PeriodError> {
    let mut slots = Vec::with_capacity(count);
    let mut period = Period::containing(cadence, zone, from)?;
    while slots.len() < count {
        let slot = planned(schedule, &period, specification)?;
        let next = Period::containing(cadence, zone, period.ends_at)?;
        if slot.due_at >= from {
            slots.push(slot);
        }
        period = next;
    }
    Ok(slots)
}

fn planned(
    schedule: &Schedule,
    period: &Period,
    specification: SpecificationId,
) -> Result<PlannedSlot, PeriodError> {
    let named = schedule.day_of(period).to_datetime(schedule.at.time());
    // A period may begin late on its first day, or lose its last one to a change of zone.
    let last = period.ends_at.saturating_sub(1.second()).unwrap_or(period.ends_at);
    let due_at = first_instant(named, &period.zone)?.clamp(period.starts_at, last);
    let starts_at = due_at
        .checked_add(i64::from(jitter_s(specification)).seconds())
        .map_or(last, |start| start.min(last));
    Ok(PlannedSlot { period: period.clone(), due_at, starts_at })
}
