//! The report as one self-contained, printable HTML file.
//!
//! The file loads nothing and runs nothing: style is inline, there is no
//! script, and its own content security policy says so. All text is escaped by
//! the template engine; only http and https addresses become links. Same
//! document and colophon: same bytes.

use crate::{
    export::parts,
    view::{Colophon, Page, RenderError, Withheld},
};
use domain::report::ReportDocument;
use minijinja::{
    AutoEscape, Environment, UndefinedBehavior, Value, context, syntax::SyntaxConfig, value::Serde,
};
use rights::Grant;
use serde::Serialize;
use std::{collections::BTreeSet, fmt::Write};

/// The document as a complete page, for a reader in the application. What leaves
/// as a file is printed by [`crate::export`], which asks for a permit.
pub fn render_html(document: &ReportDocument, colophon: &Colophon) -> Result<String, RenderError> {
    print(Template::Report, &Page::of(document, colophon)?, None, None)
}

/// The same for a reader whose licences keep parts from being shown: a notice stands in
/// their place. Nothing of them is in the page.
pub fn render_screen(
    document: &ReportDocument,
    colophon: &Colophon,
    withheld: &BTreeSet<String>,
) -> Result<String, RenderError> {
    let rest = parts::without(document, withheld);
    let page = Page::of(&rest, colophon)?.screened(parts::labels(document, withheld));
    print(Template::Report, &page, None, None)
}

/// The same as a file, with what its licences ask for and without what they keep
/// back. `document` no longer holds what is withheld; `manifest` is JSON.
pub(crate) fn render_export(
    document: &ReportDocument,
    colophon: &Colophon,
    grant: &Grant,
    withheld: Withheld,
    manifest: &str,
) -> Result<String, RenderError> {
    let page = Page::of(document, colophon)?.exported(grant, withheld);
    print(Template::Report, &page, Some(grant), Some(manifest))
}

/// What is printed.
#[derive(Clone, Copy)]
pub(crate) enum Template {
    Report,
    Panels,
}

impl Template {
    const fn text(self) -> &'static str {
        match self {
            Self::Report => include_str!("../../templates/report.html"),
            Self::Panels => include_str!("../../templates/panels.html"),
        }
    }

    const fn style(self) -> &'static str {
        match self {
            Self::Report => include_str!("../../templates/report.css"),
            Self::Panels => concat!(
                include_str!("../../templates/report.css"),
                include_str!("../../templates/panels.css")
            ),
        }
    }
}

/// Prints a page; what leaves has its grant and, as JSON, its manifest.
pub(crate) fn print(
    template: Template,
    page: &impl Serialize,
    grant: Option<&Grant>,
    manifest: Option<&str>,
) -> Result<String, RenderError> {
    let mut environment = Environment::new();
    // Whatever a template is called, its values are escaped.
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template("common.html", include_str!("../../templates/common.html"))?;
    environment.add_template("page.html", template.text())?;
    let context = context! {
        style => Value::from_safe_string(template.style().to_owned() + &marks(grant)),
        manifest => manifest,
        ..Value::from(Serde(page))
    };
    Ok(environment.get_template("page.html")?.render(context)?)
}

/// The rules of watermarks. Numbers only, so that no text of the registry reaches the style
/// sheet.
fn marks(grant: Option<&Grant>) -> String {
    let mut rules = String::new();
    let marks = grant.map(|grant| &grant.terms().watermarks).into_iter().flatten();
    for (mark, number) in marks.zip(1..) {
        let (opacity, angle) = (mark.opacity, -mark.angle);
        // Writing to a text cannot fail.
        let _ = writeln!(
            rules,
            "@layer components {{ .watermark__text:nth-child({number}) {{ opacity: {opacity}; rotate: {angle}deg; }} }}"
        );
    }
    rules
}

#[cfg(test)]
mod tests;
