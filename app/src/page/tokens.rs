//! The API tokens of a member, and for an owner those of the workspace.

mod creation;
mod list;
mod new_token;

use crate::{component::scope::counted, ssr::page};
use creation::CreationForm;
use domain::workspace::Role;
use jiff::Timestamp;
use leptos::prelude::*;
use list::{TokenList, is_live};
use new_token::{LostToken, ShownToken};
use storage::api_token::ApiToken;

/// Makes, lists and ends the tokens with which programs act for a member.
#[component]
pub fn Tokens() -> impl IntoView {
    page("API tokens", |request| async move {
        let actor = request.actor()?;
        let membership = actor.require(Role::Viewer)?;
        let tokens = request.orchestrator.api_tokens(actor).await?;
        let now = request.orchestrator.now().await?;
        let shown = request.take_new_token(now).await;
        let was_just_made = request.query("done") == Some("token_created");
        let typed = request.typed_token().await;
        let zone = membership.time_zone.clone();
        let (own, others): (Vec<_>, Vec<_>) =
            tokens.into_iter().partition(|token| token.user == actor.user);
        let statement = statement(&own, &membership.workspace_name, now);
        let is_owner = actor.may(Role::Owner);
        let role = membership.role;
        let news = match shown {
            Some(shown) => {
                let name = own.iter().find(|token| token.id == shown.token);
                let name = name.map(|token| token.name.clone()).unwrap_or_default();
                view! { <ShownToken new=shown name /> }.into_any()
            }
            None if was_just_made => view! { <LostToken /> }.into_any(),
            None => ().into_any(),
        };
        let (now_here, zone_here) = (now, zone.clone());
        Ok(view! {
            <div class="page-header">
                <nav class="breadcrumb" aria-label="Breadcrumb">
                    <ol class="breadcrumb__list">
                        <li class="breadcrumb__item">
                            <a class="breadcrumb__link" href="/account">
                                "Account"
                            </a>
                        </li>
                        <li class="breadcrumb__item" aria-current="page">
                            "API tokens"
                        </li>
                    </ol>
                </nav>
                <h1 class="page-header__title">"API tokens"</h1>
                <p class="statement">{statement}</p>
                <p class="page-header__actions">
                    <a class="button button--quiet" href="/api-reference">
                        "How the API is used"
                    </a>
                </p>
            </div>
            {news}
            <section class="section" aria-labelledby="own-tokens">
                <h2 class="section__title" id="own-tokens">
                    "Your tokens"
                </h2>
                <TokenList
                    tokens=own
                    caption="Tokens that act for you, newest first"
                    none="A program that executes patterns for you needs one. Create it below."
                    now
                    zone
                />
            </section>
            <section class="section" aria-labelledby="new-token">
                <h2 class="section__title" id="new-token">
                    "Create a token"
                </h2>
                <CreationForm role typed />
            </section>
            {is_owner
                .then(|| {
                    view! {
                        <section class="section" aria-labelledby="other-tokens">
                            <h2 class="section__title" id="other-tokens">
                                "Tokens of other members"
                            </h2>
                            <TokenList
                                tokens=others
                                caption="Tokens that act for other members of this workspace, newest first"
                                none="No other member of this workspace has a token. As an owner you see each of them here, and can revoke it."
                                with_member=true
                                now=now_here
                                zone=zone_here
                            />
                        </section>
                    }
                })}
        })
    })
}

fn statement(own: &[ApiToken], workspace: &str, now: Timestamp) -> String {
    let live = own.iter().filter(|token| is_live(token, now)).count();
    let have = match live {
        0 => format!("No program acts for you in {workspace}."),
        some => format!(
            "{} can act for you in {workspace}.",
            counted(some, "program's token", "programs' tokens")
        ),
    };
    format!("{have} A token never does more than your role allows at that moment.")
}
