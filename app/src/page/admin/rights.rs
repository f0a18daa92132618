use super::{
    provider_use::provider_use,
    what_if::{WhatIfAnswer, WhatIfSection, asked},
};
use crate::{component::icon::Icon, ssr::page};
use domain::{
    execution::RightsProfile,
    rights::{Format, Right},
};
use leptos::prelude::*;
use orchestrator::{
    UseCaseError,
    rights::{OnBlock, Provider, Registry},
};

/// What the licences allow: provider by format, with the duties; and how each
/// profile treats what they do not allow.
#[component]
pub fn Rights() -> impl IntoView {
    page("Rights", |request| async move {
        let actor = request.actor()?;
        let (registry, profile) = request.orchestrator.view_rights(actor)?;
        let used = request.orchestrator.provider_use(actor).await?;
        let run = request.query("run").unwrap_or_default().to_owned();
        let assumed = request.query("assumed").unwrap_or_default().to_owned();
        let answer = match asked(&run) {
            None => WhatIfAnswer::NotAsked,
            Some(Err(())) => WhatIfAnswer::NoReport,
            Some(Ok(id)) => {
                match request.orchestrator.what_if(actor, id, assumed.parse().ok()).await {
                    Ok(shown) => WhatIfAnswer::Decided(shown),
                    Err(UseCaseError::NotFound) => WhatIfAnswer::NoReport,
                    Err(error) => return Err(error),
                }
            }
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
                        <dd>{treatment(&registry, *profile)}</dd>
                    </div>
                }
            })
            .collect_view();
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Rights"</h1>
                <p class="statement">
                    {format!("{} profile. ", profile.label())} {treatment(&registry, profile)}
                </p>
                <p>"Registry version " <code>{registry.version().to_string()}</code></p>
                <p>{seal}</p>
            </div>
            {matrix(&registry)}
            {provider_use(used)}
            <WhatIfSection run providers chosen=assumed answer />
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

fn matrix(registry: &Registry) -> AnyView {
    let columns = Format::ALL
        .iter()
        .map(|format| view! { <th scope="col">{format.label()}</th> })
        .collect_view();
    let listed = registry.providers().map(|(id, provider)| row(id.as_str(), provider));
    let rows = listed
        .chain(std::iter::once(row("Whoever is not listed", registry.unlisted())))
        .collect_view();
    view! {
        <div class="rights-matrix" role="region" aria-labelledby="matrix" tabindex="0">
            <table class="data-table">
                <caption class="data-table__caption" id="matrix">
                    "Providers, and the formats in which their data may leave"
                </caption>
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

fn row(id: &str, provider: &Provider) -> AnyView {
    let cells = Format::ALL
        .iter()
        .map(|format| {
            let allowed = provider.allows(*format);
            let (icon, word) = if allowed { ("check", "yes") } else { ("cross", "no") };
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

fn treatment(registry: &Registry, profile: RightsProfile) -> &'static str {
    match registry.profile(profile).on_block {
        OnBlock::Deny => "One provider that does not allow it keeps the whole document back.",
        OnBlock::Redact => {
            "Parts that touch a provider which does not allow it are left out, with a notice in their place."
        }
    }
}
