use super::{
    DropReason,
    anchor::{Anchor, anchors_in},
};
use crate::words::Lexicon;
use std::{collections::BTreeSet, sync::LazyLock};

/// Characters of text from which the absence of any anchor proves something.
/// With less, the item is held.
const PROOF_CHARACTERS: usize = 200;

/// What the gate looks at.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    pub title: &'a str,
    /// Body or excerpt, as plain text, as much as there is.
    pub text: &'a str,
    pub publisher: &'a str,
    /// The source writes about polyurethane only.
    pub polyurethane_source: bool,
    /// The text is about a company that the maintained table flags as pure polyurethane.
    pub pure_polyurethane_company: bool,
}

/// Whether an item may enter a pack as being about polyurethane, or why not:
/// boilerplate, a reseller of market studies, proven to be about something else
/// ([`DropReason::NoPuAnchor`]), or too short to tell ([`DropReason::NotPuProven`]).
pub fn check_relevance(candidate: &Candidate<'_>) -> Result<(), DropReason> {
    let title = own_text(candidate.title);
    let text = own_text(candidate.text);
    if title.is_empty() && text.is_empty() {
        return Err(DropReason::Boilerplate);
    }
    if is_reseller(candidate) {
        return Err(DropReason::Reseller);
    }
    let anchors = anchors_in(&format!("{title}\n{text}"), candidate.polyurethane_source);
    if candidate.pure_polyurethane_company || suffices(&anchors, candidate.polyurethane_source) {
        Ok(())
    } else if text.chars().count() >= PROOF_CHARACTERS {
        Err(DropReason::NoPuAnchor)
    } else {
        Err(DropReason::NotPuProven)
    }
}

/// One strong anchor, two weak ones of different kinds, or any weak one in a
/// source that writes about polyurethane only.
fn suffices(anchors: &[Anchor], polyurethane_source: bool) -> bool {
    let kinds: BTreeSet<&Anchor> = anchors.iter().collect();
    kinds.contains(&Anchor::Strong) || kinds.len() >= if polyurethane_source { 1 } else { 2 }
}

/// The sentences that are the item's own.
fn own_text(text: &str) -> String {
    let sentences = text.split_inclusive(['.', '!', '?', '\n']).map(str::trim);
    sentences
        .filter(|sentence| sentence.contains(char::is_alphanumeric))
        .filter(|sentence| BOILERPLATE.find(sentence).is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A known reseller publishes it or is its subject, or it reads like the
/// announcement of a market study.
fn is_reseller(candidate: &Candidate<'_>) -> bool {
    let says = |lexicon: &Lexicon<()>, text: &str| !lexicon.find(text).is_empty();
    let study = |text| says(&GROWTH_RATE, text) && says(&MARKET_STUDY, text);
    says(&RESELLERS, candidate.publisher)
        || says(&RESELLERS, candidate.title)
        || (says(&RESELLERS, candidate.text) && says(&MARKET_STUDY, candidate.text))
        || study(&format!("{}\n{}", candidate.title, candidate.text))
}

/// Lower case, any case in the text.
fn lexicon_of(phrases: &str) -> Lexicon<()> {
    Lexicon::new("", &[((), phrases)])
}

static BOILERPLATE: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    lexicon_of(
        "
        we use cookies, uses cookies, accept cookies, accept all cookies, cookie policy,
        cookie settings, cookie preferences, enable javascript, javascript is disabled,
        enable cookies, log in to, login to, please log in, please login, sign in to,
        please sign in, subscribe to, subscribe now, please subscribe, subscribers only,
        already a subscriber, create an account, register to read, verify you are human,
        are you a robot, access denied, all rights reserved, sign up for our newsletter,
        here are the search results, here are some results, search results for,
        based on the search results, based on my search, i could not find, i couldn t find,
        as an ai",
    )
});

/// Domain reference, section 6.1.
static RESELLERS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    lexicon_of(
        "
        grand view research, marketsandmarkets, markets and markets, mordor intelligence,
        fortune business insights, market research future, technavio",
    )
});

static GROWTH_RATE: LazyLock<Lexicon<()>> =
    LazyLock::new(|| lexicon_of("CAGR=, compound annual growth rate"));

