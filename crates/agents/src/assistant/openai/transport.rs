//! The transport below async-openai: one request, its answer within the bounds, and
//! the reason if there is none. The client above passes errors on as text, so the
//! reason is kept beside it.

use super::refusal;
use crate::assistant::{Bounds, Failure, TimedOut};
use async_openai::{error::OpenAIError, middleware::HttpRequestFactory};
use futures_util::{Stream, StreamExt, future::BoxFuture, stream};
use reqwest::{Body, Response, StatusCode, header::CONTENT_TYPE};
use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};
use tokio::time::timeout;

/// What a server may say at most where it does not answer.
const REFUSAL_BYTES_MAX: usize = 64 * 1024;

/// The transport of one call, or of one of its connections.
#[derive(Clone, Debug)]
pub(super) struct Bounded {
    http: reqwest::Client,
    bounds: Bounds,
    /// What an answer has to be.
    kind: &'static str,
    /// Bytes that were handed on, over all connections of the call.
    taken: Arc<AtomicU64>,
    stopped: Arc<Mutex<Option<Failure>>>,
}

const EVENTS: &str = "text/event-stream";
const JSON: &str = "application/json";

type Pieces<B> = Pin<Box<dyn Stream<Item = reqwest::Result<B>> + Send>>;

impl Bounded {
    pub fn new(http: reqwest::Client, bounds: Bounds) -> Self {
        Self { http, bounds, kind: EVENTS, taken: Arc::default(), stopped: Arc::default() }
    }

    /// The same for an answer that is one document.
    pub fn for_document(self) -> Self {
        Self { kind: JSON, ..self }
    }

    /// The same for one more connection: what stopped another says nothing of it, and what
    /// another took counts.
    pub fn connection(&self) -> Self {
        Self { stopped: Arc::default(), ..self.clone() }
    }

    pub const fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Bytes that were handed on so far.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Counts a piece in before it is handed on; none that is one too many.
    fn take(&self, piece: &[u8]) -> Result<(), Failure> {
        let bytes = piece.len() as u64;
        let within = |taken: u64| {
            Some(taken.saturating_add(bytes)).filter(|all| *all <= self.bounds.stream_bytes_max)
        };
        match self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, within) {
            Ok(_) => Ok(()),
            Err(_) => Err(Failure::OverLong),
        }
    }

    /// What this transport stopped for, if it did.
    pub fn stopped(&self) -> Option<Failure> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What an error of the client above means.
    pub fn why(&self, error: &OpenAIError) -> Failure {
        self.stopped().unwrap_or(match error {
            OpenAIError::Reqwest(_) => Failure::Truncated,
            _ => Failure::Malformed,
        })
    }

    fn stop(&self, failure: Failure) -> io::Error {
        let code = failure.terms().code;
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
        io::Error::other(code)
    }

    async fn carry(self, request: HttpRequestFactory) -> Result<Response, OpenAIError> {
        let request = request.build().await?;
        self.answer(request)
            .await
            .map_err(|failure| OpenAIError::InvalidArgument(self.stop(failure).to_string()))
    }

    async fn answer(&self, request: reqwest::Request) -> Result<Response, Failure> {
        let reached = self.bounds.connect + self.bounds.first_byte;
        let response = match timeout(reached, self.http.execute(request)).await {
            Err(_) => return Err(Failure::TimedOut(TimedOut::FirstByte)),
            Ok(Err(error)) if error.is_connect() && error.is_timeout() => {
                return Err(Failure::TimedOut(TimedOut::Connect));
            }
            Ok(Err(error)) if error.is_connect() => return Err(Failure::Unreachable),
            Ok(Err(_)) => return Err(Failure::Truncated),
            Ok(Ok(response)) => response,
        };
        if response.status() != StatusCode::OK {
            let (status, headers) = (response.status(), response.headers().clone());
            let said = self.said(response).await?;
            return Err(refusal::of_response(status, &headers, &said));
        }
        let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if kind.is_none_or(|kind| !kind.trim_start().starts_with(self.kind)) {
            return Err(Failure::Malformed);
        }
        Ok(self.clone().within_bounds(response))
    }

    /// The first bytes of a refusal.
    async fn said(&self, response: Response) -> Result<Vec<u8>, Failure> {
        let mut said = Vec::new();
        let mut pieces = response.bytes_stream();
        loop {
            match timeout(self.bounds.idle, pieces.next()).await {
                Err(_) => return Err(Failure::TimedOut(TimedOut::Idle)),
                // The status says enough.
                Ok(None | Some(Err(_))) => return Ok(said),
                Ok(Some(Ok(piece))) => {
                    let room = REFUSAL_BYTES_MAX - said.len();
                    let kept = &piece[..piece.len().min(room)];
                    if self.take(kept).is_err() {
                        return Ok(said);
                    }
                    said.extend_from_slice(kept);
                    if said.len() == REFUSAL_BYTES_MAX {
                        return Ok(said);
                    }
                }
            }
        }
    }

    /// The same answer, ended by silence or by too many bytes.
    fn within_bounds(self, response: Response) -> Response {
        let pieces: Pieces<_> = Box::pin(response.bytes_stream());
        let counted = stream::try_unfold((pieces, self), |(mut pieces, this)| async move {
            let piece = match timeout(this.bounds.idle, pieces.next()).await {
                Err(_) => return Err(this.stop(Failure::TimedOut(TimedOut::Idle))),
                Ok(None) => return Ok(None),
                Ok(Some(Err(_))) => return Err(this.stop(Failure::Truncated)),
                Ok(Some(Ok(piece))) => piece,
            };
            this.take(&piece).map_err(|failure| this.stop(failure))?;
            Ok(Some((piece, (pieces, this))))
        });
        http::Response::new(Body::wrap_stream(counted)).into()
    }
}

impl tower::Service<HttpRequestFactory> for Bounded {
    type Response = Response;
    type Error = OpenAIError;
    type Future = BoxFuture<'static, Result<Response, OpenAIError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        Box::pin(self.clone().carry(request))
    }
}
