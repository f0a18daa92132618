use crate::{
    specification::SectionKind,
    taxonomy::{Deliverable, SignalType},
};
use std::collections::BTreeSet;

/// The section in which a development stands: its signal type decides, but what
/// only company news lets in stands under Corporate Developments. Executive
/// briefings admit what the others do and so change nothing.
pub fn section_of(signal: SignalType, deliverables: &BTreeSet<Deliverable>) -> SectionKind {
    let mut admitting =
        deliverables.iter().filter(|serves| **serves != Deliverable::ExecutiveBriefings);
    if admitting.next() == Some(&Deliverable::CompanyNews) && admitting.next().is_none() {
        return SectionKind::CorporateDevelopments;
    }
    SectionKind::of_signal(signal)
}
