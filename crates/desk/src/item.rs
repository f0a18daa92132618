//! One item: what a source held, and what is read off its words.

use crate::{
    date::{DateClues, DateSource, FirstPublication, Held, first_publication},
    entity::{Ambiguous, CompanyId, EntityTable, Named, SiteId},
    figure::{Direction, direction_in},
    language::language_of,
    plain_text::{cut, fold, plain_text},
    product::{ProductKey, products_in, segment_of},
};
use domain::{
    evidence::{
        Candidate, DropReason, EvidenceId, EvidenceItem, HeldCause, HeldItem, NumberMarks,
        TrustTier, canonical_url, check_relevance, links_in, regions_in, signal_in,
    },
    taxonomy::{Region, Segment, ValueChainLink},
    words::names,
};
use jiff::civil::Date;
use std::{collections::BTreeSet, sync::Arc};

pub use domain::evidence::RegionBasis;

/// Characters of a title; longer ones are cut at a word.
pub const TITLE_CHARACTERS_MAX: usize = 300;

/// Characters of an excerpt: what may be quoted without other terms.
pub const EXCERPT_CHARACTERS_MAX: usize = 300;

/// Characters of a text that are read for relevance.
const TEXT_CHARACTERS_MAX: usize = 4_000;

/// What is known of the source of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFacts {
    pub name: String,
    pub publisher: String,
    pub tier: TrustTier,
    /// A code such as `de` or `en-GB`.
    pub language: Option<String>,
    /// It writes about polyurethane only.
    pub polyurethane_only: bool,
    pub sample: bool,
}

/// What a source held, as plain text of any length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawItem {
    pub source: Arc<SourceFacts>,
    pub title: String,
    /// Where it was read.
    pub link: Option<String>,
    /// What the page itself names as its address.
    pub page_canonical: Option<String>,
    pub dates: DateClues,
    pub text: String,
}

impl RawItem {
    /// The same with title and text as markup, of which the text is kept.
    #[must_use]
    pub fn without_markup(self) -> Self {
        Self { title: plain_text(&self.title), text: plain_text(&self.text), ..self }
    }
}

/// An item that has an address, a text and a date, with what its words say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskItem {
    pub item: EvidenceItem,
    /// ISO 639-1.
    pub language: Option<&'static str>,
    pub date_source: DateSource,
    pub region_basis: RegionBasis,
    /// In the order of the text.
    pub companies: Vec<CompanyId>,
    pub sites: BTreeSet<SiteId>,
    pub ambiguous: Vec<Ambiguous>,
    /// Without the broad ones.
    pub products: BTreeSet<ProductKey>,
    pub names_a_product: bool,
    pub segment: Segment,
    /// 1 to 5: how plainly it is about polyurethane.
    pub relevance: u8,
    pub direction: Option<Direction>,
    /// The headline already says which way.
    pub direction_in_title: bool,
}

impl DeskItem {
    /// Title and excerpt, a line each: all that is ever read for a label.
    pub fn words(&self) -> String {
        format!("{}\n{}", self.item.title, self.item.excerpt)
    }

    /// How its source writes numbers.
    pub fn number_marks(&self) -> NumberMarks {
        self.language.map(NumberMarks::of_language).unwrap_or_default()
    }
}

/// An item that left before it was one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dropped {
    pub source: String,
    pub title: String,
    pub url: Option<String>,
    pub reason: DropReason,
    /// What an administrator has to decide on, where the reason is its date.
    pub held: Option<Held>,
}

