//! What a file of panels says, whatever document the panels stand in: an execution, or a
//! report of the portfolio desk. Its pages, its HTML and its tables are made of this alone.

mod html;
mod of_execution;
mod of_report;
mod page;
mod view;

pub(crate) use html::{render_export, render_screen};
pub(crate) use page::Page;

use crate::panel::part::PanelPart;
use domain::hash::ContentHash;
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use std::collections::BTreeSet;

pub(crate) struct PanelFile<'a> {
    /// What kind of document it is.
    pub kind: String,
    /// For lists of documents and tabs of browsers.
    pub title: String,
    /// In large letters.
    pub name: &'a str,
    /// Beside the name, the time that it speaks of last.
    pub about: Vec<String>,
    /// What a reader has to know before the first figure.
    pub labels: Vec<Label>,
    pub facts: Vec<Fact>,
    /// Of amounts that name no currency of their own.
    pub currency: Option<&'a str>,
    pub sections: Vec<Section<'a>>,
    /// The whole id of the pricing pack.
    pub pack: &'a str,
    /// All 40 digits.
    pub ledger: &'a str,
    /// By what it is found again, in short, on every page.
    pub foot: Vec<String>,
    pub made_title: &'static str,
    pub made: &'static str,
    pub colophon: Vec<Fact>,
    /// Rows of tables that name it.
    pub named: Vec<(&'static str, String)>,
    /// Its only moment.
    pub moment: Timestamp,
    pub hash: ContentHash,
}

/// Panels under one heading; without a heading each has its own.
pub(crate) struct Section<'a> {
    pub id: &'static str,
    pub label: Option<&'static str>,
    pub parts: Vec<&'a PanelPart>,
}

#[derive(Serialize)]
pub(crate) struct Label {
    pub text: &'static str,
    pub is_sample: bool,
}

/// One entry of a list of facts.
#[derive(Serialize)]
pub(crate) struct Fact {
    term: &'static str,
    text: String,
    /// Of a day.
    iso: Option<String>,
    /// An id or a hash.
    is_code: bool,
}

impl Fact {
    fn text(term: &'static str, text: impl Into<String>) -> Self {
        Self { term, text: text.into(), iso: None, is_code: false }
    }

    fn code(term: &'static str, code: impl Into<String>) -> Self {
        Self { is_code: true, ..Self::text(term, code) }
    }

    fn day(term: &'static str, day: Date) -> Self {
        Self { iso: Some(day.to_string()), ..Self::text(term, day_words(day)) }
    }
}

fn day_words(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

impl<'a> PanelFile<'a> {
    pub fn parts(&self) -> impl Iterator<Item = &'a PanelPart> {
        self.sections.iter().flat_map(|section| section.parts.iter().copied())
    }

    /// The panels whose ids are not among `removed`.
    pub fn without(&self, removed: &BTreeSet<String>) -> impl Iterator<Item = &'a PanelPart> {
        self.parts().filter(|part| !removed.contains(&part.panel.id))
    }

    /// What a reader should know of the figures that are left, each once.
    pub fn warnings(&self, removed: &BTreeSet<String>) -> BTreeSet<&'a str> {
        self.without(removed).flat_map(|part| part.warnings.iter().map(String::as_str)).collect()
    }
}
