//! The tables as a workbook: a sheet each, and one that says where they come from.

use super::{
    Meter,
    manifest::Manifest,
    table::{Cell, Digits, Table, missing},
};
use jiff::civil::Date;
use rust_decimal::{Decimal, prelude::ToPrimitive};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Url, Workbook,
    Worksheet, XlsxError,
};

/// A spreadsheet follows no longer address; such a one is printed as text.
const LINK_CHARACTERS_MAX: usize = 2_079;
/// The head of a printed page has room for 255 with all that stands in it.
const MARK_CHARACTERS_MAX: usize = 80;
/// Of an A4 page, in the numbering of the file format.
const A4: u8 = 9;

/// Its moment of creation is that of the seal, so that the same tables give the
/// same bytes. Every text is written as text, so that none is a formula.
pub(super) fn workbook(
    tables: Vec<Table<'_>>,
    about: &[(&'static str, String)],
    manifest: &Manifest,
    meter: &Meter,
) -> Result<Vec<u8>, XlsxError> {
    let formats = Formats::new();
    let mut workbook = Workbook::new();
    let moment = ExcelDateTime::from_timestamp(manifest.made_of.moment().as_second())?;
    let properties = DocProperties::new().set_creation_datetime(&moment);
    workbook.set_properties(&properties);
    fill_about(printable(workbook.add_worksheet(), manifest)?, &tables, about, &formats)?;
    for table in tables {
        fill(printable(workbook.add_worksheet(), manifest)?, table, &formats, meter)?;
    }
    workbook.save_to_buffer()
}

struct Formats {
    head: Format,
    name: Format,
    text: Format,
    count: Format,
    date: Format,
    all: Format,
    percent: Format,
    one: Format,
    two: Format,
}

impl Formats {
    fn new() -> Self {
        let cell = || Format::new().set_align(FormatAlign::Top);
        Self {
            head: cell()
                .set_bold()
                .set_text_wrap()
                .set_background_color(Color::RGB(0x00E8_EDF2))
                .set_border_bottom(FormatBorder::Thin),
            name: cell().set_bold(),
            text: cell().set_text_wrap(),
            count: cell().set_num_format("#,##0"),
            date: cell().set_num_format("yyyy-mm-dd"),
            all: cell(),
            percent: cell().set_num_format("0.00%"),
            one: cell().set_num_format("#,##0.0"),
            two: cell().set_num_format("#,##0.00"),
        }
    }
}

impl Formats {
    const fn of(&self, digits: Digits) -> &Format {
        match digits {
            Digits::All => &self.all,
            Digits::Percent => &self.percent,
            Digits::None => &self.count,
            Digits::One => &self.one,
            Digits::Two => &self.two,
        }
    }
}

/// As wide as a page, its head repeated on each, with marks above and the number
/// of the page below.
fn printable<'a>(
    sheet: &'a mut Worksheet,
    manifest: &Manifest,
) -> Result<&'a mut Worksheet, XlsxError> {
    let marks: Vec<&str> = manifest.terms.watermarks.iter().map(|one| one.text.as_str()).collect();
    let marks: String = marks.join(" · ").chars().take(MARK_CHARACTERS_MAX).collect();
    // An ampersand begins an instruction there.
    sheet.set_header(format!("&C{}", marks.replace('&', "&&")));
    let made_of = manifest.made_of.in_short().replace('&', "&&");
    sheet.set_footer(format!("&L{made_of}, attributions on the sheet About&RPage &P of &N"));
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)
}

fn fill_about(
    sheet: &mut Worksheet,
    tables: &[Table<'_>],
    about: &[(&'static str, String)],
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.set_name("About")?.set_column_width(0, 26)?.set_column_width(1, 100)?;
    let sheets = tables.iter().map(|table| ("Sheet", table.title.as_ref()));
    let about = about.iter().map(|(name, value)| (*name, value.as_str()));
    for (row, (name, value)) in (0..).zip(about.chain(sheets)) {
        sheet.write_string_with_format(row, 0, name, &formats.name)?;
        sheet.write_string_with_format(row, 1, value, &formats.text)?;
    }
    Ok(())
}

fn fill(
    sheet: &mut Worksheet,
    table: Table<'_>,
    formats: &Formats,
    meter: &Meter,
) -> Result<(), XlsxError> {
    sheet.set_name(table.title.as_ref())?.set_freeze_panes(1, 0)?;
    for (column, about) in (0..).zip(table.columns.iter()) {
        sheet.set_column_width(column, about.width)?;
        sheet.write_string_with_format(0, column, about.name.as_ref(), &formats.head)?;
    }
    let mut last_row = 0;
    for (row, cells) in (1..).zip(table.rows) {
        for (column, cell) in (0..).zip(&cells) {
            write(sheet, row, column, cell, formats)?;
        }
        meter.add(cells.len());
        last_row = row;
    }
    // A table has at least one column; a sheet refuses more than it has room for.
    let last_column = u16::try_from(table.columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
    sheet.autofilter(0, 0, last_row, last_column)?;
    Ok(())
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Number(number, digits) => match number.to_f64() {
            Some(shown) if holds(*number, shown) => {
                sheet.write_number_with_format(row, column, shown, formats.of(*digits))?;
            }
            _ => {
                let digits = number.normalize().to_string();
                sheet.write_string_with_format(row, column, digits, &formats.text)?;
            }
        },
        Cell::Missing(reason) => {
            sheet.write_string_with_format(row, column, missing(reason), &formats.text)?;
        }
        Cell::Count(count) => {
            sheet.write_number_with_format(row, column, *count, &formats.count)?;
        }
        Cell::Date(date) => match excel_date(*date) {
            Some(date) => {
                sheet.write_datetime_with_format(row, column, &date, &formats.date)?;
            }
            None => {
                sheet.write_string_with_format(row, column, date.to_string(), &formats.text)?;
            }
        },
        Cell::Address(url) if is_followed(url) => {
            sheet.write_url(row, column, Url::new(url.as_str()))?;
        }
        Cell::Text(text) | Cell::Address(text) => {
            sheet.write_string_with_format(row, column, text, &formats.text)?;
        }
    }
    Ok(())
}

/// A sheet keeps fifteen digits of a figure; one that has more is written as text rather
/// than changed, if it is an amount and no measured quantity.
fn holds(number: Decimal, shown: f64) -> bool {
    const DIGITS: u32 = 15;
    let number = number.normalize();
    let digits = number.mantissa().unsigned_abs().checked_ilog10().map_or(1, |log| log + 1);
    // A computed fraction has as many digits as it was computed with.
    digits <= DIGITS || (number.scale() > 0 && shown.abs() < 1e9)
}

/// A workbook counts its days from 1900 on.
fn excel_date(date: Date) -> Option<ExcelDateTime> {
    let (year, month, day) =
        (date.year().try_into().ok()?, date.month().try_into().ok()?, date.day().try_into().ok()?);
    ExcelDateTime::from_ymd(year, month, day).ok()
}

fn is_followed(url: &str) -> bool {
    crate::view::web_address(url).is_some() && url.chars().count() <= LINK_CHARACTERS_MAX
}