/// Reads one item, as of the civil date of the reading.
///
/// # Errors
/// The exit by which it leaves: no usable address, no text of its own, an
/// advertisement, no date to rely on, not about polyurethane.
pub fn read_item(raw: &RawItem, as_of: Date, table: &EntityTable) -> Result<DeskItem, Dropped> {
    let prepared = Prepared::of(raw, as_of, table);
    let drop = |reason, held| Dropped {
        source: raw.source.name.clone(),
        title: prepared.title.clone(),
        url: raw.link.clone(),
        reason,
        held,
    };
    let (url, key) = prepared.address.clone().ok_or_else(|| drop(DropReason::BadUrl, None))?;
    if let Err(reason @ (DropReason::Boilerplate | DropReason::Reseller)) = prepared.relevant {
        return Err(drop(reason, None));
    }
    let dated = prepared.dated.map_err(|held| drop(DropReason::UndatedHeld, Some(held)))?;
    prepared.relevant.map_err(|reason| drop(reason, None))?;
    let words = Words {
        relevance: relevance_of(
            &raw.source.publisher,
            &prepared.title,
            &[&prepared.excerpt, &prepared.text],
        ),
        language: prepared.language,
        title: prepared.title,
        excerpt: prepared.excerpt,
        url,
        key,
    };
    Ok(words.read(&raw.source, dated, table))
}

/// What an administrator needs to decide on an item that left by this exit; none where
/// there is nothing to decide.
pub fn held_item(
    raw: &RawItem,
    exit: &Dropped,
    as_of: Date,
    table: &EntityTable,
) -> Option<HeldItem> {
    let prepared = Prepared::of(raw, as_of, table);
    prepared.address.as_ref()?;
    let (cause, proposed) = match (exit.reason, exit.held) {
        (DropReason::UndatedHeld, Some(held)) => (held.cause(), held.proposed()),
        (DropReason::NotPuProven, _) => {
            let dated = prepared.dated.ok()?;
            (HeldCause::NotProven, Some((dated.date, dated.source)))
        }
        _ => return None,
    };
    let texts = [prepared.excerpt.as_str(), prepared.text.as_str()];
    Some(HeldItem {
        cause,
        proposed,
        language: prepared.language.map(str::to_owned),
        relevance: Some(relevance_of(&raw.source.publisher, &prepared.title, &texts)),
        unrelated: prepared.relevant == Err(DropReason::NoPuAnchor),
        excerpt: prepared.excerpt,
    })
}

/// Where an item that was held is found, and what it is called.
#[derive(Clone, Copy, Debug)]
pub struct HeldAt<'a> {
    pub title: &'a str,
    pub url: &'a str,
    pub canonical_url: &'a str,
}

/// An item that an administrator admits, read as any other, under a date of which
/// somebody is sure.
pub fn admit(
    held: &HeldItem,
    at: HeldAt<'_>,
    source: &SourceFacts,
    dated: FirstPublication,
    table: &EntityTable,
) -> DeskItem {
    let relevance = held
        .relevance
        .unwrap_or_else(|| relevance_of(&source.publisher, at.title, &[&held.excerpt]));
    let words = Words {
        relevance,
        language: held.language.as_deref().and_then(crate::language::known),
        title: at.title.to_owned(),
        excerpt: held.excerpt.clone(),
        url: at.url.to_owned(),
        key: at.canonical_url.to_owned(),
    };
    words.read(source, dated, table)
}

/// What is read off an item before its date counts.
struct Prepared {
    title: String,
    text: String,
    excerpt: String,
    /// As it was written, and its key.
    address: Option<(String, String)>,
    language: Option<&'static str>,
    dated: Result<FirstPublication, Held>,
    relevant: Result<(), DropReason>,
}

impl Prepared {
    fn of(raw: &RawItem, as_of: Date, table: &EntityTable) -> Self {
        let source = &*raw.source;
        let title = cut(&fold(bounded(&raw.title)), TITLE_CHARACTERS_MAX);
        let text = fold(bounded(&raw.text));
        let excerpt = cut(&text, EXCERPT_CHARACTERS_MAX);
        let address = raw.link.as_deref().and_then(|link| {
            Some((link.to_owned(), address_key(link, raw.page_canonical.as_deref())?))
        });
        let language = language_of(&format!("{title}. {text}"), source.language.as_deref());
        let url = address.as_ref().map_or("", |(url, _)| url);
        let dated = first_publication(&raw.dates, url, date_order(language, source), as_of);
        // Of what has no date yet, names are those of the day of the reading.
        let on = dated.as_ref().map_or(as_of, |dated| dated.date);
        let words = Candidate {
            title: &title,
            text: &text,
            publisher: &source.publisher,
            polyurethane_source: source.polyurethane_only,
            pure_polyurethane_company: false,
        };
        // Names are looked for only where the words do not suffice.
        let relevant = check_relevance(&words).or_else(|_| {
            let pure_polyurethane_company = is_of_pure_company(&title, &excerpt, source, on, table);
            check_relevance(&Candidate { pure_polyurethane_company, ..words })
        });
        Self { title, text, excerpt, address, language, dated, relevant }
    }
}

