use super::state::State;
use crate::view::execution::Staleness as View;
use domain::execution::Verdict;
use leptos::prelude::*;

/// How old a panel is: the verdict as a word with its icon, as of when, for how
/// long it holds, and what it came from.
#[component]
pub fn Staleness(staleness: View) -> impl IntoView {
    let View { verdict, asof, ttl, sources, .. } = staleness;
    let asof = asof.map(|asof| {
        view! {
            <span>
                "as of "
                <time datetime=asof.to_string()>
                    {asof.strftime("%-d %b %Y, %H:%M UTC").to_string()}
                </time>
            </span>
        }
    });
    let holds = match ttl {
        Some(ttl) => format!("holds {ttl}"),
        None => "holds for this execution".to_owned(),
    };
    // Arithmetic is said under Explain; here stands where the data came from.
    let data: Vec<String> =
        sources.into_iter().filter(|source| !source.starts_with("computed:")).collect();
    let source = match data.as_slice() {
        [] => "computed here".to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    };
    view! {
        <p class="staleness">
            <VerdictChip verdict />
            {asof}
            <span>{holds}</span>
            <span class="staleness__source">{source}</span>
        </p>
    }
}

#[component]
pub fn VerdictChip(verdict: Verdict) -> impl IntoView {
    let (tone, icon) = match verdict {
        Verdict::Fresh => ("good", "check"),
        Verdict::Stale => ("attention", "clock"),
        Verdict::Expired => ("bad", "cross"),
        Verdict::Unknown => ("attention", "attention"),
    };
    view! { <State tone icon label=verdict.label() /> }
}
