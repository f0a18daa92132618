//! Decimals of arguments.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

/// A decimal as text, or as a JSON number, whose shortest notation it then is.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(extend("type" = ["string", "number"], "format" = "decimal"), with = "Value")]
pub struct ExactDecimal(pub Decimal);

impl<'de> Deserialize<'de> for ExactDecimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            other => return Err(D::Error::custom(format!("{other} is not a decimal"))),
        };
        let decimal = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text));
        decimal.map(Self).map_err(|_| D::Error::custom(format!("“{text}” is not a decimal")))
    }
}
