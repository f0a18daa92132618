//! An execution in words and places: how old a panel is, which steps fed it, and
//! the trace as bars over milliseconds.

use super::{
    figure::Shown,
    scale::{Scale, place_text},
};
use domain::execution::Verdict;
use executor::{
    pattern::{Format, Plan},
    runtime::{PanelTrace, Reason, StepStatus, StepTrace, Trace},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Of the time line, in its own units.
pub const WIDTH: f64 = 640.0;
/// A step: its words, then its bar.
pub const ROW: f64 = 38.0;
pub const BAR: f64 = 10.0;
/// Room for the axis below the steps.
pub const AXIS: f64 = 24.0;
/// The least that can be seen; a step of microseconds is still there.
const BAR_LEAST: f64 = 3.0;

/// How old a panel is, and what it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staleness {
    pub verdict: Verdict,
    /// The oldest of its sources.
    pub asof: Option<Timestamp>,
    /// For how long it holds, in words.
    pub ttl: Option<String>,
    pub sources: Vec<String>,
    /// How the verdict came about, in a sentence.
    pub rule: String,
}

/// Where a panel came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    pub staleness: Staleness,
    /// In the order of the pattern; empty when its plan is no longer here.
    pub steps: Vec<FedBy>,
    /// What the execution was given, by name; without what is not kept.
    pub inputs: Vec<(String, String)>,
    /// What a reader of the values should know.
    pub warnings: Vec<String>,
    /// That parts came from something else than the whole.
    pub cells: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FedBy {
    pub key: String,
    pub capability: String,
    /// How its figures are computed; none where nothing is computed.
    pub formula: Option<&'static str>,
    pub status: &'static str,
    pub took: String,
}

impl Staleness {
    pub fn of(panel: &PanelTrace) -> Self {
        let ttl = panel.ttl_s.filter(|seconds| *seconds > 0).map(seconds_words);
        Self {
            verdict: panel.verdict,
            asof: panel.asof,
            rule: rule_words(panel, ttl.as_deref()),
            ttl,
            sources: panel.sources.iter().map(ToString::to_string).collect(),
        }
    }
}

fn rule_words(panel: &PanelTrace, ttl: Option<&str>) -> String {
    let age = panel.age_s.and_then(|age| u32::try_from(age).ok()).map(seconds_words);
    match (panel.verdict, age, ttl) {
        (Verdict::Unknown, _, _) => {
            "A source does not say as of when its values are, so nobody knows their age.".to_owned()
        }
        (_, None, _) | (_, _, None) => "Computed in this execution, and valid for it.".to_owned(),
        (Verdict::Fresh, Some(age), Some(ttl)) => {
            format!("{age} old, within the {ttl} for which its values hold.")
        }
        (Verdict::Stale, Some(age), Some(ttl)) => {
            format!("{age} old, beyond the {ttl} for which its values hold.")
        }
        (Verdict::Expired, Some(age), Some(ttl)) => {
            format!("{age} old, more than three times the {ttl} for which its values hold.")
        }
    }
}

