//! How the newest pack stands, and building one by hand.

use crate::{
    action::BuildEvidencePack,
    component::{icon::Icon, moment::Moment, state::State},
    ssr::Request,
};
use jiff::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::{
    UseCaseError,
    evidence::{PackStanding, PackStatus},
};
use storage::pack_build::{BuildState, PackBuild};

/// The status as a word, since when, and the reason.
#[component]
pub fn Standing(standing: PackStanding, now: Timestamp, zone: String) -> impl IntoView {
    let (tone, icon) = match standing.status {
        PackStatus::Fresh => ("good", "check"),
        PackStatus::Warming => ("live", "clock"),
        PackStatus::StaleForDaily | PackStatus::Stale => ("attention", "clock"),
        PackStatus::Error => ("bad", "cross"),
        PackStatus::Superseded => ("", "history"),
    };
    view! {
        <p class="page-header__state">
            <State tone icon label=standing.status.label() />
            {standing
                .since
                .map(|at| {
                    view! {
                        " since "
                        <Moment at now zone />
                    }
                })}
        </p>
        <p>{standing.reason}</p>
        {standing.error.map(|error| view! { <p>"Why it failed: " {error}</p> })}
    }
}

/// What an administrator sees of building a pack.
#[derive(Clone, Debug)]
pub struct Builds {
    newest: Option<PackBuild>,
    /// Whether the page renews itself while one is under way.
    refreshes: bool,
    /// Somebody waits for what comes of it.
    pub is_awaited: bool,
    now: Timestamp,
    zone: String,
}

impl Builds {
    /// None for whoever is no administrator.
    pub async fn of(request: &Request) -> Result<Option<Self>, UseCaseError> {
        let actor = request.actor()?;
        if !actor.is_admin {
            return Ok(None);
        }
        let newest = request.orchestrator.newest_pack_build(actor).await?;
        let is_under_way = newest.as_ref().is_some_and(|build| build.state.is_under_way());
        Ok(Some(Self {
            newest,
            is_awaited: is_under_way || request.query("done") == Some("pack_asked"),
            refreshes: request.query("refresh") != Some("off"),
            now: request.orchestrator.now().await?,
            zone: request.time_zone().to_owned(),
        }))
    }
}

/// Asks for a pack, and says what became of the one that was asked for last.
#[component]
pub fn BuildSection(builds: Builds) -> impl IntoView {
    let Builds { newest, refreshes, now, zone, .. } = builds;
    let is_under_way = newest.as_ref().is_some_and(|build| build.state.is_under_way());
    let newest = newest.map(|asked| view! { <Newest asked now zone /> });
    let action = if is_under_way {
        view! { <Refresh refreshes /> }.into_any()
    } else {
        view! {
            <form method="post" action=BuildEvidencePack::PATH>
                <button class="button">"Build a pack now"</button>
            </form>
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="build">
            <h2 class="section__title" id="build">
                "Build a pack"
            </h2>
            <p>
                "Packs are sealed by themselves when one is due. One that you ask for holds what was collected so far; \
                 it asks no source anew."
            </p>
            {newest}
            {action}
        </section>
    }
}

#[component]
fn Newest(asked: PackBuild, now: Timestamp, zone: String) -> impl IntoView {
    let (tone, icon, label) = match &asked.state {
        BuildState::Queued => ("", "clock", "Waiting for a worker"),
        BuildState::Building { .. } => ("live", "clock", "Being built"),
        BuildState::Sealed { is_new: true, .. } => ("good", "check", "Sealed"),
        BuildState::Sealed { is_new: false, .. } => ("good", "check", "Nothing new"),
        BuildState::Failed { .. } => ("bad", "cross", "Failed"),
    };
    let ended = match asked.state {
        BuildState::Queued => None,
        BuildState::Building { since } => Some(
            view! {
                "Begun "
                <Moment at=since now zone=zone.clone() />
                "."
            }
            .into_any(),
        ),
        BuildState::Sealed { at, pack, is_new, items, failed_sources } => {
            let what =
                if is_new { "Sealed " } else { "The sources hold what they held: confirmed " };
            let words = format!(
                ", {items} items; {}.",
                match failed_sources {
                    0 => "every source could be read".to_owned(),
                    1 => "1 source could not be read".to_owned(),
                    count => format!("{count} sources could not be read"),
                }
            );
            Some(
                view! {
                    {what}
                    <Moment at now zone=zone.clone() />
                    ": "
                    <a href=format!("/evidence/packs/{pack}")>{format!("Pack {}", pack.short())}</a>
                    {words}
                }
                .into_any(),
            )
        }
        BuildState::Failed { at, error } => Some(
            view! {
                "Ended "
                <Moment at now zone=zone.clone() />
                ": "
                {error}
                ". The pack of before stands."
            }
            .into_any(),
        ),
    };
    view! {
        <div role="status">
            <p>
                <State tone icon label />
            </p>
            <p>
                {format!("Asked for by {} ", asked.requested_by)}
                <Moment at=asked.requested_at now zone=zone.clone() />
                ". "
                {ended}
            </p>
        </div>
    }
}

#[component]
fn Refresh(refreshes: bool) -> impl IntoView {
    if refreshes {
        view! {
            <meta http-equiv="refresh" content="3" />
            <p class="field__hint">
                "This page renews itself. "
                <a href="?refresh=off">"Pause refreshing"</a>
            </p>
        }
        .into_any()
    } else {
        view! {
            <p>
                <a class="button" href="/evidence?refresh=off">
                    <Icon name="clock" />
                    "Look again"
                </a>
            </p>
        }
        .into_any()
    }
}
