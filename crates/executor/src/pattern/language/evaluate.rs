//! Values compared, and what can go wrong with values.

use super::{
    lexer::read_decimal,
    parser::{Comparison, Literal, Node},
    path::{Path, Scope},
};
use rust_decimal::Decimal;
use serde_json::Value;
use std::{borrow::Cow, cmp::Ordering};

/// Why a template or an expression has no value. It fails the step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    #[error("{path} is {found} and has no {part}")]
    NoSuchPart { path: String, part: String, found: &'static str },
    #[error("{path} is null, and the text around it says nothing for that case")]
    NullInText { path: String },
    #[error("{path} is {found}, which has no form within text")]
    NotText { path: String, found: &'static str },
    #[error("{left} cannot be compared with {right}")]
    Incomparable { left: &'static str, right: &'static str },
    #[error("“{0}” is not a decimal of at most 28 digits")]
    NotDecimal(String),
    #[error("{found} stands where true or false is expected")]
    NotBoolean { found: &'static str },
    #[error("{found} stands where a list is expected")]
    NotList { found: &'static str },
}

/// What a reader calls a value of this type.
pub(crate) const fn word_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

impl Node<Path> {
    /// True or false, and nothing else.
    pub fn test(&self, scope: &Scope<'_>) -> Result<bool, EvaluationError> {
        match self {
            Self::Not(inner) => Ok(!inner.test(scope)?),
            Self::And(left, right) => Ok(left.test(scope)? && right.test(scope)?),
            Self::Or(left, right) => Ok(left.test(scope)? || right.test(scope)?),
            Self::Compare(operator, left, right, decimal) => {
                let (left, right) = (left.value(scope)?, right.value(scope)?);
                compare(*operator, &left, &right, *decimal)
            }
            Self::In(item, list, decimal) => {
                let (item, list) = (item.value(scope)?, list.value(scope)?);
                let Value::Array(members) = &*list else {
                    return Err(EvaluationError::NotList { found: word_of(&list) });
                };
                for member in members {
                    if compare(Comparison::Equal, &item, member, *decimal)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::IsNull(inner) => Ok(inner.value(scope)?.is_null()),
            Self::Literal(_) | Self::List(_) | Self::Path(_) => match &*self.value(scope)? {
                Value::Bool(truth) => Ok(*truth),
                other => Err(EvaluationError::NotBoolean { found: word_of(other) }),
            },
        }
    }

    fn value<'a>(&self, scope: &Scope<'a>) -> Result<Cow<'a, Value>, EvaluationError> {
        match self {
            Self::Literal(literal) => Ok(Cow::Owned(literal.value())),
            Self::List(items) => {
                Ok(Cow::Owned(Value::Array(items.iter().map(Literal::value).collect())))
            }
            Self::Path(path) => path.read(scope),
            _ => Ok(Cow::Owned(Value::Bool(self.test(scope)?))),
        }
    }
}

impl Literal {
    /// A number becomes the text of its decimal where JSON could not hold it
    /// exactly; comparison reads both alike.
    pub fn value(&self) -> Value {
        match self {
            Self::Boolean(truth) => Value::Bool(*truth),
            Self::Text(text) => Value::String(text.clone()),
            Self::Number(number) => number_value(*number),
        }
    }
}

fn compare(
    operator: Comparison,
    left: &Value,
    right: &Value,
    decimal: bool,
) -> Result<bool, EvaluationError> {
    use Comparison as C;
    if left.is_null() || right.is_null() {
        return match operator {
            C::Equal => Ok(left.is_null() && right.is_null()),
            C::NotEqual => Ok(left.is_null() != right.is_null()),
            _ => Err(incomparable(left, right)),
        };
    }
    let ordering = match (left, right) {
        (Value::Number(_) | Value::String(_), Value::Number(_) | Value::String(_)) if decimal => {
            decimal_of(left)?.cmp(&decimal_of(right)?)
        }
        (Value::Number(_), Value::Number(_)) => decimal_of(left)?.cmp(&decimal_of(right)?),
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Bool(left), Value::Bool(right)) if matches!(operator, C::Equal | C::NotEqual) => {
            left.cmp(right)
        }
        _ => return Err(incomparable(left, right)),
    };
    Ok(match operator {
        C::Equal => ordering == Ordering::Equal,
        C::NotEqual => ordering != Ordering::Equal,
        C::Less => ordering == Ordering::Less,
        C::LessOrEqual => ordering != Ordering::Greater,
        C::Greater => ordering == Ordering::Greater,
        C::GreaterOrEqual => ordering != Ordering::Less,
    })
}

fn incomparable(left: &Value, right: &Value) -> EvaluationError {
    EvaluationError::Incomparable { left: word_of(left), right: word_of(right) }
}

/// The exact decimal that a number or a text writes.
fn decimal_of(value: &Value) -> Result<Decimal, EvaluationError> {
    let text = match value {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        other => Cow::Owned(other.to_string()),
    };
    exact_decimal(&text).ok_or_else(|| EvaluationError::NotDecimal(text.into_owned()))
}

/// A decimal with or without an exponent, exactly or not at all.
pub(crate) fn exact_decimal(text: &str) -> Option<Decimal> {
    let Some((digits, exponent)) = text.split_once(['e', 'E']) else { return read_decimal(text) };
    let exponent: i32 = exponent.parse().ok()?;
    let digits = read_decimal(digits)?;
    // Ten to this power; 28 digits are all that a decimal holds.
    let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
    let power = Decimal::try_from_i128_with_scale(power, 0).ok()?;
    if exponent >= 0 {
        return digits.checked_mul(power);
    }
    let quotient = digits.checked_div(power)?;
    (quotient.checked_mul(power)? == digits).then_some(quotient)
}

fn number_value(number: Decimal) -> Value {
    let number = number.normalize();
    let text = number.to_string();
    let json: Option<Value> = serde_json::from_str(&text).ok();
    json.filter(|json| exact_decimal(&json.to_string()) == Some(number))
        .unwrap_or(Value::String(text))
}
