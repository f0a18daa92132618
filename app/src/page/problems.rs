//! What each problem of the API means, at the address that its answers name.

use crate::{
    component::{code_text::CodeText, scope::counted},
    page::problem::NotFound,
    ssr::open_page,
    view::problem_type::{PROBLEM_TYPES, ProblemType},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// Every type of problem. Open to everybody: a program's author follows the
/// `type` of an answer, signed in or not.
#[component]
pub fn Problems() -> impl IntoView {
    open_page("Problems", |_| {
        let rows = PROBLEM_TYPES.iter().map(|problem| view! { <Row problem /> }).collect_view();
        view! {
            <div class="page-header">
                <Breadcrumb here="Problems" />
                <h1 class="page-header__title">"Problems"</h1>
                <p class="statement">
                    {format!(
                        "What the API answers when it cannot do what was asked: {}, each with a code that stays.",
                        counted(PROBLEM_TYPES.len(), "type", "types"),
                    )}
                </p>
            </div>
            <p>
                "An answer of this kind is "
                <code>"application/problem+json"</code>
                " (RFC 9457). Its "
                <code>"type"</code>
                " is the address of a row of this table; "
                <code>"detail"</code>
                " says what happened this time; a program decides by "
                <code>"code"</code> "; with the " <code>"trace_id"</code>
                " our people find it in the log."
            </p>
            <table class="data-table">
                <caption class="data-table__caption">"Types of problem, by status"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Code"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"What it means"</th>
                        <th scope="col">"What to do"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    })
}

#[component]
fn Row(problem: &'static ProblemType) -> impl IntoView {
    view! {
        <tr id=problem.slug()>
            <th scope="row">
                <a href=problem.path()>
                    <code class="problem-code">{problem.code}</code>
                </a>
            </th>
            <td data-label="Status">{statuses(problem)}</td>
            <td data-label="Meaning">
                <p>
                    <CodeText text=problem.meaning />
                </p>
            </td>
            <td data-label="What to do">
                <p>
                    <CodeText text=problem.remedy />
                </p>
            </td>
        </tr>
    }
}

/// One type of problem, at the address that answers give as its `type`.
#[component]
pub fn ProblemPage() -> impl IntoView {
    let slug = use_params_map().with_untracked(|params| params.get("problem"));
    match slug.as_deref().and_then(ProblemType::of_slug) {
        Some(problem) => {
            open_page(problem.title, move |_| view! { <OneProblem problem /> }).into_any()
        }
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn OneProblem(problem: &'static ProblemType) -> impl IntoView {
    let members = problem
        .members
        .iter()
        .map(|(name, meaning)| {
            view! {
                <div class="facts__item">
                    <dt class="facts__term">
                        <code>{*name}</code>
                    </dt>
                    <dd>
                        <CodeText text=*meaning />
                    </dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="page-header">
            <Breadcrumb here=problem.code is_one=true />
            <h1 class="page-header__title">{problem.title}</h1>
            <p class="statement">
                <CodeText text=problem.meaning />
            </p>
        </div>
        <section class="section" aria-labelledby="remedy">
            <h2 class="section__title" id="remedy">
                "What to do"
            </h2>
            <p>
                <CodeText text=problem.remedy />
            </p>
        </section>
        <section class="section" aria-labelledby="answer">
            <h2 class="section__title" id="answer">
                "The answer"
            </h2>
            <dl class="facts">
                <div class="facts__item">
                    <dt class="facts__term">"Status"</dt>
                    <dd>{statuses(problem)}</dd>
                </div>
                <div class="facts__item">
                    <dt class="facts__term">
                        <code>"code"</code>
                    </dt>
                    <dd>
                        <code>{problem.code}</code>
                    </dd>
                </div>
                <div class="facts__item">
                    <dt class="facts__term">
                        <code>"type"</code>
                    </dt>
                    <dd>
                        <code>{problem.path()}</code>
                    </dd>
                </div>
                {members}
            </dl>
        </section>
    }
}

#[component]
fn Breadcrumb(here: &'static str, #[prop(optional)] is_one: bool) -> impl IntoView {
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol class="breadcrumb__list">
                <li class="breadcrumb__item">
                    <a class="breadcrumb__link" href="/api-reference">
                        "API"
                    </a>
                </li>
                {is_one
                    .then(|| {
                        view! {
                            <li class="breadcrumb__item">
                                <a class="breadcrumb__link" href="/problems">
                                    "Problems"
                                </a>
                            </li>
                        }
                    })}
                <li class="breadcrumb__item" aria-current="page">
                    {here}
                </li>
            </ol>
        </nav>
    }
}

fn statuses(problem: &ProblemType) -> String {
    let statuses: Vec<String> = problem.statuses.iter().map(u16::to_string).collect();
    statuses.join(", ")
}
