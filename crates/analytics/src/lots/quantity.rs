use rust_decimal::Decimal;

/// A number of units above zero and below 10^18, with at most ten decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(Decimal);

/// What the columns hold: numeric(28,10). Sums of such numbers cannot overflow.
const QUANTITY_SCALE: u32 = 10;
const QUANTITY_LIMIT: Decimal = Decimal::from_parts(0xa764_0000, 0x0de0_b6b3, 0, false, 0);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a quantity: it must be above zero and below 10^18, with at most ten decimals")]
pub struct InvalidQuantity(pub Decimal);

impl Quantity {
    pub fn new(value: Decimal) -> Result<Self, InvalidQuantity> {
        let plain = value.normalize();
        if plain > Decimal::ZERO && plain < QUANTITY_LIMIT && plain.scale() <= QUANTITY_SCALE {
            Ok(Self(plain))
        } else {
            Err(InvalidQuantity(value))
        }
    }

    pub const fn get(self) -> Decimal {
        self.0
    }

    /// What is left after `part`; none if nothing is, or less than nothing.
    pub(super) fn less(self, part: Self) -> Option<Self> {
        Self::new(self.0 - part.0).ok()
    }

    /// In proportion a : b, rounded half to even at the tenth decimal.
    pub(super) fn scaled(self, to: Decimal, from: Decimal) -> Option<Self> {
        let value = self.0.checked_mul(to)?.checked_div(from)?;
        Self::new(value.round_dp(QUANTITY_SCALE)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_above_zero_and_has_at_most_ten_decimals() {
        for bad in ["0", "-1", "0.00000000001", "1000000000000000000"] {
            assert!(Quantity::new(bad.parse().unwrap()).is_err(), "{bad}");
        }
        assert!(Quantity::new("0.0000000001".parse().unwrap()).is_ok());
        assert!(Quantity::new("999999999999999999.9".parse().unwrap()).is_ok());
        assert!(Quantity::new("1.000000000000".parse().unwrap()).is_ok());
    }
}
