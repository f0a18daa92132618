//! When a model is shut down by its server.

use jiff::civil::Date;

/// Administrators are warned this many days before: time to evaluate another model, and
/// to make it live.
pub const RETIREMENT_NOTICE_DAYS: i32 = 60;

/// Days from `today` to the day of a shutdown; negative once it is past.
pub fn days_until(shutdown: Date, today: Date) -> i32 {
    // Days alone are asked for, and every pair of dates is within their range.
    today.until(shutdown).map_or(i32::MAX, |span| span.get_days())
}

/// Whether administrators are warned of a shutdown that is this many days ahead.
pub const fn is_near(days: i32) -> bool {
    days <= RETIREMENT_NOTICE_DAYS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shutdown_is_near_from_sixty_days_before_it_on_and_stays_so() {
        let check = |today: &str, days: i32, near: bool| {
            let found = days_until("2027-01-30".parse().unwrap(), today.parse().unwrap());
            assert_eq!((found, is_near(found)), (days, near), "{today}");
        };
        check("2026-11-30", 61, false);
        check("2026-12-01", 60, true);
        check("2027-01-30", 0, true);
        check("2027-02-02", -3, true);
        check("2023-01-30", 1461, false);
    }
}
