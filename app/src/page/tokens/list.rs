use crate::{
    action::RevokeApiToken,
    component::{
        icon::Icon,
        moment::{Moment, moment_words},
        state::State,
    },
};
use jiff::{SignedDuration, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};
use storage::api_token::ApiToken;

/// A token that ends within this time is marked.
const ENDS_SOON: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Live tokens as a table, ended ones behind a disclosure.
#[component]
pub(super) fn TokenList(
    tokens: Vec<ApiToken>,
    caption: &'static str,
    none: &'static str,
    #[prop(optional)] with_member: bool,
    now: Timestamp,
    zone: String,
) -> impl IntoView {
    let (live, ended): (Vec<_>, Vec<_>) = tokens.into_iter().partition(|token| is_live(token, now));
    let zone_of_ended = zone.clone();
    let live = if live.is_empty() {
        view! { <p class="field__hint">{none}</p> }.into_any()
    } else {
        view! { <Table tokens=live caption with_member now zone /> }.into_any()
    };
    let ended = (!ended.is_empty()).then(|| {
        let summary = format!("Ended tokens ({})", ended.len());
        view! {
            <details class="disclosure">
                <summary class="button button--quiet button--small disclosure__summary">
                    {summary} <Icon name="chevron" />
                </summary>
                <Table
                    tokens=ended
                    caption="Tokens that no longer work"
                    with_member
                    now
                    zone=zone_of_ended
                />
            </details>
        }
    });
    view! {
        {live}
        {ended}
    }
}

#[component]
fn Table(
    tokens: Vec<ApiToken>,
    caption: &'static str,
    with_member: bool,
    now: Timestamp,
    zone: String,
) -> impl IntoView {
    let rows = tokens
        .into_iter()
        .map(|token| view! { <Row token with_member now zone=zone.clone() /> })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Token"</th>
                    {with_member.then(|| view! { <th scope="col">"Member"</th> })}
                    <th scope="col">"Rights"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Last used"</th>
                    <th scope="col">"Ends"</th>
                    <th scope="col">
                        <span class="visually-hidden">"Action"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Row(token: ApiToken, with_member: bool, now: Timestamp, zone: String) -> impl IntoView {
    let rights: Vec<&str> = token.scopes.iter().map(|right| right.label()).collect();
    let last_used = match token.last_used_at {
        Some(at) => view! { <Moment at now zone=zone.clone() /> }.into_any(),
        None => view! { "never" }.into_any(),
    };
    let ends = token.revoked_at.unwrap_or(token.expires_at);
    let made = format!("Made {}", moment_words(token.created_at, now, &zone));
    let state = state(&token, now);
    let revoke = is_live(&token, now).then(|| view! { <Revoke token=token.clone() with_member /> });
    view! {
        <tr>
            <th class="data-table__name" scope="row">
                {token.name.clone()} <span class="data-table__sub">{made}</span>
            </th>
            {with_member
                .then(|| {
                    view! {
                        <td class="data-table__name" data-label="Member">
                            {token.user_name.clone()}
                        </td>
                    }
                })}
            <td data-label="Rights">{rights.join(", ")}</td>
            <td data-label="State">{state}</td>
            <td data-label="Last used">{last_used}</td>
            <td data-label="Ends">
                <Moment at=ends now zone />
            </td>
            <td>{revoke}</td>
        </tr>
    }
}

/// Asks before it ends the token.
#[component]
fn Revoke(token: ApiToken, with_member: bool) -> impl IntoView {
    let whose = if with_member { format!(" of {}", token.user_name) } else { String::new() };
    let name = token.name;
    view! {
        <details class="disclosure">
            <summary class="button button--small disclosure__summary">
                "Revoke" <span class="visually-hidden">{format!(" {name}{whose}")}</span>
                <Icon name="chevron" />
            </summary>
            <form class="disclosure__body" method="post" action=RevokeApiToken::PATH>
                <p>
                    {format!(
                        "From then on every request with “{name}”{whose} is refused, those under way excepted. This cannot be undone.",
                    )}
                </p>
                <input type="hidden" name="token" value=token.id.to_string() />
                <button class="button button--danger">"Revoke this token"</button>
            </form>
        </details>
    }
}

pub(super) fn is_live(token: &ApiToken, now: Timestamp) -> bool {
    token.revoked_at.is_none() && token.expires_at > now
}

fn state(token: &ApiToken, now: Timestamp) -> impl IntoView + use<> {
    let (tone, icon, label) = if token.revoked_at.is_some() {
        ("", "blocked", "Revoked")
    } else if token.expires_at <= now {
        ("", "clock", "Expired")
    } else if token.expires_at.duration_since(now) <= ENDS_SOON {
        ("attention", "attention", "Ends soon")
    } else {
        ("good", "check", "Works")
    };
    view! { <State tone icon label /> }
}
