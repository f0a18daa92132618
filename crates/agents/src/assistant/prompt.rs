//! What a model is told. The instruction alone stands in a privileged role; the
//! package, which holds other people's words, is data between two marks that
//! nothing inside can know: the marks are the hash of the package itself.

use super::{Ask, Author, Draft, Message};
use crate::{
    analyst::{Basis, Event},
    governed::Sealed,
};
use domain::{
    evidence::EvidenceItem, hash::ContentHash, report::ReportDocument, specification::SectionKind,
    taxonomy::Deliverable,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The name by which a draft calls the event at this place of the basis.
pub(super) fn event_name(place: usize) -> String {
    format!("V{}", place + 1)
}

/// The first question of a run: the same package gives the same bytes.
pub(super) fn first(governed: &Sealed<'_>, basis: &Basis<'_>, call_id: Uuid) -> Ask {
    let package = governed.package;
    let whose = format!("observatory specification {}", package.specification_id);
    Ask {
        instruction: package.instruction.text().to_owned(),
        messages: vec![Message {
            author: Author::Platform,
            text: marked("PACKAGE", governed.package_hash, &data(basis)),
        }],
        schema_name: "report_draft",
        schema: Draft::schema(),
        safety_identifier: ContentHash::of_bytes(whose.as_bytes()).to_string(),
        request_id: format!("{call_id}-compose"),
        resumes: None,
    }
}

/// What a reader is told when the model comes to an event: its section and the title of
/// its first item.
pub(super) fn announcements(basis: &Basis<'_>) -> Vec<(String, String)> {
    const TITLE_CHARACTERS_MAX: usize = 200;
    let words = |event: &Event<'_>| {
        let title: String = event.lead().title.chars().take(TITLE_CHARACTERS_MAX).collect();
        format!("{}: {title}", event.section.label())
    };
    let events = basis.events().iter().enumerate();
    events.map(|(place, event)| (event_name(place), words(event))).collect()
}

/// The question again, with what was answered and what is wrong with it.
pub(super) fn repair(
    first: Ask,
    governed: &Sealed<'_>,
    answer: String,
    findings: &[String],
) -> Ask {
    let mut messages = first.messages;
    messages.push(Message { author: Author::Model, text: answer });
    let findings = json!({
        "note": "This answer may not be published. Answer again, whole and in the same structure, without what is found below.",
        "findings": findings,
    });
    let text = marked("FINDINGS", governed.package_hash, &findings);
    messages.push(Message { author: Author::Platform, text });
    let request_id = first.request_id.replace("-compose", "-repair");
    Ask { messages, request_id, ..first }
}

fn marked(what: &str, hash: ContentHash, data: &Value) -> String {
    format!("{what} {hash}\n{data}\nEND OF {what} {hash}")
}

fn data(basis: &Basis<'_>) -> Value {
    let package = basis.package;
    let specification = &package.specification;
    let scope = &specification.scope;
    let events = basis.events().iter().enumerate();
    json!({
        "period": package.period.key,
        "cadence": specification.cadence,
        "window": { "from": package.window_from, "to": package.window_to },
        "order": {
            "name": specification.name,
            "deliverables": scope.deliverables.iter().map(|one| one.label()).collect::<Vec<_>>(),
            "regions": scope.regions.iter().map(|one| one.label()).collect::<Vec<_>>(),
            "value_chain_links": scope.links.iter().map(|one| one.label()).collect::<Vec<_>>(),
            "watchlist": specification.watchlist,
            "decision_summary": scope.deliverables.contains(&Deliverable::ExecutiveBriefings),
            "strategic_implications":
                specification.options.sections.contains(&SectionKind::StrategicImplications),
        },
        "limits": {
            "claim_characters": ReportDocument::CLAIM_CHARACTERS_MAX,
            "summary_bullet_words": ReportDocument::BULLET_WORDS_MAX,
            "decision_summary_words": ReportDocument::DECISION_SUMMARY_WORDS_MAX,
            "monitoring": ReportDocument::MONITORING_MAX,
        },
        "events": events.map(|(place, event)| event_data(place, event)).collect::<Vec<_>>(),
    })
}

fn event_data(place: usize, event: &Event<'_>) -> Value {
    json!({
        "event": event_name(place),
        "section": event.section.label(),
        "type": event.signal.label(),
        "regions": event.regions.iter().map(|one| one.label()).collect::<Vec<_>>(),
        "strength": event.strength,
        "figures_conflict": event.conflict.is_some(),
        "items": event.items.iter().map(|item| item_data(item)).collect::<Vec<_>>(),
    })
}

/// No address: the model has no use for one that it may not write.
fn item_data(item: &EvidenceItem) -> Value {
    json!({
        "id": item.id,
        "publisher": item.publisher,
        "trust_tier": item.tier,
        "published": item.published,
        "title": item.title,
        "excerpt": item.excerpt,
        "companies": item.companies,
    })
}