static MARKET_STUDY: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    lexicon_of(
        "
        market size, market share, market report, market research report, research report,
        forecast period, market analysis, market is projected, market to reach, CAGR=",
    )
});

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candidate<'a>(title: &'a str, text: &'a str) -> Candidate<'a> {
        Candidate {
            title,
            text,
            publisher: "Example Trade Journal",
            polyurethane_source: false,
            pure_polyurethane_company: false,
        }
    }

    fn check(title: &str, expected: Result<(), DropReason>) {
        assert_eq!(check_relevance(&candidate(title, "")), expected, "{title}");
    }

    const SHORT: Result<(), DropReason> = Err(DropReason::NotPuProven);

    // Lists of the domain reference, section 6.6.
    #[test]
    fn one_strong_anchor_suffices() {
        for title in [
            "Polyurethane prices",
            "polyether polyol unit",
            "Polyester polyols",
            "isocyanate rules",
            "diisocyanates",
            "methylene diphenyl diisocyanate",
            "Toluene diisocyanate plant",
            "thermoplastic polyurethane",
            "PU foam",
            "PU-elastomer",
            "PU coatings",
            "PU adhesive",
            "PU SEALANTS",
            "polyurethane-based",
        ] {
            check(title, Ok(()));
        }
    }

    #[test]
    fn weak_anchors_need_company_of_another_kind() {
        for title in ["MDI and TDI prices", "Slabstock for mattresses", "TPU and PU lines"] {
            check(title, Ok(()));
        }
        for title in [
            "Mattress sales",
            "Mattress and furniture sales",
            "MDI prices",
            "MDI, more MDI",
            "Slabstock",
        ] {
            check(title, SHORT);
        }
    }

    #[test]
    fn abbreviations_that_collide_do_not_count() {
        for title in [
            "CPI rises",
            "New TDI engine for cars with automotive seating",
            "MDI inhaler recalled",
            "TPU processor beats MDI inhaler",
            "the tdi and mdi",
            "furniture; case III",
        ] {
            check(title, SHORT);
        }
        let far = format!("TDI {} insulation", "word ".repeat(25));
        check(&far, SHORT);
    }

    #[test]
    fn a_polyurethane_source_needs_one_weak_anchor_only() {
        let from_pu = |title| {
            check_relevance(&Candidate { polyurethane_source: true, ..candidate(title, "") })
        };
        assert_eq!(from_pu("MDI prices"), Ok(()));
        assert_eq!(from_pu("Mattress sales"), Ok(()));
        assert_eq!(from_pu("New managing director"), SHORT);
    }

    #[test]
    fn a_pure_polyurethane_company_is_exempt() {
        let item = Candidate { pure_polyurethane_company: true, ..candidate("New director", "") };
        assert_eq!(check_relevance(&item), Ok(()));
    }

    #[test]
    fn absence_is_proven_by_200_characters_of_own_text() {
        let check = |text: &str| check_relevance(&candidate("Steel output", text));
        assert_eq!(check(&"s".repeat(199)), SHORT);
        assert_eq!(check(&"s".repeat(200)), Err(DropReason::NoPuAnchor));
        let cookies = format!("We use cookies {}.", "and more ".repeat(30));
        assert_eq!(check(&cookies), SHORT);
    }

    #[test]
    fn boilerplate_is_no_text() {
        let boilerplate = Err(DropReason::Boilerplate);
        let check = |title, text| check_relevance(&candidate(title, text));
        assert_eq!(check("", "Please enable JavaScript to view this page."), boilerplate);
        assert_eq!(check("Sign in to continue", "We use cookies. Subscribe now!"), boilerplate);
        assert_eq!(check("", "Here are the search results for polyurethane:"), boilerplate);
        assert_eq!(check("Polyurethane plant opens", "Please enable JavaScript."), Ok(()));
        assert_eq!(check("", " – "), boilerplate);
    }

    #[test]
    fn resellers_of_market_studies_are_never_news() {
        let reseller = Err(DropReason::Reseller);
        let check = |title, text| check_relevance(&candidate(title, text));
        assert_eq!(check("Polyurethane outlook by Grand View Research", ""), reseller);
        assert_eq!(
            check("Polyurethane foam market size to reach $99bn", "A CAGR of 5 %."),
            reseller
        );
        assert_eq!(check("Polyurethane", "MarketsandMarkets published a market report."), reseller);
        let published =
            Candidate { publisher: "Mordor Intelligence", ..candidate("Polyurethane demand", "") };
        assert_eq!(check_relevance(&published), reseller);
        assert_eq!(check("Polyurethane market share shifts in Europe", ""), Ok(()));
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(title in ".*", text in ".*") {
            let _ = check_relevance(&candidate(&title, &text));
        }
    }
}
