use super::{MissedPolicy, MonthDay, Schedule, TimeOfDay};
use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

/// A schedule as it was typed. What the form does not ask for is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScheduleDraft {
    pub at: String,
    /// 1 is Monday.
    pub weekday: String,
    pub month_day: String,
    pub missed: String,
}

/// An answer that needs mending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleFault {
    /// Name of the answer in the form, and id of its control.
    pub field: &'static str,
    pub message: &'static str,
}

impl From<Schedule> for ScheduleDraft {
    fn from(schedule: Schedule) -> Self {
        Self {
            at: schedule.at.to_string(),
            weekday: schedule.weekday.to_monday_one_offset().to_string(),
            month_day: schedule.month_day.get().to_string(),
            missed: schedule.missed.id().to_owned(),
        }
    }
}

impl ScheduleDraft {
    /// The schedule that was typed. A day that was not asked for stays as in `before`.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the form.
    pub fn check(&self, before: Schedule) -> Result<Schedule, Vec<ScheduleFault>> {
        let mut faults = Vec::new();
        let mut fault = |field, message| faults.push(ScheduleFault { field, message });
        let weekday = kept_or(&self.weekday, before.weekday, |text| {
            Weekday::from_monday_one_offset(text.parse().ok()?).ok()
        });
        if weekday.is_none() {
            fault("weekday", "Choose a day of the week.");
        }
        let month_day = kept_or(&self.month_day, before.month_day, |text| {
            MonthDay::try_from(text.parse::<i8>().ok()?).ok()
        });
        if month_day.is_none() {
            fault("month_day", "Choose a day from 1 to 28, which every month has.");
        }
        let at = self.at.parse::<TimeOfDay>().ok();
        if at.is_none() {
            fault("at", "Give a time between 00:00 and 23:59, such as 07:00.");
        }
        let missed = self.missed.parse::<MissedPolicy>().ok();
        if missed.is_none() {
            fault("missed", "Choose what happens to a report that could not start in time.");
        }
        match (weekday, month_day, at, missed) {
            (Some(weekday), Some(month_day), Some(at), Some(missed)) => {
                Ok(Schedule { at, weekday, month_day, missed })
            }
            _ => Err(faults),
        }
    }
}

/// `before` where nothing was typed.
fn kept_or<T>(typed: &str, before: T, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    match typed.trim() {
        "" => Some(before),
        typed => read(typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(at: &str, weekday: &str, month_day: &str, missed: &str) -> ScheduleDraft {
        let [at, weekday, month_day, missed] = [at, weekday, month_day, missed].map(str::to_owned);
        ScheduleDraft { at, weekday, month_day, missed }
    }

    #[test]
    fn what_was_typed_comes_back_as_it_was_typed() {
        let typed = draft("06:45", "5", "28", "skip");
        let read = typed.check(Schedule::default()).unwrap();
        assert_eq!(read.weekday, Weekday::Friday);
        assert_eq!(ScheduleDraft::from(read), typed);
    }

    #[test]
    fn a_day_that_was_not_asked_for_stays() {
        let before = draft("06:45", "5", "28", "skip").check(Schedule::default()).unwrap();
        let read = draft("07:00", "", "", "latest").check(before).unwrap();
        assert_eq!((read.weekday, read.month_day), (before.weekday, before.month_day));
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let faults = draft("25:00", "8", "29", "").check(Schedule::default()).unwrap_err();
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["weekday", "month_day", "at", "missed"]);
    }
}
