//! The overviews of portfolios, computed before somebody asks for them. What is computed stays
//! in the caches of the process that did it: the one that builds a pack does it as a stage of
//! the build, each one that serves when it sees that a pack has become fresh.

use crate::{Orchestrator, UseCaseError, new_id};
use domain::{
    id::WorkspaceId,
    pricing_pack::{PackStatus, PricingPackId},
};
use executor::{context::Context, pattern::Plan, runtime::Limits};
use jiff::Timestamp;
use serde_json::Map;
use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};
use storage::{
    portfolio::{self, PortfolioRow},
    pricing_pack::{self, PricingPackRow},
    tenancy, workspace,
};

/// What a portfolio's own page executes.
const OVERVIEW: &str = "portfolio_overview";
/// More than the cache of a process holds beside everything else.
const OVERVIEWS_MAX: usize = 500;
/// The gate waits for it, and is to be open ten minutes after the build began.
const PATIENCE: Duration = Duration::from_mins(1);
/// Packs that are looked at for having become fresh: there is one a night and policy.
const PACKS_LOOKED_AT: i64 = 10;

/// What became of the overviews.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Warmed {
    pub computed: usize,
    /// They have a reason that their readers are told.
    pub failed: usize,
    /// Left to their first readers: too many, or no time for them.
    pub left: usize,
}

impl fmt::Display for Warmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Overviews computed: {}", self.computed)?;
        if self.failed > 0 {
            write!(f, "; without figures: {}", self.failed)?;
        }
        if self.left > 0 {
            write!(f, "; left to their first readers: {}", self.left)?;
        }
        f.write_str(".")
    }
}

impl Orchestrator {
    /// Computes the overview of every portfolio whose readers would be shown this pack today.
    pub(super) async fn prewarm_overviews(
        &self,
        id: &PricingPackId,
    ) -> Result<Warmed, UseCaseError> {
        let mut result = Warmed::default();
        let Some(plan) = self.patterns.get(OVERVIEW).map(Arc::clone) else { return Ok(result) };
        let now = self.now().await?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let workspaces = portfolio::load_workspaces(&mut tx, &id.name().policy).await?;
        drop(tx);
        let begun = Instant::now();
        for workspace in workspaces {
            let (pack, zone, rows) = self.read_today(workspace, id, now).await?;
            let Some(pack) = pack else { continue };
            for row in rows {
                let has_room = result.computed + result.failed < OVERVIEWS_MAX;
                if !has_room || begun.elapsed() >= PATIENCE {
                    result.left += 1;
                    continue;
                }
                let context = self.context_ahead(workspace, &row, &pack, &zone, now)?;
                if self.compute_ahead(&plan, context).await {
                    result.computed += 1;
                } else {
                    result.failed += 1;
                }
            }
        }
        Ok(result)
    }

    /// Computes the overviews by the packs that became fresh after `since`; gives when the
    /// newest of them did.
    pub async fn prewarm_since(&self, since: Timestamp) -> Result<Timestamp, UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let newest = pricing_pack::load_newest(&mut tx, None, PACKS_LOOKED_AT).await?;
        drop(tx);
        let mut until = since;
        for pack in newest {
            let Some(fresh_at) = pack.fresh_at.filter(|at| *at > since) else { continue };
            until = until.max(fresh_at);
            if pack.status == PackStatus::Fresh {
                let warmed = self.prewarm_overviews(&pack.id).await?;
                tracing::info!(pack.id = %pack.id, %warmed, "overviews were computed ahead");
            }
        }
        Ok(until)
    }

    /// The pack, if it is the one that the workspace's readers are shown today; the
    /// workspace's zone and its portfolios.
    async fn read_today(
        &self,
        workspace: WorkspaceId,
        id: &PricingPackId,
        now: Timestamp,
    ) -> Result<(Option<PricingPackRow>, String, Vec<PortfolioRow>), UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let zone = workspace::load_time_zone(&mut tx, workspace).await?;
        let zone = zone.ok_or(UseCaseError::NotFound)?;
        let today = local(now, &zone)?;
        let pack = pricing_pack::load_as_of(&mut tx, &id.name().policy, today).await?;
        let rows = portfolio::load_all(&mut tx).await?;
        Ok((pack.filter(|pack| pack.id == *id), zone, rows))
    }

    /// As a reader's who asks for no day of their own: values are found by this alone.
    fn context_ahead(
        &self,
        workspace: WorkspaceId,
        row: &PortfolioRow,
        pack: &PricingPackRow,
        zone: &str,
        now: Timestamp,
    ) -> Result<Context, UseCaseError> {
        Ok(Context {
            pricing_pack: Some(pack.id.clone()),
            ledger_commit: Some(pack.ledger_commit.to_string()),
            trace_id: new_id().simple().to_string(),
            request_id: new_id(),
            user: None,
            workspace,
            portfolio: Some(row.id),
            base_currency: Some(row.base.to_string()),
            benchmark: None,
            asof: local(now, zone)?,
            timestamp: now,
            rights_profile: self.rights_profile,
            require_fresh: true,
            stale: false,
            governed: None,
        })
    }

    /// False where it has no figures, and says why to the log.
    async fn compute_ahead(&self, plan: &Arc<Plan>, context: Context) -> bool {
        let Ok(inputs) = plan.check_inputs(Map::new()) else { return false };
        let portfolio = context.portfolio;
        let context = Arc::new(context);
        let finished = self.runtime.run(plan, inputs, context, Limits::default(), None).await;
        match finished.result {
            Ok(_) => true,
            Err(error) => {
                let portfolio = portfolio.map(tracing::field::display);
                let fault = error.fault.message;
                tracing::warn!(portfolio.id = portfolio, fault, "an overview has no figures");
                false
            }
        }
    }
}

fn local(now: Timestamp, zone: &str) -> Result<jiff::civil::Date, UseCaseError> {
    let here = now.in_tz(zone).map_err(|error| UseCaseError::Internal(error.to_string()))?;
    Ok(here.date())
}
