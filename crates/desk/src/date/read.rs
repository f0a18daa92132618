use jiff::{
    civil::Date,
    fmt::{rfc2822, temporal::Pieces},
};

/// Characters of a clue that are looked at.
const CHARACTERS_MAX: usize = 80;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    NoDate,
    Ambiguous,
}

/// The civil date of a timestamp or of a written date, in the zone in which it was
/// written.
pub(super) fn date_in(text: &str, language: Option<&str>) -> Result<Date, Unread> {
    let text = text.get(..CHARACTERS_MAX).unwrap_or(text);
    if text.chars().count() > CHARACTERS_MAX {
        return Err(Unread::NoDate);
    }
    if let Ok(pieces) = Pieces::parse(text) {
        return Ok(pieces.date());
    }
    // Names of days are often wrong or in another language, and say nothing more.
    let without_day = text.split_once(',').map_or(text, |(_, rest)| rest).trim();
    let with_offset = match without_day.strip_suffix("UTC") {
        Some(start) => format!("{start}+0000"),
        None => without_day.to_owned(),
    };
    if let Ok(moment) = rfc2822::parse(&with_offset) {
        return Ok(moment.date());
    }
    match month_named_in(text) {
        Some(month) => written_out(text, month).ok_or(Unread::NoDate),
        None => in_digits(text, language),
    }
}

/// `/2025/01/14/` or `2025-01-14` in the path of an address.
pub(super) fn date_in_path(url: &str) -> Option<Date> {
    let (_, path) = url.split_once("://")?;
    let (_, path) = path.split_once('/')?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let numbers: Vec<&str> = path.split(|c: char| !c.is_ascii_digit()).collect();
    numbers.windows(3).find_map(|run| match run {
        [year, month, day] if year.len() == 4 && month.len() == 2 && day.len() == 2 => {
            date_of(year, month, day)
        }
        _ => None,
    })
}

fn date_of(year: &str, month: &str, day: &str) -> Option<Date> {
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Numbers alone: the year first, or last behind day and month in either order.
fn in_digits(text: &str, language: Option<&str>) -> Result<Date, Unread> {
    let token = text.split([' ', 'T']).next().unwrap_or_default();
    let separator = token.chars().find(|c| !c.is_ascii_digit()).ok_or(Unread::NoDate)?;
    let chinese = separator == '年';
    let parts: Vec<&str> = if chinese {
        token.trim_end_matches('日').split(['年', '月']).collect()
    } else {
        token.trim_end_matches(separator).split(separator).collect()
    };
    let [first, second, third] = parts[..] else { return Err(Unread::NoDate) };
    let short = |part: &str| matches!(part.len(), 1 | 2);
    if first.len() == 4 && short(second) && short(third) {
        return date_of(first, second, third).ok_or(Unread::NoDate);
    }
    if third.len() != 4 || !short(first) || !short(second) {
        return Err(Unread::NoDate);
    }
    let day_first = date_of(third, second, first);
    let month_first = date_of(third, first, second);
    match (day_first, month_first) {
        (None, None) => Err(Unread::NoDate),
        (Some(date), None) | (None, Some(date)) => Ok(date),
        (Some(one), Some(other)) if one == other => Ok(one),
        // Nobody writes the month first before dots.
        (Some(date), Some(_)) if separator == '.' => Ok(date),
        (Some(day_first), Some(month_first)) => match order(language) {
            Some(Order::DayFirst) => Ok(day_first),
            Some(Order::MonthFirst) => Ok(month_first),
            None => Err(Unread::Ambiguous),
        },
    }
}

#[derive(Clone, Copy)]
enum Order {
    DayFirst,
    MonthFirst,
}

/// Which of day and month a language puts first. English alone does not tell: American
/// and British sources differ.
fn order(language: Option<&str>) -> Option<Order> {
    let code = language?.to_ascii_lowercase().replace('_', "-");
    let (language, country) = code.split_once('-').unwrap_or((&code, ""));
    match (language, country) {
        ("en", "us") => Some(Order::MonthFirst),
        ("en", "gb" | "ie" | "au" | "nz" | "in" | "sg" | "za")
        | ("de" | "fr" | "es" | "it" | "pt" | "nl" | "pl" | "tr" | "ru", _) => {
            Some(Order::DayFirst)
        }
        _ => None,
    }
}

/// Beginnings of the months' names in English, German, French, Spanish, Italian,
/// Portuguese and Dutch; the longest that fits decides.
const MONTHS: &[(i8, &str)] = &[
    (1, "jan jän ene gen"),
    (2, "feb fév fev"),
    (3, "mar mär mrt maart maa"),
    (4, "apr avr abr"),
    (5, "may mai maj mayo mei mag"),
    (6, "jun juin giu"),
    (7, "jul juil lug"),
    (8, "aug aoû aou ago"),
    (9, "sep set"),
    (10, "oct okt out ott"),
    (11, "nov"),
    (12, "dec dez déc dic"),
];

fn month_named_in(text: &str) -> Option<i8> {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= 3).find_map(
        |word| {
            let fitting = MONTHS.iter().flat_map(|(month, names)| {
                names
                    .split(' ')
                    .filter(|name| word.starts_with(name))
                    .map(|name| (name.len(), *month))
            });
            fitting.max().map(|(_, month)| month)
        },
    )
}

/// A day of one or two digits and a year of four beside a month's name.
fn written_out(text: &str, month: i8) -> Option<Date> {
    let numbers: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).collect();
    let day = numbers.iter().find(|number| number.len() <= 2)?;
    let year = numbers.iter().find(|number| number.len() == 4)?;
    Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_are_read_in_the_languages_of_the_sources() {
        for text in [
            "15 March 2024",
            "March 15, 2024",
            "Mar 15, 2024",
            "15. März 2024",
            "15 mars 2024",
            "15 de marzo de 2024",
            "15 marzo 2024",
            "15 de março de 2024",
            "15 maart 2024",
            "2024年3月15日",
            "Fri, 15 Mar 2024 10:00:00 UTC",
            "2024-03-15T23:30:00-03:00",
        ] {
            assert_eq!(date_in(text, None), Ok(date(2024, 3, 15)), "{text}");
        }
        assert_eq!(date_in("2 juin 2024", None), Ok(date(2024, 6, 2)));
        assert_eq!(date_in("2 juillet 2024", None), Ok(date(2024, 7, 2)));
        assert_eq!(date_in("3 mai 2024", None), Ok(date(2024, 5, 3)));
    }

    #[test]
    fn a_path_without_a_whole_date_has_none() {
        for url in
            ["https://a.example.com/2024/03/", "https://a.example.com/x?d=2024-03-15", "x", ""]
        {
            assert_eq!(date_in_path(url), None, "{url}");
        }
    }
}
