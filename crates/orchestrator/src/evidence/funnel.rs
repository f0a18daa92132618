//! Where everything that was read went, from the first reading to a report.

use super::reading::PACK_DAYS;
use crate::{Actor, Orchestrator, UseCaseError};
use desk::{
    funnel::{Funnel, Stage},
    selection::select_from,
};
use domain::{evidence::DropReason, id::RunId, package::Package, workspace::Role};
use jiff::ToSpan;
use storage::{
    PgConnection, StorageError,
    evidence_pack::{self, CurrentPack},
    funnel::{self, AsOf, EntryRow, PlaceCount, Wanted},
    journal, tenancy,
};

/// The newest reports that count as written in. More would be read for every look at the
/// picture, and nobody asks of an item whether a report of last year had it.
pub const REPORTS_MAX: i32 = 2_000;

/// Entries on a page.
const PAGE_SIZE: i64 = 50;

/// A way out, or a place on the way, with the entries that stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunnelPlace {
    /// In addresses.
    pub id: &'static str,
    pub label: &'static str,
}

impl FunnelPlace {
    pub const SOURCE_OFF: Self = Self { id: "source_off", label: "Its source is switched off" };
    pub const NEXT_PACK: Self = Self { id: "next_pack", label: "It waits for the next pack" };
    pub const UNWRITTEN: Self = Self { id: "unwritten", label: "No report has cited it" };
    pub const WRITTEN: Self = Self { id: "written", label: "Written in a report" };
    pub const MERGED: Self =
        Self { id: "merged", label: "Merged into an event that another report began" };

    const OWN: [Self; 5] =
        [Self::SOURCE_OFF, Self::NEXT_PACK, Self::UNWRITTEN, Self::WRITTEN, Self::MERGED];

    pub const fn of(reason: DropReason) -> Self {
        Self { id: reason.id(), label: reason.label() }
    }

    pub fn from_id(id: &str) -> Option<Self> {
        let own = Self::OWN.into_iter().find(|place| place.id == id);
        own.or_else(|| id.parse::<DropReason>().ok().map(Self::of))
    }
}

/// A station of the way, with those that did not reach it by where they left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunnelStep {
    pub label: &'static str,
    pub reached: u64,
    /// None of them empty.
    pub exits: Vec<(FunnelPlace, u64)>,
}

/// The whole way, as of the newest pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeFunnel {
    pub steps: Vec<FunnelStep>,
    /// Of those in the pack: further reports of an event, which are no loss.
    pub merged: u64,
}

/// Entries at one place.
#[derive(Clone, Debug)]
pub struct FunnelEntries {
    pub place: FunnelPlace,
    pub rows: Vec<EntryRow>,
    pub total: i64,
    /// From 1.
    pub page: i64,
    pub pages: i64,
}

/// The way of a run's pack into its report: from the pack's items to those that the report
/// could be written of, each gate with its reason.
fn steps_of_run(funnel: &Funnel) -> Vec<FunnelStep> {
    let at = |stage: Stage| {
        let lost = funnel.exits().iter().filter(|(reason, _)| Stage::missed_by(**reason) == stage);
        lost.map(|(reason, count)| (FunnelPlace::of(*reason), *count)).collect()
    };
    let gates = [
        Stage::InWindow,
        Stage::InScope,
        Stage::Developments,
        Stage::AboveStrength,
        Stage::Written,
    ];
    let stations = [("In the pack of the run", Vec::new())]
        .into_iter()
        .chain(gates.into_iter().map(|stage| (stage.label(), at(stage))));
    let written = funnel.fetched() - funnel.exits().values().sum::<u64>();
    balanced(stations.collect(), written)
}

