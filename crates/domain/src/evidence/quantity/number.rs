use rust_decimal::Decimal;

/// How a language writes decimals and thousands. "20.000 t" is twenty thousand
/// in German and twenty in English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum NumberMarks {
    /// 1,234.5 as in English and Chinese.
    #[default]
    PointDecimal,
    /// 1.234,5 as in most languages of the European continent.
    CommaDecimal,
}

impl NumberMarks {
    /// By the ISO 639 code of a source's language, a region behind it ignored.
    pub fn of_language(code: &str) -> Self {
        let language = code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        match language.as_str() {
            "cs" | "da" | "de" | "el" | "es" | "fi" | "fr" | "hu" | "id" | "it" | "nb" | "nl"
            | "no" | "pl" | "pt" | "ro" | "ru" | "sk" | "sl" | "sv" | "tr" | "uk" | "vi" => {
                Self::CommaDecimal
            }
            _ => Self::PointDecimal,
        }
    }

    const fn decimal(self) -> char {
        match self {
            Self::PointDecimal => '.',
            Self::CommaDecimal => ',',
        }
    }

    const fn thousands(self) -> char {
        match self {
            Self::PointDecimal => ',',
            Self::CommaDecimal => '.',
        }
    }
}

/// A number at the beginning of a text.
pub(super) struct Literal {
    pub value: Decimal,
    /// Bytes it takes.
    pub length: usize,
}

/// Reads the number with which `text` begins. None unless the first character is
/// a digit.
pub(super) fn read_number(text: &str, marks: NumberMarks) -> Option<Literal> {
    let first = digits(text);
    if first == 0 {
        return None;
    }
    let mut whole = text[..first].to_owned();
    let mut length = first;
    if first <= 3 && !text.starts_with('0') {
        length += read_groups(&text[first..], marks, &mut whole);
    }
    let grouped = length > first;
    if let Some(fraction) = read_fraction(&text[length..], marks, grouped) {
        whole.push('.');
        whole.push_str(&text[length + 1..=length + fraction]);
        length += 1 + fraction;
    }
    // More digits than a decimal holds: the largest number, which equals no
    // figure that anybody states.
    let value = Decimal::from_str_exact(&whole).unwrap_or(Decimal::MAX).normalize();
    Some(Literal { value, length })
}

/// Groups of three digits behind one and the same mark; after a comma also the
/// Indian groups of two. Appends the digits, returns the bytes taken.
fn read_groups(text: &str, marks: NumberMarks, whole: &mut String) -> usize {
    let Some(mark) = text.chars().next().filter(|mark| is_group_mark(*mark, marks)) else {
        return 0;
    };
    let mut read = String::new();
    let mut length = 0;
    while let Some(rest) = text[length..].strip_prefix(mark) {
        let size = digits(rest);
        let is_last_possible = size == 3;
        let is_indian = size == 2 && mark == ',' && rest[2..].starts_with(',');
        if !is_last_possible && !is_indian {
            break;
        }
        read.push_str(&rest[..size]);
        length += mark.len_utf8() + size;
    }
    whole.push_str(&read);
    length
}

fn is_group_mark(mark: char, marks: NumberMarks) -> bool {
    mark == marks.thousands()
        || matches!(mark, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\'' | '’')
}

/// Digits behind a decimal mark. The other language's mark counts before one or
/// two digits, which it cannot group: 1,5 is one and a half in English, too. None where a second
/// mark follows, as in 15.01.2025 or a version.
fn read_fraction(text: &str, marks: NumberMarks, grouped: bool) -> Option<usize> {
    let mark = text.chars().next().filter(|mark| matches!(mark, '.' | ','))?;
    let size = digits(&text[1..]);
    let reads_as_decimal = mark == marks.decimal() || (size <= 2 && !grouped);
    if size == 0 || !reads_as_decimal {
        return None;
    }
    let rest = &text[1 + size..];
    let continues = rest.starts_with(mark) && digits(&rest[1..]) > 0;
    (!continues).then_some(size)
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}
