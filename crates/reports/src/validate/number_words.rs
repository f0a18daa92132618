//! Numbers that are written as words: two plants, halved, doubled.

use super::{
    Finding, FindingCode,
    grounding::words_of,
    subject::{Passage, PassageKind, Subject},
    text::{without_quotations, words},
};
use domain::{
    evidence::{EvidenceItem, Figure, Unit, independent_publishers, numbers_in},
    report::ClaimKind,
};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// One is an article as often as a number, and is left alone.
const COUNTS: &[(&str, u32)] = &[
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
];

/// Words that say that something became so many times as large, or as small.
const MULTIPLES: &[(&[&str], u32)] = &[
    (&["doubled", "doubles", "doubling", "twofold", "twice", "halved", "halves", "halving"], 2),
    (&["tripled", "triples", "tripling", "trebled", "trebles", "trebling", "threefold"], 3),
    (&["quadrupled", "quadruples", "quadrupling", "fourfold"], 4),
    (&["fivefold"], 5),
    (&["tenfold"], 10),
];

/// How the evidence may say the same in words.
const SAME: &[(u32, &[&str])] = &[
    (2, &["doubl", "twofold", "twice", "half", "halv", "2x", "two"]),
    (3, &["tripl", "trebl", "threefold", "3x", "three", "third"]),
    (4, &["quadrupl", "fourfold", "4x", "four", "quarter"]),
    (5, &["fivefold", "5x", "five", "fifth"]),
    (10, &["tenfold", "10x", "ten", "tenth"]),
];

/// Numbers in words are held against the evidence where something is stated: in facts,
/// headlines and summaries. What could follow may look two quarters ahead.
pub(super) fn number_words(subject: &Subject<'_>) -> Vec<Finding> {
    let stated = subject.passages().into_iter().filter(|passage| is_stated(passage.kind));
    stated
        .flat_map(|passage| {
            let items = subject.items(passage.evidence.iter().copied());
            let Passage { place, text, .. } = passage;
            unsupported_number_words(text, &items).into_iter().map(move |word| {
                Finding::new(
                    FindingCode::NumberUnsupported,
                    format!("The number “{word}” in {place} does not occur in the evidence cited."),
                )
            })
        })
        .collect()
}

/// What says how things are, rather than what they could mean.
pub(super) const fn is_stated(kind: PassageKind) -> bool {
    matches!(
        kind,
        PassageKind::Claim(ClaimKind::Fact) | PassageKind::Headline | PassageKind::Bullet
    )
}

fn unsupported_number_words(text: &str, items: &[&EvidenceItem]) -> BTreeSet<String> {
    let stated = words(&without_quotations(text));
    let count_of = |word: &str| COUNTS.iter().find(|(known, _)| *known == word).map(|one| one.1);
    let times_of = |word: &str| {
        MULTIPLES.iter().find(|(known, _)| known.contains(&word)).map(|(_, times)| *times)
    };
    if !stated.iter().any(|word| count_of(word).is_some() || times_of(word).is_some()) {
        return BTreeSet::new();
    }
    let evidence = Evidence::of(items);
    let unsupported = stated.into_iter().filter(|word| {
        count_of(word).is_some_and(|count| !evidence.counts(count, word))
            || times_of(word).is_some_and(|times| !evidence.multiplies(times))
    });
    unsupported.collect()
}

/// What the items that are cited say of numbers.
struct Evidence {
    words: BTreeSet<String>,
    figures: BTreeSet<Figure>,
    /// How many there are of what can be counted: items, publishers, companies, regions.
    countable: [usize; 4],
}

impl Evidence {
    fn of(items: &[&EvidenceItem]) -> Self {
        let texts: Vec<_> = items.iter().map(|item| words_of(item)).collect();
        let companies: BTreeSet<_> = items.iter().flat_map(|item| &item.companies).collect();
        let regions: BTreeSet<_> = items.iter().flat_map(|item| &item.regions).collect();
        Self {
            words: texts.iter().flat_map(|text| words(text)).collect(),
            figures: texts.iter().flat_map(|text| numbers_in(text)).collect(),
            countable: [
                items.len(),
                independent_publishers(items.iter().copied()),
                companies.len(),
                regions.len(),
            ],
        }
    }

    /// A count is in the evidence in words or digits, or is the number of what it cites.
    fn counts(&self, count: u32, word: &str) -> bool {
        self.words.contains(word)
            || self.words.contains(&count.to_string())
            || self.countable.iter().any(|known| u32::try_from(*known) == Ok(count))
    }

