//! How programs use Observatory, read off the `OpenAPI` document.

mod endpoint;

use crate::{
    component::{code_text::CodeText, icon::Icon, scope::counted},
    ssr::open_page,
    view::api_document::{self, ApiDocument, Endpoint},
};
use endpoint::EndpointCard;
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;

/// Every endpoint of the API. Open to everybody, like the document itself.
#[component]
pub fn ApiReference() -> impl IntoView {
    open_page("API", |_| match use_context::<ApiDocument>() {
        Some(ApiDocument(document)) => view! { <Reference document /> }.into_any(),
        None => view! { <NoDocument /> }.into_any(),
    })
}

#[component]
fn Reference(document: Arc<Value>) -> impl IntoView {
    let endpoints = api_document::endpoints(&document);
    let about = document["info"]["description"].as_str().unwrap_or_default().to_owned();
    let version = document["info"]["version"].as_str().unwrap_or_default();
    let statement = format!(
        "{}, version {version}. What a page can do, a program can do by the same rules.",
        counted(endpoints.len(), "endpoint", "endpoints"),
    );
    let index = endpoints
        .iter()
        .map(|endpoint| {
            view! {
                <li>
                    <a href=format!("#{}", endpoint.anchor())>
                        <code>{format!("{} {}", endpoint.method, endpoint.path)}</code>
                    </a>
                </li>
            }
        })
        .collect_view();
    let groups = grouped(endpoints)
        .into_iter()
        .map(|(name, endpoints)| {
            view! { <Group name endpoints document=Arc::clone(&document) /> }
        })
        .collect_view();
    view! {
        <div class="page-header">
            <h1 class="page-header__title">"API"</h1>
            <p class="statement">{statement}</p>
            <p class="page-header__actions">
                <a class="button" href="/openapi.json">
                    <Icon name="download" />
                    "openapi.json"
                </a>
            </p>
        </div>
        {about
            .split("\n\n")
            .filter(|paragraph| !paragraph.is_empty())
            .map(|paragraph| {
                view! {
                    <p>
                        <CodeText text=paragraph.to_owned() />
                    </p>
                }
            })
            .collect_view()}
        <Authentication />
        <section class="section" aria-labelledby="endpoints">
            <h2 class="section__title" id="endpoints">
                "Endpoints"
            </h2>
            <ul class="anchor-index__list">{index}</ul>
        </section>
        {groups}
    }
}

#[component]
fn Authentication() -> impl IntoView {
    view! {
        <section class="section" aria-labelledby="authentication">
            <h2 class="section__title" id="authentication">
                "Authentication"
            </h2>
            <p>
                "Create a token on the page " <a href="/account/tokens">"API tokens"</a>
                " of your account and send it with each request. It acts for you, in the \
                 workspace in which you made it, with the rights that you chose for it."
            </p>
            <pre class="code-block">
                <code>"Authorization: Bearer $OBSERVATORY_TOKEN"</code>
            </pre>
            <p>
                "The examples take the token, and the address of this server, from variables of the \
                 shell, so that neither stands in a file of commands."
            </p>
            <p>
                "Refusals are "
                <code>"application/problem+json"</code>
                " with a code that stays: "
                <a href="/problems">"all problems"</a> ". What patterns may call stands in the "
                <a href="/capability-catalogue">"catalogue of capabilities"</a> "."
            </p>
        </section>
    }
}

#[component]
fn Group(name: String, endpoints: Vec<Endpoint>, document: Arc<Value>) -> impl IntoView {
    let title = if name.is_empty() { "Others".to_owned() } else { name };
    let id = format!("group-{}", title.to_lowercase().replace(' ', "-"));
    let labelled_by = id.clone();
    let cards = endpoints
        .into_iter()
        .map(|endpoint| view! { <EndpointCard endpoint document=Arc::clone(&document) /> })
        .collect_view();
    view! {
        <section class="section" aria-labelledby=labelled_by>
            <h2 class="section__title" id=id>
                {title}
            </h2>
            <div class="capability-list">{cards}</div>
        </section>
    }
}

/// Neighbours of one group together; the endpoints are in the groups' order.
fn grouped(endpoints: Vec<Endpoint>) -> Vec<(String, Vec<Endpoint>)> {
    let mut groups: Vec<(String, Vec<Endpoint>)> = Vec::new();
    for endpoint in endpoints {
        match groups.iter_mut().find(|(name, _)| *name == endpoint.group) {
            Some((_, members)) => members.push(endpoint),
            None => groups.push((endpoint.group.clone(), vec![endpoint])),
        }
    }
    groups
}

#[component]
fn NoDocument() -> impl IntoView {
    view! {
        <div class="page-header">
            <h1 class="page-header__title">"API"</h1>
        </div>
        <div class="empty-state">
            <h2 class="empty-state__title">"The description of the API is missing"</h2>
            <p>"This server was started without it. The API itself answers all the same."</p>
        </div>
    }
}
