//! Finds the figures of a text.

use super::{
    Ends, NumberMarks, Qualifier, Quantity, Unit,
    number::read_number,
    unit::{UnitWord, currency_before, read_unit},
};
use rust_decimal::Decimal;

/// Every figure, with unit or without, in the order of the text. Digits inside a
/// name such as H12MDI or W03 are none.
pub(super) fn figures(text: &str, marks: NumberMarks) -> Vec<Quantity> {
    let mut found: Vec<Quantity> = Vec::new();
    let mut place = 0;
    while let Some(offset) = text[place..].find(|c: char| c.is_ascii_digit()) {
        let start = place + offset;
        if is_inside_name(text, start) {
            place = start
                + text[start..].find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len() - start);
            continue;
        }
        let Some(first) = read_part(text, start, marks) else { break };
        let range = (!first.is_date).then(|| read_second_end(text, &first, marks)).flatten();
        place = range.as_ref().map_or(first.end, |second| second.end);
        found.push(build(text, first, range));
    }
    found
}

/// One number with what belongs to it.
#[derive(Clone)]
struct Part {
    /// Where its currency or sign begins, or its digits.
    start: usize,
    end: usize,
    value: Decimal,
    scale: Decimal,
    unit: Option<UnitWord>,
    is_date: bool,
}

fn is_inside_name(text: &str, start: usize) -> bool {
    let glued = text[..start].chars().next_back().is_some_and(char::is_alphabetic);
    glued && currency_before(&text[..start]).is_none()
}

fn read_part(text: &str, start: usize, marks: NumberMarks) -> Option<Part> {
    if let Some((value, length)) = read_date(&text[start..]) {
        let (scale, end) = (Decimal::ONE, start + length);
        return Some(Part { start, end, value, scale, unit: None, is_date: true });
    }
    let number = read_number(&text[start..], marks)?;
    let mut end = start + number.length;
    let prefix = currency_before(&text[..start]);
    let (scale, length) = read_scale(&text[end..], prefix.is_some()).unwrap_or((Decimal::ONE, 0));
    end += length;
    let unit = match prefix {
        Some((code, _)) => Some(UnitWord::Money(code)),
        None => after_gap(&text[end..], read_unit).map(|(unit, length)| {
            end += length;
            unit
        }),
    };
    let begins = prefix.map_or(start, |(_, begins)| begins);
    let (sign, start) = sign_before(text, begins);
    Some(Part { start, end, value: number.value * sign, scale, unit, is_date: false })
}

/// `2025-01-15`, or `15.01.2025` with dots, as 20250115. Slashes are left alone:
/// nobody knows which of day and month comes first.
fn read_date(text: &str) -> Option<(Decimal, usize)> {
    let length = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '.'));
    let token = text[..length.unwrap_or(text.len())].trim_end_matches(['-', '.']);
    let mark = if token.contains('-') { '-' } else { '.' };
    let parts: Vec<&str> = token.split(mark).collect();
    let [first, month, last] = parts.as_slice() else { return None };
    let (year, day) = if mark == '-' { (first, last) } else { (last, first) };
    let sizes_fit = year.len() == 4 && matches!(month.len(), 1 | 2) && matches!(day.len(), 1 | 2);
    if !sizes_fit {
        return None;
    }
    let number = |text: &str| text.parse::<u32>().ok();
    let date = number(year)? * 10_000 + number(month)? * 100 + number(day)?;
    Some((Decimal::from(date), token.len()))
}

/// Million, billion and the like. A bare `m`, `k` or `b` counts behind money only;
/// elsewhere it may be a metre.
fn read_scale(text: &str, money: bool) -> Option<(Decimal, usize)> {
    const WORDS: &[(&str, i64)] = &[
        ("thousand", 1_000),
        ("million", 1_000_000),
        ("millions", 1_000_000),
        ("mn", 1_000_000),
        ("mln", 1_000_000),
        ("mio", 1_000_000),
        ("mio.", 1_000_000),
        ("billion", 1_000_000_000),
        ("bn", 1_000_000_000),
        ("trillion", 1_000_000_000_000),
    ];
    const MONEY: &[(&str, i64)] = &[("k", 1_000), ("m", 1_000_000), ("b", 1_000_000_000)];
    after_gap(text, |rest| {
        let word: String =
            rest.chars().take_while(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        let table = WORDS.iter().chain(if money { MONEY } else { &[] });
        let (_, factor) = table.copied().find(|(name, _)| *name == word)?;
        let dot = usize::from(word == "mio" && rest[word.len()..].starts_with('.'));
        Some((Decimal::from(factor), word.len() + dot))
    })
}

/// Reads behind an optional blank or hyphen, and counts it in.
fn after_gap<T>(text: &str, read: impl Fn(&str) -> Option<(T, usize)>) -> Option<(T, usize)> {
    let rest = text.strip_prefix([' ', '\u{a0}', '\u{202f}', '-', '\n']).unwrap_or(text);
    read(rest).map(|(value, length)| (value, text.len() - rest.len() + length))
}

/// A minus stands directly before the number and not between two.
fn sign_before(text: &str, begins: usize) -> (Decimal, usize) {
    let before = &text[..begins];
    let minus = before.chars().next_back().filter(|c| matches!(c, '-' | '−' | '–'));
    let Some(minus) = minus else { return (Decimal::ONE, begins) };
    let start = begins - minus.len_utf8();
    let joined = text[..start].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '%');
    if joined { (Decimal::ONE, begins) } else { (Decimal::NEGATIVE_ONE, start) }
}

