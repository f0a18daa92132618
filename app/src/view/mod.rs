//! What crosses to the browser: fixed-width, plain, and nothing that the asker
//! may not see.

pub mod price;
pub mod run;