/// Stations with what is lost before each, in the order of the way; what is left at the end
/// stands under none.
pub fn steps_of(exits: &[(Option<DropReason>, u64)]) -> Vec<FunnelStep> {
    let at = |stage: Stage| {
        let lost = exits.iter().filter_map(|(reason, count)| Some(((*reason)?, *count)));
        let lost = lost.filter(|(reason, count)| Stage::missed_by(*reason) == stage && *count > 0);
        lost.map(|(reason, count)| (FunnelPlace::of(reason), count)).collect()
    };
    let kept = exits.iter().filter(|(reason, _)| reason.is_none()).map(|(_, count)| count).sum();
    let mut stations: Vec<(&'static str, Vec<_>)> = vec![("Collected", Vec::new())];
    let within = Stage::ALL.into_iter().skip(1).filter(|stage| *stage < Stage::InScope);
    stations.extend(within.map(|stage| (stage.label(), at(stage))));
    let mut steps = balanced(stations, kept);
    // What is kept for packs passed all of them; a station that nobody failed tells nothing.
    steps.push(FunnelStep { label: "Kept for packs", reached: kept, exits: Vec::new() });
    let ends = ["Collected", "Kept for packs"];
    steps.retain(|step| ends.contains(&step.label) || !step.exits.is_empty());
    steps
}

/// Counts from the end on: what reached a station is what left after it.
fn balanced(stations: Vec<(&'static str, Vec<(FunnelPlace, u64)>)>, kept: u64) -> Vec<FunnelStep> {
    let mut reached = kept;
    let mut steps: Vec<FunnelStep> = stations
        .into_iter()
        .rev()
        .map(|(label, exits)| {
            let step = FunnelStep { label, reached, exits };
            reached += step.exits.iter().map(|(_, count)| count).sum::<u64>();
            step
        })
        .collect();
    steps.reverse();
    steps
}

fn whole(counts: &[PlaceCount]) -> WholeFunnel {
    let of = |place: FunnelPlace| {
        let found = counts.iter().find(|count| count.place == place.id);
        u64::try_from(found.map_or(0, |count| count.entries)).unwrap_or_default()
    };
    let exits = |places: &[FunnelPlace]| -> Vec<(FunnelPlace, u64)> {
        places.iter().map(|place| (*place, of(*place))).filter(|(_, count)| *count > 0).collect()
    };
    let dropped = |stage: Stage| -> Vec<FunnelPlace> {
        let reasons = DropReason::ALL.iter().filter(|reason| Stage::missed_by(**reason) == stage);
        reasons.map(|reason| FunnelPlace::of(*reason)).collect()
    };
    let not_in_pack = [
        FunnelPlace::SOURCE_OFF,
        FunnelPlace::of(DropReason::OutsideWindow),
        FunnelPlace::NEXT_PACK,
    ];
    let stations = vec![
        ("Collected", Vec::new()),
        (Stage::Parsed.label(), exits(&dropped(Stage::Parsed))),
        (Stage::Dated.label(), exits(&dropped(Stage::Dated))),
        (Stage::PuRelevant.label(), exits(&dropped(Stage::PuRelevant))),
        ("In the days of the newest pack", exits(&not_in_pack)),
        (Stage::Unique.label(), exits(&dropped(Stage::Unique))),
        (FunnelPlace::WRITTEN.label, exits(&[FunnelPlace::UNWRITTEN])),
    ];
    let merged = counts.iter().map(|count| count.merged).sum::<i64>();
    WholeFunnel {
        steps: balanced(stations, of(FunnelPlace::WRITTEN)),
        merged: u64::try_from(merged).unwrap_or_default(),
    }
}

impl Orchestrator {
    /// Where the items of a run's pack went, as its package has them; none before there is
    /// one.
    pub async fn run_funnel(
        &self,
        actor: &Actor,
        run: RunId,
    ) -> Result<Vec<FunnelStep>, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let package = journal::load_package(&mut tx, run).await.map_err(|error| match error {
            StorageError::Corrupt(_) => UseCaseError::Quarantined,
            error => error.into(),
        })?;
        tx.commit().await?;
        let (_, package) = package.ok_or(UseCaseError::NotFound)?;
        // A report of the portfolio desk reads no items.
        let Package::Polyurethane(package) = package else { return Err(UseCaseError::NotFound) };
        let steps =
            tokio::task::spawn_blocking(move || steps_of_run(&select_from(&package).funnel));
        steps.await.map_err(|error| UseCaseError::Internal(error.to_string()))
    }

    /// Where everything that was read went; none where no pack is sealed yet.
    pub async fn whole_funnel(&self, actor: &Actor) -> Result<Option<WholeFunnel>, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let Some((pack, files)) = current(&mut tx).await? else { return Ok(None) };
        let counts = funnel::count(&mut tx, as_of(&pack, &files)).await?;
        Ok(Some(whole(&counts)))
    }

    /// The entries at one place of the way, with their reason.
    pub async fn funnel_entries(
        &self,
        actor: &Actor,
        place: &str,
        words: Option<&str>,
        page: i64,
    ) -> Result<FunnelEntries, UseCaseError> {
        actor.require_admin()?;
        let place = FunnelPlace::from_id(place).ok_or(UseCaseError::NotFound)?;
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let (pack, files) = current(&mut tx).await?.ok_or(UseCaseError::NotFound)?;
        let page = page.clamp(1, 10_000);
        let wanted = Wanted { place: (place != FunnelPlace::MERGED).then_some(place.id), words };
        let (rows, total) = funnel::search(
            &mut tx,
            as_of(&pack, &files),
            wanted,
            (page - 1) * PAGE_SIZE,
            PAGE_SIZE,
        )
        .await?;
        Ok(FunnelEntries { place, rows, total, page, pages: (total + PAGE_SIZE - 1) / PAGE_SIZE })
    }
}

