//! The form of a source: what was typed, what is wrong with it, and what it means.

use super::collect::is_read;
use crate::{Refusal, new_id};
use domain::{
    evidence::{Covers, Selectors, SourceKind, SourceLimits, Terms, TrustTier},
    id::SourceId,
    taxonomy::{Region, ValueChainLink},
};
use harvest::read_list;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{ops::RangeInclusive, str::FromStr};
use storage::source::NewSource;
use url::Url;

/// Characters of a name, as the schema has it.
const NAME_CHARACTERS_MAX: usize = 120;

const INTERVAL_MINUTES: RangeInclusive<i32> = 5..=10_080;

/// What somebody typed into the form of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one for each box of a form")]
pub struct SourceForm {
    pub name: String,
    pub kind: String,
    pub publisher: String,
    pub url: String,
    pub language: String,
    pub country: String,
    pub tier: String,
    pub polyurethane_only: bool,
    pub provider: String,
    pub interval_minutes: String,
    pub selectors: Selectors,
    /// Ids of regions and positions that it reports on; none: all.
    pub covers_regions: Vec<String>,
    pub covers_links: Vec<String>,
    /// Closer than the platform's; empty: the platform's.
    pub seconds: String,
    pub kilobytes: String,
    pub entries: String,
    pub pause_seconds: String,
    /// Who read the terms; nobody did where it is empty, and nobody enables the source then.
    pub terms_checked_by: String,
    pub terms_checked_on: String,
    pub terms_excerpt: bool,
    pub terms_full_text: bool,
    pub terms_redistribution: bool,
    pub terms_attribution: String,
}

/// An answer that needs mending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceProblem {
    /// Name of the answer in the form, dashes for brackets.
    pub field: &'static str,
    pub refusal: Refusal,
}

impl SourceForm {
    /// What stands in the form of a source as it is.
    pub fn of(source: &NewSource) -> Self {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        let terms = source.terms.as_ref();
        let limits = source.limits;
        let number = |number: Option<u16>| number.map(|n| n.to_string()).unwrap_or_default();
        Self {
            name: source.name.clone(),
            kind: source.kind.id().to_owned(),
            publisher: source.publisher.clone(),
            url: optional(&source.url),
            language: optional(&source.language),
            country: optional(&source.country),
            tier: u8::from(source.tier).to_string(),
            polyurethane_only: source.polyurethane_only,
            provider: source.provider.to_string(),
            interval_minutes: source.interval_minutes.to_string(),
            selectors: source.selectors.clone().unwrap_or_default(),
            covers_regions: ids(source.covers.regions.iter().map(|region| region.id())),
            covers_links: ids(source.covers.links.iter().map(|link| link.id())),
            seconds: number(limits.seconds.map(u16::from)),
            kilobytes: number(limits.kilobytes),
            entries: number(limits.entries),
            pause_seconds: number(limits.pause_seconds.map(u16::from)),
            terms_checked_by: terms.map(|terms| terms.checked_by.clone()).unwrap_or_default(),
            terms_checked_on: terms.map(|terms| terms.checked_on.to_string()).unwrap_or_default(),
            terms_excerpt: terms.is_some_and(|terms| terms.excerpt),
            terms_full_text: terms.is_some_and(|terms| terms.full_text),
            terms_redistribution: terms.is_some_and(|terms| terms.redistribution),
            terms_attribution: terms.map(|terms| terms.attribution.clone()).unwrap_or_default(),
        }
    }

    /// What is wrong with it, all of it at once.
    pub fn problems(&self) -> Vec<SourceProblem> {
        self.check().err().unwrap_or_default()
    }

