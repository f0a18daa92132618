//! Every route of the server with the access it asks for: pages, server
//! functions and endpoints. What is not in this list is not served.

use app::action::{Access, TABLE};
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    pub method: &'static str,
    pub path: String,
    pub access: Access,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Page,
    ServerFunction,
    Endpoint,
}

/// The pages of the application's router.
const PAGES: &[(&str, Access)] = &[
    ("/", Access::Viewer),
    ("/sign-in", Access::Public),
    ("/account", Access::SignedIn),
    ("/account/tokens", Access::Viewer),
    ("/specifications", Access::Viewer),
    ("/specifications/new", Access::Editor),
    ("/specifications/{specification}", Access::Viewer),
    ("/specifications/{specification}/edit", Access::Editor),
    ("/specifications/{specification}/compare", Access::Viewer),
    ("/specifications/{specification}/schedule", Access::Editor),
    ("/runs/{run}", Access::Viewer),
    ("/runs/{run}/report", Access::Viewer),
    ("/runs/{run}/evidence/{evidence}", Access::Viewer),
    ("/runs/{run}/funnel", Access::Viewer),
    ("/evidence", Access::Viewer),
    ("/evidence/events/{event}", Access::Viewer),
    ("/evidence/packs/{pack}", Access::Viewer),
    ("/companies/{company}", Access::Viewer),
    ("/history", Access::Viewer),
    ("/packs", Access::Viewer),
    ("/packs/{pack}", Access::Viewer),
    ("/packs/{pack}/changes", Access::Viewer),
    ("/pattern-library", Access::Viewer),
    ("/pattern-library/{pattern}", Access::Viewer),
    ("/exports/{export}", Access::Viewer),
    ("/execution-log", Access::Viewer),
    ("/execution-log/{execution}", Access::Viewer),
    ("/portfolios", Access::Viewer),
    ("/portfolios/{portfolio}", Access::Viewer),
    ("/portfolios/{portfolio}/transactions", Access::Viewer),
    ("/portfolios/{portfolio}/upcoming", Access::Viewer),
    ("/portfolios/{portfolio}/holdings/{security}", Access::Viewer),
    ("/capability-catalogue", Access::SignedIn),
    ("/api-reference", Access::Public),
    ("/problems", Access::Public),
    ("/problems/{problem}", Access::Public),
    ("/admin", Access::Admin),
    ("/admin/breakers", Access::Admin),
    ("/admin/exports", Access::Admin),
    ("/admin/exports/{chain}/{entry}", Access::Admin),
    ("/admin/language-model", Access::Admin),
    ("/admin/rights", Access::Admin),
    ("/admin/specifications/{specification}", Access::Admin),
    ("/admin/specifications/{specification}/overrides", Access::Admin),
    ("/admin/runs", Access::Admin),
    ("/admin/funnel/{place}", Access::Admin),
    ("/admin/held", Access::Admin),
    ("/admin/held/{item}", Access::Admin),
    ("/admin/sources", Access::Admin),
    ("/admin/sources/new", Access::Admin),
    ("/admin/sources/{source}", Access::Admin),
    ("/admin/sources/{source}/edit", Access::Admin),
    ("/admin/workspaces", Access::Admin),
    ("/admin/workspaces/{workspace}", Access::Admin),
    ("/admin/workspaces/{workspace}/language-model", Access::Admin),
    ("/admin/workspaces/{workspace}/licences", Access::Admin),
];

pub fn all() -> Vec<Route> {
    let pages = PAGES.iter().map(|(path, access)| Route {
        method: "GET",
        path: (*path).to_owned(),
        access: *access,
        kind: Kind::Page,
    });
    let actions = TABLE.iter().map(|(path, access)| Route {
        method: "POST",
        path: (*path).to_owned(),
        access: *access,
        kind: Kind::ServerFunction,
    });
    let endpoints = crate::http::endpoint_table().into_iter().map(|(method, path, access)| Route {
        method,
        path: path.to_owned(),
        access,
        kind: Kind::Endpoint,
    });
    pages.chain(actions).chain(endpoints).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_page_of_the_router_is_listed_and_no_other() {
        let served: BTreeSet<String> = leptos_axum::generate_route_list(app::shell::App)
            .iter()
            .map(|route| route.path().to_owned())
            .collect();
        let listed: BTreeSet<String> = PAGES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(served, listed);
    }

    #[test]
    fn every_server_function_is_listed_and_no_other() {
        let served: BTreeSet<(String, String)> = leptos::server_fn::axum::server_fn_paths()
            .map(|(path, method)| (path.to_owned(), method.to_string()))
            .collect();
        let listed: BTreeSet<(String, String)> =
            TABLE.iter().map(|(path, _)| ((*path).to_owned(), "POST".to_owned())).collect();
        assert_eq!(served, listed);
    }
}
