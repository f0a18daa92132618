use super::AppError;
use leptos::prelude::*;

/// Says that two events are one.
#[server(prefix = "/action", endpoint = "merge-events")]
pub async fn merge_events(
    event: String,
    #[server(default)] other: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::ssr::{EventForm, Request, TypedEvent, answer, encode};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async {
        request.orchestrator.merge_events(request.actor()?, &event, &other, &reason).await
    };
    let outcome = outcome.await;
    let page = format!("/evidence/events/{}", encode(&event));
    let typed = TypedEvent { event, form: EventForm::Merge, other, reason };
    request.settle_event(&typed, &outcome).await;
    answer(&request, outcome, |()| format!("{page}?done=event_decided"), &page)
}

/// Says that a citation does not belong to its event.
#[server(prefix = "/action", endpoint = "separate-citation")]
pub async fn separate_citation(
    event: String,
    #[server(default)] evidence: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::ssr::{EventForm, Request, TypedEvent, answer, encode};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async {
        let actor = request.actor()?;
        request.orchestrator.separate_citation(actor, &event, &evidence, &reason).await
    };
    let outcome = outcome.await;
    let page = format!("/evidence/events/{}", encode(&event));
    let form = EventForm::Separate(evidence);
    let typed = TypedEvent { event, form, other: String::new(), reason };
    request.settle_event(&typed, &outcome).await;
    answer(&request, outcome, |()| format!("{page}?done=event_decided"), &page)
}

/// Takes a decision on events back.
#[server(prefix = "/action", endpoint = "undo-event-decision")]
pub async fn undo_event_decision(
    decision: i64,
    /// The page that it is asked for on.
    #[server(default)]
    event: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::ssr::{EventForm, Request, TypedEvent, answer, encode};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async {
        request.orchestrator.undo_event_decision(request.actor()?, decision, &reason).await
    };
    let outcome = outcome.await;
    let page = format!("/evidence/events/{}", encode(&event));
    let form = EventForm::Undo(decision);
    let typed = TypedEvent { event, form, other: String::new(), reason };
    request.settle_event(&typed, &outcome).await;
    answer(&request, outcome, |()| format!("{page}?done=event_decided"), &page)
}
