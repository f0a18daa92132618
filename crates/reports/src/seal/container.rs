//! Where a seal stands in a file: last, or before what a format must end with, in a
//! place that it has for text which it does not show.

use super::SealError;
use rights::Format;

/// How the seal begins, wherever it stands.
pub(super) const MARK: &str = "observatory-seal.1.";

/// Bytes of the end record of a ZIP archive without a comment.
const END_RECORD: usize = 22;

/// What the last three lines of a PDF begin with.
const END_OF_PDF: &[u8] = b"startxref";

/// The file around a seal of `length` bytes.
pub(super) fn around(
    format: Format,
    mut bytes: Vec<u8>,
    length: usize,
) -> Result<(Vec<u8>, Vec<u8>), SealError> {
    match format {
        Format::View | Format::Html | Format::Redistribute => {
            bytes.extend_from_slice(b"<!-- ");
            Ok((bytes, b" -->\n".to_vec()))
        }
        // Of the names that the document's object has, this is the last, so that
        // the JSON stays canonical.
        Format::Json | Format::Api => {
            if bytes.pop() != Some(b'}') {
                return Err(SealError::NoRoom);
            }
            bytes.extend_from_slice(br#","seal":""#);
            Ok((bytes, br#""}"#.to_vec()))
        }
        Format::Pdf => before_the_end_of_a_pdf(bytes),
        Format::Csv | Format::Xlsx => Ok((with_comment_of(bytes, length)?, Vec::new())),
    }
}

/// A comment before the file's last three lines, which say where its table of objects
/// begins; readers look for them in the last 1,024 bytes.
fn before_the_end_of_a_pdf(mut bytes: Vec<u8>) -> Result<(Vec<u8>, Vec<u8>), SealError> {
    let end = bytes.windows(END_OF_PDF.len()).rposition(|window| window == END_OF_PDF);
    let mut behind = b"\n".to_vec();
    behind.append(&mut bytes.split_off(end.ok_or(SealError::NoRoom)?));
    bytes.push(b'%');
    Ok((bytes, behind))
}

/// The archive's comment follows its end record, whose last two bytes hold its
/// length, the lower one first.
fn with_comment_of(mut bytes: Vec<u8>, length: usize) -> Result<Vec<u8>, SealError> {
    let length = u16::try_from(length).map_err(|_| SealError::NoRoom)?;
    let end = bytes.len().checked_sub(END_RECORD).ok_or(SealError::NoRoom)?;
    if !bytes[end..].starts_with(b"PK\x05\x06") || !bytes.ends_with(&[0, 0]) {
        return Err(SealError::NoRoom);
    }
    bytes.truncate(bytes.len() - 2);
    bytes.extend_from_slice(&length.to_le_bytes());
    Ok(bytes)
}
