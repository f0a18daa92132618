//! What each refusal of an execution is called in the API.

use super::problem::{Code, Problem};
use domain::execution::FaultKind;
use orchestrator::{
    execution::{ExecutionRefused, FailedExecution},
    pricing::{Failed, Warming},
};

/// Seconds after which a full agent has room again.
const OVERLOADED_RETRY_AFTER_S: u32 = 1;
/// When a provider does not say.
const RATE_LIMITED_RETRY_AFTER_S: u32 = 60;

pub fn problem(refused: ExecutionRefused) -> Problem {
    match refused {
        ExecutionRefused::PatternNotFound => {
            Problem::new(Code::PatternNotFound, "No pattern has this id.")
        }
        ExecutionRefused::PortfolioNotFound => {
            Problem::new(Code::PortfolioNotFound, "This workspace has no such portfolio.")
        }
        ExecutionRefused::PackNotFound => {
            Problem::new(Code::PackNotFound, "There is no pricing pack at or before this date.")
        }
        ExecutionRefused::InvalidInput(faults) => {
            let faults: Vec<_> =
                faults.into_iter().map(|fault| (fault.pointer, fault.message)).collect();
            Problem::invalid(&faults)
        }
        ExecutionRefused::Forbidden(reason) => Problem::new(Code::Forbidden, reason),
        ExecutionRefused::PackWarming(warming) => pack_warming(&warming),
        ExecutionRefused::PackFailed(failed) => pack_failed(&failed),
        ExecutionRefused::Failed(failed) => execution_failed(&failed),
        ExecutionRefused::UseCase(error) => error.into(),
    }
}

fn pack_warming(warming: &Warming) -> Problem {
    let last = warming.last_fresh.as_ref();
    Problem::new(Code::PackWarming, "The pricing pack for this date is still being built.")
        .with("pack_id", &warming.pack)
        .with("pack_status", warming.status)
        .with("progress", warming.progress)
        .with("estimated_ready", warming.estimated_ready)
        .with("last_fresh_pack_id", last.map(|last| &last.pack_id))
        .with("last_fresh_asof", last.map(|last| last.asof))
        .retry_after(warming.retry_after_s)
}

fn pack_failed(failed: &Failed) -> Problem {
    let last = failed.last_fresh.as_ref();
    Problem::new(Code::PackFailed, failed.error.clone())
        .with("pack_id", &failed.pack)
        .with("reconciliation_errors", failed.reconciliation_errors)
        .with("last_fresh_pack_id", last.map(|last| &last.pack_id))
        .with("last_fresh_asof", last.map(|last| last.asof))
        .retry_after(failed.retry_after_s)
}

fn execution_failed(failed: &FailedExecution) -> Problem {
    let code = failed.code.and_then(of_agent).unwrap_or_else(|| of_fault(failed.kind));
    let mut problem = Problem::new(code, failed.message.clone())
        .with("execution_id", failed.execution)
        .with("pattern_id", &failed.pattern_id)
        .with("step", &failed.step)
        .with("agent", &failed.agent)
        .with("capability", &failed.capability)
        .with("reasons", &failed.reasons)
        .with("trace", &failed.trace);
    if code == Code::InvalidInput {
        problem = problem.with("errors", [Fault { pointer: "/inputs", message: &failed.message }]);
    }
    let wait = match code {
        Code::Overloaded => failed.retry_after_s.or(Some(OVERLOADED_RETRY_AFTER_S)),
        Code::RateLimited | Code::CircuitBreakerOpen => {
            failed.retry_after_s.or(Some(RATE_LIMITED_RETRY_AFTER_S))
        }
        _ => None,
    };
    match wait {
        Some(seconds) => problem.retry_after(seconds),
        None => problem,
    }
}

#[derive(serde::Serialize)]
struct Fault<'a> {
    pointer: &'a str,
    message: &'a str,
}

/// The codes that an agent may choose itself.
fn of_agent(code: &str) -> Option<Code> {
    [Code::UnknownScenario, Code::SecurityNotFound].into_iter().find(|known| known.id() == code)
}

const fn of_fault(kind: FaultKind) -> Code {
    match kind {
        FaultKind::InvalidInput => Code::InvalidInput,
        FaultKind::NotFound => Code::NotFound,
        FaultKind::Denied => Code::Forbidden,
        FaultKind::RateLimited => Code::RateLimited,
        FaultKind::BreakerOpen => Code::CircuitBreakerOpen,
        FaultKind::Overloaded => Code::Overloaded,
        FaultKind::Timeout => Code::DeadlineExceeded,
        FaultKind::Assistant
        | FaultKind::MissingData
        | FaultKind::Validation
        | FaultKind::Empty
        | FaultKind::Budget
        | FaultKind::Quarantine
        | FaultKind::Cancelled
        | FaultKind::Unavailable
        | FaultKind::Panic
        | FaultKind::Internal => Code::ExecutionFailed,
    }
}
