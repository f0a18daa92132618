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
    use orchestrator::evidence::HeldForm;

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let form = HeldForm { decision, date, reason };
    let outcome = async { request.orchestrator.decide_held(request.actor()?, item, &form).await };
    let outcome = outcome.await;
    request.settle_held(item, &form, &outcome).await;
    let page = format!("/admin/held/{item}");
    answer(&request, outcome, |()| format!("{page}?done=held_decided"), &page)
}
