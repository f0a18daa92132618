use crate::component::{moment::Moment, state::State};
use domain::pricing_pack::BuildStage;
use jiff::Timestamp;
use leptos::prelude::*;
use orchestrator::pricing::StageRow;

/// The stages of a pack's build in their order: which have ended and with what, which is under
/// way or where it stopped, and which are still to come.
#[component]
pub fn Build(
    /// Those that were entered.
    stages: Vec<StageRow>,
    /// The build has failed, so that nothing is to come.
    stopped: bool,
    now: Timestamp,
    zone: String,
) -> impl IntoView {
    let rows = BuildStage::ALL
        .iter()
        .map(|stage| {
            let entered = stages.iter().find(|row| row.stage == *stage).cloned();
            view! { <Stage stage=*stage entered stopped now zone=zone.clone() /> }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="build">
            <h2 class="section__title" id="build">
                "Build"
            </h2>
            <table class="data-table">
                <caption class="data-table__caption">
                    "Stages in their order: each begins when the one before it has ended"
                </caption>
                <thead>
                    <tr>
                        <th scope="col">"Stage"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Begun"</th>
                        <th scope="col" class="numeric">
                            "Seconds"
                        </th>
                        <th scope="col">"What it did"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

#[component]
fn Stage(
    stage: BuildStage,
    entered: Option<StageRow>,
    stopped: bool,
    now: Timestamp,
    zone: String,
) -> impl IntoView {
    let (tone, icon, label) = standing(entered.as_ref(), stopped);
    let begun = entered.as_ref().map(|row| {
        view! { <Moment at=row.entered_at now zone=zone.clone() /> }
    });
    let seconds = entered.as_ref().and_then(seconds).unwrap_or_else(|| "–".to_owned());
    let told = entered.map(|row| told(&row)).unwrap_or_default();
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                {stage.label()}
                <span class="data-table__sub">{stage.id()}</span>
            </th>
            <td data-label="State">
                <State tone icon label />
            </td>
            <td data-label="Begun">{begun}</td>
            <td data-label="Seconds" class="numeric">
                {seconds}
            </td>
            <td data-label="What it did" class="data-table__name">
                {told}
            </td>
        </tr>
    }
}

fn standing(
    entered: Option<&StageRow>,
    stopped: bool,
) -> (&'static str, &'static str, &'static str) {
    match (entered, stopped) {
        (Some(row), _) if row.ended_at.is_some() => ("good", "check", "Done"),
        (Some(_), true) => ("bad", "cross", "Stopped"),
        (Some(_), false) => ("live", "clock", "Under way"),
        (None, true) => ("", "history", "Not begun"),
        (None, false) => ("", "clock", "To come"),
    }
}

/// One decimal: stages take from a moment to some minutes.
fn seconds(row: &StageRow) -> Option<String> {
    let took = row.ended_at?.duration_since(row.entered_at);
    Some(format!("{:.1}", took.as_secs_f64()))
}

fn told(row: &StageRow) -> String {
    let outcome = row.outcome.clone().unwrap_or_default();
    match row.attempts {
        0 | 1 => outcome,
        some => format!("{outcome} Begun {some} times, because the build had stopped in it."),
    }
    .trim()
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ended_at: Option<&str>, attempts: u32) -> StageRow {
        StageRow {
            stage: BuildStage::ReconcileLedger,
            entered_at: "2026-01-05T00:05:00Z".parse().expect("a moment"),
            ended_at: ended_at.map(|at| at.parse().expect("a moment")),
            attempts,
            outcome: ended_at.map(|_| "Portfolios that agree: 2.".to_owned()),
        }
    }

    #[test]
    fn a_stage_is_done_under_way_stopped_or_not_begun() {
        let ended = row(Some("2026-01-05T00:05:02.25Z"), 1);
        let label = |entered: Option<&StageRow>, stopped| standing(entered, stopped).2;
        assert_eq!(label(Some(&ended), false), "Done");
        assert_eq!(label(Some(&ended), true), "Done");
        assert_eq!(label(Some(&row(None, 1)), false), "Under way");
        assert_eq!(label(Some(&row(None, 1)), true), "Stopped");
        assert_eq!(label(None, false), "To come");
        assert_eq!(label(None, true), "Not begun");
        assert_eq!(seconds(&ended).as_deref(), Some("2.2"));
        assert_eq!(seconds(&row(None, 1)), None);
    }

    #[test]
    fn a_stage_that_was_begun_again_says_so() {
        let again = told(&row(Some("2026-01-05T00:06:00Z"), 2));
        assert!(again.starts_with("Portfolios that agree: 2. Begun 2 times"), "{again}");
        assert_eq!(told(&row(Some("2026-01-05T00:06:00Z"), 1)), "Portfolios that agree: 2.");
    }
}
