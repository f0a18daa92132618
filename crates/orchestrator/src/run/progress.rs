//! The seven steps of a run as a reader sees them.

use domain::run::{RunStatus, Stage};
use jiff::Timestamp;
use storage::{
    artifact::Seal,
    assistant_call::CallRow,
    journal::Step,
    run::{
        RunRow,
        event::{EventKind, RunEvent},
    },
    server_probe::ProbeRow,
};

/// Where one step of the flow stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageState {
    Done,
    Live,
    Failed,
    Waiting,
    /// The run ended before it.
    NotReached,
}

#[derive(Clone, Debug)]
pub struct StageView {
    pub stage: Stage,
    pub state: StageState,
    /// What it did, in the order in which it finished.
    pub steps: Vec<Step>,
}

/// A run with its time line.
#[derive(Clone, Debug)]
pub struct RunView {
    pub row: RunRow,
    pub stages: Vec<StageView>,
    pub seal: Option<Seal>,
    pub package_hash: Option<domain::hash::ContentHash>,
    /// Calls of the language model, in the order in which they were sent.
    pub model_calls: Vec<CallRow>,
    /// What was found of the model's server, where one is probed.
    pub probe: Option<ProbeRow>,
    /// What the language model has come to in the step that is under way.
    pub arriving: Vec<String>,
    /// Id of the newest event: where a stream of events goes on.
    pub last_event: i64,
    pub time_zone: String,
}

impl RunView {
    /// The stage at which a failed run stopped, its message and its reasons.
    pub fn failure(&self) -> Option<(Option<Stage>, String, Vec<String>)> {
        let detail = self.row.failure_detail.as_ref()?;
        let stage = failed_stage(&self.row);
        let message = detail.get("message").and_then(|text| text.as_str()).unwrap_or_default();
        let reasons = detail
            .get("reasons")
            .and_then(|reasons| reasons.as_array())
            .map(|reasons| {
                reasons.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
            })
            .unwrap_or_default();
        Some((stage, message.to_owned(), reasons))
    }

    pub fn duration(&self) -> Option<jiff::SignedDuration> {
        Some(self.row.finished_at?.duration_since(self.row.started_at?))
    }
}

fn failed_stage(row: &RunRow) -> Option<Stage> {
    row.failure_detail.as_ref()?.get("stage")?.as_str()?.parse().ok()
}

/// Lays the journal out along the flow. A stage is done when a later one has
/// begun or the run has succeeded; the first that is not done is the live one, while a
/// worker carries the run.
pub(super) fn timeline(row: &RunRow, journal: Vec<Step>) -> Vec<StageView> {
    let mut stages: Vec<StageView> = Stage::ALL
        .iter()
        .map(|stage| StageView { stage: *stage, state: StageState::Waiting, steps: Vec::new() })
        .collect();
    for step in journal {
        if let Some(view) = stages.iter_mut().find(|view| view.stage == step.stage) {
            view.steps.push(step);
        }
    }
    let reached = stages.iter().rposition(|view| !view.steps.is_empty());
    let failed = failed_stage(row);
    for (at, view) in stages.iter_mut().enumerate() {
        let has_steps = !view.steps.is_empty();
        let later = reached.is_some_and(|reached| reached > at);
        view.state = match row.status {
            RunStatus::Succeeded => StageState::Done,
            RunStatus::Failed if failed == Some(view.stage) => StageState::Failed,
            _ if later || (has_steps && !may_continue(view.stage)) => StageState::Done,
            RunStatus::Failed | RunStatus::Cancelled if has_steps => StageState::Done,
            RunStatus::Failed | RunStatus::Cancelled => StageState::NotReached,
            RunStatus::Queued | RunStatus::Running => StageState::Waiting,
        };
    }
    if row.status == RunStatus::Running
        && let Some(live) = stages.iter_mut().find(|view| view.state == StageState::Waiting)
    {
        live.state = StageState::Live;
    }
    stages
}

/// Execution consists of several steps of the pattern, so that a finished one
/// does not finish the stage.
const fn may_continue(stage: Stage) -> bool {
    matches!(stage, Stage::Execute)
}

/// What has arrived of the step under way: the sections since anything else happened.
pub(super) fn arriving(events: &[RunEvent]) -> Vec<String> {
    let sections = events.iter().rev().take_while(|event| event.kind == EventKind::Section);
    let mut words: Vec<_> = sections.map(|event| event.message.clone()).collect();
    words.reverse();
    words
}

/// The last event's id, 0 before the first.
pub(super) fn last_event(events: &[RunEvent]) -> i64 {
    events.last().map_or(0, |event| event.id)
}

/// The first start and the last end of a stage's steps.
impl StageView {
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let start = self.steps.iter().map(|step| step.started_at).min()?;
        let end = self.steps.iter().map(|step| step.finished_at).max()?;
        Some((start, end))
    }
}
