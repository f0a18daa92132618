use super::{
    funnel::WholePicture,
    source_form::{SourceFields, TermsForm},
    source_history::History,
    source_preview::Previewed,
    source_readings::Readings,
    source_suggestions::{Suggestions, begun},
};
use crate::{
    action::{EnableSource, ImportItems, TestSource},
    component::{
        breadcrumb::{Breadcrumb, step},
        digest::Digest,
        funnel::FunnelSection,
        moment::Moment,
        state::State,
    },
    ssr::{encode, page},
};
use domain::{evidence::SourceKind, id::SourceId};
use jiff::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;
use orchestrator::{
    UseCaseError,
    evidence::{Preview, SourceForm, SourcePage, steps_of},
};
use storage::source::SourceRow;

/// Every source with its health, and where what it held went.
#[component]
pub fn Sources() -> impl IntoView {
    page("Sources", |request| async move {
        let actor = request.actor()?;
        let sources = request.orchestrator.sources(actor).await?;
        let funnel = request.orchestrator.whole_funnel(actor).await?;
        let held = request.orchestrator.held_count(actor).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let statement = statement(&sources);
        let known = sources.iter().map(|source| source.source.name.clone()).collect();
        let has_rows = !sources.is_empty();
        let rows = sources
            .into_iter()
            .map(|source| view! { <Row source now zone=zone.clone() /> })
            .collect_view();
        // Of no source the statement says it.
        let table = has_rows.then(|| {
            view! {
                <table class="data-table">
                    <caption class="data-table__caption">"Sources by name"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Source"</th>
                            <th scope="col">"Kind"</th>
                            <th scope="col" class="numeric">
                                "Tier"
                            </th>
                            <th scope="col">"Health"</th>
                            <th scope="col">"Last success"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            }
        });
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Sources"</h1>
                <p class="statement">{statement}</p>
                <p>
                    <a class="button button--primary" href="/admin/sources/new">
                        "Add a source"
                    </a>
                    " "
                    <a class="button" href="/admin/held">
                        {match held {
                            0 => "Held items".to_owned(),
                            held => format!("Held items, {held} to decide"),
                        }}
                    </a>
                </p>
            </div>
            {table}
            <WholePicture found=funnel />
            <Suggestions known />
            <section class="section" aria-labelledby="samples">
                <h2 class="section__title" id="samples">
                    "Sample feeds"
                </h2>
                <p>
                    "The sample feeds are files of this installation. They are read with every pack and \
                     are not listed here; the page of a pack names them."
                </p>
            </section>
        })
    })
}

fn statement(sources: &[SourceRow]) -> String {
    let enabled = sources.iter().filter(|source| source.enabled).count();
    let unhealthy =
        sources.iter().filter(|source| source.enabled && source.health.is_unhealthy()).count();
    match (sources.len(), unhealthy) {
        (0, _) => "No source has been added yet; reports rest on the sample feeds.".to_owned(),
        (all, 0) => format!("{enabled} of {all} are read; none of them is unhealthy."),
        (all, bad) => format!("{enabled} of {all} are read; {bad} of them unhealthy."),
    }
}

#[component]
fn Health(source: SourceRow) -> impl IntoView {
    let (tone, icon, label) = match (source.enabled, source.health.failures) {
        (false, _) => ("", "pause", "Off"),
        (true, 0) if source.health.succeeded_at.is_some() => ("good", "check", "Healthy"),
        (true, 0) => ("", "clock", "Not read yet"),
        (true, _) if source.health.is_unhealthy() => ("bad", "cross", "Unhealthy"),
        (true, _) => ("attention", "clock", "Failing"),
    };
    view! {
        <State tone icon label />
        {source.health.last_error.map(|error| view! { <span class="data-table__sub">{error}</span> })}
    }
}

#[component]
fn Row(source: SourceRow, now: Timestamp, zone: String) -> impl IntoView {
    let succeeded = source.health.succeeded_at;
    let succeeded = match succeeded {
        Some(at) => view! { <Moment at now zone /> }.into_any(),
        None => view! { "never" }.into_any(),
    };
    let entry = source.source.clone();
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                <a href=format!("/admin/sources/{}", entry.id)>{entry.name}</a>
                <span class="data-table__sub">{entry.publisher}</span>
            </th>
            <td data-label="Kind">{entry.kind.label()}</td>
            <td data-label="Tier" class="numeric">
                {u8::from(entry.tier)}
            </td>
            <td data-label="Health">
                <Health source />
            </td>
            <td data-label="Last success">{succeeded}</td>
        </tr>
    }
}

/// The form that adds a source.
#[component]
pub fn NewSource() -> impl IntoView {
    page("Add a source", |request| async move {
        request.actor()?.require_admin()?;
        let typed = request.typed_source(None).await.unwrap_or_else(|| {
            let begun = begun(request.query("suggested").unwrap_or_default());
            let tier = if begun.tier.is_empty() { "2".to_owned() } else { begun.tier.clone() };
            let kind = SourceKind::Rss.id().to_owned();
            SourceForm { tier, kind, interval_minutes: "60".to_owned(), ..begun }
        });
        let refusal = request.refusal();
        let preview = request.source_preview(None).await;
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Add a source"</h1>
                <p class="statement">
                    "It is added switched off. Test it, then switch it on."
                </p>
            </div>
            {preview.map(|preview| view! { <Previewed preview /> })}
            <SourceFields id=None typed refusal />
        })
    })
}

