//! One agent's door: how many calls it carries at once, and its breaker.

use super::{
    breaker::{BreakerPolicy, BreakerView, Guard, Refused, seconds},
    bulkhead::{Bulkhead, NoPlace, Place},
    error::in_words,
};
use crate::{
    capability::{
        Agent, Availability, Call, CallFuture, Capability, Cost, Fault, FaultKind, Output,
    },
    observe,
};
use futures_util::FutureExt;
use jiff::Timestamp;
use serde_json::Value;
use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    pin::Pin,
    sync::Arc,
    task::{self, Poll},
    time::Duration,
};
use tokio::{
    task::{JoinError, JoinHandle},
    time::Instant,
};
use tracing::Instrument;

#[derive(Debug)]
pub(super) struct Ward {
    agent: &'static str,
    guard: Guard,
    places: Arc<Bulkhead>,
}

/// The latest moment of a call, with the limit that set it for the message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    pub at: Instant,
    pub limit: Duration,
}

impl Ward {
    pub fn new(agent: &Agent, clock: fn() -> Timestamp) -> Self {
        Self {
            agent: agent.name,
            guard: Guard::new(agent.name, BreakerPolicy::AGENT, clock),
            places: Bulkhead::new(agent.name),
        }
    }

    pub fn view(&self) -> BreakerView {
        let (in_flight, waiting) = self.places.load();
        BreakerView { in_flight, waiting, ..self.guard.view() }
    }

    pub const fn agent(&self) -> &'static str {
        self.agent
    }

    /// Calls the capability, if it can be called, there is a place by the deadline and
    /// the breaker lets it pass. Dropping the future cancels the call.
    pub async fn call(
        &self,
        capability: &Capability,
        args: Value,
        call: Call,
        deadline: Option<Deadline>,
    ) -> Result<Output<Value>, Fault> {
        may_be_called(capability, &call)?;
        let _place = self.place(&call, deadline).await?;
        let began = Instant::now();
        let permit = self.guard.admit_at(began).map_err(|refused| self.rests(refused))?;
        let carried = self.carry(capability, args, call);
        let result = match deadline {
            None => carried.await,
            Some(Deadline { at, limit }) => {
                tokio::time::timeout_at(at, carried).await.unwrap_or_else(|_| {
                    let message =
                        format!("{} took longer than {}.", capability.name, in_words(limit));
                    Err(Fault::new(FaultKind::Timeout, message))
                })
            }
        };
        let ended = Instant::now();
        permit.settle_at(ended, &result);
        let took = ended.duration_since(began);
        match &result {
            Ok(_) => capability.meter.went_well(self.agent, capability, took),
            Err(fault) => observe::agent_called(self.agent, capability, fault.kind.id(), took),
        }
        result
    }

    /// One of the agent's places, waited for until the deadline. A governed run needs none:
    /// how many there are is bounded by who carries them.
    async fn place(&self, call: &Call, deadline: Option<Deadline>) -> Result<Option<Place>, Fault> {
        if call.context.governed.is_some() {
            return Ok(None);
        }
        if let Some(place) = self.places.take() {
            return Ok(Some(place));
        }
        // Calls that hang hold the places of an agent that rests: nobody waits for these.
        self.guard.look_at(Instant::now()).map_err(|refused| self.rests(refused))?;
        let until = deadline.map(|deadline| deadline.at);
        // Seldom waited for: not a part of every call's future.
        let place = Box::pin(self.places.wait(call.context.workspace, until)).await;
        place.map(Some).map_err(|none| {
            let message = match none {
                NoPlace::Full => format!("{} has as many calls as may wait for it.", self.agent),
                NoPlace::Late => format!("{} had no place for the call in time.", self.agent),
            };
            Fault::new(FaultKind::Overloaded, message).retry_after(1)
        })
    }

    fn rests(&self, refused: Refused) -> Fault {
        let message = format!("{} rests after repeated failures.", self.agent);
        Fault::new(FaultKind::BreakerOpen, message).retry_after(seconds(refused.retry_in))
    }

    /// Light work is done in the execution's own task; a task of its own costs
    /// more than the work. A panic is a fault in both.
    async fn carry(
        &self,
        capability: &Capability,
        args: Value,
        call: Call,
    ) -> Result<Output<Value>, Fault> {
        let entered = panic::catch_unwind(AssertUnwindSafe(|| capability.call(args, call)));
        let done = match entered {
            Err(cause) => Err(cause),
            Ok(work) if capability.cost == Cost::Light => {
                AssertUnwindSafe(work).catch_unwind().await
            }
            Ok(work) => match Own::spawn(work).await {
                Ok(result) => Ok(result),
                Err(broken) => match broken.try_into_panic() {
                    Ok(cause) => Err(cause),
                    // Only the end of the process takes a task away from under us.
                    Err(_) => return Err(Fault::new(FaultKind::Cancelled, "The process ends.")),
                },
            },
        };
        done.unwrap_or_else(|cause| {
            let cause = said(&*cause).unwrap_or("unknown");
            tracing::error!(agent = self.agent, capability = %capability.name, cause, "a panic");
            Err(Fault::new(FaultKind::Panic, format!("{} broke off.", capability.name)))
        })
    }
}

fn may_be_called(capability: &Capability, call: &Call) -> Result<(), Fault> {
    if let Availability::Unavailable { reason } = &capability.availability {
        let message = format!("{} is unavailable: {reason}", capability.name);
        return Err(Fault::new(FaultKind::Unavailable, message));
    }
    if capability.governed && call.context.governed.is_none() {
        let message = format!("{} is for governed runs only.", capability.name);
        return Err(Fault::new(FaultKind::Denied, message));
    }
    Ok(())
}

/// What a panic said, for the log.
fn said(cause: &(dyn Any + Send)) -> Option<&str> {
    let text = cause.downcast_ref::<&str>().copied();
    text.or_else(|| cause.downcast_ref::<String>().map(String::as_str))
}

/// A task of its own that ends with whoever waits for it.
struct Own(JoinHandle<Result<Output<Value>, Fault>>);

impl Own {
    fn spawn(work: CallFuture) -> Self {
        Self(tokio::spawn(work.in_current_span()))
    }
}

impl Future for Own {
    type Output = Result<Result<Output<Value>, Fault>, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.0.abort();
    }
}
