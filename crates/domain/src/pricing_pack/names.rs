use super::text::checked_text;

checked_text! {
    /// An ISO 4217 code.
    Currency, "a currency, such as EUR",
    |text| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

checked_text! {
    /// The name of a security in the ledger and in packs, by Beancount's rule
    /// for commodities.
    Symbol, "a symbol, such as ACME: capitals and digits, at most 24, a capital first",
    is_commodity
}

checked_text! {
    /// The market identifier code (ISO 10383) of where a security is priced.
    Exchange, "a market identifier code, such as XNAS",
    |text| {
        text.len() == 4
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    }
}

checked_text! {
    /// Who supplied a value, spelt as in the rights registry.
    ProviderId, "a provider, such as FRED",
    |text| {
        (1..=40).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }
}

checked_text! {
    /// The commit of the ledger's repository that a pack belongs to, in full.
    LedgerCommit, "a git commit of 40 hexadecimal digits",
    |text| {
        text.len() == 40
            && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    }
}

impl ProviderId {
    /// Whose invented data the samples are.
    ///
    /// # Panics
    /// Never: the text has the form, as a test knows.
    pub fn sample() -> Self {
        "Sample".parse().expect("Sample has the form of a provider")
    }

    /// The member's own data: the ledger, and what somebody entered.
    ///
    /// # Panics
    /// Never: the text has the form, as a test knows.
    pub fn manual() -> Self {
        "Manual".parse().expect("Manual has the form of a provider")
    }
}

impl LedgerCommit {
    /// The first eight digits, as lineage names a commit.
    pub fn short(&self) -> &str {
        &self.as_str()[..8]
    }
}

/// <https://beancount.github.io/docs/beancount_language_syntax.html>, "Commodities / Currencies".
fn is_commodity(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let marks = |byte: u8| inner(byte) || b"'._-".contains(&byte);
    text.len() <= 24
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(marks)
        && text.bytes().last().is_some_and(inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fmt::Debug, str::FromStr};

    fn check<T: FromStr<Err: Debug> + Debug>(good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(text.parse::<T>().is_ok(), "{text}");
        }
        for text in bad {
            assert!(text.parse::<T>().is_err(), "{text}");
        }
    }

    #[test]
    fn each_name_is_read_in_its_own_form_only() {
        check::<Currency>(&["EUR", "CAD"], &["eur", "EURO", "E1R", ""]);
        check::<Symbol>(&["ACME", "BRK.B", "A", "X1"], &["acme", "1A", "A.", "", "A B"]);
        check::<Exchange>(&["XNAS", "X2X1"], &["xnas", "NYSE1", ""]);
        assert_eq!(ProviderId::sample().as_str(), "Sample");
        check::<ProviderId>(&["Sample", "NewsAPI_Business"], &["", "a b", "1x", "a:b"]);
        let commit = "0123456789abcdef0123456789abcdef01234567";
        check::<LedgerCommit>(&[commit], &[&commit[1..], &commit.to_uppercase(), "head"]);
    }

    #[test]
    fn a_value_from_json_goes_through_the_same_way_in() {
        assert!(serde_json::from_str::<Currency>("\"usd\"").is_err());
        assert_eq!(serde_json::from_str::<Currency>("\"USD\"").unwrap().as_str(), "USD");
    }
}
