//! Sessions and the person behind them.

use app::ssr::{SESSION_SIGNED_IN, SESSION_WORKSPACE};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::id::WorkspaceId;
use orchestrator::{Orchestrator, identity::SignedIn};
use storage::session::PgSessionStore;
use time::Duration;
use tower_sessions::{Expiry, Session, SessionManagerLayer, cookie::SameSite};

/// A session ends a week after sign-in, or after the last switch of workspace:
/// reading does not lengthen it.
const LIFETIME: Duration = Duration::days(7);

/// The cookie's name carries the browser's own guard where there is TLS: a
/// `__Host-` cookie is secure, of this host alone, and set by no subdomain.
pub fn layer(orchestrator: &Orchestrator, plain_http: bool) -> SessionManagerLayer<PgSessionStore> {
    let name = if plain_http { "observatory" } else { "__Host-observatory" };
    SessionManagerLayer::new(PgSessionStore::new(orchestrator.pool().clone()))
        .with_name(name)
        .with_secure(!plain_http)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(LIFETIME))
}

/// Puts the signed-in person beside the request. A dead session is ended.
pub async fn identify(
    State(orchestrator): State<Orchestrator>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let signed_in = match session.get::<SignedIn>(SESSION_SIGNED_IN).await {
        Ok(signed_in) => signed_in,
        Err(error) => return unavailable(&error),
    };
    if let Some(signed_in) = signed_in {
        let chosen = session.get::<WorkspaceId>(SESSION_WORKSPACE).await.ok().flatten();
        match orchestrator.actor(signed_in, chosen).await {
            Ok(Some(actor)) => {
                request.extensions_mut().insert(actor);
            }
            Ok(None) => {
                if let Err(error) = session.flush().await {
                    return unavailable(&error);
                }
            }
            Err(error) => return unavailable(&error),
        }
    }
    next.run(request).await
}

fn unavailable(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error = crate::log::chain(error), "a session could not be read");
    super::protection::retry_later(StatusCode::SERVICE_UNAVAILABLE, 5).into_response()
}
