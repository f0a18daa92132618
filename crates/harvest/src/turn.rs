//! Turns of hosts: one request at a time goes to each, with a pause between two, from all
//! processes together.

use std::{
    collections::HashMap,
    fmt::Debug,
    pin::Pin,
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::{Instant, sleep, sleep_until},
};

/// Hosts whose last request is remembered; more are forgotten, the oldest first.
const HOSTS_MAX: usize = 10_000;

/// How much longer a turn is held than an answer may take. Of a process that died, the turn
/// is free after that; one that lives has given it back long before.
const HELD_SPARE: Duration = Duration::from_secs(5);

/// The shortest pause before a turn is asked for again.
const AGAIN_MIN: Duration = Duration::from_millis(20);

/// The turns that are kept for several processes could not be asked for. The cause is in
/// the log of whoever keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("whose turn it is to ask a host cannot be told at present")]
pub struct TurnsUnavailable;

/// What became of asking for a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnAnswer {
    /// It is the asker's; the ticket gives it back.
    Taken { ticket: i64 },
    /// It is not, and hardly will be before that.
    AskAgain { after: Duration },
}

pub type TurnFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Keeps the turns of hosts for all processes that read.
pub trait HostTurns: Debug + Send + Sync {
    /// Asks for a host's turn, without waiting. It is free a `pause` after the end of the
    /// one before, or once that was held for longer than it said. One that is taken is held
    /// for `held_max` at most.
    fn take<'a>(
        &'a self,
        host: &'a str,
        pause: Duration,
        held_max: Duration,
    ) -> TurnFuture<'a, Result<TurnAnswer, TurnsUnavailable>>;

    /// Gives a turn back, unless it has run out and is another's.
    fn give_back<'a>(&'a self, host: &'a str, ticket: i64) -> TurnFuture<'a, ()>;
}

/// When a host was last asked; its lock is held while it is being asked.
type LastAsked = Arc<Mutex<Option<Instant>>>;

/// The turns of this process, and those of all where somebody keeps them.
#[derive(Debug, Default)]
pub struct Turns {
    own: std::sync::Mutex<HashMap<String, LastAsked>>,
    shared: Option<Arc<dyn HostTurns>>,
}

/// A host's turn, until it is [ended](Turn::end).
pub struct Turn<'a> {
    last: OwnedMutexGuard<Option<Instant>>,
    shared: Option<(&'a dyn HostTurns, &'a str, i64)>,
}

impl Turns {
    pub fn shared(turns: Arc<dyn HostTurns>) -> Self {
        Self { shared: Some(turns), ..Self::default() }
    }

    /// Waits for a host's turn: first for this process's, so that one of each process asks
    /// for that of all.
    pub async fn take<'a>(
        &'a self,
        host: &'a str,
        pause: Duration,
        answer_max: Duration,
    ) -> Result<Turn<'a>, TurnsUnavailable> {
        let last = self.own(host).lock_owned().await;
        if let Some(last) = *last {
            sleep_until(last + pause).await;
        }
        let Some(shared) = self.shared.as_deref() else { return Ok(Turn { last, shared: None }) };
        loop {
            match shared.take(host, pause, answer_max + HELD_SPARE).await? {
                TurnAnswer::Taken { ticket } => {
                    return Ok(Turn { last, shared: Some((shared, host, ticket)) });
                }
                TurnAnswer::AskAgain { after } => sleep(after.max(AGAIN_MIN)).await,
            }
        }
    }

    fn own(&self, host: &str) -> LastAsked {
        let mut turns = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= HOSTS_MAX {
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        Arc::clone(turns.entry(host.to_owned()).or_default())
    }
}

impl Turn<'_> {
    /// The host was asked, and is the next one's after a pause.
    pub async fn end(mut self) {
        *self.last = Some(Instant::now());
        if let Some((shared, host, ticket)) = self.shared {
            shared.give_back(host, ticket).await;
        }
    }
}
