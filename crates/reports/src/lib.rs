//! The report document checked and rendered.
//!
//! [`validate`] names everything that keeps a document from being published;
//! [`html`] prints one that passed as a self-contained artifact. Neither knows
//! who composed it, and neither adds a statement of its own.

pub mod html;
mod validate;

pub use html::{Colophon, RenderError, render_html};
pub use validate::{
    Finding, FindingCode, is_plain, sentence_keys, sentences, unsupported_figures,
    unsupported_regions, validate,
};

#[cfg(test)]
mod fixture;
