//! Writing specifications and moving them through their states.

mod drafting;
mod lifecycle;
mod reading;

pub use drafting::Saved;
pub(crate) use lifecycle::reason_given;
pub use reading::{Comparison, SpecificationView};
