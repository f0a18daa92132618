//! Is every name in what is said a name in what is cited? Companies and places that no table
//! holds are told from other words by their capitals.

use super::{
    Finding,
    grounding::{unsupported, without_dates, words_of},
    subject::Subject,
    text::{sentences, without_quotations},
};
use desk::{
    entity::{CompanyId, EntityTable, Mention},
    product::{ProductKey, products_in},
};
use domain::{
    evidence::{EvidenceItem, regions_in},
    package::RunPackage,
    taxonomy::Region,
    words::{Word, words},
};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Words that a package's evidence writes in small letters: where one of them opens a
/// sentence, its capital says nothing.
#[derive(Debug)]
pub(super) struct Ordinary(BTreeSet<String>);

impl Ordinary {
    pub fn of(package: &RunPackage) -> Self {
        let texts = package.pack.items.iter().flat_map(|item| [&item.title, &item.excerpt]);
        let small = |word: &Word<'_>| !word.written.contains(char::is_uppercase);
        let written = texts.flat_map(|text| words(text)).filter(small).map(|word| word.folded);
        Self(written.chain(OPENERS.iter().map(|word| (*word).to_owned())).collect())
    }

    fn holds(&self, word: &Word<'_>) -> bool {
        self.0.contains(&word.folded)
    }
}

/// Small words of English, and what a company is called in front of its name.
const OPENERS: &[&str] = &[
    "a",
    "about",
    "according",
    "across",
    "after",
    "against",
    "all",
    "also",
    "although",
    "among",
    "an",
    "and",
    "another",
    "any",
    "as",
    "at",
    "because",
    "before",
    "between",
    "both",
    "but",
    "buyer",
    "by",
    "company",
    "customer",
    "despite",
    "during",
    "each",
    "either",
    "every",
    "few",
    "following",
    "for",
    "from",
    "given",
    "group",
    "here",
    "how",
    "however",
    "if",
    "in",
    "it",
    "its",
    "like",
    "maker",
    "many",
    "meanwhile",
    "more",
    "most",
    "neighbouring",
    "no",
    "nor",
    "not",
    "now",
    "of",
    "on",
    "once",
    "one",
    "only",
    "or",
    "other",
    "over",
    "owner",
    "per",
    "producer",
    "rival",
    "several",
    "should",
    "since",
    "so",
    "some",
    "still",
    "such",
    "supplier",
    "than",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "though",
    "three",
    "through",
    "thus",
    "to",
    "two",
    "under",
    "unless",
    "until",
    "up",
    "what",
    "when",
    "where",
    "whether",
    "which",
    "while",
    "who",
    "why",
    "with",
    "within",
    "without",
    "yet",
];

/// What the whole desk is about, and currencies, which are read with their figures.
const GENERAL: &[&str] = &[
    "pu", "pur", "eur", "usd", "gbp", "cny", "jpy", "krw", "inr", "brl", "cad", "mxn", "chf", "sar",
];

/// Endings by which a word is told of another: Germany and German, China and Chinese.
const ENDINGS: &[&str] = &["s", "es", "n", "an", "ian", "i", "ish", "ese", "y"];

pub(super) fn names_by_their_capitals(subject: &Subject<'_>) -> Vec<Finding> {
    let ordinary = Ordinary::of(subject.package);
    let mut findings = Vec::new();
    for passage in subject.passages() {
        let items = subject.items(passage.evidence.iter().copied());
        let names = unsupported_names(passage.text, &items, &ordinary);
        findings.extend(names.iter().map(|name| unsupported(name, passage.place)));
    }
    findings
}

