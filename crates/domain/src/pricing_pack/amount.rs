use super::InvalidText;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A price or rate above zero, kept exactly as it was received: `41.30` and `41.3`
/// are one value and two texts, and a pack's hash covers the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReceivedAmount {
    text: Box<str>,
    value: Decimal,
}

/// What the columns hold: numeric(28,10).
const INTEGER_DIGITS_MAX: usize = 18;
const FRACTION_DIGITS_MAX: usize = 10;

impl ReceivedAmount {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub const fn value(&self) -> Decimal {
        self.value
    }
}

impl std::str::FromStr for ReceivedAmount {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (integer, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, most| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let plain = digits(integer, INTEGER_DIGITS_MAX) && digits(fraction, FRACTION_DIGITS_MAX);
        match Decimal::from_str_exact(text) {
            Ok(value) if plain && value > Decimal::ZERO => Ok(Self { text: text.into(), value }),
            _ => Err(InvalidText {
                what: "a price or rate: a plain decimal above zero, with at most 18 digits before \
                       and 10 after the point",
                value: text.to_owned(),
            }),
        }
    }
}

impl TryFrom<String> for ReceivedAmount {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ReceivedAmount> for String {
    fn from(amount: ReceivedAmount) -> Self {
        amount.text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_keeps_its_text_and_its_exact_value() {
        let price: ReceivedAmount = "41.30".parse().unwrap();
        assert_eq!(price.as_str(), "41.30");
        assert_eq!(price.value(), Decimal::new(413, 1));
    }

    #[test]
    fn nothing_but_a_plain_decimal_above_zero_is_a_price() {
        for bad in ["", "0", "0.00", "-1", "+1", "1e3", "1.", ".5", "1,5", " 1", "NaN", "1_000"] {
            assert!(bad.parse::<ReceivedAmount>().is_err(), "{bad}");
        }
        assert!("0.0000000001".parse::<ReceivedAmount>().is_ok());
        assert!("0.00000000001".parse::<ReceivedAmount>().is_err());
        assert!("999999999999999999.9999999999".parse::<ReceivedAmount>().is_ok());
        assert!("1000000000000000000".parse::<ReceivedAmount>().is_err());
    }
}
