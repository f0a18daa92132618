//! A file of panels in the shape that its template of pages prints.

use super::{
    Fact, Label, PanelFile,
    view::{Medium, SectionView},
};
use crate::view::Licence;
use domain::specification::Language;
use rights::Grant;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Page<'a> {
    language: &'static str,
    kind: &'a str,
    title: &'a str,
    name: &'a str,
    about: &'a [String],
    labels: &'a [Label],
    facts: &'a [Fact],
    sections: Vec<SectionView<'a>>,
    /// What a reader should know of the figures, each once.
    warnings: Vec<&'a str>,
    pack: &'a str,
    ledger: &'a str,
    foot: &'a [String],
    made_title: &'static str,
    made: &'static str,
    colophon: &'a [Fact],
    licence: Licence<'a>,
}

impl<'a> Page<'a> {
    pub fn of(file: &'a PanelFile<'a>, grant: &'a Grant) -> Self {
        Self {
            language: Language::English.id(),
            kind: &file.kind,
            title: &file.title,
            name: file.name,
            about: &file.about,
            labels: &file.labels,
            facts: &file.facts,
            sections: SectionView::all(file, grant.removed(), Medium::Pages),
            warnings: file.warnings(grant.removed()).into_iter().collect(),
            pack: file.pack,
            ledger: file.ledger,
            foot: &file.foot,
            made_title: file.made_title,
            made: file.made,
            colophon: &file.colophon,
            licence: Licence::of(grant),
        }
    }
}
