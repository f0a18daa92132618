use crate::taxonomy::UnknownId;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;

/// What a number counts, in its normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    TonnesPerYear,
    Tonnes,
    /// A rate whose unit is ambiguous (mtpa) or not per year; the number is as
    /// stated.
    UnresolvedRate,
    /// Percent, as a fraction of one.
    Fraction,
    PercentagePoints,
    /// Money, by its ISO 4217 code. Present only where the text says which.
    Money(&'static str),
    /// A date such as 2025-01-15, as the number 20250115.
    Date,
    /// No unit that is known here.
    Plain,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TonnesPerYear => "t/y",
            Self::Tonnes => "t",
            Self::UnresolvedRate => "(rate)",
            Self::Fraction => "(fraction)",
            Self::PercentagePoints => "percentage points",
            Self::Money(code) => code,
            Self::Date => "(date)",
            Self::Plain => "",
        })
    }
}

impl Unit {
    /// The stable id: the code of a currency, else a word.
    pub const fn id(self) -> &'static str {
        match self {
            Self::TonnesPerYear => "tonnes_per_year",
            Self::Tonnes => "tonnes",
            Self::UnresolvedRate => "unresolved_rate",
            Self::Fraction => "fraction",
            Self::PercentagePoints => "percentage_points",
            Self::Money(code) => code,
            Self::Date => "date",
            Self::Plain => "plain",
        }
    }
}

impl TryFrom<String> for Unit {
    type Error = UnknownId;

