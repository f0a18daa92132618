//! The report document checked and rendered.
//!
//! [`validate`] names everything that keeps a document from being published;
//! [`html`] prints one that passed as a self-contained artifact; [`export`] gives
//! it out as a file, under a permit; [`portfolio`] is the other desk's report;
//! [`seal`] signs such a file and checks one. None of them knows who composed it,
//! and none adds a statement of its own.

pub mod execution;
pub mod export;
pub mod html;
pub mod panel;
mod panel_file;
mod pdf;
pub mod portfolio;
pub mod seal;
mod validate;
mod view;

pub use export::{Export, ExportError, lineage, parts::without};
pub use html::{render_html, render_screen};
pub use pdf::{FontsRefused, add_fonts};
pub use validate::{
    Finding, FindingCode, is_plain, sentence_keys, sentences, unsupported_figures,
    unsupported_regions, validate,
};
pub use view::{Colophon, RenderError};

#[cfg(test)]
mod fixture;
