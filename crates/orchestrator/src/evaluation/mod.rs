//! Having a golden set of packages written by several engines, before one is made live.
//! Nothing is stored; the calls of language models keep to the budgets all the same.

mod tally;

use crate::{
    UseCaseError,
    assistant::ModelAccount,
    run::{context_of, instruction},
};
use agents::{
    assistant::Engine,
    evaluation::{Measured, measure},
};
use domain::{
    hash::ContentHash,
    id::WorkspaceId,
    package::{Instruction, RunPackage},
};
use executor::{
    capability::{Call, Fault},
    context::{Governed, RightsProfile},
    lineage::Lineages,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tally::Tally;
pub use tally::Used;
use uuid::Uuid;

/// An engine with the instruction that it is given.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub name: String,
    pub engine: Engine,
    pub instruction: Instruction,
}

impl Candidate {
    /// The built-in analyst, which reads no instruction.
    pub fn builtin() -> Self {
        Self {
            name: "Built-in analyst".to_owned(),
            engine: Engine::Builtin,
            instruction: instruction(),
        }
    }
}

/// How one package fared with one candidate.
#[derive(Clone, Debug)]
pub struct Trial {
    pub result: Result<Measured, Fault>,
    pub took: Duration,
    pub used: Used,
}

/// Has each package written once, one after the other. The budget of a run is each
/// package's, that of a month the whole evaluation's.
pub async fn evaluate(
    candidate: &Candidate,
    packages: &[RunPackage],
    account: &Arc<ModelAccount>,
) -> Result<Vec<Trial>, UseCaseError> {
    let tally = Arc::new(Tally::new(Arc::clone(account)));
    let engine = candidate.engine.clone().keeping(Arc::clone(&tally) as _);
    let mut trials = Vec::with_capacity(packages.len());
    for package in packages {
        let package = RunPackage { instruction: candidate.instruction.clone(), ..package.clone() };
        let run = package.run_id;
        let package_hash = ContentHash::of_json(&package)?;
        let sealed = Governed { package: package.clone().into(), package_hash, hold: 0 };
        let nobody = WorkspaceId::from_uuid(Uuid::nil());
        let context = context_of(sealed, nobody, RightsProfile::Production)?;
        let call = Call {
            context: Arc::new(context),
            lineage: Arc::new(Lineages::default()),
            call_id: run.as_uuid(),
        };
        let begun = Instant::now();
        let result =
            measure(&engine, &Governed { package: &package, package_hash, hold: 0 }, &call).await;
        trials.push(Trial { result, took: begun.elapsed(), used: tally.used_by(run) });
    }
    Ok(trials)
}
