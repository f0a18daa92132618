//! What the report rests on: references, appendix.

use super::{
    Day, RenderError,
    citations::Citations,
    text::{Link, link},
};
use domain::report::{AppendixEntry, Reference};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct ReferenceView<'a> {
    number: u32,
    title: &'a str,
    publisher: &'a str,
    published: Day,
    href: Option<&'a str>,
    url: &'a str,
    uses: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct AppendixView<'a> {
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

pub(super) fn reference<'a>(
    reference: &'a Reference,
    citations: &Citations<'_>,
) -> ReferenceView<'a> {
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

pub(super) fn appendix_view<'a>(
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
pub(crate) fn web_address(url: &str) -> Option<&str> {
    let scheme = |wanted: &str| {
        url.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted))
    };
    (scheme("https://") || scheme("http://")).then_some(url)
}
