use super::AppError;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Executes a pattern with the answers of its form. Text as the form has it; a
/// box that is not ticked is not sent.
#[server(prefix = "/action", endpoint = "execute-pattern")]
pub async fn execute_pattern(
    pattern: String,
    #[server(default)] portfolio: String,
    #[server(default)] asof: String,
    #[server(default)] use_stale: String,
    #[server(default)] inputs: BTreeMap<String, String>,
) -> Result<(), AppError> {
    use crate::ssr::{Request, TypedExecution, execute_typed};

    let request = Request::current().map_err(|error| AppError::internal(&error))?;
    let typed = TypedExecution {
        pattern,
        portfolio,
        asof,
        use_stale: use_stale == "on",
        inputs,
        ..TypedExecution::default()
    };
    execute_typed(&request, typed).await
}
