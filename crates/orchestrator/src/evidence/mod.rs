//! Evidence: the sources that are read, the packs that are sealed of them, the gate that
//! packs open, and looking at what they hold.

mod browse;
mod build;
mod collect;
mod decisions;
mod funnel;
mod gate;
mod held;
mod reading;
mod screen;
mod source_form;
mod sources;
mod status;
mod turns;

pub use browse::{BrowseEvidence, CompanyView, EventPage, PackPage, companies_of, company_name};
pub use collect::{CollectOutcome, Collectors};
pub use funnel::{FunnelEntries, FunnelPlace, FunnelStep, REPORTS_MAX, WholeFunnel, steps_of};
pub use gate::{Evidence, Gate};
pub use held::{HeldField, HeldForm, HeldList, HeldPage};
pub use reading::EvidenceReading;
pub use screen::{ListedEvent, MEANING};
pub use source_form::{SourceForm, SourceProblem};
pub use sources::{PREVIEW_MAX, Preview, PreviewEntry, SourcePage};
pub use status::{PackStanding, PackStatus};
pub use turns::StoredTurns;
