//! Pricing packs: building them, finding the one for a date, and the gate that
//! only a fresh one opens.

mod backfill;
mod build;
mod daily_values;
mod gate;
mod health;
mod ledger_commit;
mod licensed_use;
mod listed_announcements;
mod listings;
mod market_file;
mod nightly;
mod packs;
mod prewarm;
mod price_history;
mod restatement;
mod screen;
mod stages;
mod state;
mod turn;

pub use backfill::{BackfillRequest, Backfilled};
pub use build::{BuildError, BuildRequest, Built, Market};
pub use daily_values::{DailyValue, NewestValues, Since, Valued, Worth};
pub use gate::{Failed, Gate, Warming, gate};
pub use health::{BuildProgress, PackHealth, Readiness, Reconciliation, StageTimes};
pub(crate) use ledger_commit::{FETCHED_MEGABYTES_MAX, GIT_PATIENCE, git_answer, git_in};
pub use ledger_commit::{LedgerError, ledger_commit};
pub use licensed_use::{ProviderUse, Used};
pub use listings::{Listings, ListingsError};
pub use market_file::{MarketDay, MarketFileError};
pub use nightly::{Night, Nightly, NightlyError};
pub use packs::StoredPacks;
pub use prewarm::Warmed;
pub use price_history::PriceHistory;
pub use restatement::{Corrections, NavMove, PackPage, PackView, Restated, Restatement};
#[cfg(test)]
pub(crate) use state::tests_support;
pub use state::{LastFresh, PackState, PricesAsOf, Progress, estimated_ready, load_state};
pub use storage::pricing_pack::StageRow;