/// Words that are written as names and stand in none of the items. Quotations are not looked
/// at: they are held against the evidence word by word.
///
/// A word that opens a sentence has a capital whatever it is. It counts as a name where a
/// table knows it as one, where it has more capitals than one, or where a name follows it and
/// the evidence does not know it as a common word. So an invented name of one word that opens
/// a sentence is not seen.
pub(super) fn unsupported_names(
    text: &str,
    items: &[&EvidenceItem],
    ordinary: &Ordinary,
) -> BTreeSet<String> {
    let on = items.iter().map(|item| item.published).max().unwrap_or(Date::MIN);
    let known = Known::of(items, on);
    let mut found = BTreeSet::new();
    for sentence in sentences(&without_dates(&without_quotations(text), items)) {
        let words = words(sentence);
        let companies = EntityTable::built_in().resolve(sentence, on).mentions;
        for (place, word) in words.iter().enumerate() {
            let before =
                place.checked_sub(1).map(|before| &sentence[words[before].end..word.start]);
            let opens = before.is_none_or(|gap| gap.contains([':', '(', '…', '—']));
            let leads = words
                .get(place + 1)
                .is_some_and(|next| is_name(next) && joins(&sentence[word.end..next.start]));
            let is_meant = is_name(word)
                && (!opens
                    || is_abbreviation(word)
                    || (leads && !ordinary.holds(word))
                    || companies.iter().any(|company| company.start == word.start)
                    || !regions_in(word.written).is_empty());
            if is_meant && !known.supports(word, sentence, &companies) {
                found.insert(word.written.to_owned());
            }
        }
    }
    found
}

/// Between two words of one name.
fn joins(gap: &str) -> bool {
    gap.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '&' | '’' | '\''))
}

fn is_name(word: &Word<'_>) -> bool {
    word.written.chars().count() > 1
        && word.written.contains(char::is_uppercase)
        && !word.written.contains(char::is_numeric)
}

fn is_abbreviation(word: &Word<'_>) -> bool {
    word.written.chars().skip(1).any(char::is_uppercase)
}

/// What the items that are cited know.
struct Known {
    words: BTreeSet<String>,
    products: BTreeSet<ProductKey>,
    companies: BTreeSet<CompanyId>,
}

impl Known {
    fn of(items: &[&EvidenceItem], on: Date) -> Self {
        let mut known =
            Self { words: BTreeSet::new(), products: BTreeSet::new(), companies: BTreeSet::new() };
        known.words.extend(GENERAL.iter().map(|word| (*word).to_owned()));
        for item in items {
            let text = words_of(item);
            known.products.extend(products_in(&text).into_iter().map(|hit| hit.value));
            let companies = EntityTable::built_in().resolve(&text, on).mentions;
            known.companies.extend(companies.into_iter().map(|mention| mention.company));
            known.words.extend(words(&text).into_iter().map(|word| word.folded));
            known.words.insert(item.published.strftime("%B").to_string().to_lowercase());
            for region in &item.regions {
                let names = region.label().split([' ', '-']).chain(wider_names(*region).split(' '));
                known.words.extend(names.map(str::to_lowercase));
            }
        }
        known
    }

    fn supports(&self, word: &Word<'_>, sentence: &str, companies: &[Mention]) -> bool {
        // A company may be told by another of its names, too.
        let is_of = |company: &Mention| {
            (company.start..company.start + company.written.len()).contains(&word.start)
                && self.companies.contains(&company.company)
        };
        self.words.contains(&word.folded)
            || companies.iter().any(is_of)
            || self.words.iter().any(|known| is_told_of(known, &word.folded))
            || self.is_part_of_a_product(word, sentence)
    }

    /// A product may be told by another of its names.
    fn is_part_of_a_product(&self, word: &Word<'_>, sentence: &str) -> bool {
        products_in(sentence).into_iter().any(|hit| {
            self.products.contains(&hit.value) && (hit.start..hit.end).contains(&word.start)
        })
    }
}

/// How a region's name is written besides its label. Countries are not among them: a place
/// has to be named by the evidence itself.
const fn wider_names(region: Region) -> &'static str {
    match region {
        Region::Emea => "EMEA Europe European EU",
        Region::MiddleEast => "Middle Eastern Gulf GCC",
        Region::China => "China Chinese PRC",
        Region::NeAsia => "NE Northeast Asia Asian",
        Region::Sea => "SEA Southeast Asia Asian ASEAN",
        Region::India => "India Indian South Asia Asian",
        Region::NorthAmerica => "North America American",
        Region::SouthAmerica => "South Latin America American",
    }
}

