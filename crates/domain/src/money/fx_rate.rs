use super::{Role, amount::OutOfRange};
use rust_decimal::Decimal;
use std::{fmt, marker::PhantomData};

/// What one unit of the currency of role `F` costs in that of role `T`; above zero.
///
/// A rate goes one way only:
/// ```
/// use domain::money::{Amount, Base, FxRate, Trade};
/// let rate = FxRate::<Trade, Base>::new("1.36".parse().unwrap()).unwrap();
/// let dollars = Amount::<Trade>::new(24.into());
/// assert_eq!(dollars.convert(rate).unwrap().value(), "32.64".parse().unwrap());
/// ```
/// ```compile_fail,E0308
/// use domain::money::{Amount, Base, FxRate, Trade};
/// let rate = FxRate::<Trade, Base>::new("1.36".parse().unwrap()).unwrap();
/// let already_converted = Amount::<Base>::new(24.into());
/// let _ = already_converted.convert(rate);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FxRate<F, T> {
    value: Decimal,
    roles: PhantomData<(F, T)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an exchange rate: it must be above zero")]
pub struct InvalidRate(pub Decimal);

impl<F: Role, T: Role> FxRate<F, T> {
    /// Between two roles of one and the same currency.
    pub const IDENTITY: Self = Self { value: Decimal::ONE, roles: PhantomData };

    pub fn new(value: Decimal) -> Result<Self, InvalidRate> {
        if value > Decimal::ZERO {
            Ok(Self { value, roles: PhantomData })
        } else {
            Err(InvalidRate(value))
        }
    }

    pub const fn value(self) -> Decimal {
        self.value
    }

    /// 1 / rate, with the 28 significant digits of a [`Decimal`].
    pub fn inverse(self) -> Result<FxRate<T, F>, OutOfRange> {
        let value = Decimal::ONE.checked_div(self.value).ok_or(OutOfRange)?;
        FxRate::new(value).map_err(|_| OutOfRange)
    }
}

impl<F, T> fmt::Debug for FxRate<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Base, Trade};
    use super::*;

    #[test]
    fn a_rate_is_above_zero_and_has_an_inverse() {
        assert!(FxRate::<Trade, Base>::new(Decimal::ZERO).is_err());
        assert!(FxRate::<Trade, Base>::new(-Decimal::ONE).is_err());
        let rate = FxRate::<Trade, Base>::new(Decimal::new(125, 2)).unwrap();
        assert_eq!(rate.inverse().unwrap().value(), Decimal::new(8, 1));
        // 1 / 10^28 has no digit left that an exact decimal could hold.
        let huge = FxRate::<Trade, Base>::new(Decimal::MAX).unwrap();
        assert_eq!(huge.inverse(), Err(OutOfRange));
    }
}
