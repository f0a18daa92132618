//! Reports and executions as files, at once or fetched from a worker's store.

use super::{
    api::problem::{Code, Problem, sent},
    report::{ARTIFACT_POLICY, refused, text_of},
};
use crate::telemetry::trace_context::TraceContext;
use app::ssr::PeerAddress;
use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts, Path, State},
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use domain::id::{ExecutionId, ExportJobId, RunId};
use orchestrator::{
    Actor, Orchestrator, Refusal, UseCaseError,
    export::{Download, ExportState, ExportView, FetchedExport, Origin, Subject},
    rights::Format,
};
use serde_json::json;
use storage::StorageError;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// Who asks for a file, from where, and whether they read pages.
pub struct Asked {
    actor: Option<Actor>,
    origin: Origin,
    instance: String,
    reads_pages: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let missing = || StatusCode::INTERNAL_SERVER_ERROR;
        let PeerAddress(address) = parts.extensions.get().cloned().ok_or_else(missing)?;
        let trace: &TraceContext = parts.extensions.get().ok_or_else(missing)?;
        let agent = text_of(&parts.headers, &header::USER_AGENT);
        Ok(Self {
            origin: Origin { address, agent, trace_id: trace.trace_id.to_string() },
            actor: parts.extensions.get::<Actor>().cloned(),
            instance: parts.uri.path().to_owned(),
            reads_pages: text_of(&parts.headers, &header::ACCEPT).contains("text/html"),
        })
    }
}

impl Asked {
    fn actor(&self) -> Result<&Actor, UseCaseError> {
        self.actor.as_ref().ok_or(UseCaseError::SignedOut)
    }

    fn told(&self, problem: &Problem) -> Response {
        sent(problem.told(&self.origin.trace_id, &self.instance))
    }
}

pub async fn report(
    State(orchestrator): State<Orchestrator>,
    asked: Asked,
    Path((run, format)): Path<(String, String)>,
) -> Response {
    let subject = run.parse::<RunId>().map(Subject::Report).ok();
    download(&orchestrator, &asked, subject, &format).await
}

pub async fn execution(
    State(orchestrator): State<Orchestrator>,
    asked: Asked,
    Path((execution, format)): Path<(String, String)>,
) -> Response {
    let subject = execution.parse::<ExecutionId>().map(Subject::Execution).ok();
    download(&orchestrator, &asked, subject, &format).await
}

/// The file, or the way to the job that prints it. A browser that may not have it is sent
/// to the page that says why; a program gets the problem.
async fn download(
    orchestrator: &Orchestrator,
    asked: &Asked,
    subject: Option<Subject>,
    format: &str,
) -> Response {
    let given = async {
        let actor = asked.actor()?;
        let subject = subject.ok_or(UseCaseError::NotFound)?;
        let format: Format = format.parse().map_err(|_| UseCaseError::NotFound)?;
        match subject {
            Subject::Report(run) => {
                orchestrator.download_report(actor, run, format, &asked.origin).await
            }
            Subject::Execution(id) => {
                orchestrator.download_execution(actor, id, format, &asked.origin).await
            }
        }
    };
    match (given.await, subject) {
        (Ok(Download::File { export, name }), _) => {
            let hash = export.hash.to_string();
            file(export.media_type(), &name, &hash, None, export.bytes.into())
        }
        (Ok(Download::Job(job)), _) => queued(asked, job),
        (Err(error), Some(subject)) if asked.reads_pages && is_told_by_page(&error) => {
            let why = why(&error);
            Redirect::to(&format!("{}?refused={format}{why}", subject.page())).into_response()
        }
        (Err(error), _) => not_given(asked, error),
    }
}

/// Whether a reader of pages is led back to one that gives the reason.
const fn is_told_by_page(error: &UseCaseError) -> bool {
    matches!(error, UseCaseError::RightsBlocked(_) | UseCaseError::Refused(_))
}

/// The code of a refusal for the page's address; what licences forbid, the page knows.
fn why(error: &UseCaseError) -> String {
    match error {
        UseCaseError::Refused(refusal) => format!("&why={}", refusal.code()),
        _ => String::new(),
    }
}