/// Whether two words of four letters or more differ by one of [`ENDINGS`] only.
fn is_told_of(one: &str, other: &str) -> bool {
    const STEM_MIN: usize = 4;
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let without_last = short.char_indices().next_back().map_or("", |(at, _)| &short[..at]);
    [short, without_last]
        .into_iter()
        .filter(|stem| stem.chars().count() >= STEM_MIN)
        .any(|stem| long.strip_prefix(stem).is_some_and(|ending| ENDINGS.contains(&ending)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    /// The names of a text that the evidence does not hold: a plant of Acme Foam in Germany,
    /// told by the Urethane Gazette on 12 November 2026.
    fn check(text: &str, expected: &[&str]) {
        let mut package = fixture::package();
        let item = &mut package.pack.items[0];
        item.title = "Acme Foam expands MDI plant in Germany".to_owned();
        item.excerpt = "The buyers of Acme Foam wait for orders.".to_owned();
        item.publisher = "Urethane Gazette".to_owned();
        item.companies = vec!["Acme Foam".to_owned()];
        item.regions = [Region::Emea].into();
        item.published = "2026-11-12".parse().unwrap();
        package.pack.items.truncate(1);
        let ordinary = Ordinary::of(&package);
        let found = unsupported_names(text, &[&package.pack.items[0]], &ordinary);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn names_of_the_evidence_are_held() {
        check("Urethane Gazette reports (12 November 2026): Acme Foam expands in Germany.", &[]);
        check("In Germany, Acme Foam’s MDI could reach European buyers.", &[]);
        check("Acme-Foam may add methylene diphenyl diisocyanate in November.", &[]);
        check("If PU demand in EMEA holds, German orders could follow.", &[]);
    }

    #[test]
    fn companies_and_places_that_nobody_has_named_are_found() {
        check("The plant of Acme Foam could compete with Zenithal.", &["Zenithal"]);
        check("Zenith Foam expands in Germany.", &["Zenith"]);
        check("Acme Foam expands in Antwerp, near Ghent.", &["Antwerp", "Ghent"]);
        check("Acme Foam expands in France.", &["France"]);
        check("BASF may follow Acme Foam.", &["BASF"]);
        check("The TDI plant may follow.", &["TDI"]);
        check("Acme Foam could open it in March or on a Monday.", &["March", "Monday"]);
    }

    #[test]
    fn what_opens_a_sentence_is_a_name_only_where_one_follows_or_it_is_in_capitals() {
        check("Operators could wait. Orders may follow.", &[]);
        check("Buyers Acme Foam has may wait.", &[]);
        check("Austria may follow Acme Foam.", &["Austria"]);
        check("Dow may follow Acme Foam.", &["Dow"]);
        check("Zenithal may follow Acme Foam.", &[]);
        check("Whether Austria follows is open.", &["Austria"]);
    }

    #[test]
    fn words_of_a_quotation_that_is_closed_are_held_elsewhere() {
        check("It says “Zenithal grows in Ghent” of Germany.", &[]);
        check("It says “Zenithal grows in Ghent of Germany.", &["Ghent", "Zenithal"]);
    }

    #[test]
    fn a_word_is_told_of_another_by_its_ending_alone() {
        for (one, other) in [
            ("germany", "german"),
            ("china", "chinese"),
            ("italy", "italian"),
            ("canada", "canadian"),
        ] {
            assert!(is_told_of(one, other) && is_told_of(other, one), "{one}");
        }
        for (one, other) in
            [("austria", "australia"), ("iran", "iraq"), ("alba", "albania"), ("acme", "acmestone")]
        {
            assert!(!is_told_of(one, other), "{one}");
        }
    }
}
