//! Executing again what was executed, on the same pack, to see whether the same
//! comes out.

use super::{Caller, Correlation, ExecuteRequest, ExecutionAnswer, ExecutionRefused};
use crate::{Orchestrator, Refusal, UseCaseError};
use domain::{
    execution::Outcome, hash::canonical_json, id::ExecutionId, pricing_pack::PricingPackId,
};
use serde::Serialize;
use serde_json::{Map, Value};
use storage::{execution::ExecutionRow, pricing_pack, tenancy};

/// Differences listed at most; a replay that differs this much is another answer.
const DIFFERENCES_MAX: usize = 100;

/// What a replay gave beside the kept answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Replay {
    /// The data are the same to the byte.
    pub identical: bool,
    /// At most 100, in the order of their pointers.
    pub diff: Vec<Difference>,
}

/// One place where the answers differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// JSON pointer into the data.
    pub pointer: String,
    /// Absent in the kept answer: null.
    pub before: Value,
    /// Absent in the replayed answer: null.
    pub after: Value,
}

/// Why an execution cannot be replayed; none when it can.
pub(super) fn not_replayable(row: &ExecutionRow, version_now: Option<&str>) -> Option<String> {
    if row.outcome != Outcome::Succeeded {
        return Some("Only an execution that succeeded has an answer to compare with.".to_owned());
    }
    if row.inputs_redacted {
        return Some("An input was sensitive and not kept.".to_owned());
    }
    match version_now {
        None => Some("Its pattern is no longer here.".to_owned()),
        Some(version) if version != row.pattern_version => Some(format!(
            "Its pattern is version {version} now; then it was {}.",
            row.pattern_version
        )),
        Some(_) => None,
    }
}

impl Orchestrator {
    /// Executes a kept execution again, on the pack that it used, and compares
    /// the data. The replay is an execution of its own and kept like any other.
    ///
    /// # Errors
    /// [`Refusal::NotReplayable`] for one that cannot be replayed;
    /// [`UseCaseError::NotFound`] for one that this workspace does not have.
    pub async fn replay(
        &self,
        caller: &Caller,
        id: ExecutionId,
        correlation: Correlation,
    ) -> Result<Replay, ExecutionRefused> {
        let row = self.load_execution(caller, id).await?.ok_or(UseCaseError::NotFound)?;
        let version = self.patterns.get(&row.pattern_id).map(|plan| plan.version.as_str());
        if not_replayable(&row, version).is_some() {
            return Err(UseCaseError::Refused(Refusal::NotReplayable).into());
        }
        let data = row.data.as_deref().unwrap_or("null");
        let before: Value = serde_json::from_str(data).map_err(UseCaseError::from)?;
        let after = self.execute_again(caller, row, &correlation).await?.data;
        // As it would be kept: canonical JSON writes 0.0 as 0.
        let after = canonical_json(&after).map_err(UseCaseError::from)?;
        let after: Value = serde_json::from_str(&after).map_err(UseCaseError::from)?;
        let mut diff = Vec::new();
        compare("", &before, &after, &mut diff);
        Ok(Replay { identical: diff.is_empty(), diff })
    }
}

impl Orchestrator {
    async fn execute_again(
        &self,
        caller: &Caller,
        row: ExecutionRow,
        correlation: &Correlation,
    ) -> Result<ExecutionAnswer, ExecutionRefused> {
        let broken = |what: &str| UseCaseError::Internal(format!("a kept execution has no {what}"));
        let pack = row.pricing_pack.ok_or_else(|| broken("pack"))?;
        let pack: PricingPackId = pack.parse().map_err(|_| broken("pack of this form"))?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let pack =
            pricing_pack::load(&mut tx, &pack).await?.ok_or(ExecutionRefused::PackNotFound)?;
        drop(tx);
        let Value::Object(inputs) = row.inputs else { return Err(broken("inputs").into()) };
        let request = ExecuteRequest {
            pattern_id: row.pattern_id,
            portfolio_id: row.portfolio,
            // What was not given is null there, and absent here.
            inputs: inputs.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            asof: Some(row.asof),
            require_fresh: row.require_fresh,
        };
        self.execute_on(caller, request, pack, correlation).await
    }
}

/// Adds every place below `pointer` where the values differ.
fn compare(pointer: &str, before: &Value, after: &Value, diff: &mut Vec<Difference>) {
    if before == after || diff.len() == DIFFERENCES_MAX {
        return;
    }
    let absent = &Value::Null;
    match (before, after) {
        (Value::Object(left), Value::Object(right)) => {
            for name in names(left, right) {
                let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                let (left, right) = (left.get(name), right.get(name));
                compare(&pointer, left.unwrap_or(absent), right.unwrap_or(absent), diff);
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            for at in 0..left.len().max(right.len()) {
                let (left, right) = (left.get(at), right.get(at));
                let pointer = format!("{pointer}/{at}");
                compare(&pointer, left.unwrap_or(absent), right.unwrap_or(absent), diff);
            }
        }
        _ => diff.push(Difference {
            pointer: pointer.to_owned(),
            before: before.clone(),
            after: after.clone(),
        }),
    }
}

/// The names of both, each once, sorted.
fn names<'a>(left: &'a Map<String, Value>, right: &'a Map<String, Value>) -> Vec<&'a String> {
    let mut names: Vec<&String> = left.keys().chain(right.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_place_that_differs_is_named_once() {
        let mut diff = Vec::new();
        let before = json!({ "a": [1, 2], "b": { "c/d": "x" }, "same": true });
        let after = json!({ "a": [1, 3, 4], "b": { "c/d": "y" }, "same": true });
        compare("", &before, &after, &mut diff);
        let found: Vec<_> =
            diff.iter().map(|d| (d.pointer.as_str(), d.before.clone(), d.after.clone())).collect();
        let expected = [
            ("/a/1", json!(2), json!(3)),
            ("/a/2", json!(null), json!(4)),
            ("/b/c~1d", json!("x"), json!("y")),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_differs_without_end_is_listed_up_to_its_bound() {
        let (left, right): (Vec<u32>, Vec<u32>) = ((0..500).collect(), (1..501).collect());
        let mut diff = Vec::new();
        compare("", &json!(left), &json!(right), &mut diff);
        assert_eq!(diff.len(), DIFFERENCES_MAX);
    }
}
