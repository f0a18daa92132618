//! What the licence of a vendor allows: whoever knows it books every request before it is sent.

use super::QuoteError;
use domain::pricing_pack::ProviderId;
use std::{fmt::Debug, pin::Pin, time::Duration};
use tokio::{sync::Mutex, time::Instant};

pub type Booking<'a> = Pin<Box<dyn Future<Output = Result<Duration, QuoteError>> + Send + 'a>>;
pub type Settling<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Paces and counts requests.
pub trait Allowances: Debug + Send + Sync {
    /// Books the next request to a vendor; gives how long it has to wait, `wait_max` at most.
    ///
    /// # Errors
    /// [`QuoteError::LeftAlone`] where it would wait longer, and those by which a licence is
    /// used up, or not there. Nothing is booked then.
    fn book<'a>(&'a self, provider: &'a ProviderId, wait_max: Duration) -> Booking<'a>;

    /// Counts the bytes of an answer, and leaves the vendor alone for `rest` from now on.
    fn settle<'a>(&'a self, provider: &'a ProviderId, bytes: usize, rest: Duration)
    -> Settling<'a>;
}

/// One pace for all vendors, kept by one process, and nothing counted: for tests, which have
/// no licence to keep to.
#[derive(Debug)]
pub struct OwnPace {
    pause: Duration,
    next: Mutex<Option<Instant>>,
}

impl OwnPace {
    pub const fn new(pause: Duration) -> Self {
        Self { pause, next: Mutex::const_new(None) }
    }
}

impl Allowances for OwnPace {
    fn book<'a>(&'a self, _: &'a ProviderId, wait_max: Duration) -> Booking<'a> {
        Box::pin(async move {
            let mut next = self.next.lock().await;
            let now = Instant::now();
            let at = next.map_or(now, |next| next.max(now));
            let wait = at - now;
            if wait > wait_max {
                return Err(QuoteError::LeftAlone(wait));
            }
            *next = Some(at + self.pause);
            Ok(wait)
        })
    }

    fn settle<'a>(&'a self, _: &'a ProviderId, _: usize, rest: Duration) -> Settling<'a> {
        Box::pin(async move {
            let mut next = self.next.lock().await;
            *next = (*next).max(Some(Instant::now() + rest));
        })
    }
}