/// The form that edits a source.
#[component]
pub fn EditedSource() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("source"));
    page("Edit a source", |request| async move {
        let id: SourceId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let found = request.orchestrator.view_source(request.actor()?, id).await?;
        let typed = request.typed_source(Some(id)).await;
        let typed = typed.unwrap_or_else(|| SourceForm::of(&found.row.source));
        let refusal = request.refusal();
        let preview = request.source_preview(Some(id)).await;
        let name = found.row.source.name;
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step("/admin/sources", "Sources"), (format!("/admin/sources/{id}"), name.clone())] />
                <h1 class="page-header__title">{format!("Edit {name}")}</h1>
                <p class="statement">
                    "What it held stays. Later packs name it by what stands here; sealed packs stay as they are."
                </p>
            </div>
            {preview.map(|preview| view! { <Previewed preview /> })}
            <SourceFields id=Some(id) typed refusal />
        })
    })
}

/// One source: its health, a test of it, its readings.
#[component]
pub fn Source() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("source"));
    page("Source", |request| async move {
        let id: SourceId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let found = request.orchestrator.view_source(request.actor()?, id).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let preview = request.source_preview(Some(id)).await;
        Ok(view! { <Page found preview now zone /> })
    })
}

#[component]
fn Page(
    found: SourcePage,
    preview: Option<Result<Preview, String>>,
    now: Timestamp,
    zone: String,
) -> impl IntoView {
    let SourcePage { row, fetches, exits, changes } = found;
    let source = row.source.clone();
    let id = source.id.to_string();
    let exits = exits
        .into_iter()
        .map(|(reason, count)| (reason, u64::try_from(count).unwrap_or_default()))
        .collect::<Vec<_>>();
    let terms = match &source.terms {
        Some(terms) => format!(
            "Read by {} on {}: excerpts {}, full text {}, redistribution {}.",
            terms.checked_by,
            terms.checked_on,
            allowed(terms.excerpt),
            allowed(terms.full_text),
            allowed(terms.redistribution)
        ),
        None => "Nobody has read its terms, so it cannot be switched on.".to_owned(),
    };
    let manual = source.kind == SourceKind::Manual;
    view! {
        <div class="page-header">
            <Breadcrumb pages=[step("/admin/sources", "Sources")] />
            <h1 class="page-header__title">{source.name.clone()}</h1>
            <p class="page-header__state">
                <Health source=row.clone() />
            </p>
            <p>
                {format!("{}, {}, tier {}. ", source.publisher, source.kind.label(), u8::from(source.tier))}
                {source.url.clone().map(|url| view! { <Digest text=url /> })}
            </p>
            <p>{terms}</p>
            <div class="page-header__actions">
                {(row.enabled || source.terms.is_some())
                    .then(|| {
                        let (class, words) = if row.enabled {
                            ("button", "Switch off")
                        } else {
                            ("button button--primary", "Switch on")
                        };
                        view! {
                            <form method="post" action=EnableSource::PATH>
                                <input type="hidden" name="source" value=id.clone() />
                                <input type="hidden" name="enabled" value=(!row.enabled).to_string() />
                                <button class=class>{words}</button>
                            </form>
                        }
                    })}
                <a class="button" href=format!("/admin/sources/{id}/edit")>
                    "Edit"
                </a>
                {(!manual)
                    .then(|| {
                        view! {
                            <form method="post" action=TestSource::PATH>
                                <input type="hidden" name="source" value=id.clone() />
                                <button class="button">"Test"</button>
                            </form>
                        }
                    })}
            </div>
        </div>
        {(row.source.terms.is_none())
            .then(|| view! { <TermsForm source=id.clone() /> })}
        {manual.then(|| view! { <Import id=id.clone() /> })}
        {preview.map(|preview| view! { <Previewed preview /> })}
        <section class="section" aria-labelledby="readings">
            <h2 class="section__title" id="readings">
                "Readings"
            </h2>
            <Readings fetches now zone=zone.clone() />
        </section>
        <FunnelSection
            title="Where its entries went"
            steps=steps_of(&exits)
            lists=Some(format!("?words={}", encode(&source.name)))
        />
        <section class="section" aria-labelledby="changes">
            <h2 class="section__title" id="changes">
                "Changes"
            </h2>
            <History changes now zone />
        </section>
    }
}

const fn allowed(allowed: bool) -> &'static str {
    if allowed { "allowed" } else { "not allowed" }
}

#[component]
fn Import(id: String) -> impl IntoView {
    view! {
        <section class="section" aria-labelledby="import">
            <h2 class="section__title" id="import">
                "Enter items"
            </h2>
            <form method="post" action=ImportItems::PATH>
                <input type="hidden" name="source" value=id />
                <div class="field">
                    <label class="field__label" for="rows">
                        "Items"
                    </label>
                    <p class="field__hint" id="rows-hint">
                        "CSV with the header title,url,published,text, or a JSON list of objects with these fields. \
                         An item without a date of publication is held."
                    </p>
                    <textarea
                        class="field__textarea"
                        id="rows"
                        name="rows"
                        rows="8"
                        required
                        aria-describedby="rows-hint"
                    ></textarea>
                </div>
                <button class="button button--primary">"Enter"</button>
            </form>
        </section>
    }
}
