use super::code_text::CodeText;
use crate::view::schema::{self, SchemaRow};
use leptos::prelude::*;
use serde_json::Value;

/// Members deeper than this are indented no further.
const INDENT_MAX: usize = 5;

/// A JSON Schema as a table of its members, and the schema itself behind a
/// disclosure.
#[component]
pub fn SchemaTable(
    /// What the schema describes; the table's caption.
    #[prop(into)]
    caption: String,
    /// The document that references point into.
    root: Value,
    schema: Value,
    /// Said where there is no member to list.
    none: &'static str,
) -> impl IntoView {
    let rows = schema::rows(&root, &schema);
    let kind = schema::kind(&root, &schema);
    let raw = serde_json::to_string_pretty(&schema).unwrap_or_default();
    let summary = format!("JSON Schema: {caption}");
    let members = if rows.is_empty() {
        let what = if kind == "object" || kind == "null" { none.to_owned() } else { kind };
        view! { <p>{format!("{caption}: {what}")}</p> }.into_any()
    } else {
        let rows = rows.into_iter().map(|row| view! { <Row row /> }).collect_view();
        view! {
            <table class="data-table schema-table">
                <caption class="data-table__caption">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Type"</th>
                        <th scope="col">"Needed"</th>
                        <th scope="col">"What it is"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <div class="schema">
            {members} <details class="schema__raw">
                <summary class="schema__summary">{summary}</summary>
                <pre class="code-block">
                    <code>{raw}</code>
                </pre>
            </details>
        </div>
    }
}

#[component]
fn Row(row: SchemaRow) -> impl IntoView {
    let SchemaRow { name, path, depth, kind, required, description, rules } = row;
    let class = format!("schema-table__name schema-table__name--{}", depth.min(INDENT_MAX));
    let label = (!description.is_empty() || !rules.is_empty()).then_some("What it is");
    let rules = (!rules.is_empty()).then(|| {
        let text = rules.join("; ");
        view! { <span class="schema-table__rules">{text}</span> }
    });
    view! {
        <tr>
            <th class=class scope="row" title=path>
                <code>{name}</code>
            </th>
            <td data-label="Type">{kind}</td>
            <td data-label="Needed">{if required { "yes" } else { "no" }}</td>
            <td data-label=label>
                <CodeText text=description /> {rules}
            </td>
        </tr>
    }
}
