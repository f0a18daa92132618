//! The form of a specification, blank or filled in. It shows what was typed,
//! right or wrong; what is wrong is only said after a save.

mod controls;
mod portfolio_questions;
mod report_questions;
mod scope_choices;
mod scope_questions;
mod shown_form;

use crate::{
    action::{CreateSpecification, SaveSpecification},
    component::{
        breadcrumb::{Breadcrumb, step},
        error_summary::{ErrorSummary, FieldProblem},
        moment::moment_words,
        text_area::TextArea,
    },
    island::LiveQuote,
    page::dashboard::display_name,
    ssr::{Request, page, redirect_to},
};
use controls::{Question, RemarkTexts, TextField};
use domain::{
    id::{PortfolioId, SpecificationId},
    specification::{Desk, Field, FieldError, NAME_LENGTH, SpecificationDraft, SpecificationState},
    workspace::Role,
};
use jiff::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;
use orchestrator::{
    Refusal, UseCaseError, portfolio::PortfolioRow, specification::SpecificationView,
};
use portfolio_questions::PortfolioQuestions;
use report_questions::ReportQuestions;
use scope_questions::ScopeQuestions;
use shown_form::ShownForm;

/// A blank form: options at their defaults, no cadence preselected.
#[component]
pub fn NewSpecification() -> impl IntoView {
    page("New specification", |request| async move {
        request.actor()?.require(Role::Editor)?;
        let desk = request.parsed("desk").unwrap_or(Desk::Polyurethane);
        let blank = match desk {
            Desk::Polyurethane => SpecificationDraft::blank(),
            Desk::Portfolio => SpecificationDraft::blank_portfolio(),
        };
        let mut form = ShownForm::load(&request, None, blank).await;
        let portfolios = portfolios(&request, &mut form).await?;
        let is_portfolio = form.draft.is_portfolio();
        Ok(view! {
            <Header
                crumbs=vec![list_crumb()]
                title="New specification"
                statement="It begins as a draft that only your workspace sees. You can save it with \
                           gaps and go on later."
                    .to_owned()
            />
            <Desks is_portfolio />
            <Editor form portfolios />
        })
    })
}

/// What the form chooses from; nothing for the other desk. That a portfolio is not the
/// workspace's is known here alone, so the form says it here.
async fn portfolios(
    request: &Request,
    form: &mut ShownForm,
) -> Result<Vec<PortfolioRow>, UseCaseError> {
    if !form.draft.is_portfolio() {
        return Ok(Vec::new());
    }
    let added = request.orchestrator.portfolios(request.actor()?).await?.added;
    let chosen: Option<PortfolioId> = form.draft.portfolio.trim().parse().ok();
    let is_gone = chosen.is_some_and(|chosen| added.iter().all(|row| row.id != chosen));
    if is_gone && request.query("checked") == Some("1") {
        let message = "The workspace has no such portfolio. Choose one of its own.";
        form.errors.push(FieldError::new(Field::Portfolio, message));
        form.errors.sort_by_key(|error| error.field);
    }
    Ok(added)
}

/// The desk is chosen before anything is typed: each has a form of its own.
#[component]
fn Desks(is_portfolio: bool) -> impl IntoView {
    let current = |is_this: bool| is_this.then_some("page");
    view! {
        <nav class="tabs" aria-label="Desk">
            <ul class="tabs__list">
                <li>
                    <a class="tabs__link" href="/specifications/new" aria-current=current(!is_portfolio)>
                        "Polyurethane desk"
                    </a>
                </li>
                <li>
                    <a
                        class="tabs__link"
                        href="/specifications/new?desk=portfolio"
                        aria-current=current(is_portfolio)
                    >
                        "Portfolio desk"
                    </a>
                </li>
            </ul>
        </nav>
    }
}

/// The draft of a specification, with what still needs mending after a save.
#[component]
pub fn EditSpecification() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("specification"));
    page("Edit specification", |request| async move {
        let id: SpecificationId =
            id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let actor = request.actor()?;
        let view = request.orchestrator.view_specification(actor, id).await?;
        actor.require(Role::Editor)?;
        if view.row.state == SpecificationState::Cancelled {
            redirect_to(&format!("/specifications/{id}?refused={}", Refusal::Cancelled.code()));
        }
        let now = request.orchestrator.now().await?;
        let crumbs =
            vec![list_crumb(), (format!("/specifications/{id}"), display_name(&view.row.name))];
        let statement = statement(&view, now);
        let mut form = ShownForm::load(&request, Some(id), view.row.draft).await;
        let portfolios = portfolios(&request, &mut form).await?;
        Ok(view! {
            <Header crumbs title="Edit specification" statement />
            <Editor form portfolios specification=id />
        })
    })
}

/// What saving will do.
fn statement(view: &SpecificationView, now: Timestamp) -> String {
    let row = &view.row;
    let saved = format!(
        "Last saved {} by {}.",
        moment_words(row.draft_saved_at, now, &view.time_zone),
        row.draft_saved_by
    );
    match (view.newest(), view.active()) {
        (None, _) => format!("{saved} Without gaps, saving makes version 1."),
        (Some(newest), None) => {
            format!("{saved} A change makes version {}.", newest.number + 1)
        }
        (Some(newest), Some(active)) => format!(
            "{saved} A change makes version {}. Another name or other report options take effect at \
             once; anything else waits for an administrator, and version {} stays active until then.",
            newest.number + 1,
            active.number
        ),
    }
}

fn list_crumb() -> (String, String) {
    step("/specifications", "Specifications")
}

