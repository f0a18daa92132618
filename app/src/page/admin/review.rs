use super::obstacle::Obstacle;
use crate::{
    action::{ActivateSpecification, ReturnSpecification},
    component::{
        breadcrumb::{Breadcrumb, step},
        entitlement::entitlement_words,
        field::{ActionButton, ReasonField},
        icon::Icon,
        moment::{Moment, moment_words},
        quote::QuotePanel,
        scope::{Fact, ScopeFacts},
        state::SpecificationStateChip,
    },
    ssr::{ReasonForm, TypedReason, page},
};
use domain::{
    cadence::format_moment,
    id::{SpecificationId, WorkspaceId},
    specification::Transition,
    workspace::EntitlementExcess,
};
use jiff::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;
use orchestrator::{UseCaseError, administration::Review as Decision};

/// One submission with everything that its activation is decided on.
#[component]
pub fn Review() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("specification"));
    page("Review", |request| async move {
        let id: SpecificationId =
            id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let decision = request.orchestrator.view_submission(request.actor()?, id).await?;
        let typed = request.typed_reason(id).await;
        let is_return = |form: ReasonForm| form == ReasonForm::Return;
        let given = TypedReason::given(typed.as_ref(), is_return, request.refusal());
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let specification = decision.submission.version.specification.clone();
        let quote = decision.submission.version.quote.clone();
        let saved = moment_words(decision.submission.version.saved_at, now, &zone);
        let note = format!("Stored with version {}, {saved}.", decision.submission.version.number);
        Ok(view! {
            <Header decision=decision.clone() now zone=zone.clone() />
            <div class="split">
                <div class="page">
                    <section class="section" aria-labelledby="decide">
                        <h2 class="section__title" id="decide">
                            "Your decision"
                        </h2>
                        <Choices decision=decision.clone() given />
                    </section>
                    <section class="section" aria-labelledby="scope">
                        <h2 class="section__title" id="scope">
                            "What is asked for"
                        </h2>
                        <ScopeFacts specification />
                    </section>
                    <section class="section" aria-labelledby="bought">
                        <h2 class="section__title" id="bought">
                            "What is bought, and when it would run"
                        </h2>
                        <Conditions decision />
                    </section>
                </div>
                <QuotePanel quote note />
            </div>
        })
    })
}

#[component]
fn Header(decision: Decision, now: Timestamp, zone: String) -> impl IntoView {
    let submission = decision.submission;
    let in_force = match submission.active_number {
        Some(number) => format!(" Version {number} stays in force until you decide."),
        None => " No version is in force yet.".to_owned(),
    };
    view! {
        <div class="page-header">
            <Breadcrumb pages=[step("/admin", "Activations")] />
            <h1 class="page-header__title">{submission.version.specification.name}</h1>
            <p class="page-header__state">
                <SpecificationStateChip state=submission.state />
            </p>
            <p class="statement">
                {format!(
                    "Version {}, submitted by {} ",
                    submission.version.number,
                    submission.submitted_by_name,
                )} <Moment at=submission.submitted_at now zone /> " for "
                <strong>{submission.workspace_name}</strong> "." {in_force}
            </p>
        </div>
    }
}

#[component]
fn Choices(
    decision: Decision,
    /// The reason that was given just now, and what is wrong with it.
    given: (String, Option<String>),
) -> impl IntoView {
    let (value, error) = given;
    let obstacles = Obstacle::of(&decision);
    let submission = &decision.submission;
    let id = submission.specification.to_string();
    let may_return = submission.state.after(Transition::Return).is_ok();
    let grant = obstacles
        .iter()
        .any(|obstacle| obstacle.is_about_entitlement())
        .then_some(submission.workspace);
    let activate = if obstacles.is_empty() {
        view! {
            <ActionButton
                action=ActivateSpecification::PATH
                field="specification"
                value=id.clone()
                variant="button--primary"
            >
                <Icon name="check" />
                "Activate"
            </ActionButton>
        }
        .into_any()
    } else {
        view! { <Obstacles obstacles excesses=decision.excesses.clone() grant /> }.into_any()
    };
    view! {
        <div class="stack">
            {activate}
            {may_return
                .then(|| {
                    view! {
                        <form class="short-form" method="post" action=ReturnSpecification::PATH>
                            <input type="hidden" name="specification" value=id />
                            <ReasonField id="reason" label="Reason for returning it" error value />
                            <button class="button">"Return"</button>
                        </form>
                    }
                })}
        </div>
    }
}

/// Stands where the button would be.
#[component]
fn Obstacles(
    obstacles: Vec<Obstacle>,
    excesses: Vec<EntitlementExcess>,
    /// The workspace whose entitlement is the way out.
    grant: Option<WorkspaceId>,
) -> impl IntoView {
    let items = obstacles
        .into_iter()
        .map(|obstacle| view! { <li>{obstacle.message()}</li> })
        .collect_view();
    view! {
        <div class="notice notice--attention">
            <Icon name="attention" />
            <div class="notice__body">
                <h3 class="notice__title">"It cannot be activated by you now"</h3>
                <ul class="notice__list">{items}</ul>
            </div>
        </div>
        {(!excesses.is_empty()).then(|| view! { <Excesses excesses /> })}
        {grant
            .map(|workspace| {
                view! {
                    <a class="button" href=format!("/admin/workspaces/{workspace}")>
                        "Grant an entitlement"
                    </a>
                }
            })}
    }
}

#[component]
fn Excesses(excesses: Vec<EntitlementExcess>) -> impl IntoView {
    let rows = excesses
        .into_iter()
        .map(|excess| {
            view! {
                <tr>
                    <th scope="row">{excess.what}</th>
                    <td data-label="Wanted">{excess.wanted}</td>
                    <td data-label="Entitled">{excess.entitled}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"What goes beyond the entitlement"</caption>
            <thead>
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col">"Wanted"</th>
                    <th scope="col">"Entitled"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Conditions(decision: Decision) -> impl IntoView {
    let Decision { submission, period, entitlement_valid, .. } = decision;
    let workspace = format!("/admin/workspaces/{}", submission.workspace);
    let entitlement = match &submission.entitlement {
        None => "None is granted.".to_owned(),
        Some(entitlement) if entitlement_valid => entitlement_words(entitlement),
        Some(entitlement) => format!("{} (not valid today)", entitlement_words(entitlement)),
    };
    let ends =
        format_moment(period.ends_at, &period.zone).unwrap_or_else(|_| period.ends_at.to_string());
    view! {
        <dl class="facts">
            <div class="facts__item">
                <dt class="facts__term">"Entitlement"</dt>
                <dd>{entitlement} " " <a href=workspace>{submission.workspace_name}</a></dd>
            </div>
            <Fact
                term="Version in force"
                value=submission.active_number.map_or_else(|| "None".to_owned(), |n| n.to_string())
            />
            <Fact term="Activated now, it runs for" value=period.label() />
            <Fact term="That period ends" value=ends />
        </dl>
        <p class="field__hint">
            "A period has one report: if this one's exists already, the next run begins when it ends."
        </p>
    }
}
