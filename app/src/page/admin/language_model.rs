use crate::{
    component::{
        icon::Icon,
        moment::Moment,
        scope::{Fact, counted},
        state::State,
    },
    ssr::page,
};
use domain::language_model::Listed;
use jiff::{Timestamp, civil::Date};
use leptos::prelude::*;
use orchestrator::assistant::{ModelStanding, Retirement};
use storage::{model_listing::ListingRow, specification::ActiveRow};

/// The language model that writes reports, and until when its server has it.
#[component]
pub fn LanguageModel() -> impl IntoView {
    page("Language model", |request| async move {
        let standing = request.orchestrator.view_language_model(request.actor()?).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        Ok(match standing {
            Some(standing) => view! { <Standing standing now zone /> }.into_any(),
            None => view! {
                <div class="page-header">
                    <h1 class="page-header__title">"Language model"</h1>
                    <p class="statement">"Reports are composed by rules alone."</p>
                </div>
                <div class="empty-state">
                    <h2 class="empty-state__title">"No language model"</h2>
                    <p>
                        "The built-in analyst writes every report. With " <code>"OPENAI_API_KEY"</code>
                        " and " <code>"OPENAI_MODEL"</code> " a language model does."
                    </p>
                </div>
            }
            .into_any(),
        })
    })
}

#[component]
fn Standing(standing: ModelStanding, now: Timestamp, zone: String) -> impl IntoView {
    let ModelStanding { identity, server, newest, known, retirement, affected } = standing;
    // A model that is listed is, also where its shutdown could not be read.
    let unread = newest.as_ref().filter(|look| look.listing != Listed::NotKnown);
    let told = known.as_ref().or(unread);
    let state = match (&retirement, told.map(|look| look.listing)) {
        (Some(retirement), _) if retirement.days < 0 => {
            view! { <State tone="bad" icon="cross" label="Shut down" /> }
        }
        (Some(_), _) => {
            view! { <State tone="attention" icon="attention" label="Shut down soon" /> }
        }
        (None, Some(Listed::Listed)) => view! { <State tone="good" icon="check" label="Listed" /> },
        (None, Some(_)) => {
            view! { <State tone="attention" icon="attention" label="Not listed by its server" /> }
        }
        (None, None) => view! { <State tone="" icon="information" label="Not known" /> },
    };
    let shutdown = shutdown_words(told);
    let looked = newest.map(|look| {
        let outcome = look.reason.map(|reason| match look.listing {
            Listed::NotKnown => format!(", but could not be read ({})", reason.replace('_', " ")),
            _ => {
                ", and announces a shutdown of this model in a form that cannot be read".to_owned()
            }
        });
        view! {
            <p>
                "The server's list of models was looked at "
                <Moment at=look.looked_at now zone />
                {outcome}
                "."
            </p>
        }
    });
    let names = retirement.as_ref().map(|_| view! { <Affected affected /> });
    view! {
        <div class="page-header">
            <h1 class="page-header__title">"Language model"</h1>
            <p class="page-header__state">{state}</p>
            <p class="statement">{format!("Reports are written with {}.", identity.model)}</p>
        </div>
        {retirement.map(|retirement| view! { <RetirementNotice retirement /> })}
        <dl class="facts">
            <Fact term="Model" value=identity.model />
            <Fact term="Engine" value=format!("{} ({})", identity.label, identity.engine) />
            <Fact term="Server" value=server />
            <Fact term="Shutdown" value=shutdown />
        </dl>
        {looked}
        {names}
    }
}

fn shutdown_words(known: Option<&ListingRow>) -> String {
    match known {
        None => "Not known yet: the list of models was not read so far".to_owned(),
        Some(look) => match (look.listing, look.shutdown_on) {
            (_, Some(day)) => day_words(day),
            (Listed::Listed, None) if look.reason.is_some() => {
                "Announced in a form that cannot be read: look at the provider’s own list"
                    .to_owned()
            }
            (Listed::Listed, None) => "None is announced".to_owned(),
            (_, None) => "Not known: the server does not list this model".to_owned(),
        },
    }
}

fn day_words(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// Says that the model is about to be shut down, and what to do.
#[component]
pub fn RetirementNotice(retirement: Retirement) -> impl IntoView {
    let Retirement { model, shutdown_on, days, affected } = retirement;
    let title = match days {
        days if days < 0 => format!("{model} was shut down on {}", day_words(shutdown_on)),
        0 => format!("{model} is shut down today"),
        1 => format!("{model} is shut down tomorrow, on {}", day_words(shutdown_on)),
        days => format!("{model} is shut down in {days} days, on {}", day_words(shutdown_on)),
    };
    let affected = usize::try_from(affected).unwrap_or_default();
    let affected = match affected {
        0 => "No active specification is affected.".to_owned(),
        1 => "The reports of 1 active specification are written with it.".to_owned(),
        many => format!("The reports of {many} active specifications are written with it."),
    };
    view! {
        <div class="notice notice--attention">
            <Icon name="attention" />
            <div class="notice__body">
                <p class="notice__title">{title}</p>
                <p>
                    {affected} " Evaluate another model with " <code>"observatory evaluate"</code>
                    ", then set " <code>"OPENAI_MODEL"</code> " to it."
                </p>
            </div>
        </div>
    }
}

#[component]
fn Affected(affected: Vec<ActiveRow>) -> impl IntoView {
    let caption = counted(affected.len(), "active specification", "active specifications");
    let rows = affected
        .into_iter()
        .map(|ActiveRow { id, name, workspace_name }| {
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("/admin/specifications/{id}/overrides")>{name}</a>
                    </th>
                    <td data-label="Workspace">{workspace_name}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="affected">
            <h2 class="section__title" id="affected">
                "Affected specifications"
            </h2>
            <table class="data-table">
                <caption class="data-table__caption">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Specification"</th>
                        <th scope="col">"Workspace"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}
