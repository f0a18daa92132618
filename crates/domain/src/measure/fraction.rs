use serde::{Deserialize, Serialize};
use std::fmt;

/// A ratio, weight, return, rate or volatility: 0.05 is five per cent. Always finite.
///
/// Everything inside the system is a fraction. [`Percent`] exists for what people
/// read and write, and the two cannot stand for each other:
/// ```
/// use domain::measure::{Fraction, Percent};
/// let weight: Fraction = Fraction::new(0.05).unwrap();
/// assert_eq!(weight.to_percent(), Percent::new(5.0).unwrap());
/// ```
/// ```compile_fail,E0308
/// use domain::measure::{Fraction, Percent};
/// let weight: Fraction = Percent::new(5.0).unwrap();
/// ```
/// ```compile_fail,E0308
/// use domain::measure::{Fraction, Percent};
/// let _ = Fraction::new(0.05).unwrap() == Percent::new(0.05).unwrap();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Fraction(f64);

/// A ratio as people write it: 5.0 is five per cent. Always finite.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Percent(f64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ratio must be a finite number")]
pub struct NotFinite;

impl Fraction {
    pub const ZERO: Self = Self(0.0);
    pub const ONE: Self = Self(1.0);

    pub const fn new(value: f64) -> Result<Self, NotFinite> {
        if value.is_finite() { Ok(Self(value)) } else { Err(NotFinite) }
    }

    pub const fn get(self) -> f64 {
        self.0
    }

    #[must_use]
    pub fn to_percent(self) -> Percent {
        Percent(self.0 * 100.0)
    }

    /// In basis points: 0.0001 is one.
    pub fn basis_points(self) -> f64 {
        self.0 * 10_000.0
    }
}

impl Percent {
    pub const fn new(value: f64) -> Result<Self, NotFinite> {
        if value.is_finite() { Ok(Self(value)) } else { Err(NotFinite) }
    }

    pub const fn get(self) -> f64 {
        self.0
    }

    #[must_use]
    pub fn to_fraction(self) -> Fraction {
        Fraction(self.0 / 100.0)
    }
}

impl TryFrom<f64> for Fraction {
    type Error = NotFinite;

    fn try_from(value: f64) -> Result<Self, NotFinite> {
        Self::new(value)
    }
}

impl From<Fraction> for f64 {
    fn from(fraction: Fraction) -> Self {
        fraction.0
    }
}

/// With two decimals unless the format says otherwise.
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        write!(f, "{:.decimals$} %", self.0)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Fraction {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fraction".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "description": "a fraction: 0.05 is 5 %" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_finite_number_is_a_fraction() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Fraction::new(bad), Err(NotFinite));
            assert_eq!(Percent::new(bad), Err(NotFinite));
        }
        assert!(serde_json::from_str::<Fraction>("1e999").is_err());
        assert_eq!(serde_json::to_string(&Fraction::new(0.21).unwrap()).unwrap(), "0.21");
    }

    #[test]
    fn a_fraction_is_shown_in_per_cent_and_basis_points() {
        let fraction = Fraction::new(0.0525).unwrap();
        assert_eq!(fraction.to_percent().to_string(), "5.25 %");
        assert_eq!(format!("{:.1}", Fraction::new(-0.101).unwrap().to_percent()), "-10.1 %");
        assert!((fraction.basis_points() - 525.0).abs() < 1e-9);
        assert!((fraction.to_percent().to_fraction().get() - 0.0525).abs() < 1e-15);
    }

    /// Fails to compile as soon as `$type` implements `$trait`: each would then
    /// have two candidates for the constant.
    macro_rules! has_no {
        ($type:ty, $($trait:tt)+) => {
            const _: fn() = || {
                trait Ambiguous<A> {
                    fn of() {}
                }
                impl<T> Ambiguous<()> for T {}
                struct Also;
                impl<T: $($trait)+> Ambiguous<Also> for T {}
                <$type>::of();
            };
        };
    }

    use crate::money::{Amount, Base, Trade};
    has_no!(Fraction, From<Percent>);
    has_no!(Percent, From<Fraction>);
    has_no!(Fraction, PartialEq<Percent>);
    has_no!(Fraction, std::ops::Add<Percent>);
    has_no!(Percent, From<f64>);
    has_no!(Amount<Base>, From<Amount<Trade>>);
    has_no!(Amount<Base>, PartialEq<Amount<Trade>>);
    has_no!(Amount<Base>, PartialOrd<Amount<Trade>>);
    has_no!(Amount<Base>, std::ops::Add<Amount<Trade>>);
    has_no!(crate::money::Money, std::ops::Add);
}