    /// The source that it means, under a new id.
    ///
    /// # Errors
    /// Every answer that needs mending, in the order of the form.
    pub fn check(&self) -> Result<NewSource, Vec<SourceProblem>> {
        let mut form = Checked::default();
        let name = form.take("name", Refusal::SourceNameLength, named(&self.name));
        let publisher = form.take("publisher", Refusal::SourcePublisher, named(&self.publisher));
        let kind: Option<SourceKind> =
            form.take("kind", Refusal::SourceKind, self.kind.parse().ok());
        let is_read = kind.is_none_or(is_read);
        let url = filled(&self.url).filter(|_| is_read);
        let url_is_good = url.as_deref().map_or(!is_read, is_web);
        form.take("url", Refusal::SourceAddress, url_is_good.then_some(()));
        let tier = self.tier.parse::<u8>().ok().and_then(|tier| TrustTier::try_from(tier).ok());
        let tier = form.take("tier", Refusal::SourceTier, tier);
        let provider =
            form.take("provider", Refusal::SourceProvider, self.provider.trim().parse().ok());
        let language = form.optional("language", Refusal::SourceLanguage, &self.language, language);
        let country = form.optional("country", Refusal::SourceCountry, &self.country, country);
        let minutes = self.interval_minutes.trim().parse().ok();
        let minutes = minutes.filter(|minutes| INTERVAL_MINUTES.contains(minutes));
        let interval_minutes = form.take("interval_minutes", Refusal::SourceInterval, minutes);
        let selectors = (kind == Some(SourceKind::HtmlList)).then(|| self.selectors.clone());
        let found = selectors.as_ref().is_none_or(|selectors| {
            // Any page will do: what is asked is whether the selectors are ones.
            Url::parse("https://example.com/")
                .is_ok_and(|page| read_list("", &page, selectors).is_ok())
        });
        form.take("selectors-item", Refusal::SourceSelectors, found.then_some(()));
        let covers = Covers {
            regions: all::<Region>(&self.covers_regions),
            links: all::<ValueChainLink>(&self.covers_links),
        };
        let limits = SourceLimits {
            seconds: form.limit("seconds", &self.seconds, &SourceLimits::SECONDS),
            kilobytes: form.limit("kilobytes", &self.kilobytes, &SourceLimits::KILOBYTES),
            entries: form.limit("entries", &self.entries, &SourceLimits::ENTRIES),
            pause_seconds: form.limit(
                "pause_seconds",
                &self.pause_seconds,
                &SourceLimits::PAUSE_SECONDS,
            ),
        };
        let terms = self.terms(&mut form);
        let source = || {
            Some(NewSource {
                id: SourceId::from_uuid(new_id()),
                name: name?,
                kind: kind?,
                publisher: publisher?,
                url,
                language,
                country,
                tier: tier?,
                polyurethane_only: self.polyurethane_only,
                provider: provider?,
                selectors,
                terms,
                interval_minutes: interval_minutes?,
                covers,
                limits,
            })
        };
        match (form.problems.is_empty(), source()) {
            (true, Some(source)) => Ok(source),
            _ => Err(form.problems),
        }
    }

    /// What the owner allows, where somebody read it.
    ///
    /// # Errors
    /// The answers on terms that need mending.
    pub fn check_terms(&self) -> Result<Option<Terms>, Vec<SourceProblem>> {
        let mut form = Checked::default();
        let terms = self.terms(&mut form);
        if form.problems.is_empty() { Ok(terms) } else { Err(form.problems) }
    }

    fn terms(&self, form: &mut Checked) -> Option<Terms> {
        let checked_by = filled(&self.terms_checked_by)?;
        let checked_on: Option<Date> = self.terms_checked_on.trim().parse().ok();
        let checked_on = form.take("terms_checked_on", Refusal::SourceTermsDate, checked_on)?;
        Some(Terms {
            excerpt: self.terms_excerpt,
            full_text: self.terms_full_text,
            redistribution: self.terms_redistribution,
            attribution: self.terms_attribution.trim().to_owned(),
            checked_by,
            checked_on,
        })
    }
}

/// The problems that were found so far.
#[derive(Default)]
struct Checked {
    problems: Vec<SourceProblem>,
}

impl Checked {
    fn take<T>(&mut self, field: &'static str, refusal: Refusal, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.problems.push(SourceProblem { field, refusal });
        }
        value
    }

    fn optional<T>(
        &mut self,
        field: &'static str,
        refusal: Refusal,
        text: &str,
        read: impl Fn(String) -> Option<T>,
    ) -> Option<T> {
        self.take(field, refusal, read(filled(text)?))
    }

    fn limit<T: FromStr + PartialOrd>(
        &mut self,
        field: &'static str,
        text: &str,
        bounds: &RangeInclusive<T>,
    ) -> Option<T> {
        let within = |text: String| text.parse().ok().filter(|number| bounds.contains(number));
        self.optional(field, Refusal::SourceLimit, text, within)
    }
}