    fn try_from(text: String) -> Result<Self, UnknownId> {
        let named = [
            Self::TonnesPerYear,
            Self::Tonnes,
            Self::UnresolvedRate,
            Self::Fraction,
            Self::PercentagePoints,
            Self::Date,
            Self::Plain,
        ];
        let money = CURRENCIES.iter().map(|(_, code)| Self::Money(code));
        let mut known = named.into_iter().chain(money);
        known.find(|unit| unit.id() == text).ok_or(UnknownId { what: "unit", value: text })
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A unit as read, before it is applied to a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum UnitWord {
    /// Tonnes in one of the unit.
    Mass {
        tonnes: Decimal,
        assumed: bool,
    },
    /// Tonnes a year in one of the unit.
    Rate(Decimal),
    /// MTPA, mtpa: tonnes or million tonnes a year.
    AmbiguousRate,
    /// Per day or per month.
    OtherRate,
    Percent,
    PercentagePoints,
    Money(&'static str),
}

/// The unit with which `text` begins, and the bytes it takes.
pub(super) fn read_unit(text: &str) -> Option<(UnitWord, usize)> {
    let (word, length) = read_table(text)?;
    let UnitWord::Mass { tonnes, .. } = word else { return Some((word, length)) };
    let rest = &text[length..];
    if let Some(year) = longest(rest, PER_YEAR) {
        return Some((UnitWord::Rate(tonnes), length + year));
    }
    if let Some(other) = longest(rest, PER_OTHER) {
        return Some((UnitWord::OtherRate, length + other));
    }
    Some((word, length))
}

/// A currency with which `text` ends, blanks aside, and where it begins.
pub(super) fn currency_before(text: &str) -> Option<(&'static str, usize)> {
    let trimmed = text.trim_end_matches([' ', '\u{a0}', '\u{202f}']);
    if text.len() - trimmed.len() > 2 {
        return None;
    }
    let stands_alone = |word: &str| {
        let before = trimmed[..trimmed.len() - word.len()].chars().next_back();
        !before.is_some_and(char::is_alphanumeric)
    };
    CURRENCIES
        .iter()
        .find(|(word, _)| trimmed.ends_with(word) && stands_alone(word))
        .map(|(word, code)| (*code, trimmed.len() - word.len()))
}

/// The longest first where one ends with another.
const CURRENCIES: &[(&str, &str)] = &[
    ("US$", "USD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("C$", "CAD"),
    ("A$", "AUD"),
    ("S$", "SGD"),
    ("R$", "BRL"),
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("₹", "INR"),
    ("USD", "USD"),
    ("EUR", "EUR"),
    ("GBP", "GBP"),
    ("CNY", "CNY"),
    ("RMB", "CNY"),
    ("JPY", "JPY"),
    ("INR", "INR"),
    ("CHF", "CHF"),
    ("KRW", "KRW"),
];

const PER_YEAR: &[&str] = &[
    "/a",
    "/y",
    "/yr",
    "/year",
    "/annum",
    "/an",
    "/año",
    "/Jahr",
    " par an",
    " al año",
    " pro Jahr",
    " im Jahr",
    " per year",
    " per annum",
    " a year",
    " each year",
    " p.a.",
    " p.a",
    " pa",
    "pa",
    " annually",
    " yearly",
    " per yr",
];

const PER_OTHER: &[&str] =
    &["/d", "/day", " per day", " a day", " daily", "/month", " per month", " a month", " monthly"];

#[derive(Clone, Copy)]
enum Case {
    Exact,
    Any,
}

/// The table of the domain reference, section 2.5. `mt` and `Mt` differ by case.
fn table() -> [(&'static str, Case, UnitWord); 44] {
    use Case::{Any, Exact};
    let mass = |tonnes| UnitWord::Mass { tonnes, assumed: false };
    let one = Decimal::ONE;
    let thousand = Decimal::ONE_THOUSAND;
    let million = Decimal::new(1_000_000, 0);
    let pound = Decimal::new(45_359_237, 11);
    let short_ton = Decimal::new(90_718_474, 8);
    let assumed = UnitWord::Mass { tonnes: one, assumed: true };
    [
        ("ktpa", Any, UnitWord::Rate(thousand)),
        ("kta", Any, UnitWord::Rate(thousand)),
        ("ktpy", Any, UnitWord::Rate(thousand)),
        ("tpa", Any, UnitWord::Rate(one)),
        ("tpy", Any, UnitWord::Rate(one)),
        ("mtpa", Any, UnitWord::AmbiguousRate),
        ("mmtpa", Any, UnitWord::Rate(million)),
        ("t", Exact, mass(one)),
        ("mt", Exact, mass(one)),
        ("MT", Exact, mass(one)),
        ("Mt", Exact, mass(million)),
        ("MMT", Exact, mass(million)),
        ("kt", Any, mass(thousand)),
        ("tonne", Any, mass(one)),
        ("tonnes", Any, mass(one)),
        ("metric ton", Any, mass(one)),
        ("metric tons", Any, mass(one)),
        ("metric tonne", Any, mass(one)),
        ("metric tonnes", Any, mass(one)),
        ("kilotonne", Any, mass(thousand)),
        ("kilotonnes", Any, mass(thousand)),
        ("kiloton", Any, mass(thousand)),
        ("kilotons", Any, mass(thousand)),
        ("lb", Any, mass(pound)),
        ("lbs", Any, mass(pound)),
        ("short ton", Any, mass(short_ton)),
        ("short tons", Any, mass(short_ton)),
        ("ton", Any, assumed),
        ("tons", Any, assumed),
        ("%", Any, UnitWord::Percent),
        ("percent", Any, UnitWord::Percent),
        ("per cent", Any, UnitWord::Percent),
        ("pct", Any, UnitWord::Percent),
        ("percentage point", Any, UnitWord::PercentagePoints),
        ("percentage points", Any, UnitWord::PercentagePoints),
        ("pp", Exact, UnitWord::PercentagePoints),
        ("% points", Any, UnitWord::PercentagePoints),
        ("€", Any, UnitWord::Money("EUR")),
        ("EUR", Exact, UnitWord::Money("EUR")),
        ("euro", Any, UnitWord::Money("EUR")),
        ("euros", Any, UnitWord::Money("EUR")),
        ("USD", Exact, UnitWord::Money("USD")),
        ("US dollars", Any, UnitWord::Money("USD")),
        ("dollars", Any, UnitWord::Money("USD")),
    ]
}

fn read_table(text: &str) -> Option<(UnitWord, usize)> {
    table()
        .into_iter()
        .filter_map(|(word, case, unit)| Some((unit, length_of(text, word, case)?)))
        .max_by_key(|(_, length)| *length)
}

fn longest(text: &str, words: &[&str]) -> Option<usize> {
    words.iter().filter_map(|word| length_of(text, word, Case::Any)).max()
}

/// Bytes that `word` takes at the beginning of `text`, if it ends with a word
/// there. A blank in `word` stands for a blank, a hyphen or a few of them.
fn length_of(text: &str, word: &str, case: Case) -> Option<usize> {
    let mut rest = text;
    for wanted in word.chars() {
        if wanted == ' ' {
            let trimmed = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '-', '\n']);
            if trimmed.len() == rest.len() {
                return None;
            }
            rest = trimmed;
            continue;
        }
        let found = rest.chars().next()?;
        let equal = match case {
            Case::Exact => found == wanted,
            Case::Any => found.to_lowercase().eq(wanted.to_lowercase()),
        };
        if !equal {
            return None;
        }
        rest = &rest[found.len_utf8()..];
    }
    let ends_in_letter = word.ends_with(char::is_alphanumeric);
    let continues = rest.starts_with(char::is_alphanumeric);
    (!(ends_in_letter && continues)).then_some(text.len() - rest.len())
}
