use crate::{
    Actor, Orchestrator, UseCaseError,
    run::{Readiness, World, readiness},
    schedule::ScheduleView,
};
use domain::{
    id::SpecificationId,
    specification::{Change, diff},
    workspace::Role,
};
use storage::{
    audit::{self, AuditRow},
    setup,
    specification::{self as store, SpecificationRow, Summary, Version},
    tenancy,
};

/// More specifications than a workspace keeps in sight.
const SPECIFICATIONS_MAX: i64 = 500;
/// Decisions shown on a specification's page.
const DECISIONS_MAX: i64 = 50;

/// A specification with everything its page shows.
#[derive(Clone, Debug)]
pub struct SpecificationView {
    pub row: SpecificationRow,
    /// The newest first.
    pub versions: Vec<Version>,
    pub summary: Summary,
    /// Why it can, or cannot, run now.
    pub readiness: Readiness,
    pub schedule: ScheduleView,
    pub decisions: Vec<AuditRow>,
    pub time_zone: String,
}

impl SpecificationView {
    pub fn active(&self) -> Option<&Version> {
        self.versions.iter().find(|version| Some(version.id) == self.row.active_version)
    }

    pub fn submitted(&self) -> Option<&Version> {
        self.versions.iter().find(|version| Some(version.id) == self.row.submitted_version)
    }

    pub fn newest(&self) -> Option<&Version> {
        self.versions.first()
    }
}

/// Two versions side by side.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub name: String,
    pub before: Version,
    pub after: Version,
    pub changes: Vec<Change>,
    /// Numbers of all versions, the newest first.
    pub numbers: Vec<u32>,
}

impl Orchestrator {
    /// The workspace's specifications with why each can, or cannot, run now.
    pub async fn list_specifications(
        &self,
        actor: &Actor,
    ) -> Result<Vec<(Summary, Readiness)>, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let world = World::load_for_trigger(&mut tx, membership.workspace, &self.limits).await?;
        let summaries = store::load_summaries(&mut tx, None, SPECIFICATIONS_MAX).await?;
        summaries
            .into_iter()
            .map(|summary| {
                let readiness = readiness(&world, &summary)?;
                Ok((summary, readiness))
            })
            .collect()
    }

    pub async fn view_specification(
        &self,
        actor: &Actor,
        id: SpecificationId,
    ) -> Result<SpecificationView, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let row = store::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        let world = World::load_for_trigger(&mut tx, membership.workspace, &self.limits).await?;
        let summary = store::load_summaries(&mut tx, Some(id), 1)
            .await?
            .pop()
            .ok_or(UseCaseError::NotFound)?;
        Ok(SpecificationView {
            readiness: readiness(&world, &summary)?,
            schedule: ScheduleView::load(&mut tx, &world, &row, &summary).await?,
            versions: store::load_versions(&mut tx, id).await?,
            decisions: audit::load_about(&mut tx, &id.to_string(), DECISIONS_MAX).await?,
            time_zone: membership.time_zone.clone(),
            row,
            summary,
        })
    }

    /// Compares two versions by number; without numbers, the newest two.
    pub async fn compare_versions(
        &self,
        actor: &Actor,
        id: SpecificationId,
        from: Option<u32>,
        to: Option<u32>,
    ) -> Result<Comparison, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let row = store::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        let versions = store::load_versions(&mut tx, id).await?;
        let newest = versions.first().ok_or(UseCaseError::NotFound)?.number;
        let to = to.unwrap_or(newest);
        let from = from.unwrap_or_else(|| to.saturating_sub(1).max(1));
        let find = |number: u32| {
            versions
                .iter()
                .find(|version| version.number == number)
                .cloned()
                .ok_or(UseCaseError::NotFound)
        };
        let (before, after) = (find(from)?, find(to)?);
        Ok(Comparison {
            name: row.name,
            changes: diff(&before.specification, &after.specification),
            numbers: versions.iter().map(|version| version.number).collect(),
            before,
            after,
        })
    }

    /// The database's clock, for "today 09:12".
    pub async fn now(&self) -> Result<jiff::Timestamp, UseCaseError> {
        let mut conn = self.pool.acquire().await?;
        Ok(setup::load_now(&mut conn).await?)
    }
}
