//! The report document: typed, plain text throughout. Renderers add nothing.

mod document;
mod placement;
mod signal_map;
mod statement;

pub use document::{
    AppendixEntry, Claim, ClaimKind, Confidence, CoverageNote, Development, Engine,
    MonitoringAdvice, Outcome, Reference, ReportDocument, ReportScope, Section, SignalCell,
    SummaryBullet, SummaryTheme,
};
pub use placement::section_of;
pub use signal_map::signal_map;
pub use statement::{Statement, StatementKind};
