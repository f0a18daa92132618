//! Progress of a run as server-sent events. Any server can hold the stream of
//! any run: the database says when there is something new.

use super::{protection::retry_later, report::refused};
use app::view::run::RunProgress;
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use domain::id::RunId;
use orchestrator::{Actor, Orchestrator, UseCaseError};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;

/// Streams held by one process; each is a task and a socket.
const STREAMS_MAX: usize = 1000;
/// Without a wake-up a stream looks by itself, since one can be missed.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Wake-ups kept for a stream that is busy; one that missed some just looks.
const WAKES_KEPT: usize = 256;

/// The streams of this process.
#[derive(Clone)]
pub struct Streams {
    permits: Arc<Semaphore>,
    wakes: broadcast::Sender<RunId>,
    stopping: watch::Receiver<bool>,
}

impl Streams {
    pub fn new(orchestrator: Orchestrator, stopping: watch::Receiver<bool>) -> Self {
        let (wakes, _) = broadcast::channel(WAKES_KEPT);
        let tell = wakes.clone();
        tokio::spawn(async move {
            // Nobody listening is no fault.
            orchestrator.hear_events(|run| drop(tell.send(run))).await;
        });
        Self { permits: Arc::new(Semaphore::new(STREAMS_MAX)), wakes, stopping }
    }
}

pub async fn stream(
    State(orchestrator): State<Orchestrator>,
    State(streams): State<Streams>,
    actor: Option<Extension<Actor>>,
    Path(run): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (Some(Extension(actor)), Ok(run)) = (actor, run.parse::<RunId>()) else {
        return refused(&UseCaseError::NotFound);
    };
    // Who may not see the run learns so before any stream begins.
    if let Err(error) = orchestrator.view_run(&actor, run).await {
        return refused(&error);
    }
    let Ok(permit) = Arc::clone(&streams.permits).try_acquire_owned() else {
        return retry_later(StatusCode::SERVICE_UNAVAILABLE, 5).into_response();
    };
    let seen =
        headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let (send, receive) = mpsc::channel(4);
    let follower = Follower {
        orchestrator,
        actor,
        run,
        seen,
        wakes: streams.wakes.subscribe(),
        stopping: streams.stopping,
        send,
        _permit: permit,
    };
    tokio::spawn(follower.follow());
    Sse::new(ReceiverStream::new(receive)).keep_alive(KeepAlive::default()).into_response()
}

/// One reader's stream of one run.
struct Follower {
    orchestrator: Orchestrator,
    actor: Actor,
    run: RunId,
    /// The newest event that the reader has.
    seen: Option<i64>,
    wakes: broadcast::Receiver<RunId>,
    stopping: watch::Receiver<bool>,
    send: mpsc::Sender<Result<Event, Infallible>>,
    _permit: OwnedSemaphorePermit,
}

impl Follower {
    /// Ends with the run, with the reader, or with the process.
    async fn follow(mut self) {
        loop {
            let Ok(view) = self.orchestrator.view_run(&self.actor, self.run).await else { return };
            let Ok(now) = self.orchestrator.now().await else { return };
            let progress = RunProgress::of(&view, now);
            if self.seen.is_none_or(|seen| seen < view.last_event) {
                let Ok(data) = serde_json::to_string(&progress) else { return };
                let event =
                    Event::default().event("progress").id(view.last_event.to_string()).data(data);
                if self.send.send(Ok(event)).await.is_err() {
                    return;
                }
                self.seen = Some(view.last_event);
            }
            if progress.is_final || !self.wait().await {
                return;
            }
        }
    }

    /// Waits for something new. False when the stream is to end.
    async fn wait(&mut self) -> bool {
        let look_again = tokio::time::sleep(LOOK_AGAIN);
        tokio::pin!(look_again);
        loop {
            tokio::select! {
                () = &mut look_again => return true,
                () = self.send.closed() => return false,
                _ = self.stopping.wait_for(|stop| *stop) => return false,
                wake = self.wakes.recv() => match wake {
                    Ok(run) if run != self.run => {}
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return true,
                    Err(broadcast::error::RecvError::Closed) => return false,
                },
            }
        }
    }
}
