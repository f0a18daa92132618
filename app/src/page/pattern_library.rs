//! What can be executed: the list of patterns, and one pattern with its form.

mod about;
mod form;
mod questions;

use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        icon::Icon,
        pack_gate::PackGate,
        scope::counted,
        state::State,
    },
    ssr::{TypedExecution, page},
    view::figure::heading_of,
};
use about::About;
use domain::{access::Right, workspace::Role};
use executor::pattern::{Category, Plan};
use form::ExecuteForm;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::UseCaseError;
use std::sync::Arc;

/// Every pattern, grouped by what it is about.
#[component]
pub fn PatternLibrary() -> impl IntoView {
    page("Patterns", |request| async move {
        request.actor()?.require(Role::Viewer)?;
        let mut plans: Vec<Arc<Plan>> =
            request.orchestrator.patterns().iter().map(Arc::clone).collect();
        plans.sort_by(|a, b| {
            (a.display.order.unwrap_or(i32::MAX), &a.name)
                .cmp(&(b.display.order.unwrap_or(i32::MAX), &b.name))
        });
        let runs_only = plans.iter().filter(|plan| plan.governed).count();
        let statement = match (plans.len(), runs_only) {
            (0, _) => "There is no pattern yet.".to_owned(),
            (all, 0) => format!("{} to execute.", counted(all, "pattern", "patterns")),
            (all, runs) => format!(
                "{} to execute, {} that runs of a specification execute.",
                counted(all - runs, "pattern", "patterns"),
                runs
            ),
        };
        let groups = Category::ALL
            .iter()
            .filter_map(|category| {
                let plans: Vec<_> =
                    plans.iter().filter(|plan| plan.category == *category).cloned().collect();
                (!plans.is_empty()).then(|| view! { <Group category=*category plans /> })
            })
            .collect_view();
        let is_empty = plans.is_empty();
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Patterns"</h1>
                <p class="statement">{statement}</p>
                <div class="page-header__actions">
                    <a class="button" href="/execution-log">
                        <Icon name="history" />
                        "Executions"
                    </a>
                </div>
            </div>
            {if is_empty { view! { <NoPattern /> }.into_any() } else { groups.into_any() }}
        })
    })
}

#[component]
fn NoPattern() -> impl IntoView {
    view! {
        <div class="empty-state">
            <h2 class="empty-state__title">"No pattern yet"</h2>
            <p>
                "A pattern is a file of steps that ask agents for figures and shows them as panels. \
                 The operator puts pattern files beside the server; each stands here after the next \
                 start."
            </p>
        </div>
    }
}

#[component]
fn Group(category: Category, plans: Vec<Arc<Plan>>) -> impl IntoView {
    let id = format!("category-{category}");
    let labelled_by = id.clone();
    let items = plans.into_iter().map(|plan| view! { <Entry plan /> }).collect_view();
    view! {
        <section class="section" aria-labelledby=labelled_by>
            <h2 class="section__title" id=id>
                {heading_of(category.id())}
            </h2>
            <ul class="pattern-list">{items}</ul>
        </section>
    }
}

