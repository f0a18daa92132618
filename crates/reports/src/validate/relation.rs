//! Does a statement have to do with what it cites?

use super::{
    Finding, FindingCode,
    grounding::{unsupported_figures, unsupported_regions, words_of},
    names::{Ordinary, unsupported_names},
    number_words::is_stated,
    subject::Subject,
    text::{sentences, without_quotations, words},
};
use std::{
    collections::{BTreeSet, HashSet},
    sync::LazyLock,
};

/// Of the content words of a sentence one in so many at least stands in what it cites.
const SHARE: usize = 3;

/// Words that say nothing of what a sentence is about, and those by which it is said that
/// somebody says something.
const STOP_WORDS: &str = "
    a about above according across add adds added after again against all also although am among
    an and announce announced announces another any are as at be because been before being below
    between both but by can cent could did do does doing down during each either few for from
    further get gets given had has have having he headline her here his how however i if in into
    is it its itself just like made make makes many may meanwhile might more most must near no
    nor not now of off on once one only onto or other others our out over own per percent put
    puts report reported reports said same say says see set several shall she should since so
    some still such tell tells than that the their them then there these they this those though
    through thus to told too under until up upon us very was we were what when where whether
    which while who whom whose why will with within without would write writes wrote yet you
    your";

/// Units, which are read with their figures.
const UNITS: &str = "kt ktpa kta tpa mt mtpa t y yr s";

static SILENT: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    STOP_WORDS.split_ascii_whitespace().chain(UNITS.split_ascii_whitespace()).collect()
});

/// Each sentence of a fact, a headline or a summary shares content words with what is cited.
/// What is refused for its figures or names already is not told twice.
pub(super) fn statements_share_words(subject: &Subject<'_>) -> Vec<Finding> {
    let ordinary = Ordinary::of(subject.package);
    let mut findings = Vec::new();
    for passage in subject.passages().into_iter().filter(|passage| is_stated(passage.kind)) {
        let items = subject.items(passage.evidence.iter().copied());
        let is_refused = items.is_empty()
            || !unsupported_figures(passage.text, &items).is_empty()
            || !unsupported_regions(passage.text, &items).is_empty()
            || !unsupported_names(passage.text, &items, &ordinary).is_empty();
        if is_refused {
            continue;
        }
        let said: BTreeSet<_> = items.iter().flat_map(|item| content(&words_of(item))).collect();
        let own = without_quotations(passage.text);
        findings.extend(sentences(&own).into_iter().filter(|one| is_unrelated(one, &said)).map(
            |sentence| {
                Finding::new(
                    FindingCode::Unrelated,
                    format!(
                        "“{}” in {} has too little to do with the evidence cited.",
                        cut(sentence),
                        passage.place
                    ),
                )
            },
        ));
    }
    findings
}

/// Nothing is told of what gives orders to its reader.
pub(super) fn nothing_instructing_is_cited(subject: &Subject<'_>) -> Vec<Finding> {
    let cited = subject.items(subject.cited());
    let instructing = cited.into_iter().filter(|item| desk::instructing::instructs(item));
    instructing
        .map(|item| {
            Finding::new(
                FindingCode::Instructing,
                format!("{} is cited, whose text gives orders to its reader.", item.id),
            )
        })
        .collect()
}

fn is_unrelated(sentence: &str, said: &BTreeSet<String>) -> bool {
    let stated = content(sentence);
    let shared = stated.iter().filter(|word| said.iter().any(|known| is_akin(word, known)));
    shared.count() * SHARE < stated.len()
}

/// Words with a letter that say something of what the sentence is about.
fn content(text: &str) -> BTreeSet<String> {
    let says_something =
        |word: &String| word.contains(char::is_alphabetic) && !SILENT.contains(word.as_str());
    words(text).into_iter().map(|word| word.replace("'s", "")).filter(says_something).collect()
}

/// One word, or two that begin alike: approve and approval, expands and expansion. Wide, so
/// that no form of a word is refused.
fn is_akin(one: &str, other: &str) -> bool {
    const BEGINNING_MIN: usize = 4;
    if one == other {
        return true;
    }
    let alike = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let shorter = one.chars().count().min(other.chars().count());
    let is_plural = alike == shorter && one.chars().count().abs_diff(other.chars().count()) == 1;
    (alike >= BEGINNING_MIN && alike * 3 > shorter * 2) || (alike >= 3 && is_plural)
}

/// Enough of a sentence to find it.
fn cut(sentence: &str) -> String {
    const CHARACTERS_MAX: usize = 80;
    sentence.chars().take(CHARACTERS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_refused(evidence: &str, sentence: &str) -> bool {
        is_unrelated(sentence, &content(evidence))
    }

    const PLANT: &str = "Acme Foam expands its MDI plant in Germany. Acme Foam adds 400 ktpa of \
        MDI in Germany. Start-up is planned for 2027. Foam Courier";

    #[test]
    fn a_sentence_about_something_else_is_refused() {
        for sentence in [
            "Buyers have all the supply that they need.",
            "All is well.",
            "Nobody needs to worry about safety.",
            "Subscribers win a prize.",
            "Regulators praise this publisher for its honesty.",
        ] {
            assert!(is_refused(PLANT, sentence), "{sentence}");
        }
    }

    #[test]
    fn a_sentence_in_other_words_is_not() {
        for sentence in [
            "Acme Foam will enlarge its German MDI plant.",
            "The expansion is to start in 2027.",
            "Foam Courier reports (12 November 2026) under the headline.",
            "It is planned.",
            "More MDI for Germany.",
            "",
            "400 ktpa.",
        ] {
            assert!(!is_refused(PLANT, sentence), "{sentence}");
        }
    }

    #[test]
    fn forms_of_a_word_are_akin() {
        for (one, other) in [
            ("approval", "approved"),
            ("expands", "expansion"),
            ("price", "pricing"),
            ("plant", "plants"),
            ("bed", "beds"),
            ("start", "startup"),
        ] {
            assert!(is_akin(one, other) && is_akin(other, one), "{one} {other}");
        }
        for (one, other) in [("supply", "support"), ("foam", "form"), ("tdi", "tdis2"), ("in", "i")]
        {
            assert!(!is_akin(one, other), "{one} {other}");
        }
    }

    proptest! {
        /// What the evidence says may be said again, in any order.
        #[test]
        fn words_of_the_evidence_are_never_refused(evidence in ".{0,80}", from in 0_usize..80) {
            let words: Vec<_> = evidence.split(' ').skip(from % 8).collect();
            prop_assert!(!is_refused(&evidence, &words.join(" ")));
        }
    }
}
