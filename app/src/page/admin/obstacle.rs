use domain::specification::{SpecificationState, Transition};
use orchestrator::{Refusal, administration::Review};

/// Why a submission cannot be activated as it stands. The page tells it before
/// the button is pressed; the use case refuses it in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Another administrator decides.
    Conflict(Refusal),
    State(SpecificationState),
    NoEntitlement,
    EntitlementNotValid,
    Exceeds,
}

impl Obstacle {
    /// Empty when the asking administrator may activate it.
    pub fn of(review: &Review) -> Vec<Self> {
        let state = review.submission.state;
        let entitlement = match (&review.submission.entitlement, review.entitlement_valid) {
            (None, _) => Some(Self::NoEntitlement),
            (Some(_), false) => Some(Self::EntitlementNotValid),
            (Some(_), true) => None,
        };
        [
            review.conflict.map(Self::Conflict),
            state.after(Transition::Activate).is_err().then_some(Self::State(state)),
            entitlement,
            (!review.excesses.is_empty()).then_some(Self::Exceeds),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// In a word or two, for the queue.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Conflict(_) => "Not yours to decide",
            Self::State(_) => "Not possible now",
            Self::NoEntitlement => "No entitlement",
            Self::EntitlementNotValid => "Entitlement not valid",
            Self::Exceeds => "Exceeds",
        }
    }

    pub fn message(self) -> String {
        match self {
            Self::Conflict(refusal) => refusal.message().to_owned(),
            Self::State(state) => format!(
                "The specification is {}, so no version of it can be activated now.",
                state.label().to_lowercase()
            ),
            Self::NoEntitlement => Refusal::NoEntitlement.message().to_owned(),
            Self::EntitlementNotValid => {
                "The workspace's entitlement is not valid today. Grant one that is.".to_owned()
            }
            Self::Exceeds => {
                "The specification exceeds the workspace's entitlement. Raise the entitlement, or \
                 return the specification."
                    .to_owned()
            }
        }
    }

    /// Whether another entitlement would remove it.
    pub const fn is_about_entitlement(self) -> bool {
        matches!(self, Self::NoEntitlement | Self::EntitlementNotValid | Self::Exceeds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        cadence::{Cadence, Period},
        id::{SpecificationId, SpecificationVersionId, UserId, WorkspaceId},
        price::{Tier, quote},
        specification::{ReportOptions, Scope, Specification},
        workspace::Entitlement,
    };
    use jiff::{Timestamp, civil::date};
    use storage::specification::{Submission, Version};

    fn id<T: std::str::FromStr>(last: u8) -> T {
        format!("019ab2c4-0000-7000-8000-0000000000{last:02x}").parse().ok().unwrap()
    }

    /// A submission that nothing stands against.
    fn review() -> Review {
        let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let scope = Scope::default();
        let version = Version {
            id: id::<SpecificationVersionId>(1),
            number: 2,
            quote: quote(&scope, Cadence::Weekly, Tier::Starter, 1),
            specification: Specification {
                name: "Foams".to_owned(),
                scope,
                cadence: Cadence::Weekly,
                tier: Tier::Starter,
                seats: 1,
                watchlist: Vec::new(),
                options: ReportOptions::default(),
                portfolio: None,
            },
            author: "Anna".to_owned(),
            reason: String::new(),
            saved_at: now,
        };
        let entitlement = Entitlement {
            cadence: Cadence::Weekly,
            tier: Tier::Starter,
            company_news: false,
            value_chain_links: false,
            seats: 1,
            valid_from: date(2026, 1, 1),
            valid_until: date(2026, 12, 31),
        };
        Review {
            excesses: entitlement.excesses(&version.specification),
            submission: Submission {
                specification: id::<SpecificationId>(2),
                workspace: id::<WorkspaceId>(3),
                workspace_name: "Nordwerk".to_owned(),
                time_zone: "Europe/Berlin".to_owned(),
                state: SpecificationState::Submitted,
                version,
                submitted_by: id::<UserId>(4),
                submitted_by_name: "Anna".to_owned(),
                submitted_at: now,
                active_number: None,
                entitlement: Some(entitlement),
                asker_is_member: false,
            },
            entitlement_valid: true,
            conflict: None,
            period: Period::containing(Cadence::Weekly, "Europe/Berlin", now).unwrap(),
        }
    }

    fn check(change: impl FnOnce(&mut Review), expected: &[Obstacle]) {
        let mut review = review();
        change(&mut review);
        assert_eq!(Obstacle::of(&review), expected);
    }

    #[test]
    fn a_fitting_submission_of_somebody_else_can_be_activated() {
        check(|_| {}, &[]);
        check(|review| review.submission.state = SpecificationState::Active, &[]);
    }

    #[test]
    fn everything_that_forbids_activation_is_named_and_a_conflict_first() {
        check(
            |review| review.conflict = Some(Refusal::OwnWorkspace),
            &[Obstacle::Conflict(Refusal::OwnWorkspace)],
        );
        check(
            |review| review.submission.state = SpecificationState::Paused,
            &[Obstacle::State(SpecificationState::Paused)],
        );
        check(|review| review.entitlement_valid = false, &[Obstacle::EntitlementNotValid]);
        check(
            |review| {
                review.conflict = Some(Refusal::SubmittedByYou);
                review.submission.entitlement = None;
                review.entitlement_valid = false;
            },
            &[Obstacle::Conflict(Refusal::SubmittedByYou), Obstacle::NoEntitlement],
        );
        check(
            |review| {
                let mut wanted = review.submission.version.specification.clone();
                wanted.cadence = Cadence::Daily;
                let entitlement = review.submission.entitlement.clone().unwrap();
                review.excesses = entitlement.excesses(&wanted);
            },
            &[Obstacle::Exceeds],
        );
    }
}
