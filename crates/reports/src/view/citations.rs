use super::RenderError;
use domain::{evidence::EvidenceId, report::Reference};
use serde::Serialize;
use std::collections::BTreeMap;

/// One superscript number in the text, linked to the reference and back.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Citation {
    pub number: u32,
    /// Its own anchor, unique in the page.
    pub anchor: String,
}

/// Hands out citations in reading order and remembers them for the way back.
pub(super) struct Citations<'a> {
    numbers: BTreeMap<&'a EvidenceId, u32>,
    uses: BTreeMap<u32, Vec<String>>,
}

impl<'a> Citations<'a> {
    pub fn new(references: &'a [Reference]) -> Self {
        let numbers = references.iter().map(|one| (&one.evidence, one.number)).collect();
        Self { numbers, uses: BTreeMap::new() }
    }

    /// The citations of one passage.
    pub fn cite(&mut self, evidence: &[EvidenceId]) -> Result<Vec<Citation>, RenderError> {
        evidence.iter().map(|id| self.cite_one(id)).collect()
    }

    fn cite_one(&mut self, id: &EvidenceId) -> Result<Citation, RenderError> {
        let number =
            *self.numbers.get(id).ok_or_else(|| RenderError::UnresolvedCitation(id.clone()))?;
        let uses = self.uses.entry(number).or_default();
        let anchor = format!("cite-{number}-{}", uses.len() + 1);
        uses.push(anchor.clone());
        Ok(Citation { number, anchor })
    }

    /// The anchors of every use of a reference, in reading order.
    pub fn uses_of(&self, number: u32) -> &[String] {
        self.uses.get(&number).map(Vec::as_slice).unwrap_or_default()
    }
}
