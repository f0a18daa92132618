use super::{FxRate, Money};
use crate::{measure::Fraction, pricing_pack::Currency};
use rust_decimal::{
    Decimal, RoundingStrategy,
    prelude::{FromPrimitive, ToPrimitive},
};
use std::{cmp::Ordering, fmt, hash::Hash, marker::PhantomData};

/// Decimals behind the point to which amounts are rounded where rounding cannot be
/// avoided; what the columns hold: numeric(28,10).
pub const AMOUNT_SCALE: u32 = 10;

/// What a currency is to a calculation. Which currency that is, the caller knows.
pub trait Role: Copy + Ord + Hash + fmt::Debug + private::Sealed {}

mod private {
    pub trait Sealed {}
}

/// The currency in which a security is traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trade {}

/// The currency of the portfolio, in which everything is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {}

impl private::Sealed for Trade {}
impl private::Sealed for Base {}
impl Role for Trade {}
impl Role for Base {}

/// An exact amount in the currency of role `R`; any sign.
///
/// Amounts of one role add up:
/// ```
/// use domain::money::{Amount, Base};
/// let paid = Amount::<Base>::new(12.into());
/// assert_eq!(paid.plus(paid), Ok(Amount::new(24.into())));
/// ```
/// Amounts of two roles do not, until a rate converts one of them:
/// ```compile_fail,E0308
/// use domain::money::{Amount, Base, Trade};
/// let paid = Amount::<Base>::new(12.into());
/// let due = Amount::<Trade>::new(12.into());
/// let _ = paid.plus(due);
/// ```
/// Nor can they be compared:
/// ```compile_fail,E0308
/// use domain::money::{Amount, Base, Trade};
/// let _ = Amount::<Base>::ZERO == Amount::<Trade>::ZERO;
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount<R> {
    value: Decimal,
    role: PhantomData<R>,
}

/// The result needs more digits than an exact decimal has (about 7.9 × 10^28).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the amount is too large to be computed exactly")]
pub struct OutOfRange;

impl<R: Role> Amount<R> {
    pub const ZERO: Self = Self::new(Decimal::ZERO);

    pub const fn new(value: Decimal) -> Self {
        Self { value, role: PhantomData }
    }

    pub const fn value(self) -> Decimal {
        self.value
    }

    pub fn is_positive(self) -> bool {
        self.value > Decimal::ZERO
    }

    pub fn is_negative(self) -> bool {
        self.value < Decimal::ZERO
    }

    pub fn plus(self, other: Self) -> Result<Self, OutOfRange> {
        self.value.checked_add(other.value).map(Self::new).ok_or(OutOfRange)
    }

    pub fn minus(self, other: Self) -> Result<Self, OutOfRange> {
        self.value.checked_sub(other.value).map(Self::new).ok_or(OutOfRange)
    }

    #[must_use]
    pub fn negated(self) -> Self {
        Self::new(-self.value)
    }

    #[must_use]
    pub fn abs(self) -> Self {
        Self::new(self.value.abs())
    }

    /// The amount `factor` times, rounded to [`AMOUNT_SCALE`].
    pub fn times(self, factor: Decimal) -> Result<Self, OutOfRange> {
        self.value.checked_mul(factor).map(rounded).ok_or(OutOfRange)
    }

    /// That fraction of the amount, rounded to [`AMOUNT_SCALE`]. The fraction is
    /// read to 15 significant digits, so that 0.32 is 0.32.
    pub fn fraction(self, fraction: Fraction) -> Result<Self, OutOfRange> {
        let factor = Decimal::from_f64(fraction.get()).ok_or(OutOfRange)?;
        self.times(factor)
    }

    /// The share that `part` has of `whole`, rounded to [`AMOUNT_SCALE`]; all of it
    /// where both are equal. `whole` must not be zero.
    pub fn share(self, part: Decimal, whole: Decimal) -> Result<Self, OutOfRange> {
        if part == whole {
            return Ok(self);
        }
        let product = self.value.checked_mul(part).ok_or(OutOfRange)?;
        product.checked_div(whole).map(rounded).ok_or(OutOfRange)
    }

    /// The amount in the currency of another role, rounded to [`AMOUNT_SCALE`].
    pub fn convert<T: Role>(self, rate: FxRate<R, T>) -> Result<Amount<T>, OutOfRange> {
        Amount::new(self.value).times(rate.value())
    }

    /// How often `other` goes into the amount; none where `other` is zero. The one
    /// way from exact amounts to the numbers of statistics: both are read to the 53
    /// bits of an `f64`.
    pub fn ratio(self, other: Self) -> Option<f64> {
        let (above, below) = (self.value.to_f64()?, other.value.to_f64()?);
        (below != 0.0).then(|| above / below)
    }

    /// For the edges, where the currency becomes a value again.
    pub fn in_currency(self, currency: Currency) -> Money {
        Money { amount: self.value, currency }
    }
}

/// Half to even, so that many roundings do not drift.
fn rounded<R: Role>(value: Decimal) -> Amount<R> {
    let strategy = RoundingStrategy::MidpointNearestEven;
    Amount::new(value.round_dp_with_strategy(AMOUNT_SCALE, strategy))
}

impl<R: Role> PartialOrd for Amount<R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R: Role> Ord for Amount<R> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

impl<R> fmt::Debug for Amount<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount<Base> {
        Amount::new(text.parse().unwrap())
    }

    #[test]
    fn shares_are_rounded_half_to_even_at_the_tenth_decimal() {
        assert_eq!(amount("100").share(1.into(), 3.into()), Ok(amount("33.3333333333")));
        assert_eq!(amount("1").times("0.00000000005".parse().unwrap()), Ok(amount("0")));
        assert_eq!(amount("3").times("0.00000000005".parse().unwrap()), Ok(amount("0.0000000002")));
        // Nothing is rounded where the whole is taken.
        let fine = amount("0.00000000000123");
        assert_eq!(fine.share(7.into(), 7.into()), Ok(fine));
    }

    #[test]
    fn a_result_beyond_an_exact_decimal_is_an_error_not_a_panic() {
        let most = Amount::<Base>::new(Decimal::MAX);
        assert_eq!(most.plus(most), Err(OutOfRange));
        assert_eq!(most.negated().minus(most), Err(OutOfRange));
        assert_eq!(most.times(2.into()), Err(OutOfRange));
        assert_eq!(most.share(2.into(), Decimal::ZERO), Err(OutOfRange));
    }

    #[test]
    fn a_fraction_of_an_amount_is_that_fraction_exactly() {
        let third = Fraction::new(0.32).unwrap();
        assert_eq!(amount("1250.50").fraction(third), Ok(amount("400.16")));
    }

    // Domain reference, section 14: 300 x 175 x 1.325 = 69,562.50 CAD.
    #[test]
    fn a_cost_in_dollars_converts_at_the_rate_of_its_trade() {
        let cost = Amount::<Trade>::new(Decimal::from(300 * 175));
        let rate = FxRate::new(Decimal::new(1325, 3)).unwrap();
        assert_eq!(cost.convert::<Base>(rate), Ok(amount("69562.50")));
    }

    #[test]
    fn a_ratio_to_nothing_is_none() {
        assert_eq!(amount("3").ratio(amount("4")), Some(0.75));
        assert_eq!(amount("3").ratio(amount("0")), None);
    }
}
