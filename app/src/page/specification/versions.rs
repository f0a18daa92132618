use super::standing::Standing;
use crate::component::{icon::Icon, moment::Moment, scope::names};
use domain::{id::SpecificationId, specification::diff};
use jiff::Timestamp;
use leptos::prelude::*;
use storage::specification::Version;

/// Every version with what it changed.
#[component]
pub(super) fn Versions(
    specification: SpecificationId,
    /// The newest first.
    versions: Vec<Version>,
    standing: Standing,
    now: Timestamp,
    zone: String,
) -> impl IntoView {
    let compare = format!("/specifications/{specification}/compare");
    let rows = versions
        .iter()
        .enumerate()
        .map(|(place, version)| {
            let before = versions.get(place + 1);
            let link = before.map(|before| {
                let (from, to) = (before.number, version.number);
                view! {
                    <a class="button button--small" href=format!("{compare}?from={from}&to={to}")>
                        <Icon name="compare" />
                        "Compare"
                        <span class="visually-hidden">{format!(" version {to} with {from}")}</span>
                    </a>
                }
            });
            let place_words = standing.words(version.number);
            view! {
                <tr>
                    <th scope="row">{version.number}</th>
                    <td data-label="Saved">
                        <Moment at=version.saved_at now zone=zone.clone() />
                    </td>
                    <td data-label="By">{version.author.clone()}</td>
                    <td data-label="What changed">
                        {changed(before, version)}
                        {place_words
                            .map(|words| view! { <span class="data-table__sub">{words}</span> })}
                        {(!version.reason.is_empty())
                            .then(|| {
                                view! {
                                    <span class="data-table__sub">
                                        {format!("“{}”", version.reason)}
                                    </span>
                                }
                            })}
                    </td>
                    <td>{link}</td>
                </tr>
            }
        })
        .collect_view();
    let compare_all = (versions.len() > 1).then(|| {
        view! {
            <p>
                <a class="button button--small" href=compare.clone()>
                    <Icon name="compare" />
                    "Compare versions"
                </a>
            </p>
        }
    });
    view! {
        {compare_all}
        <table class="data-table">
            <caption class="data-table__caption">
                "Every complete save is a version; none is ever changed"
            </caption>
            <thead>
                <tr>
                    <th scope="col">"Version"</th>
                    <th scope="col">"Saved"</th>
                    <th scope="col">"By"</th>
                    <th scope="col">"What changed"</th>
                    <th scope="col">
                        <span class="visually-hidden">"Compare"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// The names of the answers that differ from the version before.
fn changed(before: Option<&Version>, version: &Version) -> String {
    match before {
        None => "First version".to_owned(),
        Some(before) => names(
            diff(&before.specification, &version.specification)
                .into_iter()
                .map(|change| change.field),
        ),
    }
}
