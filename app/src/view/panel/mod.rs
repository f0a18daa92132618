//! Panels as drawings and tables: geometry and words, no markup.

pub mod bars;
pub mod lines;
pub mod ring;
pub mod rows;
#[cfg(test)]
mod tests;
