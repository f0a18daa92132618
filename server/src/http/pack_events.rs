//! How the prices of a day come to be complete, as server-sent events. Each event
//! is all there is to say, so that a reader who comes back needs no memory.

use super::{protection::retry_later, report::refused};
use app::view::pack::PackNotice;
use axum::{
    Extension,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use jiff::civil::Date;
use orchestrator::{Actor, Orchestrator, UseCaseError};
use serde::Deserialize;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
    time::Instant,
};
use tokio_stream::wrappers::ReceiverStream;

/// Streams held by one process. Each looks by itself, so there are fewer than of
/// runs; who finds no place still has the link that looks again.
const STREAMS_MAX: usize = 200;
/// A build takes minutes, and its steps are few.
const LOOK_AGAIN: Duration = Duration::from_secs(3);
/// Then the browser comes back by itself, and is asked anew who it is.
const STREAM_LIFE: Duration = Duration::from_mins(10);

/// The streams of this process.
#[derive(Clone)]
pub struct PackStreams {
    permits: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
}

impl PackStreams {
    pub fn new(stopping: watch::Receiver<bool>) -> Self {
        Self { permits: Arc::new(Semaphore::new(STREAMS_MAX)), stopping }
    }
}

#[derive(Deserialize)]
pub struct Asked {
    /// Today by the workspace's clock where it is left out.
    asof: Option<Date>,
}

pub async fn stream(
    State(orchestrator): State<Orchestrator>,
    State(streams): State<PackStreams>,
    actor: Option<Extension<Actor>>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let (Some(Extension(actor)), Ok(Query(asked))) = (actor, asked) else {
        return refused(&UseCaseError::NotFound);
    };
    // Who may not see it learns so before any stream begins.
    let first = match orchestrator.prices_as_of(&actor, asked.asof).await {
        Ok(prices) => prices,
        Err(error) => return refused(&error),
    };
    let Ok(permit) = Arc::clone(&streams.permits).try_acquire_owned() else {
        return retry_later(StatusCode::SERVICE_UNAVAILABLE, 5).into_response();
    };
    let (send, receive) = mpsc::channel(1);
    let follower = Follower {
        orchestrator,
        actor,
        // The day stays the one that the page shows, also past midnight.
        as_of: first.as_of,
        stopping: streams.stopping,
        send,
        _permit: permit,
    };
    tokio::spawn(follower.follow(PackNotice::of(&first)));
    Sse::new(ReceiverStream::new(receive)).keep_alive(KeepAlive::default()).into_response()
}

/// One reader's stream of one day.
struct Follower {
    orchestrator: Orchestrator,
    actor: Actor,
    as_of: Date,
    stopping: watch::Receiver<bool>,
    send: mpsc::Sender<Result<Event, Infallible>>,
    _permit: OwnedSemaphorePermit,
}

impl Follower {
    /// Ends with complete prices, with the reader, with the process, or with its time.
    async fn follow(mut self, first: PackNotice) {
        let end = Instant::now() + STREAM_LIFE;
        let mut notice = first;
        loop {
            let Ok(data) = serde_json::to_string(&notice) else { return };
            let event = Event::default().event("pack").data(data);
            if self.send.send(Ok(event)).await.is_err() || notice.is_complete() {
                return;
            }
            notice = match self.next(&notice, end).await {
                Some(next) => next,
                None => return,
            };
        }
    }

    /// What differs from what the reader has. None when the stream is to end.
    async fn next(&mut self, shown: &PackNotice, end: Instant) -> Option<PackNotice> {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                () = tokio::time::sleep_until(end) => return None,
                () = self.send.closed() => return None,
                _ = self.stopping.wait_for(|stop| *stop) => return None,
            }
            let prices =
                self.orchestrator.prices_as_of(&self.actor, Some(self.as_of)).await.ok()?;
            let notice = PackNotice::of(&prices);
            if notice != *shown {
                return Some(notice);
            }
        }
    }
}
