//! One event as a development: its facts in the evidence's words, one
//! interpretation, one implication.

use super::{
    event::Event,
    outcome::{implication, interpretation},
    writer::{Writer, plain, shorten},
};
use domain::{
    evidence::{EvidenceItem, independent_publishers},
    report::{Claim, ClaimKind, Confidence, Development},
    specification::Strength,
    taxonomy::Region,
};

/// Items of one event that are quoted; the others are named beside them.
const QUOTED_MAX: usize = 3;
/// A headline is a line or two of print.
const HEADLINE_CHARACTERS_MAX: usize = 160;

/// A development with the event it tells.
#[derive(Debug)]
pub(super) struct Written<'a> {
    pub event: &'a Event<'a>,
    pub development: Development,
}

/// None when not even the lead's words can stand in a report.
pub(super) fn write<'a>(
    event: &'a Event<'a>,
    id: String,
    writer: &mut Writer,
) -> Option<Written<'a>> {
    let mut claims = facts(event, writer);
    if claims.is_empty() {
        return None;
    }
    claims.extend(conflict(event, writer));
    claims.extend(interpretation(event, writer));
    claims.extend(implication(event, writer));
    let cited: Vec<&EvidenceItem> =
        event.items.iter().copied().filter(|item| cites(&claims, item)).collect();
    let dates = cited.iter().map(|item| item.published);
    let development = Development {
        id,
        headline: headline(event.lead()),
        signal: event.signal,
        regions: event.regions.clone(),
        links: event.links.clone(),
        deliverables: event.deliverables.clone(),
        companies: event.companies.iter().map(|name| (*name).to_owned()).collect(),
        strength: Strength::of_publishers(independent_publishers(cited.iter().copied())),
        novelty: event.novelty,
        first_published: dates.clone().min().unwrap_or_else(|| event.earliest()),
        last_published: dates.max().unwrap_or_else(|| event.latest()),
        claims,
    };
    Some(Written { event, development })
}

fn cites(claims: &[Claim], item: &EvidenceItem) -> bool {
    claims.iter().any(|claim| claim.evidence.contains(&item.id))
}

pub(super) fn headline(item: &EvidenceItem) -> String {
    let title = plain(&item.title);
    shorten(title.trim_end_matches(['.', ' ']), HEADLINE_CHARACTERS_MAX)
}

pub(super) fn day(item: &EvidenceItem) -> String {
    item.published.strftime("%-d %B %Y").to_string()
}

/// What each publisher says, in its own words, the lead first. Whoever only
/// repeats is named as such.
fn facts(event: &Event<'_>, writer: &mut Writer) -> Vec<Claim> {
    let confidence = confidence(event);
    let mut claims = Vec::new();
    let mut repeating: Vec<&EvidenceItem> = Vec::new();
    for item in &event.items {
        let words = writer.unsaid(&item.excerpt);
        if words.is_empty() || claims.len() == QUOTED_MAX {
            repeating.push(item);
            continue;
        }
        let text = format!("{} reports ({}): {words}", plain(&item.publisher), day(item));
        match writer.claim(ClaimKind::Fact, text, &[*item], confidence) {
            Some(claim) => {
                writer.remember(&words);
                claims.push(claim);
            }
            None => repeating.push(item),
        }
    }
    if claims.is_empty() {
        // No words but a headline's: it stands for itself.
        let lead = event.lead();
        let text = format!(
            "{} reports ({}) under the headline “{}”.",
            plain(&lead.publisher),
            day(lead),
            headline(lead)
        );
        claims.extend(writer.claim(ClaimKind::Fact, text, &[lead], confidence));
        repeating.retain(|item| item.id != lead.id);
    }
    claims.extend(repeated(event, &repeating, writer));
    claims
}

/// Those who report the same, in one sentence.
fn repeated(event: &Event<'_>, items: &[&EvidenceItem], writer: &mut Writer) -> Option<Claim> {
    let voices: Vec<_> =
        items.iter().map(|item| format!("{} ({})", plain(&item.publisher), day(item))).collect();
    let text = format!(
        "“{}” is also reported by {}.",
        headline(event.lead()),
        joined(voices.iter().map(String::as_str))
    );
    (!items.is_empty())
        .then(|| writer.claim(ClaimKind::Fact, text, items, confidence(event)))
        .flatten()
}

/// High: two independent publishers, or one that speaks with authority, and no
/// contradiction. Low: contradicted, or nobody of the trade press.
pub(super) fn confidence(event: &Event<'_>) -> Confidence {
    let best = event.items.iter().map(|item| u8::from(item.tier)).min().unwrap_or(4);
    let voices = independent_publishers(event.items.iter().copied());
    if event.conflict.is_some() || best > 2 {
        Confidence::Low
    } else if best == 1 || voices > 1 {
        Confidence::High
    } else {
        Confidence::Medium
    }
}

/// What follows is never surer than what it follows from.
pub(super) fn weaker(confidence: Confidence) -> Confidence {
    match confidence {
        Confidence::High => Confidence::Medium,
        Confidence::Medium | Confidence::Low => Confidence::Low,
    }
}

fn conflict(event: &Event<'_>, writer: &mut Writer) -> Option<Claim> {
    let conflict = event.conflict.as_ref()?;
    let (one, other) = (&conflict.one, &conflict.other);
    let text = format!(
        "The figures conflict: {} gives {} and {} gives {}; either may prove right, and an average of the two would have no source.",
        plain(&one.item.publisher),
        one.figure,
        plain(&other.item.publisher),
        other.figure,
    );
    writer.claim(ClaimKind::Interpretation, text, &[one.item, other.item], Confidence::Low)
}

/// Who acts, for sentences: the first company named, else "the parties".
pub(super) fn actor(event: &Event<'_>) -> String {
    event.companies.first().map_or_else(|| "the parties".to_owned(), |name| plain(name))
}

/// `MDI`, or polyurethane where no product is named.
pub(super) fn product<'a>(event: &Event<'a>) -> &'a str {
    event.product.unwrap_or("polyurethane")
}

/// `EMEA`, `China and India`.
pub(super) fn place(event: &Event<'_>) -> String {
    joined(event.regions.iter().map(|region| match region {
        Region::MiddleEast => "the Middle East",
        region => region.label(),
    }))
}

pub(super) fn joined<'b>(names: impl IntoIterator<Item = &'b str>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// Publishers in a sentence; of many, the first two.
pub(super) fn names(publishers: &[&str]) -> String {
    let mut plain: Vec<_> = publishers.iter().map(|publisher| plain(publisher)).collect();
    if plain.len() > 3 {
        plain.truncate(2);
        plain.push("others".to_owned());
    }
    joined(plain.iter().map(String::as_str))
}
