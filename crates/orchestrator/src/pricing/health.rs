use super::{PackState, Progress, state::RETRY_AFTER_LONGEST_S};
use crate::{Orchestrator, UseCaseError};
use domain::pricing_pack::{PackStatus, PricingPackId, PricingPolicy};
use executor::observe;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use storage::{setup, tenancy};

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
    pub progress: Option<Progress>,
    /// Of a pack that is being built.
    pub estimated_ready: Option<Timestamp>,
    pub error: Option<String>,
    #[serde(skip)]
    pub readiness: Readiness,
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
    pub fn of(state: Option<&PackState>) -> Self {
        let Some(state) = state else { return Self::none() };
        let status = state.pack.status;
        let building = matches!(status, PackStatus::Building | PackStatus::Warming);
        Self {
            status: status.id(),
            pack_id: Some(state.pack.id.clone()),
            asof: Some(state.pack.date),
            updated_at: Some(state.pack.updated_at),
            prewarm_done: status == PackStatus::Fresh,
            reconciliation: match status {
                PackStatus::Fresh | PackStatus::Superseded => Reconciliation::Passed,
                PackStatus::Building | PackStatus::Warming => Reconciliation::NotYet,
                PackStatus::Failed => Reconciliation::NotMade,
            },
            is_fresh: status == PackStatus::Fresh,
            progress: Some(state.progress()),
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
        if let Some(state) = &state {
            observe::pricing_pack_is(policy, state.pack.status);
        }
        Ok(PackHealth::of(state.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::tests_support::state;
    use super::*;

    #[test]
    fn health_and_gate_agree_on_when_to_come_back() {
        let warming = state(PackStatus::Warming);
        let health = PackHealth::of(Some(&warming));
        assert_eq!(health.readiness, Readiness::NotYet { retry_after_s: warming.retry_after_s() });
        assert_eq!(health.estimated_ready, Some(warming.estimated_ready));
        assert!(!health.is_fresh);
    }

    #[test]
    fn health_has_exactly_the_documented_fields() {
        let health = serde_json::to_value(PackHealth::of(None)).unwrap();
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
        assert_eq!(PackHealth::of(Some(&state(PackStatus::Failed))).readiness, Readiness::Failed);
        assert_eq!(PackHealth::of(Some(&state(PackStatus::Fresh))).readiness, Readiness::Fresh);
    }
}
