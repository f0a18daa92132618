use super::{LotLabel, LotMethod};
use domain::money::OutOfRange;
use domain::pricing_pack::{Currency, Symbol};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// Why an event was refused. The book is then as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LotError {
    #[error("{wanted} of {security} are to be sold and {held} are held")]
    OverSold { security: Symbol, wanted: Decimal, held: Decimal },
    #[error("no open lot of {security} is named {lot}")]
    NoSuchLot { security: Symbol, lot: LotLabel },
    #[error("{purchases} purchases of {security} are named {lot}, so that it does not say which")]
    AmbiguousLot { security: Symbol, lot: LotLabel, purchases: usize },
    #[error("lot {lot} of {security} holds {held}, and {wanted} are to be sold from it")]
    LotTooSmall { security: Symbol, lot: LotLabel, wanted: Decimal, held: Decimal },
    #[error(
        "{security} was sold by {used} in {year} and {wanted} would be a second method: that \
         takes an election on record"
    )]
    MethodMixed { security: Symbol, year: i16, used: LotMethod, wanted: LotMethod },
    #[error("an event of {date} comes behind one of {last}: events are put in by date")]
    OutOfOrder { last: Date, date: Date },
    #[error("{currency} in {currency} has the rate 1 and not {rate}")]
    RateOfOneCurrency { currency: Currency, rate: Decimal },
    #[error("a price or fee of {0} is below zero")]
    NegativeAmount(Decimal),
    #[error("{to} for {from} is not a split: both numbers must be above zero")]
    InvalidSplit { to: Decimal, from: Decimal },
    #[error("the split leaves nothing of {quantity} that ten decimals could hold")]
    SplitLeavesNothing { quantity: Decimal },
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}
