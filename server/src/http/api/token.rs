//! `POST /token`: a short-lived JWT for the holder of an API token.

use super::{
    body,
    caller::TokenHolder,
    options::Door,
    problem::{Code, Problem},
    wire,
};
use axum::{
    Json,
    extract::{Request, State},
};
use orchestrator::{
    Orchestrator,
    identity::jwt::{JWT_LIFETIME_S, JWT_LIFETIME_S_MAX},
};
use secrecy::ExposeSecret;
use serde_json::Value;

/// A JWT of less is over before it is used.
const LIFETIME_S_MIN: i64 = 60;

/// Mints a JWT for an API token. It has the token's rights, ends with it, and
/// lives a day at most.
#[utoipa::path(
    post, path = "/token", tag = "tokens", operation_id = "mint_token",
    request_body = Option<wire::TokenBody>,
    responses(
        (status = 200, description = "The JWT.", body = wire::TokenAnswer),
        (status = 404, description = "This server mints no JWTs. Codes: NOT_FOUND.", body = wire::ProblemBody,
            content_type = "application/problem+json"),
        wire::TokenProblems, wire::BodyProblems,
    ),
    security(("bearer" = [])),
)]
pub async fn mint(
    State(app): State<Orchestrator>,
    State(door): State<Door>,
    TokenHolder(bearer): TokenHolder,
    request: Request,
) -> Result<Json<wire::TokenAnswer>, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = body::read(&parts.headers, body).await?;
    let lifetime_s = lifetime(&bytes)?;
    let (Some(workspace), Some(role)) = (bearer.workspace(), bearer.role()) else {
        return Err(Problem::new(Code::Unauthenticated, "This is not a live API token."));
    };
    let Some(keeper) = &door.jwt else {
        let detail =
            "This server mints no JWTs: JWT_SECRET is not configured. API tokens work as they are.";
        return Err(Problem::new(Code::NotFound, detail));
    };
    let now = app.now().await?;
    let minted = keeper.mint(&bearer, workspace, role, lifetime_s, now).map_err(|error| {
        tracing::error!(error = crate::telemetry::log::chain(&error), "a JWT was not minted");
        Problem::new(Code::Internal, "The JWT could not be written.")
    })?;
    let scopes: Vec<&str> = minted.scopes.iter().map(|right| right.id()).collect();
    Ok(Json(wire::TokenAnswer {
        access_token: minted.text.expose_secret().to_owned(),
        token_type: "Bearer",
        expires_in: minted.expires_in_s,
        scope: scopes.join(" "),
    }))
}

/// The lifetime that was asked for; an empty body asks for the usual one.
fn lifetime(bytes: &[u8]) -> Result<i64, Problem> {
    if bytes.is_empty() {
        return Ok(JWT_LIFETIME_S);
    }
    let fault =
        |pointer: &str, message: String| Err(Problem::invalid(&[(pointer.to_owned(), message)]));
    let Value::Object(fields) = body::parse(bytes)? else {
        return fault("", "This is an object.".to_owned());
    };
    if let Some(unknown) = fields.keys().find(|name| *name != "lifetime_s") {
        let pointer = format!("/{}", unknown.replace('~', "~0").replace('/', "~1"));
        return fault(&pointer, "There is no such field.".to_owned());
    }
    match fields.get("lifetime_s") {
        None => Ok(JWT_LIFETIME_S),
        Some(value) => match value.as_i64() {
            Some(seconds) if (LIFETIME_S_MIN..=JWT_LIFETIME_S_MAX).contains(&seconds) => {
                Ok(seconds)
            }
            _ => fault(
                "/lifetime_s",
                format!(
                    "This is a whole number of seconds, {LIFETIME_S_MIN} to {JWT_LIFETIME_S_MAX}."
                ),
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_a_minute_to_a_day() {
        let check = |body: &str, expected: Option<i64>| {
            assert_eq!(lifetime(body.as_bytes()).ok(), expected, "{body}");
        };
        check("", Some(3600));
        check("{}", Some(3600));
        check(r#"{"lifetime_s": 60}"#, Some(60));
        check(r#"{"lifetime_s": 86400}"#, Some(86_400));
        for wrong in ["59", "86401", "-1", "60.5", "\"60\"", "null"] {
            check(&format!(r#"{{"lifetime_s": {wrong}}}"#), None);
        }
        check(r#"{"lifetime": 60}"#, None);
        check("[]", None);
    }
}
