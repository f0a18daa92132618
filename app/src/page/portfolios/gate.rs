use super::shown::Shown;
use crate::{
    component::{icon::Icon, pack_gate::PackGate},
    ssr::Request,
};
use jiff::civil::Date;
use leptos::prelude::*;
use orchestrator::{UseCaseError, execution::ExecutionAnswer, rights::Terms};

/// The answer, or in its place why there is none and what can be done.
pub async fn answer_or_reason(
    request: &Request,
    path: &str,
    asof: Option<Date>,
    shown: Shown,
) -> Result<Result<(Box<ExecutionAnswer>, Terms), AnyView>, UseCaseError> {
    let reason = match shown {
        Shown::Answer(answer, terms) => return Ok(Ok((answer, terms))),
        Shown::Gate | Shown::NoPack => {
            let prices = request.orchestrator.prices_as_of(request.actor()?, asof).await?;
            let refreshes = request.query("refresh") != Some("off");
            view! { <PackGate prices path=path.to_owned() names_day=asof.is_some() refreshes /> }
                .into_any()
        }
        Shown::Failed(message) => view! {
            <div class="notice notice--attention" role="status">
                <Icon name="attention" />
                <div class="notice__body">
                    <p class="notice__title">"There are no figures"</p>
                    <p>{message}</p>
                </div>
            </div>
        }
        .into_any(),
    };
    Ok(Err(reason))
}
