//! Evidence: the sources that are read, the packs that are sealed of them, the gate that
//! packs open, and looking at what they hold.

mod browse;
mod collect;
mod gate;
mod reading;
mod sources;

pub use browse::{BrowseEvidence, CompanyView, EventPage, PackPage, companies_of};
pub use collect::{CollectOutcome, Collectors};
pub use gate::Gate;
pub use reading::EvidenceReading;
pub use sources::{PREVIEW_MAX, Preview, PreviewEntry, SourceForm, SourcePage};
