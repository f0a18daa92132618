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
use std::{collections::BTreeSet, fmt::Write};

/// The document as a complete page, for a reader in the application. What leaves
/// as a file is printed by [`crate::export`], which asks for a permit.
pub fn render_html(document: &ReportDocument, colophon: &Colophon) -> Result<String, RenderError> {
    print(&Page::of(document, colophon)?, include_str!("../../templates/report.css"), None)
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
    print(&page, include_str!("../../templates/report.css"), None)
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
    let mut style = include_str!("../../templates/report.css").to_owned();
    for (mark, number) in grant.terms().watermarks.iter().zip(1..) {
        // Numbers only, so that no text of the registry reaches the style sheet.
        let (opacity, angle) = (mark.opacity, -mark.angle);
        // Writing to a text cannot fail.
        let _ = writeln!(
            style,
            "@layer components {{ .watermark__text:nth-child({number}) {{ opacity: {opacity}; rotate: {angle}deg; }} }}"
        );
    }
    print(&page, &style, Some(manifest))
}

fn print(page: &Page<'_>, style: &str, manifest: Option<&str>) -> Result<String, RenderError> {
    let mut environment = Environment::new();
    // Whatever a template is called, its values are escaped.
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template("report.html", include_str!("../../templates/report.html"))?;
    let context = context! {
        style => Value::from_safe_string(style.to_owned()),
        manifest => manifest,
        ..Value::from(Serde(page))
    };
    Ok(environment.get_template("report.html")?.render(context)?)
}

#[cfg(test)]
mod tests;
