//! Why a model gave no report, and what follows from that: one table.

use domain::language_model::Exhausted;
use executor::capability::{Fault, FaultKind};
use reports::{Finding, FindingCode};
use std::time::Duration;

/// Everything that can go wrong between a question and a report that may be
/// published. None of it consumes the period's slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The server does not accept our key, or it may not use the model.
    InvalidKey,
    /// The account behind the key has no credit left.
    QuotaExhausted,
    /// Called too often; the server may say when to come back.
    RateLimited {
        retry_after: Option<Duration>,
    },
    /// The server is there and cannot serve now.
    Overloaded {
        retry_after: Option<Duration>,
    },
    /// Nobody answers at the address.
    Unreachable,
    TimedOut(TimedOut),
    /// The answer ended without its last event.
    Truncated,
    /// The model, or a filter before it, will not answer.
    Refused,
    /// The model stopped at the bound on its tokens.
    Incomplete,
    /// What came is not the protocol: wrong type, broken JSON, a redirect.
    Malformed,
    /// More bytes than one answer may have.
    OverLong,
    /// The server did not take the request: unknown model or parameter.
    Rejected,
    /// The server has no background mode. Whoever asked for it asks again without.
    NoBackground,
    /// The question is larger than it may be; nothing was sent.
    PromptTooLong,
    /// A bound on calls, tokens or money does not cover one more call; nothing was
    /// sent.
    BudgetUsedUp(Exhausted),
    /// The server does not hold its model to a schema; it was told nothing.
    ServerLacks,
    /// The call could not be written down; nothing was sent.
    NotRecorded,
    /// A run is replayed, and what is on record answers no further question.
    NotOnRecord,
    /// The answer is not the document that was asked for.
    SchemaViolated,
    /// The document leaves the specification.
    OutOfScope,
    /// The document states what its evidence does not.
    Ungrounded,
}

/// What the assistant waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimedOut {
    Connect,
    FirstByte,
    Idle,
    Total,
}

/// What may be done about it, inside the same bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// It would come again.
    Nothing,
    /// The same question once more.
    Retry,
    /// The answer back to the model, with what is wrong with it.
    Repair,
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Stable: in logs, records and answers.
    pub code: &'static str,
    pub recovery: Recovery,
    /// Whether the breaker counts it is a matter of the kind.
    pub kind: FaultKind,
    /// What the subscriber reads.
    pub sentence: &'static str,
}

impl Failure {
    /// The table.
    pub const fn terms(&self) -> Terms {
        use FaultKind::{Assistant, Budget, RateLimited, Timeout, Unavailable, Validation};
        use Recovery::{Nothing, Repair, Retry};
        let (code, recovery, kind, sentence) = match self {
            Self::InvalidKey => (
                "invalid_key",
                Nothing,
                Assistant,
                "The language model's provider did not accept this installation's access.",
            ),
            Self::QuotaExhausted => (
                "quota_exhausted",
                Nothing,
                Assistant,
                "The credit at the language model's provider is used up.",
            ),
            Self::RateLimited { .. } => (
                "rate_limited",
                Retry,
                RateLimited,
                "The language model's provider asked to be called less often.",
            ),
            Self::Overloaded { .. } => (
                "overloaded",
                Retry,
                Unavailable,
                "The language model's provider could not serve the request.",
            ),
            Self::Unreachable => (
                "unreachable",
                Retry,
                Unavailable,
                "The language model's provider could not be reached.",
            ),
            Self::TimedOut(TimedOut::Total) => (
                "timed_out",
                Nothing,
                Timeout,
                "The language model did not finish the report in time.",
            ),
            Self::TimedOut(_) => {
                ("timed_out", Retry, Timeout, "The language model did not answer in time.")
            }
            Self::Truncated => (
                "truncated",
                Retry,
                Unavailable,
                "The language model's answer broke off before its end.",
            ),
            Self::Refused => {
                ("refused", Nothing, Assistant, "The language model declined to write the report.")
            }
            Self::Incomplete => (
                "incomplete",
                Nothing,
                Assistant,
                "The language model reached its limit before the report was complete.",
            ),
            Self::Malformed => (
                "malformed",
                Retry,
                Unavailable,
                "The language model's provider gave an answer that cannot be read.",
            ),
            Self::OverLong => (
                "over_long",
                Nothing,
                Assistant,
                "The language model's answer was longer than a report may be.",
            ),
            Self::Rejected => (
                "rejected",
                Nothing,
                Assistant,
                "The language model's provider does not serve requests of this form.",
            ),
            Self::NoBackground => (
                "no_background",
                Nothing,
                Assistant,
                "The language model's provider does not go on with answers by itself.",
            ),
            Self::PromptTooLong => (
                "prompt_too_long",
                Nothing,
                Assistant,
                "The evidence in scope is more than the language model is given at once.",
            ),
            Self::BudgetUsedUp(bound) => {
                let (code, sentence) = bound_words(*bound);
                (code, Nothing, Budget, sentence)
            }
            Self::ServerLacks => (
                "server_lacks",
                Nothing,
                Assistant,
                "The language model's server does not hold answers to the structure of a report, \
                 so it was not given the evidence.",
            ),
            Self::NotRecorded => (
                "not_recorded",
                Retry,
                Unavailable,
                "The call of the language model could not be recorded, so it was not made.",
            ),
            Self::NotOnRecord => (
                "not_on_record",
                Nothing,
                Assistant,
                "This build would ask the language model once more than is on record.",
            ),
            Self::SchemaViolated => (
                "schema_violated",
                Repair,
                Validation,
                "The language model's answer did not have the structure of a report.",
            ),
            Self::OutOfScope => (
                "out_of_scope",
                Repair,
                Validation,
                "The language model's report left the specification.",
            ),
            Self::Ungrounded => (
                "ungrounded",
                Repair,
                Validation,
                "The language model's report stated what its evidence does not.",
            ),
        };
        Terms { code, recovery, kind, sentence }
    }

