use super::TrustTier;

/// What a suggested source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuggestedKind {
    PolyurethaneTrade,
    Industry,
    General,
    Body,
}

impl SuggestedKind {
    pub const fn label(self) -> &'static str {
        match self {
            Self::PolyurethaneTrade => "Polyurethane trade press",
            Self::Industry => "Chemicals, plastics, coatings",
            Self::General => "General and financial press",
            Self::Body => "Association or authority",
        }
    }

    /// The tier proposed: bodies 1, the rest 2.
    ///
    /// # Panics
    /// Never: both are tiers.
    pub fn tier(self) -> TrustTier {
        let tier = if self == Self::Body { 1 } else { 2 };
        TrustTier::try_from(tier).expect("1 and 2 are tiers")
    }
}

/// A real source by its name alone. Nobody reads it before an administrator has looked up
/// its address and its terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuggestedSource {
    pub name: &'static str,
    pub kind: SuggestedKind,
}

/// Domain reference, “Suggested sources”. Many are paywalled or restrict reuse.
pub const SUGGESTED_SOURCES: [SuggestedSource; 21] = {
    use SuggestedKind::{Body, General, Industry, PolyurethaneTrade as Trade};
    const fn source(name: &'static str, kind: SuggestedKind) -> SuggestedSource {
        SuggestedSource { name, kind }
    }
    [
        source("Urethanes Technology International", Trade),
        source("PU Magazine", Trade),
        source("PUdaily", Trade),
        source("ICIS", Industry),
        source("Chemical Week", Industry),
        source("Plastics News", Industry),
        source("Plasteurope", Industry),
        source("European Coatings", Industry),
        source("Coatings World", Industry),
        source("Reuters", General),
        source("Bloomberg", General),
        source("Financial Times", General),
        source("Handelsblatt", General),
        source("Les Echos", General),
        source("CPI at ACC", Body),
        source("ISOPA", Body),
        source("ALIPA", Body),
        source("III", Body),
        source("ECHA", Body),
        source("EPA", Body),
        source("OSHA", Body),
    ]
};
