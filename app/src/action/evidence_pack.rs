use super::AppError;
use leptos::prelude::*;

/// Asks for a pack of what the sources hold now.
#[server(prefix = "/action", endpoint = "build-evidence-pack")]
pub async fn build_evidence_pack() -> Result<(), AppError> {
    use crate::ssr::{Request, answer};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let outcome = async { request.orchestrator.request_pack(request.actor()?).await };
    let outcome = outcome.await;
    answer(&request, outcome, |()| "/evidence?done=pack_asked".to_owned(), "/evidence")
}
