//! The document in the shape that the template prints: numbers resolved, dates
//! and names in words. Adds nothing that the document or the colophon lacks.

use super::{
    Colophon, RenderError,
    chart::Chart,
    citations::{Citation, Citations},
};
use domain::{
    cadence::format_moment,
    report::{
        AppendixEntry, Claim, CoverageNote, Development, Outcome, Reference, ReportDocument, Section,
        SignalCell, SummaryBullet,
    },
    specification::{Language, Strength},
    taxonomy::Region,
};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct Page<'a> {
    language: &'static str,
    title: &'a str,
    period: String,
    zone: &'a str,
    from: Day,
    to: Day,
    specification: &'a str,
    version: u32,
    cadence: &'static str,
    sample: bool,
    engine: &'a str,
    engine_version: &'a str,
    scope: Vec<Names<'a>>,
    quiet: bool,
    contents: Vec<Entry>,
    summary: Vec<Bullet<'a>>,
    decision: Vec<Statement<'a>>,
    sections: Vec<SectionView<'a>>,
    chart: Option<Chart>,
    cells: Vec<Cell>,
    monitoring: Vec<Advice<'a>>,
    coverage: Coverage<'a>,
    references: Vec<ReferenceView<'a>>,
    appendix: Vec<AppendixView<'a>>,
    colophon: ColophonView,
}

/// A date for machine and reader.
#[derive(Clone, Serialize)]
struct Day {
    iso: String,
    words: String,
}

#[derive(Serialize)]
struct Names<'a> {
    label: &'static str,
    names: Vec<&'a str>,
}

#[derive(Serialize)]
struct Entry {
    anchor: String,
    label: &'static str,
    /// Developments; none where they are not counted.
    count: Option<usize>,
}

#[derive(Serialize)]
struct Bullet<'a> {
    theme: &'static str,
    text: &'a str,
    citations: Vec<Citation>,
}

#[derive(Serialize)]
struct Statement<'a> {
    kind: &'static str,
    label: &'static str,
    text: &'a str,
    confidence: String,
    citations: Vec<Citation>,
}

#[derive(Serialize)]
struct SectionView<'a> {
    anchor: String,
    label: &'static str,
    developments: Vec<DevelopmentView<'a>>,
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
struct DevelopmentView<'a> {
    anchor: String,
    id: &'a str,
    headline: &'a str,
    signal: &'static str,
    regions: Vec<&'static str>,
    links: Vec<&'static str>,
    companies: Vec<&'a str>,
    deliverables: Vec<&'static str>,
    strength: &'static str,
    first: Day,
    last: Day,
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
struct Cell {
    signal: &'static str,
    region: &'static str,
    developments: u32,
    strength: &'static str,
}

#[derive(Serialize)]
struct Advice<'a> {
    text: &'a str,
    development: Link<'a>,
}

/// A development elsewhere in the page.
#[derive(Clone, Serialize)]
struct Link<'a> {
    anchor: String,
    headline: &'a str,
}

#[derive(Serialize)]
struct Coverage<'a> {
    notes: Vec<&'a str>,
    in_pack: u32,
    in_window: u32,
    in_scope: u32,
    region_unknown: u32,
    read: Vec<&'a str>,
    failed: Vec<Failure<'a>>,
    quiet: Vec<Names<'a>>,
}

#[derive(Serialize)]
struct Failure<'a> {
    source: &'a str,
    error: &'a str,
}

#[derive(Serialize)]
struct ReferenceView<'a> {
    number: u32,
    title: &'a str,
    publisher: &'a str,
    published: Day,
    href: Option<&'a str>,
    url: &'a str,
    uses: Vec<String>,
}

#[derive(Serialize)]
struct AppendixView<'a> {
    evidence: &'a str,
    title: &'a str,
    publisher: &'a str,
    published: Day,
    date_confidence: String,
    tier: u8,
    href: Option<&'a str>,
    url: &'a str,
    excerpt: &'a str,
    deliverables: Vec<&'static str>,
    developments: Vec<Link<'a>>,
}

#[derive(Serialize)]
struct ColophonView {
    run_id: String,
    specification_version: u32,
    pack: String,
    package: String,
    document: String,
    sealed_iso: String,
    sealed: String,
}

