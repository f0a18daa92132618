//! `GET /capabilities`.

use super::{
    caller::Asker,
    wire::{self, CapabilitiesAnswer, CapabilityView},
};
use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use orchestrator::Orchestrator;

/// Every capability that patterns may name, with its schemas.
#[utoipa::path(
    get, path = "/capabilities", tag = "patterns", operation_id = "list_capabilities",
    params(
        ("category" = Option<String>, Query, description = "Only of this category."),
        ("agent" = Option<String>, Query, description = "Only of this agent."),
    ),
    responses(
        (status = 200, description = "The capabilities.", body = CapabilitiesAnswer),
        wire::AskerProblems,
    ),
    security(("bearer" = []), ("session" = [])),
)]
pub async fn list(
    State(app): State<Orchestrator>,
    Asker(_): Asker,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let asked = |name: &str| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.into_owned())
    };
    let (category, of_agent) = (asked("category"), asked("agent"));
    let capabilities = app
        .registry()
        .entries()
        .filter(|(agent, capability)| {
            category.as_deref().is_none_or(|only| only == capability.name.category())
                && of_agent.as_deref().is_none_or(|only| only == agent.name)
        })
        .map(|(agent, capability)| CapabilityView::of(agent.name, capability))
        .collect();
    Json(CapabilitiesAnswer { capabilities }).into_response()
}
