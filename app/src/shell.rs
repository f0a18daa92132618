//! The document around every page.

use crate::page;
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

/// The icons, drawn once per document and referred to by name.
const ICONS: &str = include_str!("../../style/icons.svg");

/// The script of the islands waits for an idle moment without an end. A browser has none for
/// a page that it does not paint, and a run would be followed only once somebody looks at it.
const IDLE_WITHIN: &str = "{
    const idle = window.requestIdleCallback;
    if (idle) window.requestIdleCallback = (work) => idle.call(window, work, { timeout: 500 });
}";

/// Paths whose pages hold an island; no other page loads WebAssembly.
fn has_island(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    matches!(
        parts[..],
        ["specifications", "new"]
            | ["specifications", _, "edit"]
            | ["runs" | "pattern-library", _]
            | ["portfolios", _, ..]
    )
}

pub fn shell(options: LeptosOptions) -> impl IntoView {
    let path = use_context::<http::request::Parts>()
        .map(|parts| parts.uri.path().to_owned())
        .unwrap_or_default();
    restrict_content();
    let stylesheet = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=stylesheet />
                {has_island(&path)
                    .then(|| {
                        view! {
                            <script nonce=use_nonce() inner_html=IDLE_WITHIN></script>
                            <HydrationScripts options islands=true />
                        }
                    })}
                <MetaTags />
            </head>
            <body>
                <div hidden inner_html=ICONS></div>
                <App />
            </body>
        </html>
    }
}

