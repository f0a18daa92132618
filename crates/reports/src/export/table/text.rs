//! The tables of what the report says.

use super::{Cell, Column, Table};
use crate::view::RenderError;
use domain::{
    evidence::EvidenceId,
    report::{Claim, ReportDocument},
    specification::Strength,
    taxonomy::Region,
};
use std::collections::BTreeMap;

const SUMMARY: &[Column] =
    &[Column::of("Theme", 14), Column::of("Statement", 80), Column::of("References", 12)];

const DEVELOPMENTS: &[Column] = &[
    Column::of("Section", 26),
    Column::of("Development", 13),
    Column::of("Headline", 60),
    Column::of("Signal", 16),
    Column::of("Strength", 16),
    Column::of("First published", 15),
    Column::of("Last published", 15),
    Column::of("Regions", 24),
    Column::of("Value-chain links", 24),
    Column::of("Companies", 28),
    Column::of("Deliverables", 40),
];

const STATEMENTS: &[Column] = &[
    Column::of("Section", 26),
    Column::of("Development", 13),
    Column::of("Kind", 14),
    Column::of("Statement", 80),
    Column::of("Confidence", 12),
    Column::of("References", 12),
];

const SIGNAL_MAP: &[Column] = &[
    Column::of("Signal", 20),
    Column::of("Region", 24),
    Column::of("Developments", 14),
    Column::of("Highest strength", 20),
];

const MONITORING: &[Column] = &[Column::of("Development", 13), Column::of("What to watch", 80)];

/// The numbers under which evidence is cited.
pub(super) struct Numbers<'a>(BTreeMap<&'a EvidenceId, u32>);

impl<'a> Numbers<'a> {
    pub fn of(document: &'a ReportDocument) -> Self {
        let references = document.references.iter();
        Self(references.map(|one| (&one.evidence, one.number)).collect())
    }

    fn cited(&self, evidence: &[EvidenceId]) -> Result<Cell, RenderError> {
        let numbers: Vec<String> = evidence
            .iter()
            .map(|id| {
                let number = self.0.get(id).map(u32::to_string);
                number.ok_or_else(|| RenderError::UnresolvedCitation(id.clone()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Cell::Text(numbers.join(", ")))
    }
}

pub(super) fn summary(
    document: &ReportDocument,
    numbers: &Numbers<'_>,
) -> Result<Table<'static>, RenderError> {
    let row = |bullet: &domain::report::SummaryBullet| {
        Ok(vec![
            Cell::text(bullet.theme.label()),
            Cell::text(&bullet.text),
            numbers.cited(&bullet.evidence)?,
        ])
    };
    let rows = document.executive_summary.iter().map(row).collect::<Result<_, RenderError>>()?;
    Ok(Table::of("summary", "Executive summary", SUMMARY, rows))
}

pub(super) fn developments(document: &ReportDocument) -> Table<'static> {
    let mut rows = Vec::new();
    for section in &document.sections {
        for development in &section.developments {
            rows.push(vec![
                Cell::text(section.kind.label()),
                Cell::text(&development.id),
                Cell::text(&development.headline),
                Cell::text(development.signal.label()),
                strength(development.strength),
                Cell::Date(development.first_published),
                Cell::Date(development.last_published),
                Cell::several(development.regions.iter().map(|one| one.label())),
                Cell::several(development.links.iter().map(|one| one.label())),
                Cell::several(development.companies.iter().map(String::as_str)),
                Cell::several(development.deliverables.iter().map(|one| one.label())),
            ]);
        }
    }
    Table::of("developments", "Developments", DEVELOPMENTS, rows)
}

/// Every claim in reading order, with the development that it belongs to.
pub(super) fn statements(
    document: &ReportDocument,
    numbers: &Numbers<'_>,
) -> Result<Table<'static>, RenderError> {
    let row = |section: &str, development: &str, claim: &Claim| {
        Ok::<_, RenderError>(vec![
            Cell::text(section),
            Cell::text(development),
            Cell::text(claim.kind.label()),
            Cell::text(&claim.text),
            Cell::text(claim.confidence.label()),
            numbers.cited(&claim.evidence)?,
        ])
    };
    let mut rows = Vec::new();
    for claim in &document.decision_summary {
        rows.push(row("Decision summary", "", claim)?);
    }
    for section in &document.sections {
        let label = section.kind.label();
        for development in &section.developments {
            for claim in &development.claims {
                rows.push(row(label, &development.id, claim)?);
            }
        }
        for claim in &section.statements {
            rows.push(row(label, "", claim)?);
        }
    }
    Ok(Table::of("statements", "Statements", STATEMENTS, rows))
}

pub(super) fn signal_map(document: &ReportDocument) -> Table<'static> {
    let cells = document.signal_map.iter();
    let rows = cells
        .map(|cell| {
            vec![
                Cell::text(cell.signal.label()),
                Cell::text(cell.region.map_or("Not known", Region::label)),
                Cell::Count(cell.developments),
                strength(cell.strength),
            ]
        })
        .collect();
    Table::of("signal_map", "Signal map", SIGNAL_MAP, rows)
}

pub(super) fn monitoring(document: &ReportDocument) -> Table<'static> {
    let advice = document.monitoring.iter();
    let rows =
        advice.map(|one| vec![Cell::text(&one.development), Cell::text(&one.text)]).collect();
    Table::of("monitoring", "What to watch", MONITORING, rows)
}

fn strength(strength: Strength) -> Cell {
    Cell::text(crate::view::strength_label(strength))
}
