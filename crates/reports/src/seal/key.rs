//! The two halves of an ed25519 key (RFC 8032), as 64 hexadecimal digits each.

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr, sync::Arc};

/// What files are sealed with. It shows itself nowhere. Cheap to clone.
#[derive(Clone)]
pub struct SealKey(Arc<Ed25519KeyPair>);

/// What a seal is checked with; anybody may have it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

/// The first 16 hexadecimal digits of the SHA-256 of a public key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key of seals is 64 hexadecimal digits, as `openssl rand -hex 32` prints them")]
pub struct InvalidKey;

impl SealKey {
    /// # Errors
    /// When `seed` is not the 32 secret bytes in hexadecimal digits.
    pub fn parse(seed: &str) -> Result<Self, InvalidKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&bytes(seed)?);
        pair.map(Arc::new).map(Self).map_err(|_| InvalidKey)
    }

    pub fn public_key(&self) -> PublicKey {
        let mut public = [0; 32];
        public.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(public)
    }

    pub(super) fn sign(&self, message: &[u8]) -> String {
        hex::encode(self.0.sign(message))
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKey({})", self.public_key().id())
    }
}

impl PublicKey {
    pub fn id(&self) -> KeyId {
        KeyId(hex::encode(&Sha256::digest(self.0)[..8]))
    }

    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).is_ok()
    }
}

impl FromStr for PublicKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        bytes(text).map(Self)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn bytes(text: &str) -> Result<[u8; 32], InvalidKey> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| InvalidKey)?;
    Ok(bytes)
}
