//! Every sentence of the report goes through here, so that none is unsupported
//! and none is written twice.

use domain::{
    evidence::{EvidenceItem, numbers_in},
    report::{Claim, ClaimKind, Confidence, ReportDocument},
};
use reports::{is_plain, sentence_keys, sentences, unsupported_figures, unsupported_regions};
use std::collections::BTreeSet;

/// Remembers the sentences written so far.
#[derive(Debug, Default)]
pub(super) struct Writer {
    used: BTreeSet<String>,
}

impl Writer {
    /// A claim on these items; none if its text would repeat a sentence, is too
    /// long, or says a figure, region or address that the items do not.
    pub fn claim(
        &mut self,
        kind: ClaimKind,
        text: String,
        items: &[&EvidenceItem],
        confidence: Confidence,
    ) -> Option<Claim> {
        let text = self.sentence(text, items)?;
        let evidence = items.iter().map(|item| item.id.clone()).collect();
        Some(Claim { kind, text, evidence, confidence })
    }

    /// The same for text that is not a claim.
    pub fn sentence(&mut self, text: String, items: &[&EvidenceItem]) -> Option<String> {
        let keys = sentence_keys(&text);
        let distinct: BTreeSet<_> = keys.iter().collect();
        let fresh = distinct.len() == keys.len() && keys.iter().all(|key| !self.used.contains(key));
        let fits = text.chars().count() <= ReportDocument::CLAIM_CHARACTERS_MAX;
        if !fresh || !fits || !supports(&text, items) {
            return None;
        }
        self.used.extend(keys);
        Some(text)
    }

    /// Words that stand in the report behind a publisher's name; a copy of them
    /// is then nothing new.
    pub fn remember(&mut self, words: &str) {
        self.used.extend(sentence_keys(words));
    }

    /// The sentences of an excerpt that nothing has said yet, without a last one
    /// that was cut off.
    pub fn unsaid(&self, excerpt: &str) -> String {
        let plain = plain(excerpt);
        let mut parts = sentences(&plain);
        let whole = |sentence: &str| sentence.ends_with(['.', '!', '?', '”', ')', '"']);
        if parts.len() > 1 && parts.last().is_some_and(|last| !whole(last)) {
            parts.pop();
        }
        parts.retain(|part| sentence_keys(part).iter().all(|key| !self.used.contains(key)));
        parts.join(" ")
    }
}

/// Whether the items support figures and regions of a plain text.
pub(super) fn supports(text: &str, items: &[&EvidenceItem]) -> bool {
    is_plain(text, items)
        && unsupported_figures(text, items).is_empty()
        && unsupported_regions(text, items).is_empty()
}

/// Words of the evidence as text that can be nothing else: brackets of markup
/// become quotation marks, control and direction characters go, white space
/// becomes one space.
pub(super) fn plain(text: &str) -> String {
    let kept = text.chars().filter_map(|character| match character {
        '<' => Some('‹'),
        '>' => Some('›'),
        '`' => Some('\''),
        c if c.is_whitespace() => Some(' '),
        c if c.is_control() || DIRECTION_MARKS.contains(&c) => None,
        c => Some(c),
    });
    let text: String = kept.collect();
    text.replace("](", "] (")
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

const DIRECTION_MARKS: [char; 12] = [
    '\u{200e}', '\u{200f}', '\u{061c}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// At most `max` characters, cut between words and never within a figure: what
/// the cut text states, the whole text states.
pub(super) fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let stated = numbers_in(text);
    let mut words: Vec<_> = text.split(' ').collect();
    loop {
        words.pop();
        let cut = format!("{} …", words.join(" "));
        let fits = cut.chars().count() <= max && numbers_in(&cut).is_subset(&stated);
        if fits || words.is_empty() {
            return cut;
        }
    }
}
