use super::AppError;
use leptos::prelude::*;

/// Decides on an item that is held.
#[server(prefix = "/action", endpoint = "decide-held")]
pub async fn decide_held(
    item: i64,
    #[server(default)] decision: String,
    #[server(default)] date: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    use crate::ssr::{Request, answer};
    use domain::evidence::HeldDecision;
    use orchestrator::evidence::HeldForm;

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let form = HeldForm { decision, date, reason };
    let outcome = async { request.orchestrator.decide_held(request.actor()?, item, &form).await };
    let outcome = outcome.await;
    request.settle_held(item, &form, &outcome).await;
    let page = format!("/admin/held/{item}");
    let done = match form.decision.parse() {
        Ok(HeldDecision::Dropped) => "held_dropped",
        Ok(HeldDecision::Reopened) => "held_again",
        Ok(HeldDecision::Dated | HeldDecision::Released) | Err(_) => "held_admitted",
    };
    answer(&request, outcome, |()| format!("{page}?done={done}"), &page)
}
