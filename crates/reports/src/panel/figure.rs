//! Values as a reader sees them: rounded at one place, with their unit, and a
//! word where there is none.

use executor::pattern::Format;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

/// Between groups of digits: a narrow space that never breaks.
const GAP: char = '\u{202f}';
/// Before a unit: a space that never breaks.
pub const UNIT_GAP: char = '\u{a0}';
/// Decimals of a figure that has no format of its own; the data table's limit, too.
const DECIMALS_MAX: u32 = 6;

/// One value ready to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// There is no value; the reason stands with the panel or the column.
    Missing,
    Text(String),
    Figure {
        text: String,
        is_negative: bool,
        is_zero: bool,
    },
}

impl Shown {
    pub fn of(value: &Value, format: Option<Format>, currency: Option<&str>) -> Self {
        match value {
            Value::Null => Self::Missing,
            Value::Bool(yes) => Self::Text(if *yes { "Yes" } else { "No" }.to_owned()),
            Value::Array(items) => Self::Text(list_words(items)),
            Value::Object(members) if members.contains_key("value") => {
                Self::of(&members["value"], format, currency)
            }
            Value::Object(members) => match (members.get("amount"), members.get("currency")) {
                (Some(amount), Some(Value::String(code))) => {
                    Self::of(amount, format.or(Some(Format::Currency)), Some(code))
                }
                _ => Self::Text(Value::Object(members.clone()).to_string()),
            },
            Value::Number(_) | Value::String(_) => Self::scalar(value, format, currency),
        }
    }

    fn scalar(value: &Value, format: Option<Format>, currency: Option<&str>) -> Self {
        let text = || Self::Text(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        match format {
            Some(Format::Text) => text(),
            Some(Format::Date) => value.as_str().and_then(day_words).map_or_else(text, Self::Text),
            // A text without a format stays as it was written, digits or not.
            None if value.is_string() => {
                value.as_str().and_then(day_words).map_or_else(text, Self::Text)
            }
            other => match decimal(value) {
                Some(number) => Self::figure(number, other.unwrap_or(Format::Number), currency),
                None => text(),
            },
        }
    }

    fn figure(number: Decimal, format: Format, currency: Option<&str>) -> Self {
        let (scaled, decimals, unit) = match format {
            Format::Percent => (number.checked_mul(Decimal::ONE_HUNDRED), Some(2), "%"),
            Format::Probability => (number.checked_mul(Decimal::ONE_HUNDRED), Some(1), "%"),
            Format::Bps => (number.checked_mul(Decimal::from(10_000)), Some(1), "bp"),
            Format::Currency => (Some(number), Some(2), currency.unwrap_or_default()),
            Format::Decimal2 => (Some(number), Some(2), ""),
            Format::Integer => (Some(number), Some(0), ""),
            Format::Rating => (Some(number), Some(1), "of 10"),
            Format::Number | Format::Date | Format::Text => (Some(number), None, ""),
        };
        let Some(scaled) = scaled else { return Self::Text(number.to_string()) };
        let rounded = scaled.round_dp_with_strategy(
            decimals.unwrap_or(DECIMALS_MAX),
            RoundingStrategy::MidpointAwayFromZero,
        );
        let digits = match decimals {
            Some(decimals) => format!("{:.*}", decimals as usize, rounded.abs()),
            None => rounded.normalize().abs().to_string(),
        };
        let is_negative = rounded.is_sign_negative() && !rounded.is_zero();
        let sign = if is_negative { "−" } else { "" };
        let unit = if unit.is_empty() { String::new() } else { format!("{UNIT_GAP}{unit}") };
        Self::Figure {
            text: format!("{sign}{}{unit}", grouped(&digits)),
            is_negative,
            is_zero: rounded.is_zero(),
        }
    }

    /// A number that is zero as it is written here.
    pub const fn is_zero(&self) -> bool {
        matches!(self, Self::Figure { is_zero: true, .. })
    }

    /// The text, with a plus before a gain: what tells gain from loss besides
    /// its colour.
    pub fn signed(&self) -> String {
        match self {
            Self::Figure { text, is_negative: false, is_zero: false } => format!("+{text}"),
            other => other.text(),
        }
    }

    /// The text; a dash for what is missing, never a zero.
    pub fn text(&self) -> String {
        match self {
            Self::Missing => "–".to_owned(),
            Self::Text(text) | Self::Figure { text, .. } => text.clone(),
        }
    }
}

/// Why a figure is not there, where its step says so: what reads on behind "not
/// available, because".
pub fn reason_of(value: &Value) -> Option<&str> {
    let members = value.as_object()?;
    members.get("value").filter(|value| value.is_null())?;
    members.get("reason")?.get("text")?.as_str()
}

/// Why a panel has no data: a pattern's own codes become sentences.
pub fn reason_words(reason: &str) -> String {
    match reason {
        "condition_false" => "The condition of the step that gives it did not hold.".to_owned(),
        "on_error_null" => "The step that gives it failed.".to_owned(),
        "after_error" => "A step before it failed.".to_owned(),
        "cancelled" => "The execution was cancelled.".to_owned(),
        other => other.to_owned(),
    }
}

/// The exact decimal of a JSON number or of a text that is one.
pub fn decimal(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    text.parse().ok().or_else(|| Decimal::from_scientific(&text).ok())
}

/// A figure as a place in a drawing.
pub fn coordinate(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        Value::Object(members) => {
            coordinate(members.get("amount").or_else(|| members.get("value"))?)
        }
        _ => None,
    }
    .filter(|number: &f64| number.is_finite())
}