/// The content security policy of a page: our own files, and the scripts of this
/// answer, named by its nonce.
fn restrict_content() {
    let Some(response) = use_context::<leptos_axum::ResponseOptions>() else { return };
    let script = use_nonce().map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{script}; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(value) = http::HeaderValue::from_str(&policy) {
        response.insert_header(http::header::CONTENT_SECURITY_POLICY, value);
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|title: String| {
            if title.is_empty() { "Observatory".to_owned() } else { format!("{title} - Observatory") }
        } />
        <Router>
            <Routes fallback=page::problem::NotFound>
                <Route path=path!("/sign-in") view=page::sign_in::SignIn ssr=SsrMode::Async />
                <Route path=path!("/") view=page::dashboard::Dashboard ssr=SsrMode::Async />
                <Route path=path!("/account") view=page::account::Account ssr=SsrMode::Async />
                <Route path=path!("/account/tokens") view=page::tokens::Tokens ssr=SsrMode::Async />
                <Route path=path!("/specifications") view=page::specifications::Specifications ssr=SsrMode::Async />
                <Route path=path!("/specifications/new") view=page::specification_editor::NewSpecification ssr=SsrMode::Async />
                <Route path=path!("/specifications/:specification") view=page::specification::Specification ssr=SsrMode::Async />
                <Route path=path!("/specifications/:specification/edit") view=page::specification_editor::EditSpecification ssr=SsrMode::Async />
                <Route path=path!("/specifications/:specification/compare") view=page::comparison::Comparison ssr=SsrMode::Async />
                <Route path=path!("/specifications/:specification/schedule") view=page::schedule::EditSchedule ssr=SsrMode::Async />
                <Route path=path!("/runs/:run") view=page::run::Run ssr=SsrMode::Async />
                <Route path=path!("/runs/:run/report") view=page::report::Report ssr=SsrMode::Async />
                <Route path=path!("/runs/:run/funnel") view=page::run_funnel::RunFunnel ssr=SsrMode::Async />
                <Route path=path!("/runs/:run/evidence/:evidence") view=page::evidence::CitedEvidence ssr=SsrMode::Async />
                <Route path=path!("/evidence") view=page::evidence::EvidenceBrowser ssr=SsrMode::Async />
                <Route path=path!("/evidence/events/:event") view=page::evidence::EventView ssr=SsrMode::Async />
                <Route path=path!("/evidence/packs/:pack") view=page::evidence::PackView ssr=SsrMode::Async />
                <Route path=path!("/companies/:company") view=page::evidence::CompanyPage ssr=SsrMode::Async />
                <Route path=path!("/packs") view=page::packs::PricingPackList ssr=SsrMode::Async />
                <Route path=path!("/packs/:pack") view=page::packs::PricingPackPage ssr=SsrMode::Async />
                <Route path=path!("/packs/:pack/changes") view=page::packs::PackChangesPage ssr=SsrMode::Async />
                <Route path=path!("/pattern-library") view=page::pattern_library::PatternLibrary ssr=SsrMode::Async />
                <Route path=path!("/pattern-library/:pattern") view=page::pattern_library::PatternPage ssr=SsrMode::Async />
                <Route path=path!("/exports/:export") view=page::export::ExportPage ssr=SsrMode::Async />
                <Route path=path!("/execution-log") view=page::execution_log::ExecutionLog ssr=SsrMode::Async />
                <Route path=path!("/execution-log/:execution") view=page::execution_log::ExecutionPage ssr=SsrMode::Async />
                <Route path=path!("/history") view=page::history::History ssr=SsrMode::Async />
                <Route path=path!("/portfolios") view=page::portfolios::PortfolioList ssr=SsrMode::Async />
                <Route path=path!("/portfolios/:portfolio") view=page::portfolios::PortfolioPage ssr=SsrMode::Async />
                <Route path=path!("/portfolios/:portfolio/transactions") view=page::portfolios::TransactionsPage ssr=SsrMode::Async />
                <Route path=path!("/portfolios/:portfolio/upcoming") view=page::portfolios::UpcomingPage ssr=SsrMode::Async />
                <Route path=path!("/portfolios/:portfolio/holdings/:security") view=page::portfolios::HoldingPage ssr=SsrMode::Async />
                <Route path=path!("/capability-catalogue") view=page::capability_catalogue::CapabilityCatalogue ssr=SsrMode::Async />
                <Route path=path!("/api-reference") view=page::api_reference::ApiReference ssr=SsrMode::Async />
                <Route path=path!("/problems") view=page::problems::Problems ssr=SsrMode::Async />
                <Route path=path!("/problems/:problem") view=page::problems::ProblemPage ssr=SsrMode::Async />
                <Route path=path!("/admin") view=page::admin::queue::Queue ssr=SsrMode::Async />
                <Route path=path!("/admin/breakers") view=page::admin::breakers::Breakers ssr=SsrMode::Async />
                <Route path=path!("/admin/exports") view=page::admin::exports::Exports ssr=SsrMode::Async />
                <Route path=path!("/admin/exports/:chain/:entry") view=page::admin::export_entry::ExportEntry ssr=SsrMode::Async />
                <Route path=path!("/admin/funnel/:place") view=page::admin::funnel::FunnelList ssr=SsrMode::Async />
                <Route path=path!("/admin/held") view=page::admin::held::Held ssr=SsrMode::Async />
                <Route path=path!("/admin/held/:item") view=page::admin::held::HeldItem ssr=SsrMode::Async />
                <Route path=path!("/admin/language-model") view=page::admin::language_model::LanguageModel ssr=SsrMode::Async />
                <Route path=path!("/admin/rights") view=page::admin::rights::Rights ssr=SsrMode::Async />
                <Route path=path!("/admin/specifications/:specification") view=page::admin::review::Review ssr=SsrMode::Async />
                <Route path=path!("/admin/specifications/:specification/overrides") view=page::admin::overrides::Overrides ssr=SsrMode::Async />
                <Route path=path!("/admin/runs") view=page::admin::runs::Runs ssr=SsrMode::Async />
                <Route path=path!("/admin/sources") view=page::admin::sources::Sources ssr=SsrMode::Async />
                <Route path=path!("/admin/sources/new") view=page::admin::sources::NewSource ssr=SsrMode::Async />
                <Route path=path!("/admin/sources/:source/edit") view=page::admin::sources::EditedSource ssr=SsrMode::Async />
                <Route path=path!("/admin/sources/:source") view=page::admin::sources::Source ssr=SsrMode::Async />
                <Route path=path!("/admin/workspaces") view=page::admin::workspaces::Workspaces ssr=SsrMode::Async />
                <Route path=path!("/admin/workspaces/:workspace") view=page::admin::workspaces::Workspace ssr=SsrMode::Async />
                <Route path=path!("/admin/workspaces/:workspace/licences") view=page::admin::licences::Licences ssr=SsrMode::Async />
                <Route path=path!("/admin/workspaces/:workspace/language-model") view=page::admin::model_use::LanguageModel ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}
