use crate::{
    component::{icon::Icon, moment::Moment, scope::counted, state::State},
    ssr::page,
};
use executor::runtime::{BreakerState, BreakerView, CALLS_PER_AGENT_MAX};
use jiff::Timestamp;
use leptos::prelude::*;

/// The breakers of the process that answers: which agents are called, which
/// rest, and why.
#[component]
pub fn Breakers() -> impl IntoView {
    page("Breakers", |request| async move {
        let breakers = request.orchestrator.breakers(request.actor()?)?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let statement = statement(&breakers);
        let content = if breakers.is_empty() {
            view! {
                <div class="empty-state">
                    <h2 class="empty-state__title">"No agent"</h2>
                    <p>"This server was started without agents, so there is nothing to break off."</p>
                </div>
            }
            .into_any()
        } else {
            view! { <BreakerTable breakers now zone /> }.into_any()
        };
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Breakers"</h1>
                <p class="statement">{statement}</p>
            </div>
            <div class="notice">
                <Icon name="information" />
                <div class="notice__body">
                    <p>
                        {format!(
                            "Each process has breakers of its own, which begin closed when it starts. This page was answered by process {}; ask again, and another one may answer. The metric circuit_breaker_state has those of all.",
                            std::process::id(),
                        )}
                    </p>
                </div>
            </div>
            {content}
            <section class="section" aria-labelledby="meaning">
                <h2 class="section__title" id="meaning">
                    "What the states mean"
                </h2>
                <dl class="facts">
                    <div class="facts__item">
                        <dt class="facts__term">"Closed"</dt>
                        <dd>"Calls pass. Five failures in a row open it; a success sets the count to zero."</dd>
                    </div>
                    <div class="facts__item">
                        <dt class="facts__term">"Open"</dt>
                        <dd>
                            "No call passes for 60 seconds. Steps of this agent are answered with "
                            <a href="/problems/circuit-breaker-open">
                                <code>"CIRCUIT_BREAKER_OPEN"</code>
                            </a> "."
                        </dd>
                    </div>
                    <div class="facts__item">
                        <dt class="facts__term">"Half-open"</dt>
                        <dd>
                            "Exactly one call passes, as a probe. If it succeeds the breaker closes; if it fails, \
                             or is cancelled, the breaker opens for another 60 seconds."
                        </dd>
                    </div>
                </dl>
                <p>
                    "Input that does not fit, data that is missing and rights that are denied say \
                     nothing about an agent and are not counted."
                </p>
            </section>
        })
    })
}

/// What state are they in, in a sentence.
fn statement(breakers: &[BreakerView]) -> String {
    let names = |state: BreakerState| -> Vec<&str> {
        let wanted = breakers.iter().filter(|breaker| breaker.state == state);
        wanted.map(|breaker| breaker.agent).collect()
    };
    let (open, probing) = (names(BreakerState::Open), names(BreakerState::HalfOpen));
    match (open.is_empty(), probing.is_empty()) {
        (true, true) => format!(
            "All is well: every breaker is closed, for {}.",
            counted(breakers.len(), "agent", "agents")
        ),
        (true, false) => format!("About to be tried again: {}.", probing.join(", ")),
        (false, true) => format!("Resting after failures: {}.", open.join(", ")),
        (false, false) => format!(
            "Resting after failures: {}. About to be tried again: {}.",
            open.join(", "),
            probing.join(", ")
        ),
    }
}

#[component]
fn BreakerTable(breakers: Vec<BreakerView>, now: Timestamp, zone: String) -> impl IntoView {
    let rows = breakers
        .into_iter()
        .map(|breaker| view! { <Row breaker now zone=zone.clone() /> })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Agents in the order of their registration"</caption>
            <thead>
                <tr>
                    <th scope="col">"Agent"</th>
                    <th scope="col">"State"</th>
                    <th class="numeric" scope="col">
                        "Failures in a row"
                    </th>
                    <th class="numeric" scope="col">
                        "Calls under way"
                    </th>
                    <th class="numeric" scope="col">
                        "Times opened"
                    </th>
                    <th scope="col">"Opened last"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Row(breaker: BreakerView, now: Timestamp, zone: String) -> impl IntoView {
    let (tone, icon, label) = match breaker.state {
        BreakerState::Closed => ("good", "check", "Closed"),
        BreakerState::Open => ("bad", "blocked", "Open"),
        BreakerState::HalfOpen => ("attention", "clock", "Half-open"),
    };
    let last = breaker.opened_at.map(|at| {
        view! {
            <Moment at now zone />
            <span class="data-table__sub">{breaker.reason.clone().unwrap_or_default()}</span>
        }
    });
    let last = match last {
        Some(last) => last.into_any(),
        None => view! { "never since the process began" }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{breaker.agent}</th>
            <td data-label="State">
                <State tone icon label />
                <span class="data-table__sub">{state_words(&breaker)}</span>
            </td>
            <td class="numeric" data-label="Failures">
                {breaker.failures}
            </td>
            <td class="numeric" data-label="Under way">
                {format!("{} of {CALLS_PER_AGENT_MAX}", breaker.in_flight)}
                {(breaker.waiting > 0)
                    .then(|| {
                        view! {
                            <span class="data-table__sub">
                                {format!("{} waiting", breaker.waiting)}
                            </span>
                        }
                    })}
            </td>
            <td class="numeric" data-label="Times opened">
                {breaker.trips}
            </td>
            <td data-label="Opened last">{last}</td>
        </tr>
    }
}

/// What the state means for the next call.
fn state_words(breaker: &BreakerView) -> String {
    match (breaker.state, breaker.retry_in) {
        (BreakerState::Closed, _) => "calls pass".to_owned(),
        (BreakerState::Open, Some(seconds)) => format!("a probe may go in {seconds} s"),
        (BreakerState::Open, None) => "no call passes".to_owned(),
        (BreakerState::HalfOpen, _) => "one call tries whether it is well".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker(agent: &'static str, state: BreakerState) -> BreakerView {
        let retry_in = (state == BreakerState::Open).then_some(40);
        BreakerView {
            agent,
            state,
            failures: 0,
            opened_at: None,
            reason: None,
            retry_in,
            trips: 0,
            in_flight: 0,
            waiting: 0,
        }
    }

    fn check(states: &[BreakerState], expected: &str) {
        let names = ["first", "second", "third"];
        let breakers: Vec<_> =
            names.iter().zip(states).map(|(name, state)| breaker(name, *state)).collect();
        assert_eq!(statement(&breakers), expected);
    }

    #[test]
    fn the_page_begins_with_who_rests_and_who_is_tried() {
        use BreakerState::{Closed, HalfOpen, Open};
        check(&[Closed, Closed], "All is well: every breaker is closed, for 2 agents.");
        check(&[Open, Closed, Open], "Resting after failures: first, third.");
        check(&[Closed, HalfOpen], "About to be tried again: second.");
        check(&[Open, HalfOpen], "Resting after failures: first. About to be tried again: second.");
    }

    #[test]
    fn an_open_breaker_says_when_a_probe_may_go() {
        assert_eq!(state_words(&breaker("a", BreakerState::Open)), "a probe may go in 40 s");
        assert_eq!(state_words(&breaker("a", BreakerState::Closed)), "calls pass");
    }
}
