use crate::{component::icon::Icon, ssr::Request};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use orchestrator::{
    Refusal,
    export::ExportChoice,
    rights::{Blocked, Decision},
};

/// An export that led back here because it was refused.
pub struct RefusedExport {
    /// What was asked for; none where nothing was.
    format: Option<String>,
    /// Why, where it is no licence's doing.
    why: Option<&'static str>,
}

impl RefusedExport {
    /// As the address says; an answer to such a one is 403.
    pub fn of(request: &Request) -> Self {
        let format = request.query("refused").map(str::to_owned);
        let why = request.query("why").and_then(Refusal::from_code).map(Refusal::message);
        if let (Some(_), Some(response)) = (&format, use_context::<ResponseOptions>()) {
            response.set_status(http::StatusCode::FORBIDDEN);
        }
        Self { format, why }
    }
}

/// What of a report or an execution may leave as a file, and what stands in the way: said before
/// anybody clicks. After a refusal it stands open.
///
/// Accessibility: a disclosure of the browser's own; what is not allowed is text
/// rather than a disabled button, so that everybody can read the reason.
#[component]
pub fn ExportMenu(
    /// `report` or `execution`.
    what: &'static str,
    /// The address below which its files are.
    base: String,
    choices: Vec<ExportChoice>,
    refused: RefusedExport,
) -> impl IntoView {
    let RefusedExport { format: refused, why } = refused;
    let asked = choices
        .iter()
        .find(|choice| refused.as_deref() == Some(choice.format.id()))
        .map(|choice| choice.format.label());
    let reason = why.unwrap_or("The reason stands below; the attempt is on record.");
    let notice = asked.map(|format| {
        view! {
            <div class="notice notice--bad" role="alert">
                <Icon name="blocked" />
                <div class="notice__body">
                    <p>{format!("The {what} was not exported as {format}. {reason}")}</p>
                </div>
            </div>
        }
    });
    let choice = |choice| view! { <Choice base=base.clone() choice /> }.into_any();
    let choices = choices.into_iter().map(choice).collect_view();
    view! {
        {notice}
        <details class="export-menu" open=asked.is_some()>
            <summary class="export-menu__summary">
                <Icon name="download" />
                "Export"
            </summary>
            <ul class="export-menu__list">{choices}</ul>
        </details>
    }
}

#[component]
fn Choice(base: String, choice: ExportChoice) -> impl IntoView {
    let ExportChoice { format, decision, left_out } = choice;
    let label = format.label();
    let (head, denied) = if let Decision::Denied(denial) = &decision {
        let head = view! {
            <Icon name="blocked" />
            {format!("{label}: not allowed")}
        };
        (head.into_any(), Some(view! { <p>{denial.sentence()}</p> }))
    } else {
        let head = view! {
            <a class="button button--small" href=format!("{base}/download/{}", format.id())>
                <Icon name="download" />
                {format!("Download {label}")}
            </a>
        };
        (head.into_any(), None)
    };
    let without = (!left_out.is_empty())
        .then(|| view! { <p>{format!("Without: {}.", left_out.join(", "))}</p> });
    let carries = carried(&decision)
        .map(|carried| view! { <p class="export-menu__terms">{format!("Carries {carried}.")}</p> });
    let obstacles = decision
        .blocked()
        .iter()
        .cloned()
        .map(|blocked| view! { <Obstacle blocked /> })
        .collect_view();
    view! {
        <li class="export-menu__choice">
            <p class="export-menu__format">{head}</p>
            <div class="export-menu__said">{denied} {without} {carries} {obstacles}</div>
        </li>
    }
}

/// Attributions and watermarks in words.
fn carried(decision: &Decision) -> Option<String> {
    let terms = decision.terms()?;
    let attributions = terms.attributions.iter().map(|one| format!("“{}”", one.text));
    let marks = terms.watermarks.iter().map(|one| format!("the mark “{}”", one.text));
    let carried: Vec<String> = attributions.chain(marks).collect();
    (!carried.is_empty()).then(|| carried.join(" and "))
}

/// One provider in the way, and what would remove it.
#[component]
fn Obstacle(blocked: Blocked) -> impl IntoView {
    view! {
        <p>
            {blocked.reason} " " <strong>"What would unblock it:"</strong> " " {blocked.unblock}
        </p>
    }
}
