//! Where items left on their way into a report; the sums balance.

use domain::evidence::DropReason;
use std::collections::BTreeMap;

/// The stations of the way, each behind the exits that lead to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Fetched,
    Parsed,
    Dated,
    InWindow,
    Unique,
    PuRelevant,
    InScope,
    Developments,
    AboveStrength,
    Written,
}

impl Stage {
    pub const ALL: [Self; 10] = [
        Self::Fetched,
        Self::Parsed,
        Self::Dated,
        Self::InWindow,
        Self::Unique,
        Self::PuRelevant,
        Self::InScope,
        Self::Developments,
        Self::AboveStrength,
        Self::Written,
    ];

    /// What its reader sees of it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Fetched => "Collected",
            Self::Parsed => "With an address and a text of their own",
            Self::Dated => "With a date to rely on",
            Self::InWindow => "In the days looked at",
            Self::Unique => "Unique",
            Self::PuRelevant => "About polyurethane",
            Self::InScope => "In scope",
            Self::Developments => "Developments",
            Self::AboveStrength => "Strong enough",
            Self::Written => "Written",
        }
    }

    /// The station that an item with this reason does not reach.
    pub const fn missed_by(reason: DropReason) -> Self {
        match reason {
            DropReason::BadUrl
            | DropReason::NotCanonical
            | DropReason::FetchFailed
            | DropReason::Boilerplate
            | DropReason::Reseller
            | DropReason::TermsForbid => Self::Parsed,
            DropReason::UndatedHeld => Self::Dated,
            DropReason::OutsideWindow => Self::InWindow,
            DropReason::Duplicate => Self::Unique,
            DropReason::NoPuAnchor | DropReason::NotPuProven => Self::PuRelevant,
            DropReason::RegionUnknown
            | DropReason::RegionMismatch
            | DropReason::LinkMismatch
            | DropReason::DeliverableMismatch
            | DropReason::CompanyMismatch => Self::InScope,
            DropReason::Instructing | DropReason::NoDevelopment => Self::Developments,
            DropReason::BelowStrength => Self::AboveStrength,
            DropReason::SectionOff => Self::Written,
        }
    }
}

/// Items at each exit, of all that were fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Funnel {
    exits: BTreeMap<DropReason, u64>,
    written: u64,
}

impl Funnel {
    pub fn leave(&mut self, reason: DropReason) {
        self.leave_together(reason, 1);
    }

    /// Several items at one exit. There is no exit that nobody took.
    pub fn leave_together(&mut self, reason: DropReason, items: usize) {
        if items > 0 {
            *self.exits.entry(reason).or_default() += items as u64;
        }
    }

    pub fn write(&mut self) {
        self.write_together(1);
    }

    pub fn write_together(&mut self, items: usize) {
        self.written += items as u64;
    }

    /// One that was counted as written leaves after all.
    pub fn withdraw(&mut self, reason: DropReason) {
        self.written -= 1;
        self.leave(reason);
    }

    pub fn exits(&self) -> &BTreeMap<DropReason, u64> {
        &self.exits
    }

    pub fn fetched(&self) -> u64 {
        self.written + self.exits.values().sum::<u64>()
    }

    /// Items that reached each station, in the order of the way.
    pub fn reached(&self) -> Vec<(Stage, u64)> {
        Stage::ALL
            .into_iter()
            .map(|stage| {
                let later =
                    self.exits.iter().filter(|(reason, _)| Stage::missed_by(**reason) > stage);
                (stage, self.written + later.map(|(_, count)| count).sum::<u64>())
            })
            .collect()
    }

    /// Of no use to any report, and fit for one but outside this selection.
    pub fn unfit_and_unselected(&self) -> (u64, u64) {
        let of = |unfit: bool| {
            self.exits
                .iter()
                .filter(|(reason, _)| reason.unfit_for_any() == unfit)
                .map(|(_, count)| count)
                .sum()
        };
        (of(true), of(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_item_is_at_exactly_one_exit(
            reasons in proptest::collection::vec(
                proptest::option::of(proptest::sample::select(DropReason::ALL)), 0..200),
        ) {
            let mut funnel = Funnel::default();
            for reason in &reasons {
                match reason {
                    Some(reason) => funnel.leave(*reason),
                    None => funnel.write(),
                }
            }
            let reached = funnel.reached();
            prop_assert_eq!(reached[0], (Stage::Fetched, reasons.len() as u64));
            let written = reasons.iter().filter(|reason| reason.is_none()).count() as u64;
            prop_assert_eq!(reached[reached.len() - 1], (Stage::Written, written));
            prop_assert!(reached.windows(2).all(|pair| pair[0].1 >= pair[1].1));
            let (unfit, unselected) = funnel.unfit_and_unselected();
            prop_assert_eq!(unfit + unselected + written, funnel.fetched());
        }
    }
}
