//! The record of exports as a file, for the platform's administrators.

use super::{
    api::problem::{Problem, sent},
    report::text_of,
};
use crate::telemetry::trace_context::TraceContext;
use app::ssr::{ExportQuery, PeerAddress};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use orchestrator::{Actor, Orchestrator, UseCaseError, export::Origin};
use std::collections::BTreeMap;

/// What the list shows under the same filter, all of it. A filter that cannot be read
/// leads to the page that says so.
pub async fn file(
    State(orchestrator): State<Orchestrator>,
    actor: Option<Extension<Actor>>,
    Extension(PeerAddress(address)): Extension<PeerAddress>,
    Extension(trace): Extension<TraceContext>,
    headers: HeaderMap,
    uri: Uri,
    Query(parameters): Query<BTreeMap<String, String>>,
) -> Response {
    let origin = Origin {
        address,
        agent: text_of(&headers, &header::USER_AGENT),
        trace_id: trace.trace_id.to_string(),
    };
    let answer = async {
        let Extension(actor) = actor.ok_or(UseCaseError::SignedOut)?;
        actor.require_admin()?;
        let zone = actor.membership.as_ref().map_or("UTC", |membership| &membership.time_zone);
        let query = ExportQuery::read(|name| parameters.get(name).map(|value| value.trim()));
        let Ok((filter, _)) = query.parse(zone) else {
            return Ok(Redirect::to(&query.newest("/admin/exports")).into_response());
        };
        let bytes = orchestrator.export_records_file(&actor, &filter, &origin).await?;
        Ok::<_, UseCaseError>(csv(bytes))
    };
    answer
        .await
        .unwrap_or_else(|error| sent(Problem::from(error).told(&origin.trace_id, uri.path())))
}

fn csv(bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"observatory_exports.csv\""),
        ),
    ];
    (headers, bytes).into_response()
}
