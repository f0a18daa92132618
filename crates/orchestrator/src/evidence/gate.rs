use domain::cadence::Cadence;
use jiff::{SignedDuration, Timestamp};
use storage::evidence_pack;

/// Whether evidence may be used now. A closed gate costs nobody a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    Open,
    Closed { reason: String },
}

impl Gate {
    /// Open when the sources were read within half a day (daily) or a day.
    pub fn of(pack: Option<&evidence_pack::CurrentPack>, cadence: Cadence, now: Timestamp) -> Self {
        let Some(pack) = pack else {
            return Self::Closed {
                reason: "The evidence pack is warming: no source has been read yet. \
                         Your period's run stays available."
                    .to_owned(),
            };
        };
        let age_max_h = match cadence {
            Cadence::Daily => 12,
            Cadence::Weekly | Cadence::Monthly => 24,
        };
        let age = now.duration_since(pack.read_at);
        if age <= SignedDuration::from_hours(age_max_h) {
            Self::Open
        } else {
            Self::Closed {
                reason: format!(
                    "The evidence pack is warming: the sources were last read {} hours ago, and a {} \
                     report needs a reading of the last {age_max_h}. Your period's run stays available.",
                    age.as_hours(),
                    cadence.id()
                ),
            }
        }
    }
}
