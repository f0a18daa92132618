//! A panel of an execution: its title, how old it is, its drawing or table, and
//! where it came from. Accessibility: a drawing is one image with a sentence,
//! and its figures stand as a table one click away.

mod bars;
mod chart;
mod hatch;
mod lines;
mod metrics;
mod ring;
mod table;

use super::{icon::Icon, staleness::Staleness};
use crate::view::{
    execution::Provenance,
    figure::reason_words,
    panel::{bars::BarDrawing, lines::LineDrawing, metrics::metrics_of, ring::Ring, rows::Rows},
};
use bars::Bars;
use chart::Chart;
use executor::pattern::{PanelDocument, PanelKind};
pub use hatch::Hatches;
use leptos::prelude::*;
use lines::Lines;
use metrics::Metrics;
use ring::RingChart;
pub use table::Figure;
use table::RowsTable;

#[component]
pub fn Panel(
    panel: PanelDocument,
    /// What amounts are in that name no currency of their own.
    currency: Option<String>,
    /// None of a panel that the pattern wants without.
    provenance: Option<Provenance>,
) -> impl IntoView {
    let heading = format!("panel-{}", panel.id);
    let is_wide =
        matches!(panel.kind, PanelKind::Table | PanelKind::NewsList | PanelKind::Calendar);
    let class = if is_wide { "panel panel--wide" } else { "panel" };
    let (title, labelled_by) = (panel.title.clone(), heading.clone());
    view! {
        <section class=class aria-labelledby=labelled_by>
            <h3 class="panel__title" id=heading>
                {title}
            </h3>
            {provenance
                .as_ref()
                .map(|provenance| view! { <Staleness staleness=provenance.staleness.clone() /> })}
            <div class="panel__body">
                <Body panel currency />
            </div>
            {provenance.map(|provenance| view! { <Explain provenance /> })}
        </section>
    }
}

#[component]
fn Body(panel: PanelDocument, currency: Option<String>) -> impl IntoView {
    if panel.data.is_null() {
        return view! { <Missing reason=panel.reason /> }.into_any();
    }
    let currency = currency.as_deref();
    if panel.kind == PanelKind::Text
        && let Some(text) = panel.data.as_str()
    {
        return view! { <Paragraphs text=text.to_owned() /> }.into_any();
    }
    let Some(rows) = Rows::of(&panel, currency) else {
        return view! { <Metrics metrics=metrics_of(&panel, currency) /> }.into_any();
    };
    if rows.rows.is_empty() {
        return view! { <p class="panel__missing">"There is nothing to list."</p> }.into_any();
    }
    let caption = panel.title.clone();
    let table = view! { <RowsTable caption=caption.clone() rows=rows.clone() /> };
    match panel.kind {
        PanelKind::MetricsGrid => {
            view! { <Metrics metrics=metrics_of(&panel, currency) /> }.into_any()
        }
        PanelKind::LineChart | PanelKind::AreaChart | PanelKind::DualLine => {
            match LineDrawing::of(&panel, &rows, currency) {
                Some(drawing) => view! {
                    <Chart table=table.into_any()>
                        <Lines title=caption drawing />
                    </Chart>
                }
                .into_any(),
                None => table.into_any(),
            }
        }
        PanelKind::BarChart
        | PanelKind::StackedBar
        | PanelKind::Breakdown
        | PanelKind::Scorecard => match BarDrawing::of(&panel, &rows) {
            Some(drawing) => view! {
                <Chart table=table.into_any()>
                    <Bars title=caption drawing />
                </Chart>
            }
            .into_any(),
            None => table.into_any(),
        },
        PanelKind::DonutChart => match Ring::of(&panel, &rows) {
            Some(ring) => view! {
                <Chart table=table.into_any()>
                    <RingChart title=caption ring />
                </Chart>
            }
            .into_any(),
            None => table.into_any(),
        },
        // Kinds without a drawing show their table.
        _ => table.into_any(),
    }
}

#[component]
fn Missing(reason: Option<String>) -> impl IntoView {
    let words = reason
        .map_or_else(|| "The step gave no value and no reason.".to_owned(), |r| reason_words(&r));
    view! {
        <p class="panel__missing">
            <Icon name="information" />
            <span>{words}</span>
        </p>
    }
}

#[component]
fn Paragraphs(text: String) -> impl IntoView {
    let paragraphs = text
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| view! { <p>{paragraph.to_owned()}</p> })
        .collect_view();
    view! { <div class="panel__text">{paragraphs}</div> }
}

/// Where the panel came from, behind one click.
#[component]
pub fn Explain(provenance: Provenance) -> impl IntoView {
    let Provenance { staleness, steps, inputs, warnings, cells } = provenance;
    let warnings = warnings.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    let sources = staleness
        .sources
        .into_iter()
        .map(|source| {
            view! {
                <li>
                    <code class="digest">{source}</code>
                </li>
            }
        })
        .collect_view();
    let formulas = steps
        .iter()
        .filter_map(|step| Some((step.capability.clone(), step.formula?)))
        .map(|(capability, formula)| {
            view! {
                <li>
                    <code>{capability}</code>
                    {format!(": {formula}")}
                </li>
            }
        })
        .collect_view();
    let has_formulas = steps.iter().any(|step| step.formula.is_some());
    let has_inputs = !inputs.is_empty();
    let inputs = inputs
        .into_iter()
        .map(|(name, value)| {
            view! {
                <li>
                    <code>{name}</code>
                    {format!(" = {value}")}
                </li>
            }
        })
        .collect_view();
    let has_steps = !steps.is_empty();
    let steps = steps
        .into_iter()
        .map(|step| {
            view! {
                <li>
                    <code>{step.key}</code>
                    {format!(" by {}, {}, {}", step.capability, step.status, step.took)}
                </li>
            }
        })
        .collect_view();
    view! {
        <details class="explain">
            <summary class="explain__summary">
                "Explain" <span class="visually-hidden">" this panel"</span>
                <Icon name="chevron" />
            </summary>
            <ul class="explain__list">{warnings}</ul>
            <dl class="explain__body">
                {has_formulas
                    .then(|| {
                        view! {
                            <dt>"How it is computed"</dt>
                            <dd>
                                <ul class="explain__list">{formulas}</ul>
                            </dd>
                        }
                    })}
                {has_inputs
                    .then(|| {
                        view! {
                            <dt>"Inputs"</dt>
                            <dd>
                                <ul class="explain__list">{inputs}</ul>
                            </dd>
                        }
                    })}
                <dt>"Sources"</dt>
                <dd>
                    <ul class="explain__list">{sources}</ul>
                </dd>
                {has_steps
                    .then(|| {
                        view! {
                            <dt>"Steps that fed it"</dt>
                            <dd>
                                <ul class="explain__list">{steps}</ul>
                            </dd>
                        }
                    })}
                <dt>"Age"</dt>
                <dd>{staleness.rule} " " {cells}</dd>
            </dl>
        </details>
    }
}
