//! What a site asks of robots.

use crate::{
    address::CheckedAddress,
    fetch::{FetchError, Fetcher, USER_AGENT},
    reading::{Reading, in_time},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use texting_robots::Robot;
use tokio::time::Instant;

/// RFC 9309 lets a robots.txt be kept for a day.
const KEPT: Duration = Duration::from_hours(24);

/// Origins that are remembered; the file of one is asked for again when it is forgotten.
const ORIGINS_MAX: usize = 1_000;

/// The rules of one origin, whose lock is held while they are being asked for, so that
/// readings that begin together ask once.
type Rules = Arc<tokio::sync::Mutex<Option<Known>>>;

/// The rules of origins that were asked.
#[derive(Debug, Default)]
pub struct Robots(Mutex<HashMap<String, Rules>>);

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

impl Known {
    fn allow(&self, url: &str) -> Result<(), FetchError> {
        let allowed = self.rules.as_ref().is_none_or(|rules| rules.allowed(url));
        if allowed { Ok(()) } else { Err(FetchError::Robots) }
    }
}

impl Robots {
    /// Whether an address may be read. No file, or none for us to see (4xx), forbids
    /// nothing; a server that cannot be asked forbids everything (RFC 9309, 2.3.1).
    pub(crate) async fn ask(
        &self,
        fetcher: &Fetcher,
        reading: &mut Reading,
        address: &CheckedAddress,
    ) -> Result<(), FetchError> {
        let rules = self.rules(address.url.origin().ascii_serialization());
        let mut rules = in_time(reading.until(), rules.lock_owned()).await?;
        let url = address.url.as_str();
        if let Some(known) = rules.as_ref().filter(|known| known.until > Instant::now()) {
            return known.allow(url);
        }
        let told = match fetcher.robots_text(reading, address).await {
            Ok(Some(text)) => Robot::new(USER_AGENT, &text).ok(),
            Ok(None) => None,
            // What is not the site's doing says nothing of its rules.
            Err(
                error
                @ (FetchError::Address(_) | FetchError::ReadingOver(_) | FetchError::Turns(_)),
            ) => return Err(error),
            Err(_) => return Err(FetchError::RobotsUnknown),
        };
        rules.insert(Known { rules: told, until: Instant::now() + KEPT }).allow(url)
    }

    fn rules(&self, origin: String) -> Rules {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ORIGINS_MAX {
            known.clear();
        }
        Arc::clone(known.entry(origin).or_default())
    }
}
