use super::{icon::Icon, notice::NoticeBanner};
use crate::{
    action::{SignOut, SwitchWorkspace},
    ssr::{Notice, Request, encode},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use orchestrator::{Actor, Orchestrator};

/// The application around a page: skip link, side rail, notice, footer.
#[component]
pub fn Frame(
    request: Request,
    title: &'static str,
    /// The evidence is sample data.
    #[prop(optional)]
    sample: bool,
    children: Children,
) -> impl IntoView {
    let actor = request.signed_in().cloned();
    let zone = request.time_zone().to_owned();
    let with_model = use_context::<Orchestrator>().is_some_and(|one| one.has_language_model());
    let engine = if with_model {
        "Reports written with a language model"
    } else {
        "Built-in analyst, no assistant connected"
    };
    view! {
        <Title text=title />
        <a class="skip-link" href="#main">"Skip to content"</a>
        <div class="shell">
            {actor.map(|actor| view! { <Rail actor path=request.path.clone() /> })}
            <main class="shell__main" id="main" tabindex="-1">
                <div class="page">
                    {Notice::of(&request).map(|notice| view! { <NoticeBanner notice /> })}
                    {children()}
                </div>
            </main>
            <footer class="shell__footer">
                <p class="shell__provenance">
                    {sample.then(|| view! { <span>"Sample data"</span> })}
                    <span>{engine}</span>
                    <span>{format!("Times in {zone}")}</span>
                    <span>
                        <a href="/capability-catalogue">"Capabilities"</a>
                    </span>
                    <span>
                        <a href="/api-reference">"API"</a>
                    </span>
                </p>
            </footer>
        </div>
    }
}

/// Around an open page for who is not signed in: no rail, a way home.
#[component]
pub fn Visitor(
    title: &'static str,
    /// The page, to come back to after signing in.
    target: String,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title />
        <a class="skip-link" href="#main">"Skip to content"</a>
        <div class="shell">
            <header class="visitor-bar">
                <a class="brand" href="/">
                    <svg class="brand__mark" aria-hidden="true">
                        <use href="#icon-mark"></use>
                    </svg>
                    <span class="brand__name">"Observatory"</span>
                </a>
                <a class="button button--quiet" href=format!("/sign-in?next={}", encode(&target))>
                    "Sign in"
                </a>
            </header>
            <main class="shell__main" id="main" tabindex="-1">
                <div class="page">{children()}</div>
            </main>
        </div>
    }
}

