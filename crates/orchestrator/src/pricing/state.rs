use crate::{Actor, Orchestrator, UseCaseError};
use domain::{
    id::WorkspaceId,
    pricing_pack::{BuildStage, PricingPackId, PricingPolicy},
    workspace::Role,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::Serialize;
use storage::{
    PgConnection, StorageError, portfolio,
    pricing_pack::{self, PricingPackRow},
    setup, tenancy, workspace,
};

/// How many builds the estimate looks at.
const BUILDS_COUNTED: i64 = 10;
/// With fewer builds than this a median says nothing.
const BUILDS_NEEDED: usize = 3;
/// What a build is taken to need while nothing better is known.
const BUILD_ASSUMED: SignedDuration = SignedDuration::from_mins(15);

/// Bounds of `Retry-After`: nobody hammers, nobody waits longer than a build.
const RETRY_AFTER_S: (i64, i64) = (5, 900);

/// Where the pack for a date stands, as the gate and `/health/pack` both see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackState {
    pub pack: PricingPackRow,
    /// When the build should be done; past or not.
    pub estimated_ready: Timestamp,
    /// The newest fresh pack of the policy up to the date that was asked for.
    pub last_fresh: Option<LastFresh>,
    pub observed_at: Timestamp,
    /// Portfolios of the workspace that asks whose ledger and database differ by it.
    pub reconciliation_errors: u32,
}

/// The prices that an execution by a member would take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricesAsOf {
    pub as_of: Date,
    /// IANA name of the workspace's zone.
    pub zone: String,
    /// None: there is no pack of that day or before it.
    pub state: Option<PackState>,
}

/// A pack that an explicit choice of its date leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastFresh {
    pub pack_id: PricingPackId,
    pub asof: Date,
}

/// How far a build is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Under way, or the last one.
    pub stage: BuildStage,
    pub done: u32,
    pub total: u32,
}

impl PackState {
    pub fn progress(&self) -> Progress {
        Progress {
            stage: self.pack.stage,
            done: self.pack.stages_done,
            total: self.pack.stages_total,
        }
    }

    /// Seconds until it makes sense to ask again.
    pub fn retry_after_s(&self) -> u32 {
        let wait = self.estimated_ready.duration_since(self.observed_at).as_secs();
        let (least, most) = RETRY_AFTER_S;
        u32::try_from(wait.clamp(least, most)).unwrap_or(u32::MAX)
    }
}

/// Seconds to wait where no build is under way, or one has failed.
pub(super) const RETRY_AFTER_LONGEST_S: u32 = 900;

/// Build start plus the median of the last builds; `build_seconds` holds at most
/// ten, in any order.
pub fn estimated_ready(started_at: Timestamp, build_seconds: &[f64]) -> Timestamp {
    let duration = if build_seconds.len() < BUILDS_NEEDED {
        BUILD_ASSUMED
    } else {
        SignedDuration::try_from_secs_f64(median(build_seconds)).unwrap_or(BUILD_ASSUMED)
    };
    started_at.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// Of a list that is not empty.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    }
}

/// The newest pack of the policy that is not superseded, of `as_of` or before.
pub async fn load_state(
    conn: &mut PgConnection,
    policy: &PricingPolicy,
    as_of: Date,
) -> Result<Option<PackState>, StorageError> {
    let Some(pack) = pricing_pack::load_as_of(conn, policy, as_of).await? else {
        return Ok(None);
    };
    let seconds = pricing_pack::load_build_seconds(conn, policy, BUILDS_COUNTED).await?;
    let last_fresh = pricing_pack::load_last_fresh(conn, policy, as_of).await?;
    Ok(Some(PackState {
        estimated_ready: estimated_ready(pack.build_started_at, &seconds),
        last_fresh: last_fresh.map(|pack| LastFresh { pack_id: pack.id, asof: pack.date }),
        observed_at: setup::load_now(conn).await?,
        reconciliation_errors: portfolio::count_differing(conn, &pack.id).await?,
        pack,
    }))
}

