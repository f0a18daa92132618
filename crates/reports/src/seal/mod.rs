//! The seal of a file: its manifest and the hashes of its bytes, signed. Whoever
//! has the public key can tell without asking anybody whether a file is as it left.
//!
//! A seal is `observatory-seal.1.PAYLOAD.SIGNATURE.`, both in lower-case hexadecimal
//! digits, which no format reads as anything but text. The payload is the canonical
//! JSON of [`Payload`]; the signature is ed25519 over it. The file's bytes before
//! and behind the seal are hashed apart, so that it cannot be moved either.

mod container;
mod key;

pub use key::{InvalidKey, KeyId, PublicKey, SealKey};

use crate::export::Manifest;
use container::MARK;
use domain::hash::{ContentHash, canonical_json};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the signature is over begins so, and no other use of the key does.
const PURPOSE: &[u8] = b"observatory file seal 1\n";

const HEX_OF_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const HEX_OF_SIGNATURE: usize = 128;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload<M> {
    key: KeyId,
    before: String,
    behind: String,
    manifest: M,
}

/// A file that is as it left.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    pub key: KeyId,
    /// As it was signed; [`Manifest`] names its fields.
    pub manifest: Value,
}

/// Why a file is not known to be as it left.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the file holds no seal")]
    Missing,
    #[error("the file's seal is damaged")]
    Damaged,
    #[error("the file was sealed with the key {0}, which is not among those given")]
    UnknownKey(KeyId),
    #[error("the file's seal was not made with the key that it names")]
    Forged,
    #[error("the file was changed after it was sealed")]
    Changed,
    #[error("the file has no room for a seal")]
    NoRoom,
    #[error("the manifest has no JSON form")]
    Json(#[from] serde_json::Error),
}

/// The file with its seal.
pub(crate) fn seal(
    bytes: Vec<u8>,
    manifest: &Manifest,
    key: &SealKey,
) -> Result<Vec<u8>, SealError> {
    let payload = |before: String, behind: String| {
        canonical_json(&Payload { key: key.public_key().id(), before, behind, manifest })
    };
    // Every hash is as long as this one, so the seal's length is known before it.
    let blank = payload(HEX_OF_HASH.to_owned(), HEX_OF_HASH.to_owned())?;
    let length = MARK.len() + 2 * blank.len() + 1 + HEX_OF_SIGNATURE + 1;
    let (mut file, behind) = container::around(manifest.format, bytes, length)?;
    let payload = payload(hash(&file), hash(&behind))?;
    let signature = key.sign(&message(payload.as_bytes()));
    file.extend_from_slice(format!("{MARK}{}.{signature}.", hex::encode(payload)).as_bytes());
    file.extend_from_slice(&behind);
    Ok(file)
}

/// Checks a file against the seal that it holds.
///
/// # Errors
/// [`SealError`] says what is wrong.
pub fn verify(file: &[u8], keys: &[PublicKey]) -> Result<Verified, SealError> {
    let (before, seal, behind) = split(file)?;
    let (payload, signature) = seal.split_once('.').ok_or(SealError::Damaged)?;
    let (payload, signature) = (decoded(payload)?, decoded(signature)?);
    let sealed: Payload<Value> =
        serde_json::from_slice(&payload).map_err(|_| SealError::Damaged)?;
    let key = keys.iter().find(|key| key.id() == sealed.key);
    let key = key.ok_or_else(|| SealError::UnknownKey(sealed.key.clone()))?;
    if !key.has_signed(&message(&payload), &signature) {
        return Err(SealError::Forged);
    }
    if hash(before) != sealed.before || hash(behind) != sealed.behind {
        return Err(SealError::Changed);
    }
    Ok(Verified { key: sealed.key, manifest: sealed.manifest })
}

/// What stands before the last seal, the seal without mark and last stop, and what
/// stands behind it. A mark in the report's own text stands before the last.
fn split(file: &[u8]) -> Result<(&[u8], &str, &[u8]), SealError> {
    let mark = file.windows(MARK.len()).rposition(|window| window == MARK.as_bytes());
    let (before, rest) = file.split_at(mark.ok_or(SealError::Missing)?);
    let rest = &rest[MARK.len()..];
    let mut stops = rest.iter().enumerate().filter(|(_, byte)| **byte == b'.');
    let (end, _) = stops.nth(1).ok_or(SealError::Damaged)?;
    let seal = std::str::from_utf8(&rest[..end]).map_err(|_| SealError::Damaged)?;
    Ok((before, seal, &rest[end + 1..]))
}

/// One form only, so that no digit can be written in another way.
fn decoded(digits: &str) -> Result<Vec<u8>, SealError> {
    let bytes = hex::decode(digits).map_err(|_| SealError::Damaged)?;
    if hex::encode(&bytes) == digits { Ok(bytes) } else { Err(SealError::Damaged) }
}

fn message(payload: &[u8]) -> Vec<u8> {
    [PURPOSE, payload].concat()
}

fn hash(bytes: &[u8]) -> String {
    ContentHash::of_bytes(bytes).to_string()
}

#[cfg(test)]
mod tests;
