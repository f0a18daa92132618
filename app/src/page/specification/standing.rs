use super::capitalised;
use domain::specification::SpecificationState;
use orchestrator::specification::SpecificationView;
use storage::specification::Version;

/// Numbers of the versions that matter now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub state: SpecificationState,
    /// In force, or would be if the specification were not paused.
    pub active: Option<u32>,
    pub submitted: Option<u32>,
    pub newest: Option<u32>,
}

impl Standing {
    pub fn of(view: &SpecificationView) -> Self {
        let number = |version: Option<&Version>| version.map(|version| version.number);
        Self {
            state: view.row.state,
            active: number(view.active()),
            submitted: number(view.submitted()),
            newest: number(view.newest()),
        }
    }

    /// Which version does what, where the state alone does not tell.
    pub fn statement(self) -> Option<String> {
        let newest = self.newest?;
        let in_force = self.words_of_active();
        let active = self.active.map(|active| format!("version {active} is {in_force}"));
        let other = self.words_of_others(newest);
        let said = match self.state {
            SpecificationState::Cancelled => return None,
            SpecificationState::Submitted if self.submitted == self.newest => {
                format!("version {newest} was submitted")
            }
            SpecificationState::Paused => format!("{}; {}", active?, other?),
            _ => match (active, other) {
                (Some(active), Some(other)) => format!("{active}; {other}"),
                (active, other) => active.or(other)?,
            },
        };
        Some(format!("{}.", capitalised(&said)))
    }

    /// The versions after the one in force.
    fn words_of_others(self, newest: u32) -> Option<String> {
        let waiting =
            self.submitted.map(|version| format!("version {version} waits for an administrator"));
        let saved = (self.active != self.newest && self.submitted != self.newest)
            .then(|| format!("version {newest} is saved and not submitted"));
        match (waiting, saved) {
            (Some(waiting), Some(saved)) => Some(format!("{waiting}, {saved}")),
            (waiting, saved) => waiting.or(saved),
        }
    }

    const fn words_of_active(self) -> &'static str {
        match self.state {
            SpecificationState::Paused => "paused",
            SpecificationState::Cancelled => "active last",
            _ => "active",
        }
    }

    /// What a version is at present, if anything.
    pub fn words(self, number: u32) -> Option<&'static str> {
        if self.active == Some(number) {
            Some(self.words_of_active())
        } else if self.submitted == Some(number) {
            Some("waits for activation")
        } else if self.newest == Some(number) {
            Some("saved, not submitted")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(
        state: SpecificationState,
        active: Option<u32>,
        submitted: Option<u32>,
        newest: Option<u32>,
    ) -> Standing {
        Standing { state, active, submitted, newest }
    }

    fn check(active: Option<u32>, submitted: Option<u32>, newest: u32, expected: &str) {
        let standing = standing(SpecificationState::Active, active, submitted, Some(newest));
        assert_eq!(standing.statement().as_deref(), Some(expected));
    }

    #[test]
    fn the_statement_tells_active_submitted_and_newest_apart() {
        check(Some(3), None, 3, "Version 3 is active.");
        check(Some(3), None, 4, "Version 3 is active; version 4 is saved and not submitted.");
        check(Some(3), Some(4), 4, "Version 3 is active; version 4 waits for an administrator.");
        check(
            Some(3),
            Some(4),
            5,
            "Version 3 is active; version 4 waits for an administrator, version 5 is saved and not \
             submitted.",
        );
    }

    #[test]
    fn before_the_first_activation_the_newest_version_is_named() {
        let draft = standing(SpecificationState::Draft, None, None, Some(2));
        assert_eq!(draft.statement().as_deref(), Some("Version 2 is saved and not submitted."));
        let submitted = standing(SpecificationState::Submitted, None, Some(2), Some(2));
        assert_eq!(submitted.statement().as_deref(), Some("Version 2 was submitted."));
        let overtaken = standing(SpecificationState::Submitted, None, Some(2), Some(3));
        assert_eq!(
            overtaken.statement().as_deref(),
            Some("Version 2 waits for an administrator, version 3 is saved and not submitted.")
        );
    }

    #[test]
    fn a_draft_without_a_version_has_nothing_to_tell() {
        assert_eq!(standing(SpecificationState::Draft, None, None, None).statement(), None);
    }

    #[test]
    fn a_version_that_is_paused_or_cancelled_is_not_called_active() {
        let paused = standing(SpecificationState::Paused, Some(3), None, Some(3));
        assert_eq!(paused.statement(), None);
        assert_eq!(paused.words(3), Some("paused"));
        let paused = standing(SpecificationState::Paused, Some(3), None, Some(4));
        assert_eq!(
            paused.statement().as_deref(),
            Some("Version 3 is paused; version 4 is saved and not submitted.")
        );
        let cancelled = standing(SpecificationState::Cancelled, Some(3), None, Some(4));
        assert_eq!(cancelled.statement(), None);
        assert_eq!(cancelled.words(3), Some("active last"));
    }

    #[test]
    fn a_version_is_named_for_what_it_is_at_present() {
        let standing = standing(SpecificationState::Active, Some(2), Some(3), Some(4));
        assert_eq!(standing.words(1), None);
        assert_eq!(standing.words(2), Some("active"));
        assert_eq!(standing.words(3), Some("waits for activation"));
        assert_eq!(standing.words(4), Some("saved, not submitted"));
    }
}