impl Orchestrator {
    /// The policy that a workspace values by.
    pub async fn pricing_policy(
        &self,
        workspace: WorkspaceId,
    ) -> Result<PricingPolicy, UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        workspace::load_pricing_policy(&mut tx, workspace).await?.ok_or(UseCaseError::NotFound)
    }

    /// Where the pack of a policy for a date stands; none when there is no pack of
    /// that date or before it.
    pub async fn pack_state(
        &self,
        policy: &PricingPolicy,
        as_of: Date,
    ) -> Result<Option<PackState>, UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        Ok(load_state(&mut tx, policy, as_of).await?)
    }

    /// Where the pack stands that a member's execution would take: of their
    /// workspace's policy, for a day, or for today by the workspace's clock.
    pub async fn prices_as_of(
        &self,
        actor: &Actor,
        as_of: Option<Date>,
    ) -> Result<PricesAsOf, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let policy = self.pricing_policy(membership.workspace).await?;
        let zone = membership.time_zone.clone();
        let as_of = match as_of {
            Some(day) => day,
            None => self
                .now()
                .await?
                .in_tz(&zone)
                .map_err(|error| UseCaseError::Internal(error.to_string()))?
                .date(),
        };
        let state = self.pack_state(&policy, as_of).await?;
        Ok(PricesAsOf { as_of, zone, state })
    }

    /// The newest pricing packs first, at most [`pricing_pack::LIST_MAX`].
    pub async fn pricing_packs(
        &self,
        policy: Option<&PricingPolicy>,
        limit: i64,
    ) -> Result<Vec<PricingPackRow>, UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        Ok(pricing_pack::load_newest(&mut tx, policy, limit).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // domain/portfolio.md section 1: build start + the median duration of the last
    // 10 builds, 15 minutes if fewer than 3.
    #[test]
    fn a_pack_is_expected_after_the_median_of_the_last_builds() {
        let start: Timestamp = "2026-01-05T00:05:00Z".parse().unwrap();
        let after =
            |seconds: &[f64]| estimated_ready(start, seconds).duration_since(start).as_secs();
        assert_eq!(after(&[]), 900);
        assert_eq!(after(&[60.0, 60.0]), 900);
        assert_eq!(after(&[600.0, 60.0, 120.0]), 120);
        assert_eq!(after(&[600.0, 60.0, 120.0, 240.0]), 180);
    }
}

#[cfg(test)]
pub(crate) mod tests_support {
    use super::PackState;
    use domain::pricing_pack::{BuildStage, PackStatus};
    use storage::pricing_pack::PricingPackRow;

    /// A pack in `status`, ten minutes before it is expected.
    pub fn state(status: PackStatus) -> PackState {
        let started = "2026-01-05T00:05:00Z".parse().unwrap();
        let failed = status == PackStatus::Failed;
        let done = matches!(status, PackStatus::Fresh | PackStatus::Superseded);
        PackState {
            pack: PricingPackRow {
                id: "PP_2026-01-05_CLOSE_USD_v1_0123456789ab".parse().unwrap(),
                date: "2026-01-05".parse().unwrap(),
                policy: "CLOSE_USD".parse().unwrap(),
                version: 1,
                ledger_commit: "0123456789abcdef0123456789abcdef01234567".parse().unwrap(),
                sample: true,
                supersedes: None,
                reason: None,
                status,
                stage: BuildStage::BuildPack,
                stages_done: if done { 5 } else { 0 },
                stages_total: 5,
                build_started_at: started,
                updated_at: started,
                fresh_at: done.then_some(started),
                error: failed.then(|| "ACME on XNAS has no price".to_owned()),
            },
            estimated_ready: "2026-01-05T00:20:00Z".parse().unwrap(),
            last_fresh: None,
            observed_at: "2026-01-05T00:10:00Z".parse().unwrap(),
            reconciliation_errors: 0,
        }
    }
}
