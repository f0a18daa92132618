//! A new API token on its way from the action that made it to the one page that
//! shows it. It waits in the session, for minutes and for one reading, and never
//! stands in an address, a log or a cookie.
//!
//! A reader of the table of sessions cannot use it: the text is masked with the
//! session's own id, of which that table holds the hash only.

use super::Request;
use domain::{hash::ContentHash, id::ApiTokenId};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

const SESSION_NEW_TOKEN: &str = "new_api_token";
/// Time for a redirect over the slowest line; nobody waits longer for a page.
const KEPT_FOR: SignedDuration = SignedDuration::from_mins(5);

/// A token's text, for the one page that shows it.
#[derive(Debug)]
pub struct NewToken {
    pub token: ApiTokenId,
    pub text: SecretString,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    token: ApiTokenId,
    masked: Vec<u8>,
    /// Of the text, so that a mask that no longer fits is noticed.
    hash: ContentHash,
    until: Timestamp,
}

impl Kept {
    fn new(session: &[u8], token: ApiTokenId, text: &SecretString, now: Timestamp) -> Option<Self> {
        let text = text.expose_secret().as_bytes();
        Some(Self {
            token,
            masked: masked(session, token, text),
            hash: ContentHash::of_bytes(text),
            until: now.checked_add(KEPT_FOR).ok()?,
        })
    }

    fn open(self, session: &[u8], now: Timestamp) -> Option<NewToken> {
        let text = masked(session, self.token, &self.masked);
        if now >= self.until || ContentHash::of_bytes(&text) != self.hash {
            return None;
        }
        Some(NewToken { token: self.token, text: String::from_utf8(text).ok()?.into() })
    }
}

/// Masks, and unmasks: the bytes crossed with hashes of session, token and
/// place. No two texts share a mask, because no two tokens share an id.
fn masked(session: &[u8], token: ApiTokenId, text: &[u8]) -> Vec<u8> {
    let token = token.as_uuid();
    let mask = (0_u32..).flat_map(|block| {
        let parts = [b"new-api-token", session, token.as_bytes(), &block.to_le_bytes()];
        *ContentHash::of_bytes(&parts.concat()).as_bytes()
    });
    text.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect()
}

impl Request {
    /// Keeps a new token's text for the page that follows. If the session
    /// cannot hold it, that page says so.
    pub async fn keep_new_token(&self, token: ApiTokenId, text: &SecretString, now: Timestamp) {
        let session = self.session.id();
        let kept =
            session.and_then(|session| Kept::new(&session.0.to_le_bytes(), token, text, now));
        let Some(kept) = kept else {
            tracing::warn!("a new token had no session to wait in");
            return;
        };
        if let Err(error) = self.session.insert(SESSION_NEW_TOKEN, kept).await {
            tracing::warn!(error = %error, "a new token could not be kept for its page");
        }
    }

    /// The text of a token that was just made, once.
    pub async fn take_new_token(&self, now: Timestamp) -> Option<NewToken> {
        let session = self.session.id()?;
        match self.session.remove::<Kept>(SESSION_NEW_TOKEN).await {
            Ok(kept) => kept?.open(&session.0.to_le_bytes(), now),
            Err(error) => {
                tracing::warn!(error = %error, "a new token could not be read for its page");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &[u8] = &[7; 16];

    fn token() -> ApiTokenId {
        "01900000-0000-7000-8000-000000000001".parse().unwrap()
    }

    fn kept(now: Timestamp) -> Kept {
        Kept::new(SESSION, token(), &format!("obs_id_{}", "ab".repeat(32)).into(), now).unwrap()
    }

    fn noon() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_session_holds_nothing_that_reads_like_the_token() {
        let stored = serde_json::to_string(&kept(noon())).unwrap();
        assert!(!stored.contains("obs_") && !stored.contains("abab"), "{stored}");
        // Not as bytes either.
        assert!(!kept(noon()).masked.windows(4).any(|bytes| bytes == b"abab" || bytes == b"obs_"));
    }

    #[test]
    fn its_own_session_reads_it_back_for_five_minutes() {
        let read = |session: &[u8], at: &str| {
            let text = kept(noon()).open(session, at.parse().unwrap());
            text.map(|new| new.text.expose_secret().to_owned())
        };
        let text = format!("obs_id_{}", "ab".repeat(32));
        assert_eq!(read(SESSION, "2026-11-23T12:04:59Z"), Some(text));
        assert_eq!(read(SESSION, "2026-11-23T12:05:00Z"), None);
        assert_eq!(read(&[8; 16], "2026-11-23T12:00:01Z"), None);
    }

    #[test]
    fn equal_texts_of_two_tokens_are_masked_differently() {
        let other = "01900000-0000-7000-8000-000000000002".parse().unwrap();
        let text = [b'a'; 101];
        assert_ne!(masked(SESSION, token(), &text), masked(SESSION, other, &text));
        // No block of the mask comes twice.
        let mask = masked(SESSION, token(), &[0; 96]);
        assert_ne!(mask[..32], mask[32..64]);
        assert_ne!(mask[32..64], mask[64..]);
    }
}
