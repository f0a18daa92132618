//! Figures that are measured: ratios, and the reason where one is not available.

mod available;
mod fraction;
mod reason;

pub use available::Available;
pub use fraction::{Fraction, NotFinite, Percent};
pub use reason::Reason;
