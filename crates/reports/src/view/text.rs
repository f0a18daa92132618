//! What the report says: bullets, statements, sections, developments.

use super::{
    Day, RenderError,
    citations::{Citation, Citations},
};
use domain::{
    evidence::Novelty,
    report::{Claim, Development, ReportDocument, Section, SummaryBullet},
    specification::Strength,
};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct Bullet<'a> {
    theme: &'static str,
    text: &'a str,
    citations: Vec<Citation>,
}

#[derive(Serialize)]
pub(super) struct Statement<'a> {
    kind: &'static str,
    label: &'static str,
    text: &'a str,
    confidence: String,
    citations: Vec<Citation>,
}

#[derive(Serialize)]
pub(super) struct SectionView<'a> {
    pub anchor: String,
    pub label: &'static str,
    pub developments: Vec<DevelopmentView<'a>>,
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
pub(super) struct DevelopmentView<'a> {
    anchor: String,
    id: &'a str,
    headline: &'a str,
    signal: &'static str,
    regions: Vec<&'static str>,
    links: Vec<&'static str>,
    companies: Vec<&'a str>,
    strength: &'static str,
    novelty: Option<&'static str>,
    first: Day,
    last: Day,
    statements: Vec<Statement<'a>>,
}

/// A development elsewhere in the page.
#[derive(Clone, Serialize)]
pub(super) struct Link<'a> {
    anchor: String,
    headline: &'a str,
}

/// The option's label is for a form ("Any"); a reader of a report meets only
/// developments that somebody published.
pub(crate) fn strength_label(strength: Strength) -> &'static str {
    match strength {
        Strength::None => "No publisher",
        other => other.label(),
    }
}

pub(super) fn links_to_developments(document: &ReportDocument) -> BTreeMap<&str, Link<'_>> {
    let developments = document.sections.iter().flat_map(|section| &section.developments);
    developments
        .zip(1..)
        .map(|(development, number)| {
            let anchor = format!("development-{number}");
            (development.id.as_str(), Link { anchor, headline: &development.headline })
        })
        .collect()
}

pub(super) fn link<'a>(
    links: &BTreeMap<&str, Link<'a>>,
    id: &str,
) -> Result<Link<'a>, RenderError> {
    links.get(id).cloned().ok_or_else(|| RenderError::UnknownDevelopment(id.to_owned()))
}

pub(super) fn summary<'a>(
    bullets: &'a [SummaryBullet],
    citations: &mut Citations<'_>,
) -> Result<Vec<Bullet<'a>>, RenderError> {
    let mut views = Vec::with_capacity(bullets.len());
    for bullet in bullets {
        let citations = citations.cite(&bullet.evidence)?;
        views.push(Bullet { theme: bullet.theme.label(), text: &bullet.text, citations });
    }
    Ok(views)
}

pub(super) fn statements<'a>(
    claims: &'a [Claim],
    citations: &mut Citations<'_>,
) -> Result<Vec<Statement<'a>>, RenderError> {
    let mut views = Vec::with_capacity(claims.len());
    for claim in claims {
        views.push(Statement {
            kind: claim.kind.id(),
            label: claim.kind.label(),
            text: &claim.text,
            confidence: claim.confidence.label().to_lowercase(),
            citations: citations.cite(&claim.evidence)?,
        });
    }
    Ok(views)
}

pub(super) fn section_view<'a>(
    section: &'a Section,
    links: &BTreeMap<&str, Link<'a>>,
    citations: &mut Citations<'_>,
) -> Result<SectionView<'a>, RenderError> {
    let developments = section
        .developments
        .iter()
        .map(|development| development_view(development, links, citations))
        .collect::<Result<_, _>>()?;
    Ok(SectionView {
        anchor: section.kind.id().replace('_', "-"),
        label: section.kind.label(),
        developments,
        statements: statements(&section.statements, citations)?,
    })
}

fn development_view<'a>(
    development: &'a Development,
    links: &BTreeMap<&str, Link<'a>>,
    citations: &mut Citations<'_>,
) -> Result<DevelopmentView<'a>, RenderError> {
    Ok(DevelopmentView {
        anchor: link(links, &development.id)?.anchor,
        id: &development.id,
        headline: &development.headline,
        signal: development.signal.label(),
        regions: development.regions.iter().map(|one| one.label()).collect(),
        links: development.links.iter().map(|one| one.label()).collect(),
        companies: development.companies.iter().map(String::as_str).collect(),
        strength: strength_label(development.strength),
        novelty: development.novelty.map(Novelty::label),
        first: Day::of(development.first_published),
        last: Day::of(development.last_published),
        statements: statements(&development.claims, citations)?,
    })
}