/// Where a program looks after its job; a browser is led to the job's page.
fn queued(asked: &Asked, job: ExportJobId) -> Response {
    if asked.reads_pages {
        return Redirect::to(&format!("/exports/{job}")).into_response();
    }
    let status = format!("/exports/{job}/status");
    let body = json!({ "export": job, "status": "queued", "status_url": status });
    let mut response = (StatusCode::ACCEPTED, axum::Json(body)).into_response();
    let headers = response.headers_mut();
    if let Ok(status) = HeaderValue::from_str(&status) {
        headers.insert(header::LOCATION, status);
    }
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// How far an export is, for programs.
pub async fn status(
    State(orchestrator): State<Orchestrator>,
    asked: Asked,
    Path(job): Path<String>,
) -> Response {
    let view = async {
        let job = job.parse().map_err(|_| UseCaseError::NotFound)?;
        orchestrator.view_export(asked.actor()?, job).await
    };
    match view.await {
        Ok(ExportView { state: ExportState::Expired, .. }) => {
            asked.told(&Problem::from(UseCaseError::from(Refusal::ExportExpired)))
        }
        Ok(view) => axum::Json(told(&view)).into_response(),
        Err(error) => not_given(&asked, error),
    }
}

fn told(view: &ExportView) -> serde_json::Value {
    let base = json!({ "export": view.id, "format": view.format, "title": view.title });
    let more = match &view.state {
        ExportState::Queued => json!({ "status": "queued" }),
        ExportState::Printing { written, cells, attempt } => {
            json!({ "status": "printing", "cells_written": written, "cells": cells, "attempt": attempt })
        }
        ExportState::Ready(file) => json!({
            "status": "ready",
            "file_url": format!("/exports/{}/file", view.id),
            "bytes": file.bytes,
            "sha256": file.hash,
            "expires_at": file.expires_at,
        }),
        ExportState::Failed(reason) => json!({ "status": "failed", "reason": reason }),
        ExportState::Expired => json!({ "status": "expired" }),
    };
    let (serde_json::Value::Object(mut all), serde_json::Value::Object(more)) = (base, more) else {
        return serde_json::Value::Null;
    };
    all.extend(more);
    all.into()
}

/// The file that a worker printed, if it may leave by what is decided now.
pub async fn fetch(
    State(orchestrator): State<Orchestrator>,
    asked: Asked,
    Path(job): Path<String>,
) -> Response {
    let fetched = async {
        let job: ExportJobId = job.parse().map_err(|_| UseCaseError::NotFound)?;
        orchestrator.fetch_export(asked.actor()?, job, &asked.origin).await
    };
    match fetched.await {
        Ok(fetched) => {
            let file_of = fetched.file.clone();
            let (hash, length) = (file_of.hash.to_string(), u64::try_from(file_of.bytes).ok());
            file(&file_of.media_type, &file_of.name, &hash, length, pieces(fetched))
        }
        Err(error) if asked.reads_pages && is_told_by_page(&error) => {
            let why = why(&error);
            Redirect::to(&format!("/exports/{job}?refused=1{why}")).into_response()
        }
        Err(error) => not_given(&asked, error),
    }
}

/// One piece after the other: no more than two are in memory for a reader, however slow.
fn pieces(mut fetched: FetchedExport) -> Body {
    let (send, pieces) = mpsc::channel::<Result<Bytes, StorageError>>(1);
    tokio::spawn(async move {
        loop {
            let piece = match fetched.next_piece().await {
                Ok(Some(piece)) => Ok(Bytes::from(piece)),
                Ok(None) => return,
                // The answer breaks off, which its length tells.
                Err(error) => Err(error),
            };
            let is_last = piece.is_err();
            // Whoever read has gone.
            if send.send(piece).await.is_err() || is_last {
                return;
            }
        }
    });
    Body::from_stream(ReceiverStream::new(pieces))
}

fn file(media_type: &str, name: &str, hash: &str, length: Option<u64>, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, media_type);
    set(header::CONTENT_SECURITY_POLICY, ARTIFACT_POLICY);
    set(header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""));
    set(HeaderName::from_static("x-content-sha256"), hash);
    if let Some(length) = length {
        set(header::CONTENT_LENGTH, &length.to_string());
    }
    response
}

fn not_given(asked: &Asked, error: UseCaseError) -> Response {
    match error {
        error @ (UseCaseError::RightsBlocked(_)
        | UseCaseError::ExportUnrecorded(_)
        | UseCaseError::Refused(_)) => asked.told(&Problem::from(error)),
        UseCaseError::RoleTooLow { .. } => asked
            .told(&Problem::new(Code::Forbidden, "Your role does not let data leave as a file.")),
        error => refused(&error),
    }
}
