use jiff::civil::Date;

/// None for years that jiff does not know; Beancount's have four digits.
pub fn civil(date: time::Date) -> Option<Date> {
    let year = i16::try_from(date.year()).ok()?;
    let month = i8::try_from(u8::from(date.month())).ok()?;
    Date::new(year, month, i8::try_from(date.day()).ok()?).ok()
}
