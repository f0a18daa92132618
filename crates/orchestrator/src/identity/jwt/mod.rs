//! JSON Web Tokens: a short-lived proof that an API token was presented. Each is
//! checked against its token again on every request, so it dies with it.

mod hs256;

use super::Bearer;
use domain::{
    access::Right,
    id::{ApiTokenId, UserId, WorkspaceId},
    workspace::Role,
};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// As long as the hash of HS256; a shorter key would be its weakest part.
pub const JWT_SECRET_BYTES_MIN: usize = 32;
/// An hour unless something else is asked for.
pub const JWT_LIFETIME_S: i64 = 3600;
pub const JWT_LIFETIME_S_MAX: i64 = 86_400;
/// Clocks of two servers differ by less.
const LEEWAY_S: i64 = 5;
const AUDIENCE: &str = "observatory";

/// What a JWT says. `email` and `role` are for its reader; nothing is decided
/// by them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub sub: UserId,
    pub email: String,
    pub role: Role,
    pub ws: WorkspaceId,
    /// The API token it was minted for.
    pub tid: ApiTokenId,
    pub scp: BTreeSet<Right>,
    pub aud: String,
    /// Seconds since 1970.
    pub iat: i64,
    pub exp: i64,
}

/// A minted JWT and how long it is good for.
#[derive(Debug)]
pub struct MintedJwt {
    pub text: SecretString,
    pub expires_in_s: i64,
    pub scopes: BTreeSet<Right>,
}

#[derive(Debug, thiserror::Error)]
#[error("JWT_SECRET has {0} bytes; it needs at least {JWT_SECRET_BYTES_MIN}")]
pub struct SecretTooShort(usize);

#[derive(Debug, thiserror::Error)]
#[error("a JWT could not be written")]
pub struct NotMinted(#[source] jsonwebtoken::errors::Error);

/// Mints and verifies with one secret. Time is an argument.
pub struct JwtKeeper {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl JwtKeeper {
    pub fn new(secret: &SecretString) -> Result<Self, SecretTooShort> {
        let bytes = secret.expose_secret().as_bytes();
        if bytes.len() < JWT_SECRET_BYTES_MIN {
            return Err(SecretTooShort(bytes.len()));
        }
        hs256::install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "aud", "sub"]);
        // Ours to check, since the time is an argument.
        validation.validate_exp = false;
        Ok(Self {
            encoding: EncodingKey::from_secret(bytes),
            decoding: DecodingKey::from_secret(bytes),
            validation,
        })
    }

    /// A JWT for whoever presented an API token; never outlives the token.
    /// `lifetime_s`: 1 to [`JWT_LIFETIME_S_MAX`], held to it.
    pub fn mint(
        &self,
        bearer: &Bearer,
        workspace: WorkspaceId,
        role: Role,
        lifetime_s: i64,
        now: Timestamp,
    ) -> Result<MintedJwt, NotMinted> {
        let iat = now.as_second();
        let exp =
            (iat + lifetime_s.clamp(1, JWT_LIFETIME_S_MAX)).min(bearer.expires_at.as_second());
        let claims = Claims {
            sub: bearer.actor.user,
            email: bearer.actor.email.clone(),
            role,
            ws: workspace,
            tid: bearer.token,
            scp: bearer.rights.clone(),
            aud: AUDIENCE.to_owned(),
            iat,
            exp,
        };
        let text =
            encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map_err(NotMinted)?;
        Ok(MintedJwt { text: text.into(), expires_in_s: exp - iat, scopes: claims.scp })
    }

    /// The claims of a JWT that this secret signed and that is valid `now`.
    pub fn verify(&self, text: &str, now: Timestamp) -> Option<Claims> {
        let claims = decode::<Claims>(text, &self.decoding, &self.validation).ok()?.claims;
        let now = now.as_second();
        let lives = claims.exp > now - LEEWAY_S
            && claims.iat <= now + LEEWAY_S
            && claims.exp.saturating_sub(claims.iat) <= JWT_LIFETIME_S_MAX;
        lives.then_some(claims)
    }
}

impl std::fmt::Debug for JwtKeeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JwtKeeper")
    }
}

#[cfg(test)]
mod tests;
