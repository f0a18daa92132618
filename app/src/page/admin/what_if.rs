use crate::component::icon::Icon;
use domain::{id::RunId, pricing_pack::ProviderId, rights::Format};
use leptos::prelude::*;
use orchestrator::{
    export::{ExportChoice, WhatIf},
    rights::Decision,
};

/// The form that asks what would be decided on a report, and the answer.
#[component]
pub fn WhatIfSection(
    /// As it was typed.
    run: String,
    providers: Vec<String>,
    chosen: String,
    answer: WhatIfAnswer,
) -> impl IntoView {
    let options = providers
        .into_iter()
        .map(|provider| {
            let selected = provider == chosen;
            view! { <option value=provider.clone() selected=selected>{provider.clone()}</option> }
        })
        .collect_view();
    let unknown = matches!(answer, WhatIfAnswer::NoReport).then_some("true");
    let answer = match answer {
        WhatIfAnswer::NotAsked => ().into_any(),
        WhatIfAnswer::NoReport => view! {
            <p class="field__error" id="run-error" role="alert">
                <Icon name="attention" />
                "There is no run with a report of this id."
            </p>
        }
        .into_any(),
        WhatIfAnswer::Decided(shown) => view! { <Shown shown /> }.into_any(),
    };
    view! {
        <section class="section" aria-labelledby="what-if">
            <h2 class="section__title" id="what-if">
                "What would be decided on a report"
            </h2>
            <form class="filter-form" method="get" action="/admin/rights#what-if">
                <div class="field filter-form__search">
                    <label class="field__label" for="run">"Run"</label>
                    <input
                        class="field__input"
                        id="run"
                        name="run"
                        value=run
                        placeholder="Its id, as its address has it"
                        aria-invalid=unknown
                        aria-describedby=unknown.map(|_| "run-error")
                    />
                </div>
                <div class="field">
                    <label class="field__label" for="assumed">"As if it had a licence of"</label>
                    <select class="field__select" id="assumed" name="assumed">
                        <option value="">"Nobody else"</option>
                        {options}
                    </select>
                </div>
                <div class="filter-form__actions">
                    <button class="button">
                        <Icon name="search" />
                        "Decide"
                    </button>
                </div>
            </form>
            {answer}
        </section>
    }
}

pub enum WhatIfAnswer {
    NotAsked,
    NoReport,
    Decided(WhatIf),
}

#[component]
fn Shown(shown: WhatIf) -> impl IntoView {
    let assumed = shown
        .assumed
        .map(|provider| format!(", as if it held a licence of {provider} for everything"));
    let caption = format!(
        "A report of {}{}. Nothing of this is put on record",
        shown.workspace_name,
        assumed.unwrap_or_default()
    );
    let columns = Format::ALL
        .iter()
        .map(|format| view! { <th scope="col">{format.label()}</th> })
        .collect_view();
    let rows = shown
        .decisions
        .into_iter()
        .map(|(profile, choices)| {
            let cells = choices.into_iter().map(cell).collect_view();
            view! {
                <tr>
                    <th scope="row">{profile.label()}</th>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    let parts = shown
        .parts
        .into_iter()
        .map(|part| {
            let providers: Vec<&str> = part.providers.iter().map(ProviderId::as_str).collect();
            let providers =
                if providers.is_empty() { "not recorded".to_owned() } else { providers.join(", ") };
            view! {
                <div class="facts__item">
                    <dt class="facts__term">{part.title}</dt>
                    <dd>{providers}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="rights-matrix" role="region" aria-labelledby="decisions" tabindex="0">
            <table class="data-table">
                <caption class="data-table__caption" id="decisions">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Profile"</th>
                        {columns}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <h3>"Whose data its parts hold"</h3>
        <dl class="facts">{parts}</dl>
    }
}

fn cell(choice: ExportChoice) -> AnyView {
    let ExportChoice { format, decision, left_out } = choice;
    let (icon, words) = match &decision {
        Decision::Allowed(_) => ("check", "yes".to_owned()),
        Decision::Redacted { .. } => ("attention", format!("without {}", left_out.join(", "))),
        Decision::Denied(denial) if denial.blocked.is_empty() => {
            ("cross", "no: not recorded".to_owned())
        }
        Decision::Denied(denial) => {
            let names: Vec<&str> = denial.blocked.iter().map(|one| one.provider.as_str()).collect();
            ("cross", format!("no: {}", names.join(", ")))
        }
    };
    view! {
        <td data-label=format.label()>
            <span class="yes-no">
                <Icon name=icon />
                {words}
            </span>
        </td>
    }
    .into_any()
}

/// What was asked of the page; a run that is not typed asks nothing.
pub fn asked(run: &str) -> Option<Result<RunId, ()>> {
    (!run.is_empty()).then(|| run.parse().map_err(|_| ()))
}
