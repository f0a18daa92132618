use super::{Amount, OutOfRange, Role};
use crate::pricing_pack::Currency;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An exact amount beside its currency, as it stands in ledgers, rows and pages.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Money {
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "decimal")))]
    pub amount: Decimal,
    pub currency: Currency,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("an amount in {found} stands where one in {wanted} is needed")]
    OtherCurrency { wanted: Currency, found: Currency },
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

impl Money {
    /// The sum, in the one currency of both.
    pub fn plus(&self, other: &Self) -> Result<Self, MoneyError> {
        self.is_in(&other.currency)?;
        let amount = self.amount.checked_add(other.amount).ok_or(OutOfRange)?;
        Ok(Self { amount, currency: self.currency.clone() })
    }

    /// The amount for a calculation in which `currency` has the role `R`.
    pub fn amount_in<R: Role>(&self, currency: &Currency) -> Result<Amount<R>, MoneyError> {
        self.is_in(currency)?;
        Ok(Amount::new(self.amount))
    }

    fn is_in(&self, wanted: &Currency) -> Result<(), MoneyError> {
        if self.currency == *wanted {
            return Ok(());
        }
        let (wanted, found) = (wanted.clone(), self.currency.clone());
        Err(MoneyError::OtherCurrency { wanted, found })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Base;
    use super::*;

    fn money(amount: i64, currency: &str) -> Money {
        Money { amount: amount.into(), currency: currency.parse().unwrap() }
    }

    #[test]
    fn two_currencies_have_no_sum() {
        assert_eq!(money(2, "EUR").plus(&money(3, "EUR")), Ok(money(5, "EUR")));
        let refused = money(2, "EUR").plus(&money(3, "USD")).unwrap_err();
        assert_eq!(refused.to_string(), "an amount in EUR stands where one in USD is needed");
    }

    #[test]
    fn an_amount_enters_a_calculation_in_the_currency_of_its_role_only() {
        let (euro, dollar) = ("EUR".parse().unwrap(), "USD".parse().unwrap());
        assert_eq!(money(7, "EUR").amount_in::<Base>(&euro).unwrap().value(), 7.into());
        assert!(money(7, "EUR").amount_in::<Base>(&dollar).is_err());
    }

    #[test]
    fn money_crosses_the_wire_as_exact_text_with_its_currency() {
        let json = serde_json::to_value(money(7, "EUR")).unwrap();
        assert_eq!(json, serde_json::json!({ "amount": "7", "currency": "EUR" }));
        assert_eq!(serde_json::from_value::<Money>(json).unwrap(), money(7, "EUR"));
    }
}