impl<'a> Page<'a> {
    pub fn of(document: &'a ReportDocument, colophon: &'a Colophon) -> Result<Self, RenderError> {
        let scope = &document.scope;
        let mut citations = Citations::new(&document.references);
        let links = links_to_developments(document);
        let summary = summary(&document.executive_summary, &mut citations)?;
        let decision = statements(&document.decision_summary, &mut citations)?;
        let sections: Vec<_> = document
            .sections
            .iter()
            .map(|section| section_view(section, &links, &mut citations))
            .collect::<Result<_, _>>()?;
        let chart = Chart::of(&document.signal_map, &scope.scope.regions);
        let monitoring: Vec<_> = document
            .monitoring
            .iter()
            .map(|advice| Ok(Advice { text: &advice.text, development: link(&links, &advice.development)? }))
            .collect::<Result<_, RenderError>>()?;
        let appendix: Vec<_> = document
            .appendix
            .iter()
            .map(|entry| appendix_view(entry, &links))
            .collect::<Result<_, _>>()?;
        let mut page = Self {
            language: Language::English.id(),
            title: &document.title,
            period: scope.period.label(),
            zone: &scope.period.zone,
            from: Day::of(scope.window_from),
            to: Day::of(scope.window_to),
            specification: &scope.specification_name,
            version: scope.specification_version,
            cadence: scope.cadence.label(),
            sample: scope.sample_data,
            engine: &scope.engine.label,
            engine_version: &scope.engine.version,
            scope: chosen_names(document),
            quiet: document.outcome == Outcome::NoMaterialChange,
            contents: Vec::new(),
            summary,
            decision,
            sections,
            chart,
            cells: document.signal_map.iter().map(Cell::of).collect(),
            monitoring,
            coverage: coverage(&document.coverage),
            references: document.references.iter().map(|one| reference(one, &citations)).collect(),
            appendix,
            colophon: colophon_view(colophon)?,
        };
        page.contents = page.entries();
        Ok(page)
    }

    /// The parts that are there, in their order.
    fn entries(&self) -> Vec<Entry> {
        let part = |anchor: &str, label, there: bool| {
            there.then(|| Entry { anchor: anchor.to_owned(), label, count: None })
        };
        let sections = self.sections.iter().map(|section| Entry {
            anchor: section.anchor.clone(),
            label: section.label,
            count: Some(section.developments.len()).filter(|count| *count > 0),
        });
        part("summary", "Executive summary", !self.summary.is_empty())
            .into_iter()
            .chain(part("decision", "Decision summary", !self.decision.is_empty()))
            .chain(sections)
            .chain(part("signal-map", "Signal map", self.chart.is_some()))
            .chain(part("monitoring", "What to watch", !self.monitoring.is_empty()))
            .chain(part("coverage", "Coverage", true))
            .chain(part("references", "References", !self.references.is_empty()))
            .chain(part("appendix", "Evidence appendix", !self.appendix.is_empty()))
            .collect()
    }
}

impl Day {
    fn of(date: Date) -> Self {
        Self { iso: date.to_string(), words: date.strftime("%-d %B %Y").to_string() }
    }
}

impl Cell {
    fn of(cell: &SignalCell) -> Self {
        Self {
            signal: cell.signal.label(),
            region: cell.region.map_or("Not known", Region::label),
            developments: cell.developments,
            strength: strength_label(cell.strength),
        }
    }
}

/// The option's label is for a form ("Any"); a reader of a report meets only
/// developments that somebody published.
fn strength_label(strength: Strength) -> &'static str {
    match strength {
        Strength::None => "No publisher",
        other => other.label(),
    }
}

fn chosen_names(document: &ReportDocument) -> Vec<Names<'_>> {
    let scope = &document.scope.scope;
    let mut names = vec![
        Names { label: "Deliverables", names: scope.deliverables.iter().map(|one| one.label()).collect() },
        Names { label: "Regions", names: scope.regions.iter().map(|one| one.label()).collect() },
    ];
    let links: Vec<_> = scope.links.iter().map(|one| one.label()).collect();
    let links = if links.is_empty() { vec!["All, without a filter"] } else { links };
    names.push(Names { label: "Value-chain links", names: links });
    if !document.scope.watchlist.is_empty() {
        let watchlist = document.scope.watchlist.iter().map(String::as_str).collect();
        names.push(Names { label: "Companies watched", names: watchlist });
    }
    names
}

