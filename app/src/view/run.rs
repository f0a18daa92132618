use domain::run::RunStatus;
use serde::{Deserialize, Serialize};

/// The time line of a run, as the page first shows it and as each event renews it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunProgress {
    /// One sentence: which step, since when, how it ended.
    pub statement: String,
    pub status: RunStatus,
    pub is_final: bool,
    pub stages: Vec<StageProgress>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageProgress {
    pub title: String,
    pub state: StageProgressState,
    /// How long it took, in words; empty before it ended.
    pub took: String,
    pub steps: Vec<StepProgress>,
    /// What is being written, in the words of the evidence; the report's own are shown
    /// once they are checked.
    pub arriving: Vec<String>,
    /// Why it failed, each finding one sentence, and what to do.
    pub failure: Option<StageFailure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StageProgressState {
    Done,
    Live,
    Failed,
    Waiting,
    NotReached,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepProgress {
    pub input: String,
    pub output: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageFailure {
    pub kind: String,
    pub message: String,
    pub reasons: Vec<String>,
    pub remedy: String,
}

#[cfg(feature = "ssr")]
mod from_run {
    use super::{RunProgress, StageFailure, StageProgress, StageProgressState, StepProgress};
    use crate::component::moment::{duration_words, moment_words};
    use domain::run::{RunStatus, Stage};
    use jiff::Timestamp;
    use orchestrator::run::{RunView, StageState, StageView};

    impl RunProgress {
        pub fn of(run: &RunView, now: Timestamp) -> Self {
            Self {
                statement: statement(run, now),
                status: run.row.status,
                is_final: !run.row.status.is_live(),
                stages: run.stages.iter().map(|stage| stage_progress(run, stage)).collect(),
            }
        }
    }

    fn statement(run: &RunView, now: Timestamp) -> String {
        let words = |at| moment_words(at, now, &run.time_zone);
        let row = &run.row;
        if let (true, Some(waiting_for)) = (row.status.is_live(), &row.waiting_for) {
            return format!("{waiting_for} Queued {}.", words(row.claimed_at));
        }
        match row.status {
            RunStatus::Queued => {
                format!("Queued {}. A worker takes it in a moment.", words(row.claimed_at))
            }
            RunStatus::Running => {
                let live = run
                    .stages
                    .iter()
                    .position(|stage| stage.state == StageState::Live)
                    .unwrap_or(0);
                format!(
                    "Step {} of {}: {}. Started {}.",
                    live + 1,
                    run.stages.len(),
                    run.stages[live].stage.label(),
                    words(row.started_at.unwrap_or(row.claimed_at))
                )
            }
            RunStatus::Succeeded => format!(
                "Completed {}, in {}.",
                words(row.finished_at.unwrap_or(row.claimed_at)),
                run.duration().map(duration_words).unwrap_or_default()
            ),
            RunStatus::Failed => format!(
                "Failed {}. Nothing was published, and the period's run is still available.",
                words(row.finished_at.unwrap_or(row.claimed_at))
            ),
            RunStatus::Cancelled => {
                format!("Cancelled {}.", words(row.finished_at.unwrap_or(row.claimed_at)))
            }
        }
    }

    fn stage_progress(run: &RunView, stage: &StageView) -> StageProgress {
        let (shown, failure) = match stage.state {
            StageState::Done => (StageProgressState::Done, None),
            StageState::Live => (StageProgressState::Live, None),
            StageState::Waiting => (StageProgressState::Waiting, None),
            StageState::NotReached => (StageProgressState::NotReached, None),
            StageState::Failed => (StageProgressState::Failed, failure(run)),
        };
        StageProgress {
            title: stage.stage.label().to_owned(),
            state: shown,
            took: stage
                .span()
                .map(|(start, end)| duration_words(end.duration_since(start)))
                .unwrap_or_default(),
            steps: stage
                .steps
                .iter()
                .map(|step| StepProgress { input: step.input.clone(), output: step.output.clone() })
                .collect(),
            arriving: match stage.state {
                StageState::Live if stage.stage == Stage::Execute => run.arriving.clone(),
                _ => Vec::new(),
            },
            failure,
        }
    }

    fn failure(run: &RunView) -> Option<StageFailure> {
        let kind = run.row.failure_kind?;
        let (_, message, reasons) = run.failure()?;
        Some(StageFailure {
            kind: kind.label().to_owned(),
            message,
            reasons,
            remedy: kind.remedy().to_owned(),
        })
    }
}
