use desk::{
    event::EVENT_DAYS,
    selection::{self, Window},
};
use domain::{
    evidence::{ContinuingEvent, EvidenceId, EvidencePack},
    specification::Specification,
};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// How many days before a window an event may have begun that goes on within it.
pub const EARLIER_DAYS: i32 = EVENT_DAYS;

/// Events of a pack that earlier reports cite, with what is new in them for readers of
/// this specification. Window: first and last publication date, both included.
pub fn continuing(
    pack: &EvidencePack,
    specification: &Specification,
    from: Date,
    to: Date,
    cited: &BTreeSet<EvidenceId>,
) -> Vec<ContinuingEvent> {
    selection::continuing(pack, specification, Window { from, to }, cited)
}
