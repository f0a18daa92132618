//! Where a seal stands in a file: last, in a place that its format has for text
//! which it does not show.

use super::SealError;
use rights::Format;

/// How the seal begins, wherever it stands.
pub(super) const MARK: &str = "observatory-seal.1.";

/// Bytes of the end record of a ZIP archive without a comment.
const END_RECORD: usize = 22;

/// The file around a seal of `length` bytes.
pub(super) fn around(
    format: Format,
    mut bytes: Vec<u8>,
    length: usize,
) -> Result<(Vec<u8>, &'static [u8]), SealError> {
    match format {
        Format::View | Format::Html | Format::Redistribute => {
            bytes.extend_from_slice(b"<!-- ");
            Ok((bytes, b" -->\n"))
        }
        // Of the names that the document's object has, this is the last, so that
        // the JSON stays canonical.
        Format::Json => {
            if bytes.pop() != Some(b'}') {
                return Err(SealError::NoRoom);
            }
            bytes.extend_from_slice(br#","seal":""#);
            Ok((bytes, br#""}"#))
        }
        Format::Pdf => {
            bytes.extend_from_slice(b"%");
            Ok((bytes, b"\n"))
        }
        Format::Csv | Format::Xlsx => Ok((with_comment_of(bytes, length)?, b"")),
    }
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
