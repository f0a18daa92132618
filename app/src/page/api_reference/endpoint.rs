use crate::{
    component::{code_text::CodeText, schema_table::SchemaTable},
    view::{
        api_document::{Answer, Endpoint, Parameter},
        problem_type::ProblemType,
    },
};
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;

/// One endpoint: what it does, what goes in, what comes out, and a call.
#[component]
pub(super) fn EndpointCard(endpoint: Endpoint, document: Arc<Value>) -> impl IntoView {
    let anchor = endpoint.anchor();
    let name = format!("{} {}", endpoint.method, endpoint.path);
    let labelled_by = anchor.clone();
    let access = if endpoint.needs_bearer { "needs a bearer" } else { "open to everybody" };
    let value = endpoint.answers.iter().find(|answer| answer.status.starts_with('2'));
    let value = value.and_then(|answer| answer.schema.clone()).map(|schema| {
        let root = document.as_ref().clone();
        view! {
            <SchemaTable
                caption=format!("Answer of {name}")
                root
                schema
                none="An object whose members are not fixed."
            />
        }
    });
    let body = endpoint.body.clone().map(|schema| {
        let root = document.as_ref().clone();
        view! {
            <SchemaTable
                caption=format!("Body of {name}")
                root
                schema
                none="An object whose members are not fixed."
            />
        }
    });
    let parameters = (!endpoint.parameters.is_empty()).then(|| {
        let caption = format!("Parameters of {name}");
        view! { <Parameters parameters=endpoint.parameters.clone() caption /> }
    });
    let description = (endpoint.description != endpoint.summary)
        .then(|| view! { <Paragraphs text=endpoint.description.clone() /> });
    view! {
        <article class="capability" aria-labelledby=labelled_by>
            <header class="capability__head">
                <h3 class="capability__title" id=anchor.clone()>
                    <a class="capability__link" href=format!("#{anchor}")>
                        <code>{name.clone()}</code>
                    </a>
                </h3>
                <span class="capability__version">{access}</span>
            </header>
            <Paragraphs text=endpoint.summary.clone() />
            {description}
            <details class="capability__schemas">
                <summary class="capability__summary">
                    "Request, answers and an example"
                    <span class="visually-hidden">{format!(" of {name}")}</span>
                </summary>
                <div class="stack">
                    {parameters} {body}
                    <Answers answers=endpoint.answers caption=format!("Statuses of {name}") />
                    {value} <pre class="code-block" aria-label=format!("Call {name} by curl")>
                        <code>{endpoint.curl}</code>
                    </pre>
                </div>
            </details>
        </article>
    }
}

#[component]
fn Paragraphs(text: String) -> impl IntoView {
    text.split("\n\n")
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| {
            view! {
                <p>
                    <CodeText text=paragraph.to_owned() />
                </p>
            }
        })
        .collect_view()
}

#[component]
fn Parameters(parameters: Vec<Parameter>, caption: String) -> impl IntoView {
    let rows = parameters
        .into_iter()
        .map(|parameter| {
            view! {
                <tr>
                    <th scope="row">
                        <code>{parameter.name}</code>
                    </th>
                    <td data-label="Where">{parameter.place}</td>
                    <td data-label="Type">{parameter.kind}</td>
                    <td data-label="Needed">{if parameter.required { "yes" } else { "no" }}</td>
                    <td data-label="What it is">
                        <CodeText text=parameter.description />
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Where"</th>
                    <th scope="col">"Type"</th>
                    <th scope="col">"Needed"</th>
                    <th scope="col">"What it is"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Answers(answers: Vec<Answer>, caption: String) -> impl IntoView {
    let rows = answers.into_iter().map(|answer| view! { <AnswerRow answer /> }).collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Status"</th>
                    <th scope="col">"When"</th>
                    <th scope="col">"Problems"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn AnswerRow(answer: Answer) -> impl IntoView {
    let problems: Vec<&ProblemType> =
        answer.codes.iter().filter_map(|code| ProblemType::of(code)).collect();
    let has_problems = !problems.is_empty();
    let problems = problems
        .into_iter()
        .map(|problem| {
            view! {
                <li>
                    <a href=problem.path()>
                        <code class="problem-code">{problem.code}</code>
                    </a>
                </li>
            }
        })
        .collect_view();
    let headers = answer
        .headers
        .into_iter()
        .map(|(name, meaning)| {
            view! {
                <span class="data-table__sub">
                    <code>{name}</code>
                    {(!meaning.is_empty()).then_some(": ")} <CodeText text=meaning />
                </span>
            }
        })
        .collect_view();
    view! {
        <tr>
            <th scope="row">{answer.status}</th>
            <td data-label="When">
                <CodeText text=answer.description /> {headers}
            </td>
            <td data-label=has_problems
                .then_some(
                    "Problems",
                )>
                {has_problems.then(|| view! { <ul class="facts__list">{problems}</ul> })}
            </td>
        </tr>
    }
}