/// A day or an instant as a place in time: Unix seconds, a day at its beginning
/// in UTC.
#[expect(clippy::cast_precision_loss, reason = "a place in a drawing needs no nanoseconds")]
pub fn instant(value: &Value) -> Option<f64> {
    let text = value.as_str()?;
    let at = match text.parse::<Timestamp>() {
        Ok(at) => at,
        Err(_) if text.len() == 10 => {
            text.parse::<Date>().ok()?.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp()
        }
        Err(_) => return None,
    };
    Some(at.as_second() as f64)
}

/// `23 November 2026`, and the time with its zone for an instant.
fn day_words(text: &str) -> Option<String> {
    if let Ok(day) = text.parse::<Date>()
        && text.len() == 10
    {
        return Some(day.strftime("%-d %B %Y").to_string());
    }
    let at: Timestamp = text.parse().ok()?;
    Some(at.strftime("%-d %B %Y, %H:%M UTC").to_string())
}

/// Thousands apart; digits after the point stay together.
pub fn grouped(digits: &str) -> String {
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(w, r)| (w, Some(r)));
    let mut text = String::with_capacity(digits.len() + 4);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(GAP);
        }
        text.push(digit);
    }
    if let Some(rest) = rest {
        text.push('.');
        text.push_str(rest);
    }
    text
}

fn list_words(items: &[Value]) -> String {
    if items.is_empty() {
        return "None".to_owned();
    }
    let words: Vec<String> = items.iter().map(|item| Shown::of(item, None, None).text()).collect();
    words.join(", ")
}

/// `cash_weight` as a heading: `Cash weight`.
pub fn heading_of(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Written with plain spaces for the narrow ones.
    #[track_caller]
    fn check(value: &Value, format: Option<Format>, expected: &str) {
        let text = Shown::of(value, format, Some("EUR")).text().replace([GAP, UNIT_GAP], " ");
        assert_eq!(text, expected, "{value} as {format:?}");
    }

    // Rule of the domain reference: inside, a ratio is a fraction; only here it
    // is multiplied. 0.0215 = 2.15 % = 215 bp.
    #[test]
    fn a_fraction_is_multiplied_only_where_it_is_printed() {
        check(&json!(0.0215), Some(Format::Percent), "2.15 %");
        check(&json!("0.0215"), Some(Format::Bps), "215.0 bp");
        check(&json!(0.355), Some(Format::Probability), "35.5 %");
    }

    #[test]
    fn what_is_missing_is_a_dash_and_never_a_zero() {
        for format in [None, Some(Format::Percent), Some(Format::Currency), Some(Format::Text)] {
            assert_eq!(Shown::of(&Value::Null, format, None), Shown::Missing);
            check(&Value::Null, format, "–");
        }
    }

    #[test]
    fn a_figure_that_may_be_missing_is_its_value_or_a_dash_with_its_reason() {
        check(&json!({"value": 0.0215}), Some(Format::Percent), "2.15 %");
        check(&json!({"value": {"amount": "12.5", "currency": "USD"}}), None, "12.50 USD");
        let missing = json!({"value": null, "reason": {"code": "no_benchmark", "text": "there is no benchmark"}});
        check(&missing, Some(Format::Percent), "–");
        assert_eq!(reason_of(&missing), Some("there is no benchmark"));
        assert_eq!(reason_of(&json!({"value": 1})), None);
        assert_eq!(coordinate(&json!({"value": {"amount": "2.5", "currency": "USD"}})), Some(2.5));
    }

    #[test]
    fn amounts_carry_their_currency_and_keep_every_digit() {
        check(
            &json!("1234567890123456789.005"),
            Some(Format::Currency),
            "1 234 567 890 123 456 789.01 EUR",
        );
        check(&json!({"amount": "-12.5", "currency": "USD"}), None, "−12.50 USD");
        check(&json!({"amount": "-12.5", "currency": "USD"}), Some(Format::Currency), "−12.50 USD");
    }

    #[test]
    fn halves_are_rounded_away_from_zero_and_a_rounded_zero_has_no_sign() {
        check(&json!("0.125"), Some(Format::Decimal2), "0.13");
        check(&json!("-0.125"), Some(Format::Decimal2), "−0.13");
        check(&json!("-0.001"), Some(Format::Decimal2), "0.00");
        check(&json!("2.5"), Some(Format::Integer), "3");
    }

    #[test]
    fn a_figure_without_a_format_shows_what_it_has() {
        check(&json!(1_250_000), None, "1 250 000");
        check(&json!(0.1), Some(Format::Number), "0.1");
        check(&json!(1e-7), Some(Format::Number), "0");
        check(&json!("00123"), None, "00123");
    }

    #[test]
    fn days_and_instants_are_said_in_words() {
        check(&json!("2026-11-23"), Some(Format::Date), "23 November 2026");
        check(&json!("2026-11-23T08:12:00Z"), Some(Format::Date), "23 November 2026, 08:12 UTC");
        check(&json!("soon"), Some(Format::Date), "soon");
    }

    #[test]
    fn a_rating_names_its_scale_and_a_gain_its_sign() {
        check(&json!(7.25), Some(Format::Rating), "7.3 of 10");
        let shown = |value| Shown::of(&value, Some(Format::Percent), None).signed();
        assert_eq!(shown(json!(0.05)), format!("+5.00{UNIT_GAP}%"));
        assert_eq!(shown(json!(-0.05)), format!("−5.00{UNIT_GAP}%"));
        assert_eq!(shown(json!(0)), format!("0.00{UNIT_GAP}%"));
    }

    #[test]
    fn a_text_where_a_figure_was_meant_stays_that_text() {
        check(&json!("not permitted"), Some(Format::Percent), "not permitted");
        check(&json!(true), Some(Format::Number), "Yes");
        check(&json!([]), None, "None");
        check(&json!(["a", 2]), None, "a, 2");
    }
}
