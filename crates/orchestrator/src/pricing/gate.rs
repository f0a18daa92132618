use super::{LastFresh, PackState, Progress, state::RETRY_AFTER_LONGEST_S};
use domain::{
    pricing_pack::{PackStatus, PricingPackId},
    workspace::Role,
};
use jiff::Timestamp;

/// Whether an execution may use the pack for its date. Nothing is called, and no
/// slot used, behind a closed gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    Open,
    /// The pack is not fresh, and the caller accepts that: the answer is marked stale.
    OpenStale,
    Warming(Warming),
    Failed(Failed),
    /// There is no pack at or before the date.
    NotFound,
}

/// The pack is being built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warming {
    pub pack: PricingPackId,
    pub status: PackStatus,
    pub progress: Progress,
    pub estimated_ready: Timestamp,
    pub retry_after_s: u32,
    pub last_fresh: Option<LastFresh>,
}

/// The pack cannot be used, and waiting alone does not change that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub pack: PricingPackId,
    /// Everything that is missing, or what went wrong.
    pub error: String,
    /// Portfolios of the workspace that asks on which ledger and database differ.
    pub reconciliation_errors: u32,
    pub retry_after_s: u32,
    pub last_fresh: Option<LastFresh>,
}

/// Open for a fresh pack only. `require_fresh = false` opens it for editors and
/// above while the pack is being built, never when it has failed. A viewer who asks
/// for that waits like everybody else.
pub fn gate(state: Option<&PackState>, require_fresh: bool, role: Role) -> Gate {
    let Some(state) = state else { return Gate::NotFound };
    match state.pack.status {
        PackStatus::Fresh => Gate::Open,
        PackStatus::Building | PackStatus::Warming => {
            if !require_fresh && role.includes(Role::Editor) {
                Gate::OpenStale
            } else {
                Gate::Warming(warming(state))
            }
        }
        PackStatus::Failed => Gate::Failed(failed(state)),
        // Superseded between being found and being asked: not the pack for the date.
        PackStatus::Superseded => Gate::NotFound,
    }
}

fn warming(state: &PackState) -> Warming {
    Warming {
        pack: state.pack.id.clone(),
        status: state.pack.status,
        progress: state.progress(),
        estimated_ready: state.estimated_ready,
        retry_after_s: state.retry_after_s(),
        last_fresh: state.last_fresh.clone(),
    }
}

fn failed(state: &PackState) -> Failed {
    Failed {
        pack: state.pack.id.clone(),
        error: state.pack.error.clone().unwrap_or_default(),
        reconciliation_errors: state.reconciliation_errors,
        retry_after_s: RETRY_AFTER_LONGEST_S,
        last_fresh: state.last_fresh.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::tests_support::state;
    use super::*;

    fn word(gate: &Gate) -> &'static str {
        match gate {
            Gate::Open => "open",
            Gate::OpenStale => "stale",
            Gate::Warming(_) => "warming",
            Gate::Failed(_) => "failed",
            Gate::NotFound => "none",
        }
    }

    // The whole table: status x require_fresh x role (domain/portfolio.md section 1).
    #[test]
    fn only_a_fresh_pack_opens_the_gate_save_for_an_editor_who_accepts_one_in_the_making() {
        for (status, required, viewer, editor, owner) in [
            (PackStatus::Building, "warming", "warming", "stale", "stale"),
            (PackStatus::Warming, "warming", "warming", "stale", "stale"),
            (PackStatus::Fresh, "open", "open", "open", "open"),
            (PackStatus::Failed, "failed", "failed", "failed", "failed"),
            (PackStatus::Superseded, "none", "none", "none", "none"),
        ] {
            let state = state(status);
            for (role, accepted) in
                [(Role::Viewer, viewer), (Role::Editor, editor), (Role::Owner, owner)]
            {
                assert_eq!(word(&gate(Some(&state), true, role)), required, "{status} {role}");
                assert_eq!(word(&gate(Some(&state), false, role)), accepted, "{status} {role}");
            }
        }
        assert_eq!(gate(None, false, Role::Owner), Gate::NotFound);
    }

    #[test]
    fn a_closed_gate_says_when_to_come_back_within_its_bounds() {
        for (minutes, expected) in [(-20, 5), (0, 5), (2, 120), (15, 900), (60, 900)] {
            let mut state = state(PackStatus::Warming);
            state.estimated_ready =
                state.observed_at.checked_add(jiff::SignedDuration::from_mins(minutes)).unwrap();
            let Gate::Warming(closed) = gate(Some(&state), true, Role::Viewer) else { panic!() };
            assert_eq!(closed.retry_after_s, expected, "{minutes} minutes");
        }
        let Gate::Failed(closed) = gate(Some(&state(PackStatus::Failed)), true, Role::Viewer)
        else {
            panic!()
        };
        assert_eq!(closed.retry_after_s, 900);
        assert_eq!(closed.error, "ACME on XNAS has no price");
    }
}
