//! What a site asks of robots.

use crate::{
    address::CheckedAddress,
    fetch::{FetchError, Fetcher, USER_AGENT},
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use texting_robots::Robot;
use tokio::time::Instant;

/// RFC 9309 lets a robots.txt be kept for a day.
const KEPT: Duration = Duration::from_hours(24);

/// Origins that are remembered; the file of one is asked for again when it is forgotten.
const ORIGINS_MAX: usize = 1_000;

/// The rules of origins that were asked.
#[derive(Debug, Default)]
pub struct Robots(Mutex<HashMap<String, Known>>);

struct Known {
    /// None: nothing is forbidden.
    rules: Option<Robot>,
    until: Instant,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("until", &self.until).finish_non_exhaustive()
    }
}

impl Robots {
    /// Whether an address may be read. No file, or none for us to see (4xx), forbids
    /// nothing; a server that cannot be asked forbids everything (RFC 9309, 2.3.1).
    pub(crate) async fn ask(
        &self,
        fetcher: &Fetcher,
        address: &CheckedAddress,
    ) -> Result<(), FetchError> {
        let origin = address.url.origin().ascii_serialization();
        let url = address.url.as_str();
        if let Some(allowed) = self.known(&origin, url) {
            return if allowed { Ok(()) } else { Err(FetchError::Robots) };
        }
        let rules = match fetcher.robots_text(address).await {
            Ok(Some(text)) => Robot::new(USER_AGENT, &text).ok(),
            Ok(None) => None,
            Err(FetchError::Address(error)) => return Err(FetchError::Address(error)),
            Err(_) => return Err(FetchError::RobotsUnknown),
        };
        let allowed = rules.as_ref().is_none_or(|rules| rules.allowed(url));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ORIGINS_MAX {
            known.clear();
        }
        known.insert(origin, Known { rules, until: Instant::now() + KEPT });
        if allowed { Ok(()) } else { Err(FetchError::Robots) }
    }

    fn known(&self, origin: &str, url: &str) -> Option<bool> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(origin).filter(|known| known.until > Instant::now())?;
        Some(known.rules.as_ref().is_none_or(|rules| rules.allowed(url)))
    }
}