    /// Which of the last three the findings of a validation amount to; none where
    /// there are none.
    pub fn of_findings(findings: &[Finding]) -> Option<Self> {
        use FindingCode as Code;
        let any = |codes: &[Code]| findings.iter().any(|finding| codes.contains(&finding.code));
        let scope = [
            Code::DeliverableMissing,
            Code::DeliverableExtra,
            Code::RegionOut,
            Code::LinkOut,
            Code::CompanyOut,
            Code::DateOut,
            Code::FalseQuiet,
        ];
        match findings {
            [] => None,
            _ if any(&scope) => Some(Self::OutOfScope),
            _ if findings.iter().any(|finding| finding.code.is_of_grounding()) => {
                Some(Self::Ungrounded)
            }
            _ => Some(Self::SchemaViolated),
        }
    }

    /// When the server wants to be asked again.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Overloaded { retry_after } => *retry_after,
            _ => None,
        }
    }

    /// Whether the server may have begun to work, so that tokens may have been used. A
    /// server that refuses the request, or cannot serve it, has not.
    pub const fn may_have_used_tokens(&self) -> bool {
        !matches!(
            self,
            Self::InvalidKey
                | Self::QuotaExhausted
                | Self::RateLimited { .. }
                | Self::Overloaded { .. }
                | Self::Unreachable
                | Self::TimedOut(TimedOut::Connect)
                | Self::Rejected
                | Self::NoBackground
                | Self::PromptTooLong
                | Self::BudgetUsedUp(_)
                | Self::NotRecorded
                | Self::NotOnRecord
        )
    }

    /// How a step fails with it.
    pub fn into_fault(self, reasons: Vec<String>) -> Fault {
        let Terms { code, kind, sentence, .. } = self.terms();
        let fault = Fault::new(kind, sentence).with_code(code).with_reasons(reasons);
        match self.retry_after() {
            Some(after) => fault.retry_after(u32::try_from(after.as_secs()).unwrap_or(u32::MAX)),
            None => fault,
        }
    }
}

/// Code and sentence of each bound.
const fn bound_words(bound: Exhausted) -> (&'static str, &'static str) {
    match bound {
        Exhausted::Calls => {
            ("calls_used_up", "The run has called the language model as often as one run may.")
        }
        Exhausted::Run => (
            "run_budget_used_up",
            "What is left of the run's budget does not cover another call of the language model.",
        ),
        Exhausted::Month => (
            "month_budget_used_up",
            "What is left of the workspace's budget for this month does not cover another call \
             of the language model.",
        ),
        Exhausted::PriceUnknown => (
            "price_unknown",
            "There is a budget in money for the language model, and no price to hold against it.",
        ),
    }
}
