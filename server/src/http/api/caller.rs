//! Who asks: the holder of a bearer token, else whoever is signed in. No other
//! header says who somebody is.

use super::{
    options::Door,
    problem::{Code, Problem},
};
use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use orchestrator::{Actor, Orchestrator, execution::Caller, identity::Bearer};

/// A member of a workspace, or a program that acts for one.
pub struct Asker(pub Caller);

/// The holder of an API token itself, not of a JWT minted for one.
pub struct TokenHolder(pub Bearer);

impl<S> FromRequestParts<S> for Asker
where
    Orchestrator: FromRef<S>,
    Door: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = Orchestrator::from_ref(state);
        let caller = match presented(&parts.headers)? {
            Some(text) => {
                let bearer = bearer(&app, &Door::from_ref(state), text).await?;
                Caller { actor: bearer.actor, rights: bearer.rights }
            }
            None => match parts.extensions.get::<Actor>() {
                Some(actor) => Caller::from(actor.clone()),
                None => return Err(unknown("Send a bearer token, or sign in.")),
            },
        };
        if caller.actor.membership.is_none() {
            return Err(Problem::new(Code::Forbidden, "You belong to no workspace."));
        }
        Ok(Self(caller))
    }
}

impl<S> FromRequestParts<S> for TokenHolder
where
    Orchestrator: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = Orchestrator::from_ref(state);
        let Some(text) = presented(&parts.headers)? else {
            return Err(unknown("Send the API token as bearer token."));
        };
        let bearer = app.bearer_of_token(text).await?;
        bearer.map(Self).ok_or_else(|| unknown("This is not a live API token."))
    }
}

/// The bearer token of a request. Whoever sends the header means it: a header
/// that cannot be read does not fall back on the session.
fn presented(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().ok().filter(|_| values.next().is_none());
    let token = text
        .and_then(|text| text.split_once(' '))
        .and_then(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer").then_some(token.trim()));
    match token {
        Some(token) => Ok(Some(token)),
        None => Err(unknown("The header Authorization is not of the form “Bearer token”.")),
    }
}

/// Unknown, expired, revoked and forged are one answer.
async fn bearer(app: &Orchestrator, door: &Door, text: &str) -> Result<Bearer, Problem> {
    let found = if text.starts_with("obs_") {
        app.bearer_of_token(text).await?
    } else if let Some(keeper) = &door.jwt {
        match keeper.verify(text, app.now().await?) {
            Some(claims) => app.bearer_of_claims(&claims).await?,
            None => None,
        }
    } else {
        None
    };
    found.ok_or_else(|| unknown("The bearer token is not valid, or no longer."))
}

fn unknown(detail: &str) -> Problem {
    Problem::new(Code::Unauthenticated, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_header_that_cannot_be_read_never_falls_back_on_the_session() {
        let with = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            presented(&headers).map(|token| token.map(str::to_owned)).map_err(|_| ())
        };
        assert_eq!(with(&[]), Ok(None));
        for good in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(with(&[good]), Ok(Some("abc".to_owned())), "{good}");
        }
        for bad in ["", "Bearer", "abc", "Basic YTpi"] {
            assert_eq!(with(&[bad]), Err(()), "{bad}");
        }
        assert_eq!(with(&["Bearer abc", "Bearer abc"]), Err(()));
    }
}
