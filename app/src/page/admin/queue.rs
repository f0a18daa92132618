use super::{language_model::RetirementNotice, obstacle::Obstacle};
use crate::{
    component::{
        entitlement::entitlement_words,
        moment::Moment,
        quote::money,
        scope::{Fact, counted, ordered_in_names},
        state::State,
    },
    ssr::page,
};
use jiff::Timestamp;
use leptos::prelude::*;
use orchestrator::administration::Review;

/// What waits for an administrator, the longest waiting first.
#[component]
pub fn Queue() -> impl IntoView {
    page("Activations", |request| async move {
        let reviews = request.orchestrator.submissions(request.actor()?).await?;
        let now = request.orchestrator.now().await?;
        let model = request.orchestrator.view_language_model(request.actor()?).await?;
        let retirement = model.and_then(|standing| standing.retirement);
        let statement = statement(&reviews);
        let is_empty = reviews.is_empty();
        let cards = reviews
            .into_iter()
            .map(|review| view! { <Card review now zone=request.time_zone().to_owned() /> })
            .collect_view();
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Activations"</h1>
                <p class="statement">{statement}</p>
            </div>
            {retirement
                .map(|retirement| {
                    view! {
                        <RetirementNotice retirement />
                        <p>
                            <a href="/admin/language-model">"Which specifications are affected"</a>
                        </p>
                    }
                })}
            {if is_empty {
                view! {
                    <div class="empty-state">
                        <h2 class="empty-state__title">"Nothing to decide"</h2>
                        <p>"A specification that a workspace submits stands here until it is activated or returned."</p>
                    </div>
                }
                    .into_any()
            } else {
                view! { <div class="specification-list">{cards}</div> }.into_any()
            }}
        })
    })
}

fn statement(reviews: &[Review]) -> String {
    if reviews.is_empty() {
        return "No specification waits.".to_owned();
    }
    let verb = if reviews.len() == 1 { "waits" } else { "wait, the longest waiting first" };
    let fitting = reviews.iter().filter(|review| Obstacle::of(review).is_empty()).count();
    let fitting = match fitting {
        0 => "None can be activated by you as things stand.".to_owned(),
        some => format!("{some} can be activated by you."),
    };
    format!("{} {verb}. {fitting}", counted(reviews.len(), "specification", "specifications"))
}

#[component]
fn Card(review: Review, now: Timestamp, zone: String) -> impl IntoView {
    let obstacles = Obstacle::of(&review);
    let first = obstacles.first().copied();
    let reasons =
        obstacles.into_iter().map(|obstacle| view! { <p>{obstacle.message()}</p> }).collect_view();
    let Review { submission, excesses, .. } = review;
    let version = submission.version;
    let name = version.specification.name.clone();
    let page = format!("/admin/specifications/{}", submission.specification);
    let heading = format!("specification-{}", submission.specification);
    let labelled_by = heading.clone();
    let quote = version.quote;
    let facts = ordered_in_names(&version.specification)
        .into_iter()
        .chain([
            ("Cadence", version.specification.cadence.to_string()),
            ("Tier", version.specification.tier.to_string()),
            (
                "Entitlement",
                submission.entitlement.as_ref().map_or("None".to_owned(), entitlement_words),
            ),
        ])
        .map(|(term, value)| view! { <Fact term value /> })
        .collect_view();
    let exceeding = excesses
        .into_iter()
        .map(|excess| format!("{}: {} (entitled: {})", excess.what, excess.wanted, excess.entitled))
        .map(|line| view! { <li>{line}</li> })
        .collect_view();
    view! {
        <article class="specification-card" aria-labelledby=labelled_by>
            <p class="specification-card__state">
                <Fit obstacle=first />
            </p>
            <h2 class="specification-card__title" id=heading>
                <a class="specification-card__link" href=page.clone()>
                    {name.clone()}
                </a>
            </h2>
            <p class="statement specification-card__statement">
                {format!("Version {}, submitted by {} ", version.number, submission.submitted_by_name)}
                <Moment at=submission.submitted_at now zone /> " for "
                <strong>{submission.workspace_name}</strong>
                {format!(
                    ". {} USD per seat and month, {} USD a year for {}.",
                    money(quote.month_per_seat),
                    money(quote.year_total),
                    counted(quote.seats.into(), "seat", "seats"),
                )}
            </p>
            <div class="specification-card__facts">
                {reasons}
                {(!exceeding.is_empty())
                    .then(|| view! { <ul class="notice__list">{exceeding}</ul> })}
                <dl class="facts facts--inline">{facts}</dl>
            </div>
            <div class="specification-card__action">
                <a class="button" href=page>
                    "Review"
                    <span class="visually-hidden">{format!(": {name}")}</span>
                </a>
            </div>
        </article>
    }
}

/// What stands first against it, else that it fits.
#[component]
fn Fit(obstacle: Option<Obstacle>) -> impl IntoView {
    match obstacle {
        None => view! { <State tone="good" icon="check" label="Fits" /> },
        Some(conflict @ Obstacle::Conflict(_)) => {
            view! { <State tone="" icon="blocked" label=conflict.label() /> }
        }
        Some(obstacle) => {
            view! { <State tone="attention" icon="attention" label=obstacle.label() /> }
        }
    }
}