/// How the source writes a day and a month: the declared code may say which English it is.
fn date_order<'a>(found: Option<&'static str>, source: &'a SourceFacts) -> Option<&'a str> {
    match (found, source.language.as_deref()) {
        (Some(found), Some(declared)) if declared.to_lowercase().starts_with(found) => {
            Some(declared)
        }
        (found, _) => found,
    }
}

/// Whether title or excerpt name a company of the table all of whose business is
/// polyurethane: what it does concerns the desk, whatever words tell it. A name that may be
/// somebody else's is nobody's, and a fictional company exists in the samples alone.
fn is_of_pure_company(
    title: &str,
    excerpt: &str,
    source: &SourceFacts,
    on: Date,
    table: &EntityTable,
) -> bool {
    let named = table.resolve(&format!("{title}\n{excerpt}"), on);
    let mut companies = named.mentions.iter().filter_map(|mention| table.company(&mention.company));
    companies.any(|company| company.pure_polyurethane && (!company.sample || source.sample))
}

/// All that is read for labels, with the address that it stands under.
struct Words {
    title: String,
    excerpt: String,
    url: String,
    key: String,
    language: Option<&'static str>,
    relevance: u8,
}

impl Words {
    fn read(self, source: &SourceFacts, dated: FirstPublication, table: &EntityTable) -> DeskItem {
        let Self { title, excerpt, url, key, language, relevance } = self;
        let words = format!("{title}\n{excerpt}");
        let named = table.resolve(&words, dated.date);
        let (regions, region_basis) = regions_of(&words, &named, table);
        let read = read_words(&title, &excerpt);
        DeskItem {
            language,
            date_source: dated.source,
            region_basis,
            companies: named.mentions.iter().map(|mention| mention.company.clone()).collect(),
            sites: named.sites.clone(),
            ambiguous: named.ambiguous.clone(),
            products: read.products,
            names_a_product: read.names_a_product,
            segment: read.segment,
            relevance,
            direction: read.direction,
            direction_in_title: read.direction_in_title,
            item: EvidenceItem {
                id: EvidenceId::of_canonical_url(&key),
                url,
                canonical_url: key,
                published: dated.date,
                date_confidence: dated.confidence,
                publisher: source.publisher.clone(),
                source: source.name.clone(),
                tier: source.tier,
                regions,
                links: positions_of(&words, &named, table),
                signal: signal_in(&words),
                companies: names_of(&words, &named, table),
                sample: source.sample,
                title,
                excerpt,
            },
        }
    }
}

/// Reads an item of a pack that was sealed before readings were: its words, and the
/// companies as they were written down then.
pub fn read_again(item: &EvidenceItem, table: &EntityTable) -> DeskItem {
    let words = format!("{}\n{}", item.title, item.excerpt);
    let named = table.resolve(&words, item.published);
    let read = read_words(&item.title, &item.excerpt);
    let company = |name: &String| {
        let known = table.resolve(name, item.published).mentions.into_iter().next();
        known.map_or_else(|| CompanyId::of_name(name), |mention| mention.company)
    };
    DeskItem {
        language: language_of(&words, None),
        date_source: DateSource::Feed,
        region_basis: if item.regions.is_empty() {
            RegionBasis::Unknown
        } else {
            RegionBasis::Text
        },
        companies: item.companies.iter().map(company).collect(),
        sites: named.sites,
        ambiguous: named.ambiguous,
        products: read.products,
        names_a_product: read.names_a_product,
        segment: read.segment,
        relevance: relevance_of(&item.publisher, &item.title, &[&item.excerpt]),
        direction: read.direction,
        direction_in_title: read.direction_in_title,
        item: item.clone(),
    }
}