    /// A multiple is in the evidence in words, as a percentage, or as two figures of one unit.
    fn multiplies(&self, times: u32) -> bool {
        let same = SAME.iter().find(|(known, _)| *known == times).map_or(&[][..], |one| one.1);
        let is_said = |word: &String| same.iter().any(|stem| word.starts_with(stem));
        let times = Decimal::from(times);
        let part = Decimal::ONE / times;
        let holds = |value: Decimal, unit: Unit| {
            self.figures.contains(&Figure { value: value.normalize(), unit })
        };
        // Doubled: by 100 % or to 200 %. Halved: by or to 50 %.
        let percentages = [times - Decimal::ONE, times, part, Decimal::ONE - part];
        let is_pair =
            |one: &Figure| one.value.checked_mul(times).is_some_and(|value| holds(value, one.unit));
        self.words.iter().any(is_said)
            || percentages.into_iter().any(|value| holds(value, Unit::Fraction))
            || self.figures.iter().any(|one| !one.value.is_zero() && is_pair(one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use proptest::prelude::*;

    fn check(evidence: &str, text: &str, expected: &[&str]) {
        let mut item = fixture::package().pack.items.remove(0);
        item.title = evidence.to_owned();
        item.excerpt = String::new();
        let found = unsupported_number_words(text, &[&item]);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), expected, "{text} of {evidence}");
    }

    #[test]
    fn a_count_in_words_is_one_of_the_evidence_in_words_or_digits() {
        check("Acme closes two plants", "Acme closes two plants.", &[]);
        check("Acme closes 2 plants", "Acme closes two plants.", &[]);
        check("Acme closes two plants", "Acme closes three plants.", &["three"]);
        check("Acme closes plants", "Acme closes two of its plants.", &["two"]);
        check("Acme invests in 20 lines", "Acme has twenty lines.", &[]);
        check("Acme invests in 200 lines", "Acme has twenty lines.", &["twenty"]);
    }

    #[test]
    fn a_multiple_in_words_is_said_so_or_follows_from_two_figures_of_one_unit() {
        check("Acme doubles output", "Output is doubled.", &[]);
        check("Acme lifts output from 200 ktpa to 400 ktpa", "Acme doubles output.", &[]);
        check("Acme lifts output by 100 %", "Acme doubles output.", &[]);
        check("Acme lifts output by 40 %", "Acme doubles output.", &["doubles"]);
        check("Acme cuts output from 400 kt/a to 200 kt/a", "Output is halved.", &[]);
        check("Acme cuts output to 200 kt/a in 400 days", "Output is halved.", &["halved"]);
        check("Acme cuts output by half", "Output is halved.", &[]);
        check("Acme cuts output", "Output is halved, and not tripled.", &["halved", "tripled"]);
    }

    #[test]
    fn articles_ordinals_and_quotations_are_no_counts() {
        check("Acme closes a plant", "One of the plants closes in the second quarter.", &[]);
        check("Acme closes a plant", "A double-digit rise of the first half.", &[]);
        check("Acme closes a plant", "It says “two plants”.", &[]);
    }

    #[test]
    fn what_is_cited_may_be_counted() {
        let package = fixture::package();
        let items: Vec<_> = package.pack.items[..2].iter().collect();
        let found = |text| unsupported_number_words(text, &items);
        assert!(found("Two publishers report it.").is_empty());
        assert_eq!(found("Seven publishers report it.").len(), 1);
    }

    proptest! {
        /// What the evidence says may be said again.
        #[test]
        fn no_text_is_refused_that_is_the_evidence(text in "[a-z0-9 %.,]{0,60}", place in 0..COUNTS.len(), times in 0..MULTIPLES.len()) {
            let said = format!("{text} {} {}", COUNTS[place].0, MULTIPLES[times].0[0]);
            check(&said, &said, &[]);
        }

        /// A count is found wherever it stands, unless it is there or can be counted.
        #[test]
        fn a_count_that_is_not_in_the_evidence_is_found(before in "[a-z ]{0,20}", place in 0..COUNTS.len()) {
            prop_assume!(words(&before).iter().all(|word| COUNTS.iter().all(|(known, _)| known != word)));
            let (word, _) = COUNTS[place];
            let text = format!("{before} {word} plants");
            prop_assume!(words(&without_quotations(&text)).contains(&word.to_owned()));
            check("Acme closes plants", &text, &[word]);
        }
    }
}
