//! How it is worded: conditional where it interprets, plain text throughout,
//! nothing twice.

use super::{
    Finding, FindingCode,
    structure::{foreign, repeated},
    subject::{Passage, PassageKind, Subject, evidence_of},
    text::{sentences, without_quotations, words},
};
use domain::{
    evidence::{EvidenceItem, title_key},
    report::ClaimKind,
};

/// Words that keep a statement open.
const HEDGES: &[&str] = &[
    "if",
    "may",
    "might",
    "could",
    "would",
    "should",
    "can",
    "whether",
    "unless",
    "until",
    "appears",
    "appear",
    "seems",
    "seem",
    "suggests",
    "suggest",
    "indicates",
    "indicate",
    "likely",
    "unlikely",
    "possible",
    "possibly",
    "perhaps",
    "probably",
    "potentially",
    "depends",
    "depend",
    "expected",
    "unclear",
    "open",
];

/// Words that close it again, whatever stands beside them.
const ASSERTIONS: &[&str] =
    &["certainly", "definitely", "undoubtedly", "guaranteed", "inevitably", "proves"];

/// A fragment of fewer words asserts nothing.
const SENTENCE_WORDS_MIN: usize = 4;

/// A heuristic: each sentence of an interpretation or implication holds one of
/// [`HEDGES`] and none of [`ASSERTIONS`], quotations left out. It lets through
/// a hedge that belongs to another half of the sentence; it is there to catch
/// statements that are flat.
pub(super) fn mood(subject: &Subject<'_>) -> Vec<Finding> {
    subject
        .passages()
        .into_iter()
        .filter_map(|passage| match passage.kind {
            PassageKind::Claim(kind) if kind != ClaimKind::Fact => Some((kind, passage)),
            _ => None,
        })
        .filter(|(_, passage)| {
            sentences(&without_quotations(passage.text)).into_iter().any(is_flat)
        })
        .map(|(kind, passage)| {
            Finding::new(
                FindingCode::Mood,
                format!("An {} in {} is worded as a fact.", kind.id(), passage.place),
            )
        })
        .collect()
}

fn is_flat(sentence: &str) -> bool {
    let words = words(sentence);
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    words.len() >= SENTENCE_WORDS_MIN && (!any(HEDGES) || any(ASSERTIONS))
}

/// No markup at all, and no address save those that the cited evidence holds.
pub(super) fn plain_text(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for passage in subject.passages() {
        if has_markup(passage.text) {
            findings.push(Finding::new(
                FindingCode::Markup,
                format!("{} contains markup.", passage.place),
            ));
        }
        if has_foreign_address(subject, &passage) {
            findings.push(foreign(passage.place));
        }
    }
    let notes = &subject.document.coverage.notes;
    if notes.iter().any(|note| has_markup(note)) {
        findings.push(Finding::new(FindingCode::Markup, "The coverage note contains markup."));
    }
    findings
}

/// HTML tags and comments, Markdown links, images and code.
pub(super) fn has_markup(text: &str) -> bool {
    let tag = text.match_indices('<').any(|(at, _)| {
        text[at + 1..]
            .starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
    });
    tag || text.contains("](") || text.contains("```")
}

fn has_foreign_address(subject: &Subject<'_>, passage: &Passage<'_>) -> bool {
    let items = subject.items(passage.evidence.iter().copied());
    foreign_address(passage.text, &items)
}

/// Whether a text names an address that none of the items holds.
pub(super) fn foreign_address(text: &str, items: &[&EvidenceItem]) -> bool {
    text.split(|c: char| c.is_whitespace() || "“”‘’\"'()<>‹›".contains(c)).any(|token| {
        let lower = token.to_lowercase();
        let address = lower.contains("://")
            || lower.starts_with("www.")
            || lower.starts_with("javascript:")
            || lower.starts_with("data:");
        let known = |text: &str| text.contains(token.trim_end_matches(['.', ',', ';', ':', '…']));
        address
            && !items
                .iter()
                .any(|item| known(&item.url) || known(&item.title) || known(&item.excerpt))
    })
}

/// The same event in two places, or the same sentence.
pub(super) fn nothing_twice(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // One event: the same title in the same regions, or the same item.
    let events = subject.developments().map(|(place, development)| {
        ((title_key(&development.headline), development.regions.clone()), place)
    });
    let items = subject.developments().flat_map(|(place, development)| {
        evidence_of(development).into_iter().map(move |id| (id, place))
    });
    let mut twice = repeated(events);
    twice.extend(repeated(items));
    twice.dedup();
    findings.extend(
        twice
            .into_iter()
            .map(|(a, b)| duplicate(format!("The same development appears in {a} and {b}."))),
    );
    let passages = subject.passages();
    let sentences =
        passages.iter().filter(|passage| passage.kind != PassageKind::Headline).flat_map(
            |passage| sentence_keys(passage.text).into_iter().map(|key| (key, passage.place)),
        );
    findings.extend(
        repeated(sentences)
            .into_iter()
            .map(|(a, b)| duplicate(format!("The same sentence appears in {a} and {b}."))),
    );
    findings
}

/// What makes two sentences the same: their words. Fragments have no key.
pub fn sentence_keys(text: &str) -> Vec<String> {
    let words = sentences(text).into_iter().map(words);
    words.filter(|words| words.len() >= SENTENCE_WORDS_MIN).map(|words| words.join(" ")).collect()
}

fn duplicate(message: String) -> Finding {
    Finding::new(FindingCode::Duplicate, message)
}
