//! The failure taxonomy as it is specified, written out by hand a second time.

use super::world::PATIENT;
use crate::assistant::{Bounds, Failure, Recovery, TimedOut};
use domain::language_model::Exhausted;
use executor::capability::FaultKind;
use proptest::prelude::*;
use std::time::Duration;

/// One line: code, whether the call is repeated, whether the breaker counts it, how a
/// run fails with it, and a part of what the subscriber reads.
pub struct Line {
    pub code: &'static str,
    pub repeated: bool,
    pub counted: bool,
    pub failure: &'static str,
    pub reads: &'static str,
}

const fn line(
    code: &'static str,
    repeated: bool,
    counted: bool,
    failure: &'static str,
    reads: &'static str,
) -> Line {
    Line { code, repeated, counted, failure, reads }
}

pub const TABLE: &[Line] = &[
    line("invalid_key", false, false, "assistant", "did not accept this installation's access"),
    line("quota_exhausted", false, false, "assistant", "credit"),
    line("rate_limited", true, true, "assistant", "called less often"),
    line("overloaded", true, true, "assistant", "could not serve"),
    line("unreachable", true, true, "assistant", "could not be reached"),
    line("timed_out", true, true, "timeout", "in time"),
    line("truncated", true, true, "assistant", "broke off"),
    line("refused", false, false, "assistant", "declined"),
    line("incomplete", false, false, "assistant", "before the report was complete"),
    line("malformed", true, true, "assistant", "cannot be read"),
    line("over_long", false, false, "assistant", "longer than"),
    line("rejected", false, false, "assistant", "requests of this form"),
    line("no_background", false, false, "assistant", "does not go on with answers"),
    line("prompt_too_long", false, false, "assistant", "more than the language model is given"),
    line("calls_used_up", false, false, "budget", "as often as one run may"),
    line("run_budget_used_up", false, false, "budget", "the run's budget"),
    line("month_budget_used_up", false, false, "budget", "budget for this month"),
    line("price_unknown", false, false, "budget", "no price"),
    line("server_lacks", false, false, "assistant", "does not hold answers to the structure"),
    line("not_recorded", true, true, "assistant", "could not be recorded"),
    line("not_on_record", false, false, "assistant", "once more than is on record"),
    // Sent back rather than repeated.
    line("schema_violated", false, false, "validation", "the structure of a report"),
    line("out_of_scope", false, false, "validation", "left the specification"),
    line("ungrounded", false, false, "validation", "what its evidence does not"),
];

pub fn line_of(code: &str) -> &'static Line {
    TABLE.iter().find(|line| line.code == code).unwrap_or_else(|| panic!("no line for {code}"))
}

pub fn every_failure() -> Vec<Failure> {
    let none = None;
    vec![
        Failure::InvalidKey,
        Failure::QuotaExhausted,
        Failure::RateLimited { retry_after: none },
        Failure::Overloaded { retry_after: none },
        Failure::Unreachable,
        Failure::TimedOut(TimedOut::Connect),
        Failure::TimedOut(TimedOut::FirstByte),
        Failure::TimedOut(TimedOut::Idle),
        Failure::Truncated,
        Failure::Refused,
        Failure::Incomplete,
        Failure::Malformed,
        Failure::OverLong,
        Failure::Rejected,
        Failure::NoBackground,
        Failure::PromptTooLong,
        Failure::BudgetUsedUp(Exhausted::Calls),
        Failure::BudgetUsedUp(Exhausted::Run),
        Failure::BudgetUsedUp(Exhausted::Month),
        Failure::BudgetUsedUp(Exhausted::PriceUnknown),
        Failure::ServerLacks,
        Failure::NotRecorded,
        Failure::NotOnRecord,
        Failure::SchemaViolated,
        Failure::OutOfScope,
        Failure::Ungrounded,
    ]
}

#[test]
fn every_failure_has_its_line_and_keeps_to_it() {
    for failure in every_failure() {
        let terms = failure.terms();
        let line = line_of(terms.code);
        assert_eq!(terms.recovery == Recovery::Retry, line.repeated, "{failure:?}");
        assert_eq!(terms.kind.counts(), line.counted, "{failure:?}");
        assert_eq!(terms.kind.failure().id(), line.failure, "{failure:?}");
        assert!(terms.sentence.contains(line.reads), "{failure:?}: {}", terms.sentence);
    }
    assert_eq!(TABLE.len(), every_failure().len() - 2, "a time-out stands in three forms");
}

#[test]
fn when_all_time_is_used_up_nothing_is_repeated_and_the_breaker_counts() {
    let terms = Failure::TimedOut(TimedOut::Total).terms();
    assert_eq!((terms.code, terms.recovery), ("timed_out", Recovery::Nothing));
    assert_eq!(terms.kind, FaultKind::Timeout);
}

fn failures() -> impl Strategy<Value = Failure> {
    let after = prop::option::of((0..=u64::MAX).prop_map(Duration::from_millis));
    prop_oneof![
        prop::sample::select(every_failure()),
        after.clone().prop_map(|retry_after| Failure::RateLimited { retry_after }),
        after.prop_map(|retry_after| Failure::Overloaded { retry_after }),
    ]
}

proptest! {
    /// Neither a server's wish nor our own doubling goes beyond the bound.
    #[test]
    fn no_pause_is_longer_than_its_bound(
        failure in failures(),
        made in 0_u32..100,
        calls_max in 1_u32..20,
        pause_max_ms in 0_u64..60_000,
    ) {
        let pause_max = Duration::from_millis(pause_max_ms);
        let bounds = Bounds { pause_max, calls_max, ..PATIENT };
        if let Some(pause) = bounds.pause(&failure, made) {
            prop_assert!(pause <= pause_max);
            prop_assert!(made < calls_max);
            prop_assert!(failure.retry_after().is_none_or(|asked| asked == pause));
        }
    }
}
