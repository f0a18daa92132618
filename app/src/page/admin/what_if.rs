use crate::component::icon::Icon;
use domain::{execution::RightsProfile, pricing_pack::ProviderId, rights::Format};
use leptos::prelude::*;
use orchestrator::{
    Refusal,
    export::{ExportChoice, Subject, WhatIf},
    rights::Decision,
};

/// The form that asks what would be decided on a report or an execution, and the answer.
#[component]
pub fn WhatIfSection(
    /// As it was typed.
    subject: String,
    providers: Vec<String>,
    chosen: String,
    /// Whose matrix is shown meanwhile.
    profile: RightsProfile,
    answer: WhatIfAnswer,
) -> impl IntoView {
    let options = providers
        .into_iter()
        .map(|provider| {
            let selected = provider == chosen;
            view! { <option value=provider.clone() selected=selected>{provider.clone()}</option> }
        })
        .collect_view();
    let unknown = matches!(answer, WhatIfAnswer::NotFound).then_some("true");
    let answer = match answer {
        WhatIfAnswer::NotAsked => ().into_any(),
        WhatIfAnswer::NotFound => view! {
            <p class="field__error" id="subject-error" role="alert">
                <Icon name="attention" />
                "There is no run with a report, and no execution, of this id."
            </p>
        }
        .into_any(),
        WhatIfAnswer::Refused(refusal) => {
            view! { <p role="status">{refusal.message()}</p> }.into_any()
        }
        WhatIfAnswer::Decided(shown) => view! { <Shown shown=*shown /> }.into_any(),
    };
    view! {
        <section class="section" aria-labelledby="what-if">
            <h2 class="section__title" id="what-if">
                "What would be decided on a report or an execution"
            </h2>
            <form class="filter-form" method="get" action="/admin/rights#what-if">
                <div class="field filter-form__search">
                    <label class="field__label" for="subject">"Run or execution"</label>
                    <input
                        class="field__input"
                        id="subject"
                        name="subject"
                        value=subject
                        placeholder="Its id, as its address has it"
                        aria-invalid=unknown
                        aria-describedby=unknown.map(|_| "subject-error")
                    />
                    <input type="hidden" name="profile" value=profile.id() />
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
    NotFound,
    /// It cannot be exported at all, whatever its licences allow.
    Refused(Refusal),
    Decided(Box<WhatIf>),
}

#[component]
fn Shown(shown: WhatIf) -> impl IntoView {
    let assumed = shown
        .assumed
        .map(|provider| format!(", as if it held a licence of {provider} for everything"));
    let what = match shown.subject {
        Subject::Report(_) => "A report",
        Subject::Execution(_) => "An execution",
    };
    let caption = format!(
        "{what} of {}{}. Nothing of this is put on record",
        shown.workspace_name,
        assumed.unwrap_or_default()
    );
    let not_of_pattern: Vec<&str> = shown.not_of_pattern.iter().map(|one| one.label()).collect();
    let not_of_pattern = (!not_of_pattern.is_empty()).then(|| {
        let formats = not_of_pattern.join(", ");
        view! { <p>{format!("Its pattern gives no {formats}, whatever its licences allow.")}</p> }
    });
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
        {not_of_pattern}
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
