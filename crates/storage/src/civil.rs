//! Instants and civil dates between Postgres and jiff.

use jiff::{Timestamp, civil::Date};
use sqlx::{
    Decode, Encode, Postgres, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueRef},
};

/// An instant as Postgres keeps it, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

/// A civil date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl Type<Postgres> for Moment {
    fn type_info() -> PgTypeInfo {
        <time::OffsetDateTime as Type<Postgres>>::type_info()
    }
}

impl Decode<'_, Postgres> for Moment {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let at = <time::OffsetDateTime as Decode<Postgres>>::decode(value)?;
        Ok(Self(Timestamp::from_nanosecond(at.unix_timestamp_nanos())?))
    }
}

impl Encode<'_, Postgres> for Moment {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let at = time::OffsetDateTime::from_unix_timestamp_nanos(self.0.as_nanosecond())?;
        Encode::<Postgres>::encode_by_ref(&at, buffer)
    }
}

impl PgHasArrayType for Moment {
    fn array_type_info() -> PgTypeInfo {
        <time::OffsetDateTime as PgHasArrayType>::array_type_info()
    }
}

impl Type<Postgres> for Day {
    fn type_info() -> PgTypeInfo {
        <time::Date as Type<Postgres>>::type_info()
    }
}

impl PgHasArrayType for Day {
    fn array_type_info() -> PgTypeInfo {
        <time::Date as PgHasArrayType>::array_type_info()
    }
}

impl Decode<'_, Postgres> for Day {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let date = <time::Date as Decode<Postgres>>::decode(value)?;
        let (month, day) = (u8::from(date.month()).try_into()?, date.day().try_into()?);
        Ok(Self(Date::new(date.year().try_into()?, month, day)?))
    }
}

impl Encode<'_, Postgres> for Day {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let month = time::Month::try_from(u8::try_from(self.0.month())?)?;
        let day = u8::try_from(self.0.day())?;
        let date = time::Date::from_calendar_date(self.0.year().into(), month, day)?;
        Encode::<Postgres>::encode_by_ref(&date, buffer)
    }
}