fn filled(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn named(text: &str) -> Option<String> {
    filled(text).filter(|text| text.chars().count() <= NAME_CHARACTERS_MAX)
}

/// Such as `de` or `en-GB`.
fn language(code: String) -> Option<String> {
    let mut parts = code.split('-');
    let first = parts.next().unwrap_or_default();
    let lower = first.len() == 2 && first.bytes().all(|byte| byte.is_ascii_lowercase());
    let rest = parts.next().is_none_or(is_country);
    (lower && rest && parts.next().is_none()).then_some(code)
}

fn country(code: String) -> Option<String> {
    is_country(&code).then_some(code)
}

fn is_country(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn ids(ids: impl Iterator<Item = &'static str>) -> Vec<String> {
    ids.map(str::to_owned).collect()
}

/// Boxes send nothing but ids; what is none is nothing that anybody ticked.
fn all<T: FromStr + Ord>(ids: &[String]) -> std::collections::BTreeSet<T> {
    ids.iter().filter_map(|id| id.parse().ok()).collect()
}

fn is_web(url: &str) -> bool {
    url.len() <= 2_000
        && Url::parse(url).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> SourceForm {
        SourceForm {
            name: "Foam Wire".to_owned(),
            kind: "rss".to_owned(),
            publisher: "Foam Wire".to_owned(),
            url: "https://wire.example.com/feed".to_owned(),
            tier: "2".to_owned(),
            provider: "Foam_Wire".to_owned(),
            interval_minutes: "60".to_owned(),
            ..SourceForm::default()
        }
    }

    #[test]
    fn what_is_wrong_is_told_all_at_once_in_the_order_of_the_form() {
        let fields = |form: SourceForm| -> Vec<&str> {
            form.problems().into_iter().map(|problem| problem.field).collect()
        };
        assert!(fields(form()).is_empty());
        let wrong = SourceForm {
            name: " ".to_owned(),
            publisher: "p".repeat(121),
            kind: "telegram".to_owned(),
            url: "ftp://wire.example.com".to_owned(),
            tier: "5".to_owned(),
            provider: "no spaces".to_owned(),
            language: "English".to_owned(),
            country: "Germany".to_owned(),
            interval_minutes: "4".to_owned(),
            seconds: "16".to_owned(),
            kilobytes: "9".to_owned(),
            entries: "0".to_owned(),
            pause_seconds: "61".to_owned(),
            terms_checked_by: "Ada".to_owned(),
            terms_checked_on: "yesterday".to_owned(),
            ..form()
        };
        let all = [
            "name",
            "publisher",
            "kind",
            "url",
            "tier",
            "provider",
            "language",
            "country",
            "interval_minutes",
            "seconds",
            "kilobytes",
            "entries",
            "pause_seconds",
            "terms_checked_on",
        ];
        assert_eq!(fields(wrong), all);
        let list = SourceForm {
            kind: "html_list".to_owned(),
            selectors: Selectors { item: ">>".to_owned(), ..Selectors::default() },
            ..form()
        };
        assert_eq!(fields(list), ["selectors-item"]);
    }

    #[test]
    fn an_address_is_asked_for_unless_items_are_entered_by_hand() {
        for (kind, url, good) in [
            ("rss", "https://wire.example.com/feed", true),
            ("rss", "", false),
            ("rss", "https://ada:secret@wire.example.com/feed", false),
            ("rss", "file:///etc/passwd", false),
            ("manual", "", true),
        ] {
            let form = SourceForm { kind: kind.to_owned(), url: url.to_owned(), ..form() };
            assert_eq!(form.check().is_ok(), good, "{kind} {url}");
        }
    }

    #[test]
    fn a_source_comes_back_from_its_own_form() {
        let typed = SourceForm {
            language: "en-GB".to_owned(),
            country: "GB".to_owned(),
            covers_regions: vec!["emea".to_owned(), "india".to_owned()],
            covers_links: vec!["end_use".to_owned()],
            seconds: "5".to_owned(),
            kilobytes: "200".to_owned(),
            entries: "30".to_owned(),
            pause_seconds: "10".to_owned(),
            terms_checked_by: "Ada".to_owned(),
            terms_checked_on: "2026-11-01".to_owned(),
            terms_excerpt: true,
            ..form()
        };
        assert_eq!(SourceForm::of(&typed.check().unwrap()), typed);
    }
}
