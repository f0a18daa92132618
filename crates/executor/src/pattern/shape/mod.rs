//! What is known of a value before there is one: shapes, read off JSON Schemas.

mod fits;
mod literal;
mod read;

#[cfg(test)]
mod tests;

pub(crate) use literal::faults_of;
pub(crate) use read::{Alternative, Shape, Sort};
