//! The smallest things that must react in the browser. Each page works before
//! they wake, and without them.

mod live_pack;
mod live_quote;
mod live_run_state;
mod live_timeline;

pub use live_pack::LivePack;
pub use live_quote::LiveQuote;
pub use live_run_state::LiveRunState;
pub use live_timeline::LiveTimeline;
