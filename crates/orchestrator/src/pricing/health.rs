use super::{PackState, Progress, StageRow, state::RETRY_AFTER_LONGEST_S};
use crate::{Orchestrator, UseCaseError};
use domain::pricing_pack::{BuildStage, PackStatus, PricingPackId, PricingPolicy};
use executor::observe;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use storage::{pricing_pack, setup, tenancy};

/// What `/health/pack` says; computed from the same state as the gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackHealth {
    /// `none` when there is no pack.
    pub status: &'static str,
    pub pack_id: Option<PricingPackId>,
    pub asof: Option<Date>,
    pub updated_at: Option<Timestamp>,
    pub prewarm_done: bool,
    pub reconciliation: Reconciliation,
    pub is_fresh: bool,
    pub progress: Option<BuildProgress>,
    /// Of a pack that is being built.
    pub estimated_ready: Option<Timestamp>,
    pub error: Option<String>,
    #[serde(skip)]
    pub readiness: Readiness,
}

/// How far a build is, and how it came there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BuildProgress {
    #[serde(flatten)]
    pub progress: Progress,
    /// Those that were entered, in their order; none of a pack that was stored complete.
    pub stages: Vec<StageTimes>,
}

/// One stage that was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StageTimes {
    pub stage: BuildStage,
    pub entered_at: Timestamp,
    /// Null while it is under way, and where the build stopped in it.
    pub ended_at: Option<Timestamp>,
    /// More than one where a build was taken up again within it.
    pub attempts: u32,
}

impl From<&StageRow> for StageTimes {
    fn from(row: &StageRow) -> Self {
        let StageRow { stage, entered_at, ended_at, attempts, .. } = row;
        let (stage, entered_at) = (*stage, *entered_at);
        Self { stage, entered_at, ended_at: *ended_at, attempts: *attempts }
    }
}

/// Whether ledger and database value the books alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reconciliation {
    /// Every portfolio that values by the pack agrees, or it would not be fresh.
    Passed,
    NotYet,
    /// There is no pack, or its build failed.
    NotMade,
}

/// What a load balancer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    Fresh,
    /// Being built, or none yet: come back.
    NotYet {
        retry_after_s: u32,
    },
    Failed,
}

impl PackHealth {
    /// `stages` are those that the pack has entered.
    pub fn of(state: Option<&PackState>, stages: &[StageRow]) -> Self {
        let Some(state) = state else { return Self::none() };
        let has_ended = |stage: BuildStage| {
            stages.iter().any(|row| row.stage == stage && row.ended_at.is_some())
        };
        let status = state.pack.status;
        let building = matches!(status, PackStatus::Building | PackStatus::Warming);
        Self {
            status: status.id(),
            pack_id: Some(state.pack.id.clone()),
            asof: Some(state.pack.date),
            updated_at: Some(state.pack.updated_at),
            prewarm_done: status == PackStatus::Fresh || has_ended(BuildStage::PrewarmOverviews),
            reconciliation: match status {
                PackStatus::Fresh | PackStatus::Superseded => Reconciliation::Passed,
                _ if has_ended(BuildStage::ReconcileLedger) => Reconciliation::Passed,
                PackStatus::Building | PackStatus::Warming => Reconciliation::NotYet,
                PackStatus::Failed => Reconciliation::NotMade,
            },
            is_fresh: status == PackStatus::Fresh,
            progress: Some(BuildProgress {
                progress: state.progress(),
                stages: stages.iter().map(StageTimes::from).collect(),
            }),
            estimated_ready: building.then_some(state.estimated_ready),
            error: state.pack.error.clone(),
            readiness: match status {
                PackStatus::Fresh => Readiness::Fresh,
                PackStatus::Failed => Readiness::Failed,
                _ => Readiness::NotYet { retry_after_s: state.retry_after_s() },
            },
        }
    }

    fn none() -> Self {
        Self {
            status: "none",
            pack_id: None,
            asof: None,
            updated_at: None,
            prewarm_done: false,
            reconciliation: Reconciliation::NotMade,
            is_fresh: false,
            progress: None,
            estimated_ready: None,
            error: None,
            readiness: Readiness::NotYet { retry_after_s: RETRY_AFTER_LONGEST_S },
        }
    }
}

impl Orchestrator {
    /// The health of the pack for today, by the date in UTC: whoever asks belongs to
    /// no workspace. Also sets the gauge of the policy.
    pub async fn pack_health(&self, policy: &PricingPolicy) -> Result<PackHealth, UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let today = setup::load_now(&mut tx).await?.to_zoned_datetime(TimeZone::UTC).date();
        let state = super::load_state(&mut tx, policy, today).await?;
        let Some(state) = state else { return Ok(PackHealth::of(None, &[])) };
        observe::pricing_pack_is(policy, state.pack.status);
        let stages = pricing_pack::load_stages(&mut tx, &state.pack.id).await?;
        Ok(PackHealth::of(Some(&state), &stages))
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::tests_support::state;
    use super::*;

    #[test]
    fn health_and_gate_agree_on_when_to_come_back() {
        let warming = state(PackStatus::Warming);
        let health = PackHealth::of(Some(&warming), &[]);
        assert_eq!(health.readiness, Readiness::NotYet { retry_after_s: warming.retry_after_s() });
        assert_eq!(health.estimated_ready, Some(warming.estimated_ready));
        assert!(!health.is_fresh);
    }

    #[test]
    fn health_has_exactly_the_documented_fields() {
        let health = serde_json::to_value(PackHealth::of(None, &[])).unwrap();
        let mut fields: Vec<&String> = health.as_object().unwrap().keys().collect();
        fields.sort();
        // domain/portfolio.md section 1, "Other routes".
        assert_eq!(
            fields,
            [
                "asof",
                "error",
                "estimated_ready",
                "is_fresh",
                "pack_id",
                "prewarm_done",
                "progress",
                "reconciliation",
                "status",
                "updated_at"
            ]
        );
        let readiness = |status| PackHealth::of(Some(&state(status)), &[]).readiness;
        assert_eq!(readiness(PackStatus::Failed), Readiness::Failed);
        assert_eq!(readiness(PackStatus::Fresh), Readiness::Fresh);
    }

    #[test]
    fn health_says_which_stage_a_build_is_in_and_which_have_ended() {
        let at = "2026-01-05T00:05:00Z".parse().unwrap();
        let row = |stage, ended_at| StageRow {
            stage,
            entered_at: at,
            ended_at,
            attempts: 1,
            outcome: ended_at.map(|_| "Done.".to_owned()),
        };
        let stages = [
            row(BuildStage::BuildPack, Some(at)),
            row(BuildStage::ReconcileLedger, Some(at)),
            row(BuildStage::ComputeDailyMetrics, None),
        ];
        let health = PackHealth::of(Some(&state(PackStatus::Warming)), &stages);
        assert_eq!((health.reconciliation, health.prewarm_done), (Reconciliation::Passed, false));
        let said = serde_json::to_value(health).unwrap();
        assert_eq!(
            said["progress"]["stages"][2],
            serde_json::json!({
                "stage": "compute_daily_metrics",
                "entered_at": "2026-01-05T00:05:00Z",
                "ended_at": null,
                "attempts": 1,
            })
        );
        // With the members that the domain names beside them.
        assert_eq!(said["progress"]["total"], 5);
        assert_eq!(said["progress"]["stages"].as_array().map(Vec::len), Some(3));
    }
}