#[component]
fn Header(
    /// Address and name of each page above.
    crumbs: Vec<(String, String)>,
    title: &'static str,
    statement: String,
) -> impl IntoView {
    view! {
        <div class="page-header">
            <Breadcrumb pages=crumbs />
            <h1 class="page-header__title">{title}</h1>
            <p class="statement">{statement}</p>
        </div>
    }
}

#[component]
fn Editor(
    form: ShownForm,
    /// Of the portfolio desk: what it chooses from.
    portfolios: Vec<PortfolioRow>,
    /// None: saving makes a new one.
    #[prop(optional)]
    specification: Option<SpecificationId>,
) -> impl IntoView {
    let (action, back) = match specification {
        Some(id) => (SaveSpecification::PATH, format!("/specifications/{id}")),
        None => (CreateSpecification::PATH, "/specifications".to_owned()),
    };
    let problems: Vec<FieldProblem> = form
        .errors
        .iter()
        .map(|error| FieldProblem { field: Some(error.field.id()), message: error.message.clone() })
        .collect();
    view! {
        {(!problems.is_empty())
            .then(|| {
                view! {
                    <ErrorSummary title="Some answers need a change. Nothing is lost." problems />
                }
            })}
        <form class="specification-form" method="post" action=action novalidate>
            {specification
                .map(|id| view! { <input type="hidden" name="specification" value=id.to_string() /> })}
            <div class="specification-form__questions">
                <NameQuestion form=form.clone() />
                {if form.draft.is_portfolio() {
                    view! { <PortfolioQuestions form=form.clone() portfolios /> }.into_any()
                } else {
                    view! {
                        <ScopeQuestions form=form.clone() />
                        <ReportQuestions form=form.clone() />
                    }
                        .into_any()
                }}
                {specification.map(|_| view! { <WhyChanged reason=form.reason.clone() /> })}
            </div>
            <aside class="specification-form__price" aria-labelledby="price-title">
                <LiveQuote draft=form.draft />
                <noscript>
                    <p class="field__hint">"The price is that of the answers as they were last saved."</p>
                </noscript>
            </aside>
            <div class="specification-form__actions">
                <button class="button button--primary">"Save"</button>
                <a class="button button--quiet" href=back>
                    "Back without saving"
                </a>
            </div>
        </form>
    }
}

#[component]
fn NameQuestion(form: ShownForm) -> impl IntoView {
    let hint = format!(
        "{} to {} characters. Members of the workspace see it in lists and on reports.",
        NAME_LENGTH.start(),
        NAME_LENGTH.end()
    );
    view! {
        <Question legend="What it is called">
            <TextField
                remarks=form.remarks(Field::Name)
                label="Name"
                hint
                value=form.draft.name.clone()
            />
        </Question>
    }
}

/// Stands beside the new version, for those who decide on it.
#[component]
fn WhyChanged(reason: String) -> impl IntoView {
    view! {
        <Question legend="Why it changes">
            <div class="field">
                <label class="field__label" for="reason">
                    "What changed and why"
                </label>
                <RemarkTexts
                    id="reason"
                    hint="Optional, up to 500 characters. It stands beside the new version.".to_owned()
                />
                <TextArea
                    id="reason"
                    name="reason"
                    rows=2
                    value=reason
                    described_by="reason-hint"
                    maxlength=500
                />
            </div>
        </Question>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html_of(errors: Vec<FieldError>) -> String {
        html_of_desk(Desk::Polyurethane, errors)
    }

    fn html_of_desk(desk: Desk, errors: Vec<FieldError>) -> String {
        let draft = match desk {
            Desk::Polyurethane => SpecificationDraft::blank(),
            Desk::Portfolio => SpecificationDraft::blank_portfolio(),
        };
        let form = ShownForm { draft, reason: String::new(), errors };
        Owner::new().with(|| view! { <Editor form portfolios=Vec::new() /> }.to_html())
    }

    #[test]
    fn every_error_leads_to_one_control_that_refers_to_it() {
        for desk in Desk::ALL {
            every_error_leads_to_a_control_of(*desk);
        }
    }

    fn every_error_leads_to_a_control_of(desk: Desk) {
        let fields = || Field::ALL.iter().filter(|field| field.is_of(desk));
        let errors = fields().map(|field| FieldError::new(*field, "Mend this.")).collect();
        let html = html_of_desk(desk, errors);
        for field in fields() {
            let id = field.id();
            let count = |text: String| html.matches(&text).count();
            assert_eq!(count(format!("href=\"#{id}\"")), 1, "{id} in the summary");
            assert_eq!(count(format!(" id=\"{id}\"")), 1, "{id} as a control");
            assert_eq!(count(format!(" id=\"{id}-error\"")), 1, "{id} with its error");
            let described = html
                .split("aria-describedby=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .any(|ids| ids.split(' ').any(|named| named == format!("{id}-error")));
            assert!(described, "{id} refers to its error");
        }
    }

    #[test]
    fn a_blank_form_shows_no_error_and_no_cadence_chosen() {
        let html = html_of(Vec::new());
        assert!(!html.contains("aria-invalid"), "{html}");
        assert!(!html.contains("role=\"alert\""), "{html}");
        let radios = html.split("<input").filter(|input| input.contains("type=\"radio\""));
        assert_eq!(radios.clone().count(), 3);
        for radio in radios {
            let tag = radio.split('>').next().unwrap_or_default();
            assert!(!tag.contains(" checked"), "{tag}");
        }
    }

    #[test]
    fn the_deliverable_that_follows_from_links_is_not_a_box() {
        assert!(!html_of(Vec::new()).contains("value=\"value_chain_link\""));
    }
}
