//! Words that tie a text to polyurethane.

use crate::words::Lexicon;
use std::sync::LazyLock;

/// How far two polyurethane words may stand apart to support each other: within
/// about a sentence.
const NEARBY_WORDS: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Anchor {
    /// One suffices.
    Strong,
    Weak(WeakKind),
}

/// Two weak anchors of different kinds support each other. Each abbreviation is
/// a kind of its own: MDI beside TDI is no accident, mattress beside furniture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WeakKind {
    EndUse,
    Foam,
    Abbreviation(&'static str),
}

/// The anchors of a text. An abbreviation counts in exact capitals only and, save
/// in a source that writes about polyurethane only, near another anchor: CPI is
/// also a price index, TDI an engine, MDI an inhaler, TPU a processor.
pub(super) fn anchors_in(text: &str, polyurethane_source: bool) -> Vec<Anchor> {
    let hits = ANCHORS.find(text);
    hits.iter()
        .filter(|hit| {
            polyurethane_source
                || !matches!(hit.value, Anchor::Weak(WeakKind::Abbreviation(_)))
                || hits.iter().any(|other| {
                    other.value != hit.value && other.word.abs_diff(hit.word) <= NEARBY_WORDS
                })
        })
        .map(|hit| hit.value)
        .collect()
}

static ANCHORS: LazyLock<Lexicon<Anchor>> = LazyLock::new(|| {
    Lexicon::new(
        MASKS,
        &[
            (Anchor::Strong, STRONG),
            (Anchor::Weak(WeakKind::EndUse), END_USE),
            (Anchor::Weak(WeakKind::Foam), FOAM),
            (Anchor::Weak(WeakKind::Abbreviation("PU")), "PU=, PUR="),
            (Anchor::Weak(WeakKind::Abbreviation("MDI")), "MDI=, pMDI=, PMDI="),
            (Anchor::Weak(WeakKind::Abbreviation("TDI")), "TDI="),
            (Anchor::Weak(WeakKind::Abbreviation("TPU")), "TPU=, TPUs="),
        ],
    )
});

/// Other things under the same letters.
const MASKS: &str = "
    TDI engine, TDI engines, TDI diesel, diesel TDI, TDI motor, MDI inhaler, MDI inhalers,
    TPU processor, TPU processors, TPU chip, TPU chips";

/// Polyurethane in the spellings of the sources' languages, too.
const STRONG: &str = "
    polyurethane, polyurethanes, polyurethan, polyuréthane, polyuréthanes,
    thermoplastic polyurethane, thermoplastic polyurethanes, polyether polyol,
    polyether polyols, polyester polyol, polyester polyols, polyether and polyester polyols,
    poliuretano, poliuretanos, polyurethanschaum, polyetherpolyol~, polyesterpolyol~,
    polyols polyéther, polyols polyester, polioles poliéter, polioles poliéster, isocyanat,
    isocianato, isocianatos, isocyanate, isocyanates, diisocyanate, diisocyanates, polyisocyanate, polyisocyanates,
    methylene diphenyl diisocyanate, toluene diisocyanate, PU foam, PU foams, PU elastomer,
    PU elastomers, PU coating, PU coatings, PU adhesive, PU adhesives, PU sealant, PU sealants";

const END_USE: &str =
    "mattress, mattresses, furniture, insulation, automotive seating, car seating";

const FOAM: &str = "slabstock, moulded foam, molded foam, moulded foams, molded foams";