#[component]
fn Entry(plan: Arc<Plan>) -> impl IntoView {
    let rights = rights_words(plan.requires.iter().copied());
    let facts = [
        Some(("Version", plan.version.clone())),
        Some(("Inputs", inputs_words(&plan))),
        Some(("Steps", plan.steps.len().to_string())),
        Some(("Rights", rights)),
    ];
    let facts = facts
        .into_iter()
        .flatten()
        .map(|(term, value)| {
            view! {
                <div class="facts__item">
                    <dt class="facts__term">{term}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <li class="pattern-list__item">
            <h3 class="pattern-list__name">
                <a href=format!("/pattern-library/{}", plan.id)>{plan.name.clone()}</a>
            </h3>
            <Needs plan=Arc::clone(&plan) />
            <p class="pattern-list__text">{plan.description.clone()}</p>
            <dl class="facts facts--inline">{facts}</dl>
        </li>
    }
}

/// What stands in the way of executing it here and now, if anything.
#[component]
fn Needs(plan: Arc<Plan>) -> impl IntoView {
    let (tone, icon, label) = match (plan.governed, plan.needs_portfolio) {
        (true, _) => ("", "seal", "Executed by runs only"),
        (false, true) => ("", "information", "Needs a portfolio"),
        (false, false) => ("ready", "run", "Ready to execute"),
    };
    view! {
        <p class="pattern-list__state">
            <State tone icon label />
        </p>
    }
}

fn inputs_words(plan: &Plan) -> String {
    let required = plan.inputs.iter().filter(|input| input.required).count();
    match (plan.inputs.len(), required) {
        (0, _) => "none".to_owned(),
        (all, 0) => format!("{all}, all optional"),
        (all, required) => format!("{all}, {required} required"),
    }
}

pub fn rights_words(rights: impl Iterator<Item = Right>) -> String {
    let words: Vec<String> = rights.map(|right| right.label().to_lowercase()).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// One pattern: what it does, its form, its steps.
#[component]
pub fn PatternPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("pattern"));
    page("Pattern", |request| async move {
        let actor = request.actor()?;
        let membership = actor.require(Role::Viewer)?;
        let id = id.ok_or(UseCaseError::NotFound)?;
        let plan = request.orchestrator.patterns().get(&id).ok_or(UseCaseError::NotFound)?;
        let plan = Arc::clone(plan);
        let typed = request.typed_execution(&plan.id).await;
        // What came back to be mended is not taken away.
        let refreshes = typed.is_none() && request.query("refresh") != Some("off");
        let named = request.parsed("asof");
        let asked = named.or_else(|| typed.as_ref()?.asof.trim().parse().ok());
        let prices = request.orchestrator.prices_as_of(actor, asked).await?;
        let portfolio = request.query("portfolio").map(str::to_owned);
        let typed = typed.or_else(|| {
            (named.is_some() || portfolio.is_some()).then(|| prefilled(&plan, named, portfolio))
        });
        let missing: Vec<Right> =
            plan.requires.difference(&Right::of(membership.role)).copied().collect();
        let path = format!("/pattern-library/{}", plan.id);
        let may_bypass = actor.may(Role::Editor);
        let form = if plan.governed {
            view! { <RunsOnly /> }.into_any()
        } else if !missing.is_empty() {
            view! { <NotPermitted missing /> }.into_any()
        } else {
            let state = prices.state.clone();
            let gate = view! { <PackGate prices path names_day=asked.is_some() refreshes /> };
            view! {
                {gate}
                <ExecuteForm plan=Arc::clone(&plan) typed may_bypass state />
            }
            .into_any()
        };
        Ok(view! {
            <Header plan=Arc::clone(&plan) />
            <div class="split">
                <section class="section" aria-labelledby="execute">
                    <h2 class="section__title" id="execute">
                        "Execute"
                    </h2>
                    {form}
                </section>
                <About plan />
            </div>
        })
    })
}

/// The day and the portfolio that a link names, such as the day of the last complete prices.
fn prefilled(
    plan: &Plan,
    asof: Option<jiff::civil::Date>,
    portfolio: Option<String>,
) -> TypedExecution {
    TypedExecution {
        pattern: plan.id.clone(),
        asof: asof.map(|day| day.to_string()).unwrap_or_default(),
        portfolio: portfolio.unwrap_or_default(),
        inputs: questions::defaults(plan),
        ..Default::default()
    }
}

#[component]
fn Header(plan: Arc<Plan>) -> impl IntoView {
    view! {
        <div class="page-header">
            <Breadcrumb pages=[step("/pattern-library", "Patterns")] />
            <h1 class="page-header__title">{plan.name.clone()}</h1>
            <p class="statement">{plan.description.clone()}</p>
            <div class="page-header__actions">
                <a class="button" href=format!("/execution-log?pattern={}", plan.id)>
                    <Icon name="history" />
                    "Its executions"
                </a>
            </div>
        </div>
    }
}

#[component]
fn RunsOnly() -> impl IntoView {
    view! {
        <div class="notice" role="status">
            <Icon name="seal" />
            <div class="notice__body">
                <p class="notice__title">"Executed by runs only"</p>
                <p>
                    "The runs of a specification execute this pattern, once per period and on sealed \
                     evidence. Start one from the " <a class="notice__link" href="/">
                        "dashboard"
                    </a> "."
                </p>
            </div>
        </div>
    }
}

#[component]
fn NotPermitted(missing: Vec<Right>) -> impl IntoView {
    let missing = rights_words(missing.into_iter());
    view! {
        <div class="notice notice--attention" role="status">
            <Icon name="blocked" />
            <div class="notice__body">
                <p class="notice__title">"Your role does not allow this"</p>
                <p>
                    {format!(
                        "It needs a right that your role in this workspace lacks: {missing}. An owner \
                         can change your role.",
                    )}
                </p>
            </div>
        </div>
    }
}
