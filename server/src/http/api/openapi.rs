//! `/openapi.json`, made of the handlers themselves.

use super::{capabilities, execute, executions, health_pack, patterns, token};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Observatory", description = "Patterns, executions and prices. Amounts and ratios are decimals; ratios are fractions."),
    paths(
        execute::execute,
        executions::one,
        executions::replay,
        patterns::list,
        patterns::one,
        capabilities::list,
        token::mint,
        health_pack::health,
    ),
    modifiers(&Doors, &Alias),
)]
struct Api;

/// How somebody is known.
struct Doors;

impl Modify for Doors {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API token, or a JWT minted for one by POST /token."))
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let session = ApiKeyValue::with_description(
            "__Host-observatory",
            "The session of a signed-in person; unsafe methods then need this site's own origin.",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    }
}

/// `/v1/execute` is `/execute`.
struct Alias;

impl Modify for Alias {
    fn modify(&self, document: &mut Document) {
        let Some(mut alias) = document.paths.paths.get("/execute").cloned() else { return };
        if let Some(operation) = &mut alias.post {
            operation.operation_id = Some("execute_v1".to_owned());
        }
        document.paths.paths.insert("/v1/execute".to_owned(), alias);
    }
}

pub fn document() -> Document {
    Api::openapi()
}

pub async fn json() -> Response {
    Json(document()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Endpoints that describe the API, and so are not described in it.
    const UNDESCRIBED: [&str; 1] = ["/openapi.json"];

    #[test]
    fn every_endpoint_of_the_api_is_described_and_no_other() {
        let served: BTreeSet<String> = super::super::endpoints()
            .into_iter()
            .map(|endpoint| endpoint.path.to_owned())
            .filter(|path| !UNDESCRIBED.contains(&path.as_str()))
            .map(|path| path.replace("{execution}", "{id}").replace("{pattern}", "{id}"))
            .collect();
        let described: BTreeSet<String> = document().paths.paths.keys().cloned().collect();
        assert_eq!(served, described);
    }
}
