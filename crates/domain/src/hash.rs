//! Content addresses: SHA-256 over canonical JSON (RFC 8785) or over bytes.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// A SHA-256 digest, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash([u8; 32]);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a content hash is 64 hexadecimal digits")]
pub struct InvalidHash;

impl ContentHash {
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Hash of the value's canonical JSON.
    ///
    /// # Errors
    /// When the value has no JSON form (a map with keys that are not text, a
    /// number that is not finite).
    pub fn of_json<T: Serialize>(value: &T) -> Result<Self, serde_json::Error> {
        canonical_json(value).map(|text| Self::of_bytes(text.as_bytes()))
    }

    pub const fn from_array(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first twelve digits, enough for a reader to compare two by eye.
    pub fn short(&self) -> String {
        hex::encode(&self.0[..6])
    }
}

/// RFC 8785 canonical JSON: sorted keys, no white space, one form per number.
///
/// # Errors
/// When the value has no JSON form.
pub fn canonical_json<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    serde_json_canonicalizer::to_string(value)
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}

impl FromStr for ContentHash {
    type Err = InvalidHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidHash)?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for ContentHash {
    type Error = InvalidHash;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.to_string()
    }
}

#[cfg(feature = "sqlx")]
mod postgres {
    use super::ContentHash;
    use sqlx::{
        Decode, Postgres, Type,
        error::BoxDynError,
        postgres::{PgTypeInfo, PgValueRef},
    };

    impl Type<Postgres> for ContentHash {
        fn type_info() -> PgTypeInfo {
            <[u8] as Type<Postgres>>::type_info()
        }
    }

    impl Decode<'_, Postgres> for ContentHash {
        fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
            <[u8; 32] as Decode<Postgres>>::decode(value).map(Self::from_array)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_pack_example_has_its_published_hash() {
        // domain/portfolio.md section 14, golden value "Pack hash".
        let pack: serde_json::Value = serde_json::from_str(
            r#"{"schema":1,"policy":"WM4PM_CAD","base":"CAD","date":"2025-10-21",
                "prices":[["ACME","XNAS","USD","262.77"],["MAPL","XTSE","CAD","41.30"]],
                "fx":[["USD","CAD","1.4012","2025-10-21T15:00:00Z"]]}"#,
        )
        .unwrap();
        assert_eq!(
            ContentHash::of_json(&pack).unwrap().to_string(),
            "e4e74beeb7f916350a9adad4519cfd171cc2f257744925f67aaad7a5c7d12c9e"
        );
    }

    #[test]
    fn a_hash_reads_back_what_it_writes_and_refuses_the_rest() {
        let hash = ContentHash::of_bytes(b"");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!("e3b0".parse::<ContentHash>(), Err(InvalidHash));
        assert_eq!("zz".repeat(32).parse::<ContentHash>(), Err(InvalidHash));
    }
}
