//! Everything that is decided before the gate, from the request alone and in
//! one order: pattern, rights, inputs, date.

use super::{Caller, ExecuteRequest, ExecutionRefused};
use crate::{Orchestrator, UseCaseError};
use domain::{access::Right, id::PortfolioId, workspace::Role};
use executor::pattern::{InputFault, Plan};
use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value};
use std::{collections::BTreeSet, sync::Arc};
use storage::user::Membership;

/// A request that may go to the gate.
pub(super) struct Prepared {
    pub plan: Arc<Plan>,
    pub membership: Membership,
    /// As it was asked for; whether the workspace has it, the store says.
    pub portfolio: Option<PortfolioId>,
    /// Checked, with defaults.
    pub inputs: Map<String, Value>,
    pub asof: Date,
    pub require_fresh: bool,
    pub keeping: Keeping,
}

/// What becomes of an execution that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeping {
    /// It is kept with its trace, to be read again and replayed.
    Kept,
    /// It is shown and forgotten: a page that is read writes nothing.
    Shown,
}

impl Orchestrator {
    pub(super) fn prepare(
        &self,
        caller: &Caller,
        request: ExecuteRequest,
        keeping: Keeping,
        now: Timestamp,
    ) -> Result<Prepared, ExecutionRefused> {
        let membership = caller.membership()?.clone();
        let plan =
            self.patterns.get(&request.pattern_id).ok_or(ExecutionRefused::PatternNotFound)?;
        let plan = Arc::clone(plan);
        may_execute(&plan, &caller.rights, &membership, request.require_fresh)?;
        let mut faults = Vec::new();
        if plan.needs_portfolio && request.portfolio_id.is_none() {
            faults.push(InputFault {
                pointer: "/portfolio_id".to_owned(),
                message: "This pattern needs a portfolio.".to_owned(),
            });
        }
        let inputs = match plan.check_inputs(request.inputs) {
            Ok(inputs) if faults.is_empty() => inputs,
            Ok(_) => return Err(ExecutionRefused::InvalidInput(faults)),
            Err(found) => {
                faults.extend(found);
                return Err(ExecutionRefused::InvalidInput(faults));
            }
        };
        let asof = match request.asof {
            Some(asof) => asof,
            None => now
                .in_tz(&membership.time_zone)
                .map_err(|error| UseCaseError::Internal(error.to_string()))?
                .date(),
        };
        Ok(Prepared {
            plan,
            membership,
            portfolio: request.portfolio_id,
            inputs,
            asof,
            require_fresh: request.require_fresh,
            keeping,
        })
    }
}

fn may_execute(
    plan: &Plan,
    rights: &BTreeSet<Right>,
    membership: &Membership,
    require_fresh: bool,
) -> Result<(), ExecutionRefused> {
    if plan.governed {
        let reason = "This pattern is executed by the runs of a specification, once per period.";
        return Err(ExecutionRefused::Forbidden(reason.to_owned()));
    }
    let missing: Vec<&str> = plan.requires.difference(rights).map(|right| right.id()).collect();
    if !missing.is_empty() {
        let reason = format!("This pattern requires the rights {}.", missing.join(", "));
        return Err(ExecutionRefused::Forbidden(reason));
    }
    if !require_fresh && !membership.role.includes(Role::Editor) {
        let reason = "Only editors and owners may use prices that are not fresh.";
        return Err(ExecutionRefused::Forbidden(reason.to_owned()));
    }
    Ok(())
}
