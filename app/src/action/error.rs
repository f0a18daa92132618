use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// What a client that asked for JSON is told when an action did not happen. A
/// browser's form is sent on to a page that says the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{title}")]
pub struct AppError {
    /// A stable word for the kind of problem.
    pub code: String,
    /// What happened and what to do.
    pub title: String,
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let (code, title) = match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => {
                ("malformed_request", "The form was not complete, so nothing was done.")
            }
            _ => ("internal", "It did not work, and nothing was changed. Try again."),
        };
        Self { code: code.to_owned(), title: title.to_owned() }
    }
}

#[cfg(feature = "ssr")]
impl AppError {
    /// A fault of the server's own wiring: logged, and told without detail.
    pub(crate) fn internal(error: &orchestrator::UseCaseError) -> Self {
        tracing::error!(error = %error, "a server function could not begin");
        Self {
            code: "internal".to_owned(),
            title: "It did not work, and nothing was changed. Try again.".to_owned(),
        }
    }

    /// Nothing more for a browser, which was sent on; for others the problem
    /// with its status.
    pub(crate) fn for_others(
        request: &crate::ssr::Request,
        status: http::StatusCode,
        code: &str,
        title: &str,
    ) -> Result<(), Self> {
        if request.accepts_html {
            return Ok(());
        }
        if let Some(response) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>() {
            response.set_status(status);
        }
        Err(Self { code: code.to_owned(), title: title.to_owned() })
    }
}
