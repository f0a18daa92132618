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

const SUMMARY: &[Column] = &[
    Column { name: "Theme", width: 14 },
    Column { name: "Statement", width: 80 },
    Column { name: "References", width: 12 },
];

const DEVELOPMENTS: &[Column] = &[
    Column { name: "Section", width: 26 },
    Column { name: "Development", width: 13 },
    Column { name: "Headline", width: 60 },
    Column { name: "Signal", width: 16 },
    Column { name: "Strength", width: 16 },
    Column { name: "First published", width: 15 },
    Column { name: "Last published", width: 15 },
    Column { name: "Regions", width: 24 },
    Column { name: "Value-chain links", width: 24 },
    Column { name: "Companies", width: 28 },
    Column { name: "Deliverables", width: 40 },
];

const STATEMENTS: &[Column] = &[
    Column { name: "Section", width: 26 },
    Column { name: "Development", width: 13 },
    Column { name: "Kind", width: 14 },
    Column { name: "Statement", width: 80 },
    Column { name: "Confidence", width: 12 },
    Column { name: "References", width: 12 },
];

const SIGNAL_MAP: &[Column] = &[
    Column { name: "Signal", width: 20 },
    Column { name: "Region", width: 24 },
    Column { name: "Developments", width: 14 },
    Column { name: "Highest strength", width: 20 },
];

const MONITORING: &[Column] =
    &[Column { name: "Development", width: 13 }, Column { name: "What to watch", width: 80 }];

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
) -> Result<Table, RenderError> {
    let row = |bullet: &domain::report::SummaryBullet| {
        Ok(vec![
            Cell::text(bullet.theme.label()),
            Cell::text(&bullet.text),
            numbers.cited(&bullet.evidence)?,
        ])
    };
    let rows = document.executive_summary.iter().map(row).collect::<Result<_, RenderError>>()?;
    Ok(Table { key: "summary", title: "Executive summary", columns: SUMMARY, rows })
}

pub(super) fn developments(document: &ReportDocument) -> Table {
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
    Table { key: "developments", title: "Developments", columns: DEVELOPMENTS, rows }
}

/// Every claim in reading order, with the development that it belongs to.
pub(super) fn statements(
    document: &ReportDocument,
    numbers: &Numbers<'_>,
) -> Result<Table, RenderError> {
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
    Ok(Table { key: "statements", title: "Statements", columns: STATEMENTS, rows })
}

pub(super) fn signal_map(document: &ReportDocument) -> Table {
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
    Table { key: "signal_map", title: "Signal map", columns: SIGNAL_MAP, rows }
}

pub(super) fn monitoring(document: &ReportDocument) -> Table {
    let advice = document.monitoring.iter();
    let rows =
        advice.map(|one| vec![Cell::text(&one.development), Cell::text(&one.text)]).collect();
    Table { key: "monitoring", title: "What to watch", columns: MONITORING, rows }
}

fn strength(strength: Strength) -> Cell {
    Cell::text(crate::view::strength_label(strength))
}
