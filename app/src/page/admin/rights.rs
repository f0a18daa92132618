use super::{
    provider_use::provider_use,
    what_if::{WhatIfAnswer, WhatIfSection},
};
use crate::{
    component::icon::Icon,
    ssr::{encode, page},
};
use domain::{
    execution::RightsProfile,
    rights::{Format, Right},
};
use leptos::prelude::*;
use orchestrator::{
    UseCaseError,
    rights::{OnBlock, Provider, Registry, Treatment},
};

/// What the licences allow: provider by format in each profile, with the duties; and
/// what would be decided on a report or an execution.
#[component]
pub fn Rights() -> impl IntoView {
    page("Rights", |request| async move {
        let actor = request.actor()?;
        let (registry, running) = request.orchestrator.view_rights(actor)?;
        let used = request.orchestrator.provider_use(actor).await?;
        let profile = request.parsed("profile").unwrap_or(running);
        let subject = request.query("subject").unwrap_or_default().to_owned();
        let assumed = request.query("assumed").unwrap_or_default().to_owned();
        let answer = match subject.parse() {
            _ if subject.is_empty() => WhatIfAnswer::NotAsked,
            Err(_) => WhatIfAnswer::NotFound,
            Ok(id) => match request.orchestrator.what_if(actor, id, assumed.parse().ok()).await {
                Ok(shown) => WhatIfAnswer::Decided(Box::new(shown)),
                Err(UseCaseError::NotFound) => WhatIfAnswer::NotFound,
                Err(UseCaseError::Refused(refusal)) => WhatIfAnswer::Refused(refusal),
                Err(error) => return Err(error),
            },
        };
        let providers = registry.providers().map(|(id, _)| id.to_string()).collect();
        let seal = request.orchestrator.seal_key().map_or_else(
            || "Files leave without a seal: no key is configured.".into_any(),
            |key| {
                view! {
                    "Files are sealed. Their public key is "
                    <code class="rights-key">{key.to_string()}</code>
                }
                .into_any()
            },
        );
        let profiles = RightsProfile::ALL
            .iter()
            .map(|profile| {
                view! {
                    <div class="facts__item">
                        <dt class="facts__term">{profile.label()}</dt>
                        <dd>{on_block(&registry, *profile)}</dd>
                    </div>
                }
            })
            .collect_view();
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Rights"</h1>
                <p class="statement">
                    {format!("Decided by the {} profile. ", running.label())}
                    {on_block(&registry, running)}
                </p>
                <p>"Registry version " <code>{registry.version().to_string()}</code></p>
                <p>{seal}</p>
            </div>
            <Profiles profile running subject=subject.clone() assumed=assumed.clone() />
            {matrix(&registry, profile)}
            {provider_use(used)}
            <WhatIfSection subject providers chosen=assumed profile answer />
            <section class="section" aria-labelledby="profiles">
                <h2 class="section__title" id="profiles">
                    "Profiles"
                </h2>
                <dl class="facts">{profiles}</dl>
                <p>
                    "In every profile an export is put on record before its first byte, and nothing leaves \
                     whose sources are not recorded. The server reads the registry anew on SIGHUP."
                </p>
            </section>
        })
    })
}

/// The profiles, one matrix each; what is asked below stays.
#[component]
fn Profiles(
    profile: RightsProfile,
    /// By which this deployment decides.
    running: RightsProfile,
    subject: String,
    assumed: String,
) -> impl IntoView {
    let kept = [("subject", subject), ("assumed", assumed)];
    let kept: Vec<String> = kept
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("&{name}={}", encode(value)))
        .collect();
    let kept = kept.concat();
    let tabs = RightsProfile::ALL
        .iter()
        .map(|one| {
            let address = format!("/admin/rights?profile={}{kept}", one.id());
            let decides = (*one == running).then_some(" (decides here)");
            let current = (*one == profile).then_some("page");
            view! {
                <li>
                    <a class="tabs__link" href=address aria-current=current>
                        {one.label()}
                        {decides}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="tabs" aria-label="Profile of the matrix">
            <ul class="tabs__list">{tabs}</ul>
        </nav>
    }
}

fn matrix(registry: &Registry, profile: RightsProfile) -> AnyView {
    let columns = Format::ALL
        .iter()
        .map(|format| view! { <th scope="col">{format.label()}</th> })
        .collect_view();
    let row = |id: &str, provider: &Provider| row(registry, profile, id, provider);
    let listed = registry.providers().map(|(id, provider)| row(id.as_str(), provider));
    let rows = listed
        .chain(std::iter::once(row("Whoever is not listed", registry.unlisted())))
        .collect_view();
    let caption = format!(
        "What becomes in the {} profile of a document that holds a provider's data, by the way in \
         which it leaves",
        profile.label()
    );
    view! {
        <div class="rights-matrix" role="region" aria-labelledby="matrix" tabindex="0">
            <table class="data-table">
                <caption class="data-table__caption" id="matrix">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Provider"</th>
                        <th scope="col">"Tier"</th>
                        {columns}
                        <th scope="col">"Attribution"</th>
                        <th scope="col">"Watermark"</th>
                        <th scope="col">"What would unblock it"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(registry: &Registry, profile: RightsProfile, id: &str, provider: &Provider) -> AnyView {
    let cells = Format::ALL
        .iter()
        .map(|format| {
            let (icon, word) = match registry.treatment(provider, *format, profile) {
                Treatment::Allowed => ("check", "yes"),
                Treatment::LeftOut => ("attention", "its parts left out"),
                Treatment::KeptBack => ("cross", "no"),
            };
            view! {
                <td data-label=format.label()>
                    <span class="yes-no">
                        <Icon name=icon />
                        {word}
                    </span>
                </td>
            }
        })
        .collect_view();
    let none = || "none".to_owned();
    let lacks_a_right = provider.rights.len() < Right::ALL.len();
    let unblock = provider.licence.unblock.clone().filter(|_| lacks_a_right);
    view! {
        <tr>
            <th scope="row">{id.to_owned()}</th>
            <td data-label="Tier">{provider.tier.label()}</td>
            {cells}
            <td data-label="Attribution">{provider.attribution.clone().unwrap_or_else(none)}</td>
            <td data-label="Watermark">{provider.watermark.as_ref().map_or_else(none, |mark| mark.text.clone())}</td>
            <td data-label="Unblocked by">{unblock.unwrap_or_else(|| "nothing is blocked".to_owned())}</td>
        </tr>
    }
    .into_any()
}

fn on_block(registry: &Registry, profile: RightsProfile) -> &'static str {
    match registry.profile(profile).on_block {
        OnBlock::Deny => "One provider that does not allow it keeps the whole document back.",
        OnBlock::Redact => {
            "Parts that touch a provider which does not allow it are left out, with a notice in their place."
        }
    }
}
