//! What crosses to the browser: fixed-width, plain, and nothing that the asker
//! may not see.

pub mod pack;
pub mod price;
pub mod run;

#[cfg(feature = "ssr")]
pub mod api_document;
#[cfg(feature = "ssr")]
pub mod execution;
#[cfg(feature = "ssr")]
pub mod holdings;
#[cfg(feature = "ssr")]
pub mod pattern;
#[cfg(feature = "ssr")]
pub mod problem_type;
#[cfg(feature = "ssr")]
pub mod schema;

#[cfg(feature = "ssr")]
pub use reports::panel::{self, figure, scale};
