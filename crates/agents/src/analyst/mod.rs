//! The built-in analyst.
