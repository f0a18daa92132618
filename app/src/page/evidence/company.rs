use super::browser::EventTable;
use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        state::State,
        withheld::Attributions,
    },
    ssr::page,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{UseCaseError, evidence::CompanyView};

/// A company or body of the desk's table, and what the newest pack says of it.
#[component]
pub fn CompanyPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("company"));
    page("Company", |request| async move {
        let id = id.ok_or(UseCaseError::NotFound)?;
        let company = request.orchestrator.view_company(request.actor()?, &id).await?;
        let statement = match company.events.len() {
            0 => "The newest pack has no event that names it.".to_owned(),
            1 => "1 event of the newest pack names it.".to_owned(),
            count => format!("{count} events of the newest pack name it."),
        };
        let events = company.events.clone();
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step("/evidence", "Evidence")] />
                <h1 class="page-header__title">{company.name.clone()}</h1>
                {company
                    .sample
                    .then(|| {
                        view! {
                            <p class="page-header__state">
                                <State tone="attention" icon="information" label="Sample: invented" />
                            </p>
                        }
                    })}
                <p class="statement">{statement}</p>
            </div>
            <Attributions terms=company.terms.clone() />
            <Facts company />
            {(!events.is_empty())
                .then(|| view! { <EventTable caption="Events that name it, the newest first" events /> })}
        })
    })
}

#[component]
fn Facts(company: CompanyView) -> impl IntoView {
    let kind = match (company.body, company.pure_polyurethane) {
        (true, _) => "Regulator or association",
        (false, true) => "Company, polyurethane only",
        (false, false) => "Company",
    };
    let links =
        if company.links.is_empty() { "Not known".to_owned() } else { company.links.join(", ") };
    let sites: Vec<String> =
        company.sites.iter().map(|(place, region)| format!("{place} ({region})")).collect();
    let parent = company.parent.map(|(id, name)| {
        view! {
            <div class="facts__item">
                <dt class="facts__term">"Belongs to"</dt>
                <dd>
                    <a href=format!("/companies/{id}")>{name}</a>
                </dd>
            </div>
        }
    });
    view! {
        <dl class="facts">
            <div class="facts__item">
                <dt class="facts__term">"Kind"</dt>
                <dd>{kind}</dd>
            </div>
            <div class="facts__item">
                <dt class="facts__term">"Home region"</dt>
                <dd>{company.home.unwrap_or("Several")}</dd>
            </div>
            <div class="facts__item">
                <dt class="facts__term">"Usual position in the chain"</dt>
                <dd>{links}</dd>
            </div>
            {parent}
            {(!sites.is_empty())
                .then(|| {
                    view! {
                        <div class="facts__item">
                            <dt class="facts__term">"Sites"</dt>
                            <dd>{sites.join(", ")}</dd>
                        </div>
                    }
                })}
        </dl>
    }
}