/// `5 minutes`, `1 hour`, `3 days`: the largest unit that leaves at least one.
pub fn seconds_words(seconds: u32) -> String {
    let (count, unit) = match seconds {
        0..=119 => (seconds, "second"),
        120..=7199 if seconds != 3600 => (seconds / 60, "minute"),
        120..=172_799 if seconds != 86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// The steps that a panel is made of, with those that these are made of.
pub fn fed_by(plan: &Plan, panel: &str, steps: &[StepTrace]) -> Vec<FedBy> {
    let Some(panel) = plan.panels.iter().find(|known| known.id == panel) else {
        return Vec::new();
    };
    let mut needed: BTreeSet<usize> = BTreeSet::new();
    let mut open: Vec<usize> = panel.steps().collect();
    while let Some(step) = open.pop() {
        if needed.insert(step) {
            open.extend(plan.steps[step].after.iter().copied());
        }
    }
    needed
        .into_iter()
        .filter_map(|at| {
            let planned = &plan.steps[at];
            Some((planned, steps.iter().find(|step| step.key == planned.key)?))
        })
        .map(|(planned, step)| FedBy {
            key: step.key.clone(),
            capability: step.capability.to_string(),
            formula: planned.formula,
            status: status_word(step.status),
            took: took_words(step.duration_ms),
        })
        .collect()
}

pub const fn status_word(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Ok => "done",
        StepStatus::Cached => "from the cache",
        StepStatus::Skipped => "skipped",
        StepStatus::Error => "failed",
        StepStatus::NotRun => "not run",
    }
}

/// Where a panel of an execution came from; without its steps where the plan of then is no
/// longer here.
pub fn provenance(
    panel: &PanelTrace,
    trace: &Trace,
    plan: Option<&Plan>,
    inputs: Option<&Map<String, Value>>,
) -> Provenance {
    Provenance {
        inputs: inputs.map(inputs_words).unwrap_or_default(),
        staleness: Staleness::of(panel),
        steps: plan.map(|plan| fed_by(plan, &panel.id, &trace.steps)).unwrap_or_default(),
        warnings: panel.warnings.clone(),
        cells: cells_words(panel),
    }
}

fn inputs_words(inputs: &Map<String, Value>) -> Vec<(String, String)> {
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let given = inputs.iter().filter(|(_, value)| !value.is_null());
    given.map(|(name, value)| (name.clone(), words(value))).collect()
}

/// How many parts of a panel came from something else than its whole.
fn cells_words(panel: &PanelTrace) -> Option<String> {
    let count = panel.cells.len() + panel.cells_omitted;
    (count > 0).then(|| {
        let parts =
            if count == 1 { "1 part comes".to_owned() } else { format!("{count} parts come") };
        format!("{parts} from other sources than the whole; the trace of the API names each.")
    })
}

/// Why a step did not simply give its value, in a sentence.
pub fn why_words(step: &StepTrace) -> Option<String> {
    let error = step.error.as_ref().map(|error| error.message.as_str()).unwrap_or_default();
    let cause = |lead: &str| {
        if error.is_empty() { format!("{lead}.") } else { format!("{lead}: {error}") }
    };
    match step.reason {
        Some(Reason::ConditionFalse) => Some("Its condition did not hold.".to_owned()),
        Some(Reason::Fallback) => Some(cause("The fallback was called instead")),
        Some(Reason::OnErrorNull) => Some(cause("It failed, and the pattern goes on without it")),
        Some(Reason::Recalled) => Some("An earlier hold of the run had finished it.".to_owned()),
        Some(Reason::AfterError) => Some(cause("Another step had failed before")),
        Some(Reason::Cancelled) => Some("The execution ended before it began.".to_owned()),
        None => step.error.as_ref().map(|error| error.message.clone()),
    }
}

/// `0.4 ms`, `12 ms`, `2.4 s`; a dash for what did not happen.
pub fn took_words(duration_ms: Option<f64>) -> String {
    match duration_ms {
        None => "–".to_owned(),
        Some(ms) if ms < 10.0 => format!("{ms:.1} ms"),
        Some(ms) => {
            crate::component::moment::duration_words(SignedDuration::from_secs_f64(ms / 1000.0))
        }
    }
}

/// The steps of a trace as bars over the time since the start.
#[derive(Clone, Debug, PartialEq)]
pub struct Gantt {
    pub bars: Vec<GanttBar>,
    /// Place and words of each tick.
    pub ticks: Vec<(String, String)>,
    pub height: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct GanttBar {
    pub key: String,
    pub status: StepStatus,
    /// Status and duration.
    pub words: String,
    pub y: f64,
    pub x: String,
    pub width: String,
    /// It has a bar; a step that did not happen has only its words.
    pub happened: bool,
}

impl Gantt {
    /// None where no step happened: behind a closed gate, say.
    pub fn of(steps: &[StepTrace]) -> Option<Self> {
        let ends = steps
            .iter()
            .map(|step| step.started_ms.unwrap_or_default() + step.duration_ms.unwrap_or_default());
        let last = ends.fold(0.0, f64::max).max(1.0);
        let scale = Scale::around([0.0, last].into_iter(), true, (0.0, WIDTH))?;
        let bars: Vec<GanttBar> = steps
            .iter()
            .zip(0u32..)
            .map(|(step, row)| bar(step, f64::from(row) * ROW, scale))
            .collect();
        if !bars.iter().any(|bar| bar.happened) {
            return None;
        }
        let height = bars.last().map_or(0.0, |bar| bar.y + ROW) + AXIS;
        let ticks = scale
            .ticks()
            .into_iter()
            .map(|tick| {
                let text = format!("{tick:.*}", scale.decimals());
                let text = Shown::of(&Value::from(text), Some(Format::Number), None).text();
                (place_text(scale.place(tick)), format!("{text} ms"))
            })
            .collect();
        Some(Self { bars, ticks, height })
    }
}

fn bar(step: &StepTrace, y: f64, scale: Scale) -> GanttBar {
    let happened = matches!(step.status, StepStatus::Ok | StepStatus::Cached | StepStatus::Error);
    let start = step.started_ms.unwrap_or_default();
    let (from, to) =
        (scale.place(start), scale.place(start + step.duration_ms.unwrap_or_default()));
    let width = (to - from).max(BAR_LEAST);
    let words = if happened {
        format!("{}, {}", status_word(step.status), took_words(step.duration_ms))
    } else {
        status_word(step.status).to_owned()
    };
    GanttBar {
        key: step.key.clone(),
        status: step.status,
        words,
        y,
        x: place_text(from.min(WIDTH - width)),
        width: place_text(width),
        happened,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(key: &str, status: StepStatus, started_ms: f64, duration_ms: f64) -> StepTrace {
        StepTrace {
            key: key.to_owned(),
            capability: "a.b".parse().unwrap(),
            agent: "a".to_owned(),
            status,
            started_ms: Some(started_ms),
            duration_ms: Some(duration_ms),
            args_hash: None,
            sources: Vec::new(),
            asof: None,
            ttl_s: None,
            reason: None,
            error: None,
        }
    }

    #[test]
    fn steps_side_by_side_overlap_and_a_dependant_begins_where_they_end() {
        let gantt = Gantt::of(&[
            step("book", StepStatus::Ok, 0.0, 50.0),
            step("nav", StepStatus::Cached, 0.0, 25.0),
            step("trades", StepStatus::Error, 50.0, 50.0),
        ])
        .unwrap();
        // 100 ms over 640 units: 50 ms is 320 units.
        let places: Vec<_> =
            gantt.bars.iter().map(|bar| (bar.x.as_str(), bar.width.as_str())).collect();
        assert_eq!(places, [("0", "320"), ("0", "160"), ("320", "320")]);
        assert_eq!(gantt.ticks.last().unwrap(), &("640".to_owned(), "100 ms".to_owned()));
        assert_eq!(gantt.bars[2].words, "failed, 50 ms");
    }

    #[test]
    fn a_step_of_microseconds_is_seen_and_one_that_did_not_happen_has_no_bar() {
        let gantt = Gantt::of(&[
            step("quick", StepStatus::Ok, 99.99, 0.01),
            step("skipped", StepStatus::Skipped, 0.0, 0.0),
        ])
        .unwrap();
        assert_eq!((gantt.bars[0].x.as_str(), gantt.bars[0].width.as_str()), ("637", "3"));
        assert!(!gantt.bars[1].happened);
        assert_eq!(Gantt::of(&[]), None);
        assert_eq!(Gantt::of(&[step("late", StepStatus::NotRun, 0.0, 0.0)]), None);
    }

    fn panel(verdict: Verdict, age_s: Option<u64>, ttl_s: Option<u32>) -> PanelTrace {
        PanelTrace {
            id: "p".to_owned(),
            sources: Vec::new(),
            asof: None,
            ttl_s,
            age_s,
            verdict,
            warnings: Vec::new(),
            cells: Vec::new(),
            cells_omitted: 0,
        }
    }

    #[test]
    fn a_verdict_is_explained_by_age_and_time_to_live() {
        let rule = |verdict, age, ttl| Staleness::of(&panel(verdict, age, ttl)).rule;
        assert_eq!(
            rule(Verdict::Stale, Some(7200), Some(3600)),
            "2 hours old, beyond the 1 hour for which its values hold."
        );
        assert_eq!(
            rule(Verdict::Fresh, None, None),
            "Computed in this execution, and valid for it."
        );
        assert_eq!(
            rule(Verdict::Fresh, Some(3), Some(0)),
            "Computed in this execution, and valid for it."
        );
        assert!(rule(Verdict::Unknown, None, Some(300)).starts_with("A source does not say"));
    }

    #[test]
    fn the_classes_of_time_to_live_have_their_own_words() {
        // TTL classes of the domain reference, section 1: 300, 1800, 3600, 86400 s.
        let words: Vec<_> = [1, 300, 1800, 3600, 86_400, 259_200].map(seconds_words).into();
        assert_eq!(words, ["1 second", "5 minutes", "30 minutes", "1 hour", "1 day", "3 days"]);
    }

    #[test]
    fn durations_keep_a_decimal_where_it_matters() {
        assert_eq!(took_words(Some(0.42)), "0.4 ms");
        assert_eq!(took_words(Some(42.0)), "42 ms");
        assert_eq!(took_words(Some(2400.0)), "2.4 s");
        assert_eq!(took_words(None), "–");
    }
}
