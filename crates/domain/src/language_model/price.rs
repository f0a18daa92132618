//! What a provider asks for tokens. Prices come from the operator's file; there is no
//! price in the code, and where none is known there is no cost.

use super::Tokens;
use crate::{pricing_pack::Currency, taxonomy::vocabulary};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Prices are for this many tokens, as providers publish them.
const PER_TOKENS: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

vocabulary! {
    /// Why a call has no cost; reads on behind "not available, because".
    CostMissing, "reason of a missing cost" {
        NoPrice = "no_price", "no price of this model is configured";
        NoUsage = "no_usage", "the server did not say how many tokens were used";
        OutOfRange = "out_of_range", "it is too large to be computed exactly";
    }
}

/// Of one model, for a million tokens, in the table's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelPrice {
    pub input: Decimal,
    pub cached_input: Decimal,
    /// Thoughts included.
    pub output: Decimal,
}

impl ModelPrice {
    /// Exact: input that was not cached, cached input and output, each at its price.
    ///
    /// # Errors
    /// [`CostMissing::OutOfRange`].
    pub fn cost(&self, tokens: Tokens) -> Result<Decimal, CostMissing> {
        let fresh = tokens.input.saturating_sub(tokens.cached);
        let part = |tokens: u64, price: Decimal| Decimal::from(tokens).checked_mul(price);
        let sum = part(fresh, self.input)
            .zip(part(tokens.cached, self.cached_input))
            .and_then(|(fresh, cached)| fresh.checked_add(cached))
            .zip(part(tokens.output, self.output))
            .and_then(|(input, output)| input.checked_add(output));
        let cost = sum.and_then(|sum| sum.checked_div(PER_TOKENS));
        cost.map(|cost| cost.normalize()).ok_or(CostMissing::OutOfRange)
    }
}

/// The prices of a provider's models, in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawTable")]
pub struct PriceTable {
    currency: Currency,
    models: BTreeMap<String, ModelPrice>,
}

impl PriceTable {
    pub fn currency(&self) -> &Currency {
        &self.currency
    }

    /// Of the model as it is asked for, which is known before the call.
    pub fn of(&self, model: &str) -> Option<&ModelPrice> {
        self.models.get(model)
    }
}

/// What is wrong with a table of prices.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPrices {
    #[error("{model}: {price} is no price for a million tokens, such as \"1.25\"")]
    NotAPrice { model: String, price: String },
    #[error("{model}: cached input costs more than input, so no bound could be kept")]
    CachedBeyondInput { model: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    currency: Currency,
    models: BTreeMap<String, RawPrice>,
}

/// Text, so that no digit is lost on the way.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrice {
    input: String,
    /// As `input`, where a provider has no price of its own for it.
    cached_input: Option<String>,
    output: String,
}

impl TryFrom<RawTable> for PriceTable {
    type Error = InvalidPrices;

    fn try_from(raw: RawTable) -> Result<Self, InvalidPrices> {
        let mut models = BTreeMap::new();
        for (model, raw) in raw.models {
            let cached_input = raw.cached_input.as_ref().unwrap_or(&raw.input);
            let price = ModelPrice {
                input: price(&model, &raw.input)?,
                cached_input: price(&model, cached_input)?,
                output: price(&model, &raw.output)?,
            };
            if price.cached_input > price.input {
                return Err(InvalidPrices::CachedBeyondInput { model });
            }
            models.insert(model, price);
        }
        Ok(Self { currency: raw.currency, models })
    }
}

/// The most decimals of a price, so that a cost keeps to the column's.
const DECIMALS_MAX: u32 = 6;
/// The most that a million tokens may cost: nobody asks for as much in any currency.
const PRICE_MAX: Decimal = PER_TOKENS;

fn price(model: &str, text: &str) -> Result<Decimal, InvalidPrices> {
    let price = Decimal::from_str_exact(text.trim()).ok();
    let is_sound = |price: &Decimal| {
        !price.is_sign_negative() && *price <= PRICE_MAX && price.scale() <= DECIMALS_MAX
    };
    price
        .filter(is_sound)
        .ok_or_else(|| InvalidPrices::NotAPrice { model: model.to_owned(), price: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn table(model: &Value) -> Result<PriceTable, String> {
        let table = json!({ "currency": "USD", "models": { "test-model": model } });
        serde_json::from_value(table).map_err(|error| error.to_string())
    }

    fn check(tokens: Tokens, expected: &str) {
        let table =
            table(&json!({ "input": "1.25", "cached_input": "0.125", "output": "10" })).unwrap();
        let cost = table.of("test-model").unwrap().cost(tokens).unwrap();
        assert_eq!(cost.to_string(), expected);
    }

    /// Worked by hand: 200 × 1.25 + 1000 × 0.125 + 300 × 10 = 3375 for a million.
    #[test]
    fn each_token_costs_its_price_once_and_exactly() {
        check(Tokens { input: 1200, cached: 1000, output: 300, reasoning: 40 }, "0.003375");
        check(Tokens { input: 1200, cached: 1200, output: 0, reasoning: 0 }, "0.00015");
        check(Tokens { input: 1, cached: 0, output: 0, reasoning: 0 }, "0.00000125");
        check(Tokens::NONE, "0");
    }

    #[test]
    fn input_from_the_cache_costs_as_much_as_other_where_the_table_says_nothing_else() {
        let table = table(&json!({ "input": "2", "output": "8" })).unwrap();
        let tokens = Tokens { input: 500_000, cached: 400_000, output: 0, reasoning: 0 };
        assert_eq!(table.of("test-model").unwrap().cost(tokens), Ok(Decimal::ONE));
        assert_eq!(table.of("test-model-2026-11-01"), None);
    }

    #[test]
    fn what_is_no_price_is_refused_with_the_model_that_it_belongs_to() {
        for bad in ["-1", "1.2345678", "free", "", "1e3", "1000001", "1,25"] {
            let error = table(&json!({ "input": bad, "output": "1" })).unwrap_err();
            assert!(error.contains("test-model") && error.contains("no price"), "{bad}: {error}");
        }
        let error =
            table(&json!({ "input": "1", "cached_input": "2", "output": "1" })).unwrap_err();
        assert!(error.contains("cached input costs more"), "{error}");
        table(&json!({ "input": "1", "output": "1", "thoughts": "1" })).unwrap_err();
    }

    /// The dearest call that a server may report: both counts at their bound, the dearest price.
    #[test]
    fn the_dearest_call_is_still_exact() {
        let dearest = ModelPrice { input: PRICE_MAX, cached_input: PRICE_MAX, output: PRICE_MAX };
        let most = Tokens::COUNT_MAX;
        let tokens = Tokens { input: most, cached: 0, output: most, reasoning: most };
        assert_eq!(dearest.cost(tokens), Ok(Decimal::from(2 * most)));
    }
}