/// 5 where the headline alone passes the gate, one less with each longer text, 2 where
/// only the source or the company tells.
fn relevance_of(publisher: &str, title: &str, texts: &[&str]) -> u8 {
    let passes = |text: &str| {
        let words = Candidate {
            title,
            text,
            publisher,
            polyurethane_source: false,
            pure_polyurethane_company: false,
        };
        check_relevance(&words).is_ok()
    };
    [""].iter().chain(texts).zip([5, 4, 3]).find(|(text, _)| passes(text)).map_or(2, |(_, one)| one)
}

/// What title and excerpt say of products and direction.
struct Read {
    products: BTreeSet<ProductKey>,
    names_a_product: bool,
    segment: Segment,
    direction: Option<Direction>,
    direction_in_title: bool,
}

fn read_words(title: &str, excerpt: &str) -> Read {
    let hits = products_in(&format!("{title}\n{excerpt}"));
    let in_title = hits.iter().filter(|hit| hit.start < title.len());
    let segment = match segment_of(in_title.map(|hit| hit.value)) {
        Segment::Unknown => segment_of(hits.iter().map(|hit| hit.value)),
        told => told,
    };
    let narrow = |key: &ProductKey| crate::product::product(*key).is_some_and(|one| !one.broad);
    let title_direction = direction_in(title);
    Read {
        products: hits.iter().map(|hit| hit.value).filter(narrow).collect(),
        names_a_product: !hits.is_empty(),
        segment,
        direction: title_direction.or_else(|| direction_in(excerpt)),
        direction_in_title: title_direction.is_some(),
    }
}

fn bounded(text: &str) -> &str {
    &text[..text.char_indices().nth(TEXT_CHARACTERS_MAX).map_or(text.len(), |(at, _)| at)]
}

/// The key of an item's address. What a page names as its own counts on its own site
/// only: elsewhere it would let one publisher take another's place.
fn address_key(link: &str, page: Option<&str>) -> Option<String> {
    let key = canonical_url(link).ok()?;
    let site = |key: &str| key.split('/').nth(2).map(str::to_owned);
    let own =
        page.and_then(|page| canonical_url(page).ok()).filter(|page| site(page) == site(&key));
    Some(own.unwrap_or(key))
}

fn regions_of(words: &str, named: &Named, table: &EntityTable) -> (BTreeSet<Region>, RegionBasis) {
    let mut regions = regions_in(words);
    let sites: BTreeSet<Region> =
        named.sites.iter().filter_map(|id| table.site(id)).map(|site| site.region).collect();
    let homes: BTreeSet<Region> =
        named.mentions.iter().filter_map(|mention| table.company(&mention.company)?.home).collect();
    if !sites.is_empty() {
        regions.retain(|region| !homes.contains(region));
        regions.extend(sites);
        (regions, RegionBasis::Site)
    } else if !regions.is_empty() {
        (regions, RegionBasis::Text)
    } else if !homes.is_empty() {
        (homes, RegionBasis::Home)
    } else {
        (regions, RegionBasis::Unknown)
    }
}

/// The positions that the words tell, else those of the companies.
fn positions_of(words: &str, named: &Named, table: &EntityTable) -> BTreeSet<ValueChainLink> {
    let told = links_in(words);
    if !told.is_empty() {
        return told;
    }
    let companies = named.mentions.iter().filter_map(|mention| table.company(&mention.company));
    companies.flat_map(|company| company.links.iter().copied()).collect()
}

/// Each company by its name in the table where the text has that, else as written:
/// readers must find the name in the words that are cited.
fn names_of(words: &str, named: &Named, table: &EntityTable) -> Vec<String> {
    named
        .mentions
        .iter()
        .map(|mention| {
            let name = table.company(&mention.company).map(|company| company.name.as_str());
            name.filter(|name| names(words, name)).unwrap_or(&mention.written).to_owned()
        })
        .collect()
}