async fn current(
    tx: &mut PgConnection,
) -> Result<Option<(CurrentPack, Vec<String>)>, UseCaseError> {
    let Some(pack) = evidence_pack::load_current(tx).await? else { return Ok(None) };
    let files = pack.files.iter().flatten().map(|file| file.name.clone()).collect();
    Ok(Some((pack, files)))
}

fn as_of<'a>(pack: &CurrentPack, files: &'a [String]) -> AsOf<'a> {
    AsOf {
        pack: pack.id,
        files,
        since: pack.as_of.saturating_sub(PACK_DAYS.days()),
        read_at: pack.read_at,
        reports_max: REPORTS_MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(place: FunnelPlace, entries: i64, merged: i64) -> PlaceCount {
        PlaceCount { place: place.id.to_owned(), entries, merged }
    }

    #[test]
    fn the_sums_balance_at_every_station() {
        let found = whole(&[
            count(FunnelPlace::of(DropReason::BadUrl), 1, 0),
            count(FunnelPlace::of(DropReason::UndatedHeld), 2, 0),
            count(FunnelPlace::of(DropReason::NoPuAnchor), 3, 0),
            count(FunnelPlace::SOURCE_OFF, 4, 0),
            count(FunnelPlace::of(DropReason::Duplicate), 5, 0),
            count(FunnelPlace::UNWRITTEN, 6, 2),
            count(FunnelPlace::WRITTEN, 7, 3),
        ]);
        let reached: Vec<u64> = found.steps.iter().map(|step| step.reached).collect();
        assert_eq!(reached, [28, 27, 25, 22, 18, 13, 7]);
        assert_eq!(found.merged, 5);
        let lost: u64 = found.steps.iter().flat_map(|step| &step.exits).map(|(_, lost)| lost).sum();
        assert_eq!(lost + 7, 28);
    }

    #[test]
    fn a_run_tells_every_gate_with_its_reason() {
        let mut funnel = Funnel::default();
        for reason in [
            DropReason::OutsideWindow,
            DropReason::RegionMismatch,
            DropReason::RegionMismatch,
            DropReason::LinkMismatch,
            DropReason::NoDevelopment,
            DropReason::BelowStrength,
            DropReason::SectionOff,
        ] {
            funnel.leave(reason);
        }
        (0..3).for_each(|_| funnel.write());
        let steps = steps_of_run(&funnel);
        let reached: Vec<u64> = steps.iter().map(|step| step.reached).collect();
        assert_eq!(reached, [10, 9, 6, 5, 4, 3]);
        let regions = (FunnelPlace::of(DropReason::RegionMismatch), 2);
        assert_eq!(steps[2].exits, [regions, (FunnelPlace::of(DropReason::LinkMismatch), 1)]);
    }

    #[test]
    fn every_reason_to_leave_before_a_pack_has_a_station() {
        let exits: Vec<_> =
            DropReason::ALL.iter().map(|reason| (Some(*reason), 1)).chain([(None, 2)]).collect();
        let unfit = DropReason::ALL.iter().filter(|reason| reason.unfit_for_any()).count() as u64;
        let steps = steps_of(&exits);
        // And the days looked at, which a source's own picture does not ask.
        assert_eq!(steps[0].reached, unfit + 1 + 2);
        assert_eq!(steps.last().map(|step| step.reached), Some(2));
    }
}