#[component]
fn Rail(actor: Actor, path: String) -> impl IntoView {
    let role = match (&actor.membership, actor.is_admin) {
        (Some(membership), _) => membership.role.label(),
        (None, true) => "Administrator",
        (None, false) => "No workspace",
    };
    let has_workspace = actor.membership.is_some();
    let is_admin = actor.is_admin;
    view! {
        <header class="rail">
            <a class="brand" href="/">
                <svg class="brand__mark" aria-hidden="true">
                    <use href="#icon-mark"></use>
                </svg>
                <span class="brand__name">"Observatory"</span>
            </a>
            <WorkspaceSwitch actor=actor.clone() path=path.clone() />
            <nav class="rail-nav" aria-label="Main">
                <ul class="rail-nav__list">
                    {has_workspace
                        .then(|| {
                            view! {
                                <RailLink path=path.clone() href="/" icon="dashboard" label="Dashboard" />
                                <RailLink
                                    path=path.clone()
                                    href="/specifications"
                                    icon="specification"
                                    label="Specifications"
                                />
                                <RailLink
                                    path=path.clone()
                                    href="/history"
                                    icon="history"
                                    label="History"
                                    also=&["/runs", "/exports"]
                                />
                                <RailLink
                                    path=path.clone()
                                    href="/evidence"
                                    icon="search"
                                    label="Evidence"
                                    also=&["/companies"]
                                />
                                <RailLink
                                    path=path.clone()
                                    href="/portfolios"
                                    icon="portfolio"
                                    label="Portfolios"
                                    also=&["/packs"]
                                />
                                <RailLink
                                    path=path.clone()
                                    href="/pattern-library"
                                    icon="pattern"
                                    label="Patterns"
                                    also=&["/capability-catalogue"]
                                />
                                <RailLink
                                    path=path.clone()
                                    href="/execution-log"
                                    icon="execution"
                                    label="Executions"
                                />
                            }
                        })}
                    {is_admin
                        .then(|| {
                            view! {
                                <RailLink
                                    path=path.clone()
                                    href="/admin"
                                    icon="admin"
                                    label="Activations"
                                    also=&["/admin/specifications"]
                                />
                                <RailLink path=path.clone() href="/admin/runs" icon="run" label="All runs" />
                                <RailLink
                                    path=path.clone()
                                    href="/admin/workspaces"
                                    icon="account"
                                    label="Workspaces"
                                />
                                <RailLink
                                    path=path.clone()
                                    href="/admin/breakers"
                                    icon="pause"
                                    label="Breakers"
                                />
                                <RailLink
                                    path=path.clone()
                                    href="/admin/language-model"
                                    icon="draft"
                                    label="Language model"
                                />
                                <RailLink
                                    path=path.clone()
                                    href="/admin/sources"
                                    icon="download"
                                    label="Sources"
                                    also=&["/admin/held", "/admin/funnel"]
                                />
                                <RailLink path=path.clone() href="/admin/rights" icon="seal" label="Rights" />
                                <RailLink
                                    path=path.clone()
                                    href="/admin/exports"
                                    icon="download"
                                    label="Exports"
                                />
                            }
                        })}
                </ul>
            </nav>
            <details class="user-menu">
                <summary class="user-menu__summary">
                    <Icon name="account" />
                    <span class="user-menu__name">
                        {actor.name} <span class="user-menu__role">{role}</span>
                    </span>
                    <Icon name="chevron" />
                </summary>
                <div class="user-menu__panel">
                    <a class="button button--quiet button--small" href="/account">
                        <Icon name="account" />
                        "Account"
                    </a>
                    <a class="button button--quiet button--small" href="/account/tokens">
                        <Icon name="seal" />
                        "API tokens"
                    </a>
                    <form method="post" action=SignOut::PATH>
                        <button class="button button--quiet button--small">
                            <Icon name="sign-out" />
                            "Sign out"
                        </button>
                    </form>
                </div>
            </details>
        </header>
    }
}

/// A choice among several workspaces; one alone is only named.
#[component]
fn WorkspaceSwitch(actor: Actor, path: String) -> impl IntoView {
    let chosen = actor.membership?;
    if actor.memberships.len() == 1 {
        return Some(
            view! { <p class="workspace-switch workspace-switch__name">{chosen.workspace_name}</p> }
                .into_any(),
        );
    }
    let options = actor
        .memberships
        .into_iter()
        .map(|membership| {
            let selected = membership.workspace == chosen.workspace;
            view! {
                <option value=membership.workspace.to_string() selected=selected>
                    {membership.workspace_name}
                </option>
            }
        })
        .collect_view();
    // An object of one workspace is not found in another: go on at the list.
    let next = path.split('/').nth(1).filter(|part| *part != "runs").unwrap_or_default().to_owned();
    Some(
        view! {
            <form class="workspace-switch" method="post" action=SwitchWorkspace::PATH>
                <label class="workspace-switch__label" for="workspace">"Workspace"</label>
                <select
                    class="field__select field__input--small workspace-switch__select"
                    id="workspace"
                    name="workspace"
                >
                    {options}
                </select>
                <input type="hidden" name="next" value=format!("/{next}") />
                <button class="button button--small">"Switch"</button>
            </form>
        }
        .into_any(),
    )
}

#[component]
fn RailLink(
    path: String,
    href: &'static str,
    icon: &'static str,
    label: &'static str,
    /// Where pages of the same part lie elsewhere.
    #[prop(default = &[])]
    also: &'static [&'static str],
) -> impl IntoView {
    let within = |part: &str| path.strip_prefix(part).is_some_and(|rest| rest.starts_with('/'));
    let elsewhere = also.iter().any(|part| path == *part || within(part));
    let current = if path == href {
        Some("page")
    } else if elsewhere || (href != "/" && href != "/admin" && within(href)) {
        Some("true")
    } else {
        None
    };
    view! {
        <li>
            <a class="rail-nav__link" href=href aria-current=current>
                <Icon name=icon />
                {label}
            </a>
        </li>
    }
}
