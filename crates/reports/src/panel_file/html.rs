//! A file of panels as one self-contained, printable HTML file: style inline, no script. Same
//! file: same bytes.

use super::{
    Fact, Label, PanelFile,
    view::{Medium, SectionView},
};
use crate::{
    html::{Template, print},
    view::{Licence, RenderError},
};
use rights::Grant;
use serde::Serialize;
use std::collections::BTreeSet;

/// Colours that drawings are made with on paper, and the page's own for them, which know the
/// dark.
const COLOURS: [(&str, &str); 4] = [
    ("#1a1f22", "var(--ink)"),
    ("#545c60", "var(--muted)"),
    ("#d8d6ce", "var(--line)"),
    ("#0b5a60", "var(--accent)"),
];

/// A table beyond this stands behind its drawing, to be opened.
const ROWS_BESIDE_A_DRAWING: usize = 12;

#[derive(Serialize)]
struct HtmlPage<'a> {
    title: &'a str,
    kind: &'a str,
    name: &'a str,
    about: String,
    labels: &'a [Label],
    facts: &'a [Fact],
    sections: Vec<SectionView<'a>>,
    rows_beside_a_drawing: usize,
    made_title: &'static str,
    made: &'static str,
    colophon: &'a [Fact],
    /// Only of what leaves.
    licence: Option<Licence<'a>>,
}

/// Prints a file for a reader of the application, with a notice in the place of each panel
/// among `withheld`.
///
/// # Errors
/// [`RenderError`].
pub(crate) fn render_screen(
    file: &PanelFile<'_>,
    withheld: &BTreeSet<String>,
) -> Result<String, RenderError> {
    print(Template::Panels, &page(file, withheld, None), None, None)
}

/// The same as it leaves, with what its licences ask for. `manifest` is JSON.
///
/// # Errors
/// [`RenderError`].
pub(crate) fn render_export(
    file: &PanelFile<'_>,
    grant: &Grant,
    manifest: &str,
) -> Result<String, RenderError> {
    let page = page(file, grant.removed(), Some(Licence::of(grant)));
    print(Template::Panels, &page, Some(grant), Some(manifest))
}

fn page<'a>(
    file: &'a PanelFile<'a>,
    withheld: &BTreeSet<String>,
    licence: Option<Licence<'a>>,
) -> HtmlPage<'a> {
    let mut sections = SectionView::all(file, withheld, Medium::Html);
    let panels = sections.iter_mut().flat_map(|section| &mut section.panels);
    for drawing in panels.filter_map(|panel| panel.drawing.as_mut()) {
        let svg = std::mem::take(&mut drawing.svg);
        drawing.svg = COLOURS.iter().fold(svg, |svg, (paper, own)| svg.replace(paper, own));
    }
    HtmlPage {
        title: &file.title,
        kind: &file.kind,
        name: file.name,
        about: file.about.join(" · "),
        labels: &file.labels,
        facts: &file.facts,
        sections,
        rows_beside_a_drawing: ROWS_BESIDE_A_DRAWING,
        made_title: file.made_title,
        made: file.made,
        colophon: &file.colophon,
        licence,
    }
}
