//! What the database and the shell guarantee to the flow. Each can be taken away, to
//! see that the simulation notices.

use std::fmt;

macro_rules! guards {
    ($($(#[$doc:meta])* $name:ident = $id:literal;)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Guard {
            $($(#[$doc])* $name,)+
        }

        impl Guard {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }
        }
    };
}

guards! {
    /// A write under an older token changes nothing.
    Fencing = "fencing";
    /// The unique index of slots.
    SlotIndex = "slot_index";
    /// The unique index of live runs.
    LiveIndex = "live_index";
    /// The slot's index holds live and succeeded runs only.
    FailedFreesSlot = "failed_frees_slot";
    /// A lease that has not run out is not taken.
    LeaseCondition = "lease_condition";
    /// A look waits for a commit that is on its way.
    LookWaits = "look_waits";
    /// A pattern begins with what the journal has.
    JournalRead = "journal_read";
    /// A look back says what is there.
    ReadBack = "read_back";
    /// Artifact, success, audit entry and slot are one commit.
    OneCommit = "one_commit";
    /// No package is assembled behind a closed gate.
    GateAtPackage = "gate_at_package";
    /// The period stands in the run's row from its claim on.
    PeriodKept = "period_kept";
    /// Somebody sweeps.
    Sweeper = "sweeper";
}

/// Those that are in force: all, or all but one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guards {
    pub without: Option<Guard>,
}

impl Guards {
    pub fn hold(self, guard: Guard) -> bool {
        self.without != Some(guard)
    }
}

impl fmt::Display for Guards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.without.map_or("none", Guard::id))
    }
}
