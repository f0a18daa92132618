//! The trace of an execution as a time line, and the same as a table.

use super::scope::names;
use crate::view::execution::{
    AXIS, BAR, Gantt, GanttBar, ROW, WIDTH, status_word, took_words, why_words,
};
use executor::runtime::{StepStatus, StepTrace};
use leptos::prelude::*;

/// Steps as bars over milliseconds. Each says its status in words; its filling
/// only repeats it.
#[component]
pub fn GanttChart(gantt: Gantt) -> impl IntoView {
    let Gantt { bars, ticks, height } = gantt;
    let said: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.key, bar.words)).collect();
    let sentence = format!("Time line of the steps. {}.", said.join("; "));
    let bottom = (height - AXIS).to_string();
    let axis_y = (height - 6.0).to_string();
    let last = ticks.len().saturating_sub(1);
    let ticks = ticks
        .into_iter()
        .enumerate()
        .map(|(at, (x, text))| {
            let anchor = match at {
                0 => "start",
                at if at == last => "end",
                _ => "middle",
            };
            // Between the ends only every second one has room for its words on a narrow page.
            let class = if at == 0 || at == last {
                "chart__tick"
            } else {
                "chart__tick gantt__tick--between"
            };
            view! {
                <line class="chart__grid" x1=x.clone() x2=x.clone() y1="0" y2=bottom.clone()></line>
                <text class=class x=x y=axis_y.clone() text-anchor=anchor>
                    {text}
                </text>
            }
        })
        .collect_view();
    let bars = bars.into_iter().map(|bar| view! { <Bar bar /> }).collect_view();
    view! {
        <svg
            class="gantt"
            viewBox=format!("0 0 {WIDTH} {height}")
            role="img"
            aria-label=sentence
        >
            {ticks}
            {bars}
        </svg>
    }
}

#[component]
fn Bar(bar: GanttBar) -> impl IntoView {
    let top = (bar.y + ROW - BAR - 4.0).to_string();
    let label_y = (bar.y + 18.0).to_string();
    let (class, part) = match bar.status {
        StepStatus::Error => ("gantt__bar gantt__bar--error", 5),
        StepStatus::Cached => ("gantt__bar", 1),
        _ => ("gantt__bar", 0),
    };
    let rect = bar.happened.then(|| {
        view! {
            <rect
                class=class
                x=bar.x
                y=top
                width=bar.width
                height=BAR.to_string()
                fill=format!("url(#part-{part})")
            ></rect>
        }
    });
    view! {
        {rect}
        <text class="chart__label" x="4" y=label_y.clone()>
            {bar.key}
        </text>
        <text class="chart__tick" x="636" y=label_y text-anchor="end">
            {bar.words}
        </text>
    }
}

/// The steps with everything that is kept of them.
#[component]
pub fn StepTable(steps: Vec<StepTrace>) -> impl IntoView {
    let rows = steps.into_iter().map(|step| view! { <Row step /> }).collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Steps in the order of the pattern"</caption>
            <thead>
                <tr>
                    <th scope="col">"Step"</th>
                    <th scope="col">"Capability"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col" class="numeric">
                        "Start"
                    </th>
                    <th scope="col" class="numeric">
                        "Duration"
                    </th>
                    <th scope="col">"Sources"</th>
                    <th scope="col">"Arguments"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Row(step: StepTrace) -> impl IntoView {
    // A step that never began was not given to an agent.
    let agent = (!step.agent.is_empty()).then(|| {
        view! { <span class="data-table__sub">{format!("agent {}", step.agent)}</span> }
    });
    let why = why_words(&step).map(|why| view! { <span class="data-table__sub">{why}</span> });
    let hash = step.args_hash.map(|hash| {
        let hash = hash.to_string();
        let short: String = hash.trim_start_matches("sha256:").chars().take(HASH_DIGITS).collect();
        view! {
            <code class="digest" title=hash>
                {short}
            </code>
        }
    });
    let sources = names(&step.sources);
    view! {
        <tr>
            <th scope="row">{step.key}</th>
            <td data-label="Capability" class="data-table__name">
                <code>{step.capability.to_string()}</code>
                {agent}
            </td>
            <td data-label="Status">{status_word(step.status)} {why}</td>
            <td data-label="Start" class="numeric">
                {took_words(step.started_ms)}
            </td>
            <td data-label="Duration" class="numeric">
                {took_words(step.duration_ms)}
            </td>
            <td data-label="Sources" class="data-table__name">
                {sources}
            </td>
            <td data-label="Arguments">{hash}</td>
        </tr>
    }
}

/// Enough to tell two apart at sight.
const HASH_DIGITS: usize = 8;
