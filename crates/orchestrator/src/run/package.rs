//! Step 3: the freshness gate, then the run package: the full and only context.

use super::prices;
use crate::{UseCaseError, evidence::Gate, run::World};
use agents::evidence::{EARLIER_DAYS, continuing};
use domain::{
    cadence::PeriodKey,
    evidence::{ContinuingEvent, EvidencePack},
    hash::{ContentHash, canonical_json},
    package::{Instruction, Package, PatternReference, PreviousRun, RunPackage},
    slot_override::OverrideKind,
    specification::Specification,
    taxonomy::TAXONOMY_VERSION,
};
use jiff::ToSpan;
use storage::{
    PgConnection, artifact, evidence_pack,
    run::{self as store, RunRow},
    slot_override, specification,
};

/// Earlier runs named in a package: context, not memory.
const PREVIOUS_RUNS_MAX: i64 = 5;

const INSTRUCTION_VERSION: u32 = 3;
const INSTRUCTION_TEXT: &str = include_str!("../../instructions/analyst_3.md");

/// The system instruction of this build.
pub fn instruction() -> Instruction {
    let id = "polyurethane_observatory_intelligence_analyst";
    Instruction::new(id, INSTRUCTION_VERSION, INSTRUCTION_TEXT)
}

/// Why there is no package.
pub(super) enum NotAssembled {
    /// Evidence may not be used now.
    NotFresh(Gate),
    Quarantined,
    /// What the package must hold is not there, and waiting does not bring it.
    Missing(String),
}

/// A package with the canonical text that is stored and hashed.
pub(super) struct Assembled {
    pub package: Package,
    pub hash: ContentHash,
    pub document: String,
    /// What went in and what came out, each one sentence for a reader.
    pub input: String,
    pub output: String,
}

/// A run whose slot was reset takes the place of the period's earlier reports, so
/// it is not told of them.
async fn replaced_period<'a>(
    tx: &mut PgConnection,
    run: &'a RunRow,
) -> Result<Option<&'a PeriodKey>, UseCaseError> {
    let kind = slot_override::load_kind(tx, run.id).await?;
    Ok((kind == Some(OverrideKind::SlotReset)).then_some(&run.period.key))
}

async fn previous_runs(
    tx: &mut PgConnection,
    run: &RunRow,
) -> Result<Vec<PreviousRun>, UseCaseError> {
    let replaced = replaced_period(tx, run).await?;
    Ok(store::load_previous(tx, run.specification, replaced, PREVIOUS_RUNS_MAX).await?)
}

/// Which events of the pack earlier reports of the specification cite.
async fn continuing_events(
    tx: &mut PgConnection,
    run: &RunRow,
    pack: &EvidencePack,
    specification: &Specification,
) -> Result<Vec<ContinuingEvent>, UseCaseError> {
    let replaced = replaced_period(tx, run).await?;
    let since = run.window_from.saturating_sub(EARLIER_DAYS.days());
    let cited = artifact::load_cited(tx, run.specification, replaced, since).await?;
    Ok(continuing(pack, specification, run.window_from, run.window_to, &cited))
}

pub(super) fn slot_ordinal(run: &RunRow) -> Result<u16, UseCaseError> {
    u16::try_from(run.slot_ordinal)
        .map_err(|_| UseCaseError::Internal(format!("slot ordinal of run {}", run.id)))
}

pub(super) async fn assemble(
    tx: &mut PgConnection,
    run: &RunRow,
    pattern: PatternReference,
) -> Result<Result<Assembled, NotAssembled>, UseCaseError> {
    let version = specification::load_version(tx, run.version)
        .await?
        .ok_or_else(|| UseCaseError::Internal(format!("version {} vanished", run.version)))?;
    if let Some(order) = version.specification.portfolio.clone() {
        let previous = previous_runs(tx, run).await?;
        return prices::assemble(tx, run, version, &order, pattern, previous).await;
    }
    let world = World::load(tx, run.workspace).await?;
    let scope = &version.specification.scope;
    let gate = Gate::of(world.evidence.as_ref(), scope, run.period.cadence, world.now);
    let current = match (gate, world.evidence) {
        (Gate::Open, Some(evidence)) => evidence.pack,
        (gate, _) => return Ok(Err(NotAssembled::NotFresh(gate))),
    };
    let (pack_hash, text) = evidence_pack::load_document(tx, current.id)
        .await?
        .ok_or_else(|| UseCaseError::Internal(format!("pack {} vanished", current.id)))?;
    if ContentHash::of_bytes(text.as_bytes()) != pack_hash {
        return Ok(Err(NotAssembled::Quarantined));
    }
    let pack: EvidencePack = serde_json::from_str(&text)?;
    let continuing = continuing_events(tx, run, &pack, &version.specification).await?;
    let package = RunPackage {
        schema: RunPackage::SCHEMA,
        run_id: run.id,
        specification_id: run.specification,
        specification_version_id: run.version,
        specification_version: version.number,
        specification: version.specification,
        period: run.period.clone(),
        slot_ordinal: slot_ordinal(run)?,
        claimed_at: run.claimed_at,
        window_from: run.window_from,
        window_to: run.window_to,
        pack_id: current.id,
        pack_hash,
        pack,
        taxonomy_version: TAXONOMY_VERSION,
        instruction: instruction(),
        pattern,
        previous_runs: previous_runs(tx, run).await?,
        continuing,
    };
    let document = canonical_json(&package)?;
    let hash = ContentHash::of_bytes(document.as_bytes());
    let input = format!(
        "Evidence pack {} of {}, published {} to {}",
        pack_hash.short(),
        package.pack.as_of,
        package.window_from,
        package.window_to
    );
    let output = format!(
        "Package {} with {} evidence items of {} sources is sealed.",
        hash.short(),
        package.pack.items.len(),
        package.pack.sources.len()
    );
    Ok(Ok(Assembled { package: package.into(), hash, document, input, output }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reports name version and hash, so a version is of one text for good. Other words are
    /// another file with the next number; `sha256sum instructions/*` gives the hash.
    #[test]
    fn a_version_of_the_instruction_is_one_text_for_good() {
        let check = |version: u32, text: &str, sha256: &str| {
            let reference = Instruction::new("", version, text).reference().unwrap();
            assert_eq!(reference.sha256.to_string(), sha256, "version {version}");
            reference
        };
        check(
            2,
            include_str!("../../instructions/analyst_2.md"),
            "f109f402b6f6329a275576fc8c5362a7f327bfc8839beb8dc5d79905c3d0b24e",
        );
        let newest = check(
            3,
            include_str!("../../instructions/analyst_3.md"),
            "0258316233f99a3572ef6de86c01f0ba4895e2c570601f1721417c4709216f29",
        );
        assert_eq!(instruction().reference(), Some(newest));
    }
}
