use crate::{
    action::GrantEntitlement,
    component::{entitlement::tier_words, input_field::InputField},
    ssr::TypedEntitlement,
};
use domain::{cadence::Cadence, id::WorkspaceId, price::Tier};
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::Refusal;

/// Grants what a workspace has bought. Nothing is chosen for a workspace that
/// has bought nothing yet.
#[component]
pub fn EntitlementForm(
    workspace: WorkspaceId,
    /// What was refused just now, else the present entitlement, else nothing.
    typed: TypedEntitlement,
    refusal: Option<Refusal>,
) -> impl IntoView {
    let cadences = Cadence::ALL.iter().map(|cadence| (cadence.id(), cadence.to_string())).collect();
    let tiers = Tier::ALL.iter().map(|tier| (tier.id(), tier_words(*tier))).collect();
    let error = move |wanted: Refusal| {
        refusal.filter(|refusal| *refusal == wanted).map(|refusal| refusal.message().to_owned())
    };
    view! {
        <form class="specification-form" method="post" action=GrantEntitlement::PATH>
            <input type="hidden" name="workspace" value=workspace.to_string() />
            <div class="specification-form__questions">
                <Question legend="How often at most">
                    <Choice
                        id="cadence"
                        label="Cadence"
                        hint="The most frequent one that is paid for."
                        none="Choose a cadence"
                        options=cadences
                        chosen=typed.cadence
                    />
                </Question>
                <Question legend="What size">
                    <Choice
                        id="tier"
                        label="Tier"
                        hint="Limits deliverables, regions and watch-listed companies."
                        none="Choose a tier"
                        options=tiers
                        chosen=typed.tier
                    />
                    <InputField
                        id="seats"
                        label="Seats"
                        kind="number"
                        value=typed.seats
                        error=error(Refusal::EntitlementSeats)
                    />
                </Question>
                <Question legend="Which extras">
                    <div class="choice-list">
                        <Extra name="company_news" label="Company news" checked=typed.company_news />
                        <Extra
                            name="value_chain_links"
                            label="Value-chain links"
                            checked=typed.value_chain_links
                        />
                    </div>
                </Question>
                <Question legend="How long">
                    <div class="question__pair">
                        <InputField
                            id="valid_from"
                            label="Valid from"
                            kind="date"
                            value=typed.valid_from
                            error=None
                        />
                        <InputField
                            id="valid_until"
                            label="Valid until"
                            hint="This day included, by the workspace's clock."
                            kind="date"
                            value=typed.valid_until
                            error=error(Refusal::EntitlementDates)
                        />
                    </div>
                </Question>
            </div>
            <div class="specification-form__actions">
                <button class="button button--primary">"Grant"</button>
                <a class="button button--quiet" href="/admin/workspaces">
                    "Cancel"
                </a>
            </div>
        </form>
    }
}

#[component]
fn Question(legend: &'static str, children: Children) -> impl IntoView {
    view! {
        <fieldset class="question">
            <legend class="question__legend">{legend}</legend>
            <div class="question__body">{children()}</div>
        </fieldset>
    }
}

#[component]
fn Choice(
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    /// The first option, which is no answer.
    none: &'static str,
    options: Vec<(&'static str, String)>,
    chosen: String,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let described_by = hint_id.clone();
    let options = options
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! {
                <option value=value selected=selected>
                    {label}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="field__label" for=id>
                {label}
            </label>
            <p class="field__hint" id=hint_id>
                {hint}
            </p>
            <select class="field__select" id=id name=id required aria-describedby=described_by>
                <option value="">{none}</option>
                {options}
            </select>
        </div>
    }
}

#[component]
fn Extra(name: &'static str, label: &'static str, checked: bool) -> impl IntoView {
    view! {
        <label class="choice">
            <input class="choice__box" type="checkbox" name=name value="on" checked=checked />
            <span class="choice__name">{label}</span>
        </label>
    }
}