fn links_to_developments(document: &ReportDocument) -> BTreeMap<&str, Link<'_>> {
    let developments = document.sections.iter().flat_map(|section| &section.developments);
    developments
        .zip(1..)
        .map(|(development, number)| {
            let anchor = format!("development-{number}");
            (development.id.as_str(), Link { anchor, headline: &development.headline })
        })
        .collect()
}

fn link<'a>(links: &BTreeMap<&str, Link<'a>>, id: &str) -> Result<Link<'a>, RenderError> {
    links.get(id).cloned().ok_or_else(|| RenderError::UnknownDevelopment(id.to_owned()))
}

fn summary<'a>(
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

fn statements<'a>(
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

fn section_view<'a>(
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
        deliverables: development.deliverables.iter().map(|one| one.label()).collect(),
        strength: strength_label(development.strength),
        first: Day::of(development.first_published),
        last: Day::of(development.last_published),
        statements: statements(&development.claims, citations)?,
    })
}

fn coverage(note: &CoverageNote) -> Coverage<'_> {
    let quiet = [
        ("Quiet deliverables", note.quiet_deliverables.iter().map(|one| one.label()).collect()),
        ("Quiet regions", note.quiet_regions.iter().map(|one| one.label()).collect()),
        ("Quiet sections", note.quiet_sections.iter().map(|one| one.label()).collect::<Vec<_>>()),
    ];
    Coverage {
        notes: note.notes.iter().map(String::as_str).collect(),
        in_pack: note.items_in_pack,
        in_window: note.items_in_window,
        in_scope: note.items_in_scope,
        region_unknown: note.items_region_unknown,
        read: note.sources_read.iter().map(String::as_str).collect(),
        failed: note.sources_failed.iter().map(|(source, error)| Failure { source, error }).collect(),
        quiet: quiet
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(label, names)| Names { label, names })
            .collect(),
    }
}

fn reference<'a>(reference: &'a Reference, citations: &Citations<'_>) -> ReferenceView<'a> {
    ReferenceView {
        number: reference.number,
        title: &reference.title,
        publisher: &reference.publisher,
        published: Day::of(reference.published),
        href: web_address(&reference.url),
        url: &reference.url,
        uses: citations.uses_of(reference.number).to_vec(),
    }
}

fn appendix_view<'a>(
    entry: &'a AppendixEntry,
    links: &BTreeMap<&str, Link<'a>>,
) -> Result<AppendixView<'a>, RenderError> {
    Ok(AppendixView {
        evidence: entry.evidence.as_str(),
        title: &entry.title,
        publisher: &entry.publisher,
        published: Day::of(entry.published),
        date_confidence: entry.date_confidence.label().to_lowercase(),
        tier: entry.tier.into(),
        href: web_address(&entry.url),
        url: &entry.url,
        excerpt: &entry.excerpt,
        deliverables: entry.deliverables.iter().map(|one| one.label()).collect(),
        developments: entry
            .developments
            .iter()
            .map(|id| link(links, id))
            .collect::<Result<_, _>>()?,
    })
}

/// Only these two schemes become links; any other address is printed as text.
fn web_address(url: &str) -> Option<&str> {
    let scheme = |wanted: &str| {
        url.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted))
    };
    (scheme("https://") || scheme("http://")).then_some(url)
}

fn colophon_view(colophon: &Colophon) -> Result<ColophonView, RenderError> {
    Ok(ColophonView {
        run_id: colophon.run_id.to_string(),
        specification_version: colophon.specification_version,
        pack: colophon.pack_hash.to_string(),
        package: colophon.package_hash.to_string(),
        document: colophon.document_hash.to_string(),
        sealed_iso: colophon.sealed_at.to_string(),
        sealed: format_moment(colophon.sealed_at, &colophon.zone).map_err(RenderError::Moment)?,
    })
}
