use crate::{
    action::CreateApiToken,
    component::{
        error_summary::{ErrorSummary, FieldErrorText, FieldProblem},
        field::described_by,
        select_field::SelectField,
    },
    ssr::TypedToken,
};
use domain::{access::Right, workspace::Role};
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::Refusal;

/// Lifetimes to choose from, in days.
const LIFETIMES: &[(u16, &str)] = &[(30, "30 days"), (90, "90 days"), (365, "365 days")];
const LIFETIME_USUAL: u16 = 90;

/// Name, rights and lifetime of a new token. A refused form comes back as typed.
#[component]
pub(super) fn CreationForm(role: Role, typed: Option<(TypedToken, Refusal)>) -> impl IntoView {
    let (typed, refusal) = typed.unzip();
    let typed = typed.unwrap_or_else(|| TypedToken {
        name: String::new(),
        scopes: std::collections::BTreeSet::default(),
        days: LIFETIME_USUAL,
    });
    let error = move |field: &str| {
        refusal.filter(|refusal| field_of(*refusal) == Some(field)).map(Refusal::message)
    };
    let summary = refusal.map(|refusal| {
        let problem =
            FieldProblem { field: field_of(refusal), message: refusal.message().to_owned() };
        view! { <ErrorSummary title="No token was created" problems=vec![problem] /> }
    });
    let name_error = error("name");
    let lifetimes =
        LIFETIMES.iter().map(|(days, words)| (days.to_string(), (*words).to_owned())).collect();
    view! {
        <form class="token-form" method="post" action=CreateApiToken::PATH>
            {summary}
            <div class="field">
                <label class="field__label" for="name">
                    "Name"
                </label>
                <p class="field__hint" id="name-hint">
                    "The program that uses it, so that you know later what to revoke. At most 100 characters."
                </p>
                {name_error.map(|message| view! { <FieldErrorText id="name-error" message /> })}
                <input
                    class="field__input"
                    id="name"
                    name="name"
                    type="text"
                    required
                    maxlength="100"
                    autocomplete="off"
                    value=typed.name.clone()
                    aria-describedby=described_by("name", name_error.is_some())
                    aria-invalid=name_error.map(|_| "true")
                />
            </div>
            <Scopes role typed=typed.clone() error=error("scopes") />
            <SelectField
                id="days"
                name="days"
                label="Lifetime"
                hint="Then it ends by itself. Revoke it earlier at any time."
                options=lifetimes
                chosen=typed.days.to_string()
                error=error("days")
                width="token-form__lifetime"
            />
            <button class="button button--primary">"Create token"</button>
        </form>
    }
}

/// The rights of the member's role, to choose from.
#[component]
fn Scopes(role: Role, typed: TypedToken, error: Option<&'static str>) -> impl IntoView {
    let choices = Right::of(role)
        .into_iter()
        .enumerate()
        .map(|(place, right)| {
            // The summary of errors leads to the first box.
            let id = if place == 0 { "scopes".to_owned() } else { format!("scope-{}", right.id()) };
            let (labelled, chosen) = (id.clone(), typed.scopes.contains(&right));
            view! {
                <label class="choice" for=labelled>
                    <input
                        class="choice__box"
                        id=id
                        type="checkbox"
                        name="scopes[]"
                        value=right.id()
                        checked=chosen
                    />
                    <span class="choice__name">{right.label()}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field" aria-describedby=described_by("scopes", error.is_some())>
            <legend class="field__label">"Rights"</legend>
            <p class="field__hint" id="scopes-hint">
                {format!(
                    "Only what the program needs. These are the rights of your role, {}; if the role changes, the token loses what the role loses.",
                    role.label().to_lowercase(),
                )}
            </p>
            {error.map(|message| view! { <FieldErrorText id="scopes-error" message /> })}
            <div class="choice-list choice-list--columns">{choices}</div>
        </fieldset>
    }
}

/// Id of the control that a refusal is about.
const fn field_of(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::TokenName => Some("name"),
        Refusal::TokenScopes => Some("scopes"),
        Refusal::TokenLifetime => Some("days"),
        _ => None,
    }
}