/// The upper end of a range that begins with `first`: "10–15 %", "10 to 15 %".
/// "From 10 % to 15 %" is a change between two figures and no range.
fn read_second_end(text: &str, first: &Part, marks: NumberMarks) -> Option<Part> {
    let rest = &text[first.end..];
    let (length, dash) = connector(rest, preceded_by(text, first.start, "between"))?;
    let digits = rest[length..].trim_start_matches(['€', '$', '£']);
    let start = text.len() - digits.len();
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let second = read_part(text, start, marks).filter(|part| !part.is_date)?;
    let units_fit = match (first.unit, second.unit) {
        // A year before "to" is no lower end: "in 2025 to 2,400 ktpa".
        (None, Some(_)) => dash || !is_year(first),
        (Some(one), Some(other)) => dash && one == other,
        (Some(UnitWord::Money(_)), None) => dash,
        _ => false,
    };
    (units_fit && first.value <= second.value).then_some(second)
}

fn connector(text: &str, after_between: bool) -> Option<(usize, bool)> {
    const DASHES: &[&str] = &["-", "–", "—", " - ", " – "];
    let find = |words: &[&str]| {
        words.iter().filter(|word| text.starts_with(**word)).map(|word| word.len()).max()
    };
    let joined = if after_between { find(&[" and ", " to "]) } else { find(&[" to "]) };
    find(DASHES).map(|length| (length, true)).or(joined.map(|length| (length, false)))
}

fn is_year(part: &Part) -> bool {
    let years = Decimal::from(1900)..Decimal::from(2100);
    part.scale == Decimal::ONE && part.value.is_integer() && years.contains(&part.value)
}

fn preceded_by(text: &str, start: usize, word: &str) -> bool {
    text[..start].trim_end().to_lowercase().ends_with(word)
}

fn build(text: &str, first: Part, second: Option<Part>) -> Quantity {
    let mut first = first;
    let last = second.unwrap_or_else(|| first.clone());
    // "300-400 million t": what stands behind the range belongs to both ends.
    if first.unit.is_none() || first.scale == Decimal::ONE {
        first.scale = if first.end == last.end { first.scale } else { last.scale };
    }
    let word = last.unit.or(first.unit);
    let stated = Ends { low: first.value, high: last.value };
    let scaled = Ends { low: times(first.value, first.scale), high: times(last.value, last.scale) };
    let (normal, unit) = if first.is_date { (scaled, Unit::Date) } else { normalise(scaled, word) };
    Quantity {
        written: text[first.start..last.end].to_owned(),
        stated,
        normal,
        unit,
        qualifier: qualifier_before(&text[..first.start]),
        assumed: matches!(word, Some(UnitWord::Mass { assumed: true, .. })),
    }
}

fn normalise(ends: Ends, word: Option<UnitWord>) -> (Ends, Unit) {
    let scaled =
        |factor: Decimal| Ends { low: times(ends.low, factor), high: times(ends.high, factor) };
    match word {
        None => (ends, Unit::Plain),
        Some(UnitWord::Mass { tonnes, .. }) => (scaled(tonnes), Unit::Tonnes),
        Some(UnitWord::Rate(factor)) => (scaled(factor), Unit::TonnesPerYear),
        Some(UnitWord::AmbiguousRate) => [Decimal::ONE, Decimal::from(1_000_000)]
            .into_iter()
            .map(scaled)
            .find(is_plausible_rate)
            .map_or((ends, Unit::UnresolvedRate), |fitting| (fitting, Unit::TonnesPerYear)),
        Some(UnitWord::OtherRate) => (ends, Unit::UnresolvedRate),
        Some(UnitWord::Percent) => (scaled(Decimal::new(1, 2)), Unit::Fraction),
        Some(UnitWord::PercentagePoints) => (ends, Unit::PercentagePoints),
        Some(UnitWord::Money(code)) => (ends, Unit::Money(code)),
    }
}

/// 1 000 to 5 000 000 tonnes a year: what one plant or one market can be.
fn is_plausible_rate(ends: &Ends) -> bool {
    let plausible = Decimal::from(1_000)..=Decimal::from(5_000_000);
    plausible.contains(&ends.low.abs()) && plausible.contains(&ends.high.abs())
}

/// The largest number where the product does not fit; it equals no real figure.
fn times(value: Decimal, factor: Decimal) -> Decimal {
    value.checked_mul(factor).unwrap_or(Decimal::MAX).normalize()
}

fn qualifier_before(text: &str) -> Option<Qualifier> {
    const WORDS: &[(&str, Qualifier)] = &[
        ("up to", Qualifier::UpTo),
        ("as much as", Qualifier::UpTo),
        ("around", Qualifier::Around),
        ("about", Qualifier::Around),
        ("approximately", Qualifier::Around),
        ("approx.", Qualifier::Around),
        ("roughly", Qualifier::Around),
        ("some", Qualifier::Around),
        ("nearly", Qualifier::Around),
        ("almost", Qualifier::Around),
        ("circa", Qualifier::Around),
        ("ca.", Qualifier::Around),
        ("~", Qualifier::Around),
        ("≈", Qualifier::Around),
        ("at least", Qualifier::AtLeast),
        ("more than", Qualifier::MoreThan),
        ("over", Qualifier::MoreThan),
        ("above", Qualifier::MoreThan),
        ("less than", Qualifier::LessThan),
        ("fewer than", Qualifier::LessThan),
        ("below", Qualifier::LessThan),
        ("under", Qualifier::LessThan),
    ];
    let before = text.trim_end();
    let tail: Vec<char> = before.chars().rev().take(16).collect();
    let tail: String = tail.into_iter().rev().collect::<String>().to_lowercase();
    WORDS
        .iter()
        .find(|(word, _)| {
            tail.strip_suffix(word).is_some_and(|rest| {
                !word.starts_with(char::is_alphabetic) || !rest.ends_with(char::is_alphanumeric)
            })
        })
        .map(|(_, qualifier)| *qualifier)
}
