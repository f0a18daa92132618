//! The document in the shape that templates print: numbers resolved, dates and
//! names in words. Adds nothing that the document or the colophon lacks.

mod chart;
mod citations;
mod colophon;
mod counts;
mod error;
mod evidence;
mod text;

use chart::Chart;
use citations::Citations;
pub use colophon::Colophon;
use counts::{CellGroup, Coverage, cell_groups, coverage};
use domain::{
    cadence::format_moment,
    package::InstructionReference,
    report::{Outcome, ReportDocument},
    specification::Language,
};
pub use error::RenderError;
pub(crate) use evidence::web_address;
use evidence::{AppendixView, ReferenceView, appendix_view, reference};
use jiff::civil::Date;
use rights::{Grant, Watermark};
use serde::Serialize;
use std::collections::BTreeMap;
pub(crate) use text::strength_label;
use text::{
    Bullet, Link, SectionView, Statement, link, links_to_developments, section_view, statements,
    summary,
};

#[derive(Serialize)]
pub(crate) struct Page<'a> {
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
    instruction: Option<InstructionReference>,
    scope: Vec<Names<'a>>,
    quiet: bool,
    contents: Vec<Entry>,
    summary: Vec<Bullet<'a>>,
    decision: Vec<Statement<'a>>,
    sections: Vec<SectionView<'a>>,
    chart: Option<Chart>,
    cells: Vec<CellGroup>,
    monitoring: Vec<Advice<'a>>,
    coverage: Coverage<'a>,
    references: Vec<ReferenceView<'a>>,
    appendix: Vec<AppendixView<'a>>,
    colophon: ColophonView,
    /// Only of a file: what its licences ask for.
    licence: Option<Licence<'a>>,
    /// Parts that are left out, by key, with the label of their heading.
    withheld: Withheld,
}

/// What is left out of a file, by the key of its part: the heading under which
/// the notice stands.
pub(crate) type Withheld = BTreeMap<String, &'static str>;

/// What the licences of a file ask for.
#[derive(Serialize)]
pub(crate) struct Licence<'a> {
    attributions: Vec<&'a str>,
    watermarks: &'a [Watermark],
    profile: &'static str,
    rights_version: &'a str,
}

impl<'a> Licence<'a> {
    pub fn of(grant: &'a Grant) -> Self {
        let terms = grant.terms();
        Self {
            attributions: terms.attributions.iter().map(|one| one.text.as_str()).collect(),
            watermarks: &terms.watermarks,
            profile: grant.profile().label(),
            rights_version: grant.rights_version().as_str(),
        }
    }
}

/// A date for machine and reader.
#[derive(Clone, Serialize)]
pub(crate) struct Day {
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
struct Advice<'a> {
    text: &'a str,
    development: Link<'a>,
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
            .map(|advice| {
                Ok(Advice { text: &advice.text, development: link(&links, &advice.development)? })
            })
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
            instruction: scope.engine.instruction,
            scope: chosen_names(document),
            quiet: document.outcome == Outcome::NoMaterialChange,
            contents: Vec::new(),
            summary,
            decision,
            sections,
            chart,
            cells: cell_groups(&document.signal_map),
            monitoring,
            coverage: coverage(document),
            references: document.references.iter().map(|one| reference(one, &citations)).collect(),
            appendix,
            colophon: colophon_view(colophon)?,
            licence: None,
            withheld: Withheld::new(),
        };
        page.contents = page.entries();
        Ok(page)
    }

    /// The page as a file.
    pub fn exported(mut self, grant: &'a Grant, withheld: Withheld) -> Self {
        self.licence = Some(Licence::of(grant));
        self.screened(withheld)
    }

    /// The page without parts that may not be shown.
    pub fn screened(mut self, withheld: Withheld) -> Self {
        self.contents.retain(|entry| !withheld.contains_key(&entry.anchor));
        self.withheld = withheld;
        self
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
    pub fn of(date: Date) -> Self {
        Self { iso: date.to_string(), words: date.strftime("%-d %B %Y").to_string() }
    }
}

fn chosen_names(document: &ReportDocument) -> Vec<Names<'_>> {
    let scope = &document.scope.scope;
    let mut names = vec![
        Names {
            label: "Deliverables",
            names: scope.deliverables.iter().map(|one| one.label()).collect(),
        },
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
