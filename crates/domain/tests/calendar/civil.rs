//! The proleptic Gregorian calendar by arithmetic on days since 1970-01-01, after
//! Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", and ISO 8601 weeks
//! by the week's Thursday.

use domain::cadence::Cadence;

pub fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day.
pub fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

pub struct CivilPeriod {
    pub key: String,
    /// First day, and the day after the last one, as days since 1970-01-01.
    pub first: i64,
    pub next: i64,
}

impl CivilPeriod {
    pub fn holding(cadence: Cadence, day: i64) -> Self {
        let (year, month, day_of_month) = civil_from_days(day);
        match cadence {
            Cadence::Daily => Self {
                key: format!("{year:04}-{month:02}-{day_of_month:02}"),
                first: day,
                next: day + 1,
            },
            Cadence::Weekly => {
                // 1970-01-01 was a Thursday.
                let monday = day - (day + 3).rem_euclid(7);
                let thursday = monday + 3;
                let (year, _, _) = civil_from_days(thursday);
                let week = (thursday - days_from_civil(year, 1, 1)) / 7 + 1;
                Self { key: format!("{year:04}-W{week:02}"), first: monday, next: monday + 7 }
            }
            Cadence::Monthly => {
                let (next_year, next_month) =
                    if month == 12 { (year + 1, 1) } else { (year, month + 1) };
                Self {
                    key: format!("{year:04}-{month:02}"),
                    first: days_from_civil(year, month, 1),
                    next: days_from_civil(next_year, next_month, 1),
                }
            }
        }
    }
}
