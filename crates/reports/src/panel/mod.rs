//! Panels of an execution as drawings, tables and words: geometry, no markup save the
//! drawings of files. Pages and files print the same.

pub mod bars;
pub mod figure;
pub mod lineage;
pub mod lines;
pub mod metrics;
pub mod part;
pub mod ring;
pub mod rows;
pub mod scale;
pub(crate) mod svg;
#[cfg(test)]
pub(crate) mod tests;
