//! The run package: the full and only context of the assistant.

use crate::{
    cadence::Period,
    evidence::{ContinuingEvent, EvidencePack},
    hash::ContentHash,
    id::{PackId, PortfolioId, RunId, SpecificationId, SpecificationVersionId},
    pricing_pack::{Currency, LedgerCommit, PricingPackId},
    specification::{Desk, PortfolioOrder, Specification},
    taxonomy::TAXONOMY_VERSION,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Everything a run's result follows from. Its hash is the hash of its
/// canonical JSON. Holds no member's name, no e-mail address and no price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPackage {
    pub schema: u32,
    pub run_id: RunId,
    pub specification_id: SpecificationId,
    pub specification_version_id: SpecificationVersionId,
    pub specification_version: u32,
    pub specification: Specification,
    pub period: Period,
    /// 0 is the period's regular slot.
    pub slot_ordinal: u16,
    pub claimed_at: Timestamp,
    /// First and last publication date to look at, both included.
    pub window_from: Date,
    pub window_to: Date,
    pub pack_id: PackId,
    pub pack_hash: ContentHash,
    pub pack: EvidencePack,
    pub taxonomy_version: u32,
    pub instruction: Instruction,
    pub pattern: PatternReference,
    /// Ids and times only: context, not memory.
    pub previous_runs: Vec<PreviousRun>,
    /// Events that reports of those runs cite: flags, not their words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub continuing: Vec<ContinuingEvent>,
}

/// The system instruction: its text, by version and hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredInstruction")]
pub struct Instruction {
    id: String,
    version: u32,
    text: String,
    /// Absent in packages of before it stood beside the text; they keep their bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<ContentHash>,
}

/// An instruction without its text: what a report says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InstructionReference {
    pub version: u32,
    /// Of the text, in UTF-8.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub sha256: ContentHash,
}

impl Instruction {
    pub fn new(id: impl Into<String>, version: u32, text: impl Into<String>) -> Self {
        let text = text.into();
        let sha256 = Some(ContentHash::of_bytes(text.as_bytes()));
        Self { id: id.into(), version, text, sha256 }
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub const fn version(&self) -> u32 {
        self.version
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// None in packages that hold no hash: the reports made from them say nothing of
    /// their instruction, and are made again without it.
    pub fn reference(&self) -> Option<InstructionReference> {
        Some(InstructionReference { version: self.version, sha256: self.sha256? })
    }

    /// Of the text, also where the package does not hold it.
    pub fn hash(&self) -> ContentHash {
        self.sha256.unwrap_or_else(|| ContentHash::of_bytes(self.text.as_bytes()))
    }
}

#[derive(Deserialize)]
struct StoredInstruction {
    id: String,
    version: u32,
    text: String,
    sha256: Option<ContentHash>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hash beside the instruction is not that of its text")]
struct WrongInstruction;

impl TryFrom<StoredInstruction> for Instruction {
    type Error = WrongInstruction;

    fn try_from(stored: StoredInstruction) -> Result<Self, WrongInstruction> {
        let StoredInstruction { id, version, text, sha256 } = stored;
        let is_of = |hash| hash == ContentHash::of_bytes(text.as_bytes());
        if sha256.is_some_and(|hash| !is_of(hash)) {
            return Err(WrongInstruction);
        }
        Ok(Self { id, version, text, sha256 })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternReference {
    pub id: String,
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousRun {
    pub run_id: RunId,
    pub period_key: String,
    pub succeeded_at: Timestamp,
}

impl RunPackage {
    pub const SCHEMA: u32 = 1;
    pub const TAXONOMY_VERSION: u32 = TAXONOMY_VERSION;
}

/// Everything a run of the portfolio desk follows from. Pack and book are named by what
/// they hold, and neither ever changes: the same package always gives the same report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortfolioPackage {
    pub schema: u32,
    /// Always [`Desk::Portfolio`]; the other desk's packages do not have it.
    pub desk: Desk,
    pub run_id: RunId,
    pub specification_id: SpecificationId,
    pub specification_version_id: SpecificationVersionId,
    pub specification_version: u32,
    pub specification: Specification,
    pub period: Period,
    /// 0 is the period's regular slot.
    pub slot_ordinal: u16,
    pub claimed_at: Timestamp,
    /// The day, in the workspace's zone, that the pack was chosen for.
    pub as_of: Date,
    pub portfolio: PackagedPortfolio,
    pub pricing_pack: PricingPackId,
    pub pricing_pack_hash: ContentHash,
    /// Of the document that names who supplied each value.
    pub sources_hash: ContentHash,
    /// Any price is invented.
    pub sample: bool,
    pub ledger_commit: LedgerCommit,
    /// Of the portfolio's book at that commit.
    pub book_hash: ContentHash,
    pub pattern: PatternReference,
    /// Ids and times only.
    pub previous_runs: Vec<PreviousRun>,
}

/// The portfolio as the workspace called it when the run was claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackagedPortfolio {
    pub id: PortfolioId,
    pub name: String,
    pub base: Currency,
}

impl PortfolioPackage {
    pub const SCHEMA: u32 = 1;

    /// What was ordered. A package of the portfolio desk always has it.
    ///
    /// # Panics
    /// When a specification of the other desk was put into it, which assembling does not.
    #[expect(clippy::expect_used, reason = "a package is assembled for an order")]
    pub fn order(&self) -> &PortfolioOrder {
        self.specification.portfolio.as_ref().expect("a package of the portfolio desk")
    }
}

/// The package of a run, of either desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Package {
    Polyurethane(Box<RunPackage>),
    Portfolio(Box<PortfolioPackage>),
}

impl Package {
    pub const fn run_id(&self) -> RunId {
        match self {
            Self::Polyurethane(package) => package.run_id,
            Self::Portfolio(package) => package.run_id,
        }
    }

    pub const fn specification_version_id(&self) -> SpecificationVersionId {
        match self {
            Self::Polyurethane(package) => package.specification_version_id,
            Self::Portfolio(package) => package.specification_version_id,
        }
    }

    pub const fn specification(&self) -> &Specification {
        match self {
            Self::Polyurethane(package) => &package.specification,
            Self::Portfolio(package) => &package.specification,
        }
    }

    pub const fn period(&self) -> &Period {
        match self {
            Self::Polyurethane(package) => &package.period,
            Self::Portfolio(package) => &package.period,
        }
    }

    pub const fn claimed_at(&self) -> Timestamp {
        match self {
            Self::Polyurethane(package) => package.claimed_at,
            Self::Portfolio(package) => package.claimed_at,
        }
    }

    pub const fn pattern(&self) -> &PatternReference {
        match self {
            Self::Polyurethane(package) => &package.pattern,
            Self::Portfolio(package) => &package.pattern,
        }
    }

    /// Content hash of the evidence pack, or of the pricing pack.
    pub const fn pack_hash(&self) -> ContentHash {
        match self {
            Self::Polyurethane(package) => package.pack_hash,
            Self::Portfolio(package) => package.pricing_pack_hash,
        }
    }

    pub const fn desk(&self) -> Desk {
        match self {
            Self::Polyurethane(_) => Desk::Polyurethane,
            Self::Portfolio(_) => Desk::Portfolio,
        }
    }
}

impl From<RunPackage> for Package {
    fn from(package: RunPackage) -> Self {
        Self::Polyurethane(Box::new(package))
    }
}

impl From<PortfolioPackage> for Package {
    fn from(package: PortfolioPackage) -> Self {
        Self::Portfolio(Box::new(package))
    }
}

/// As the package of its desk.
impl Serialize for Package {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Polyurethane(package) => package.serialize(serializer),
            Self::Portfolio(package) => package.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Package {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let package = if value.get("desk").is_some() {
            serde_json::from_value::<PortfolioPackage>(value).map(Self::from)
        } else {
            serde_json::from_value::<RunPackage>(value).map(Self::from)
        };
        package.map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// `printf abc | sha256sum`; the example of FIPS 180-2, B.1.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn an_instruction_is_written_with_the_hash_of_its_text() {
        let instruction = Instruction::new("analyst", 2, "abc");
        let written = serde_json::to_value(&instruction).unwrap();
        assert_eq!(written, json!({ "id": "analyst", "version": 2, "text": "abc", "sha256": ABC }));
        assert_eq!(serde_json::from_value::<Instruction>(written).unwrap(), instruction);
        let reference = instruction.reference().unwrap();
        assert_eq!((reference.version, reference.sha256.to_string().as_str()), (2, ABC));
    }

    #[test]
    fn one_of_before_is_read_and_written_as_it_was() {
        let before = json!({ "id": "analyst", "version": 1, "text": "abc" });
        let instruction: Instruction = serde_json::from_value(before.clone()).unwrap();
        assert_eq!(serde_json::to_value(&instruction).unwrap(), before);
        assert_eq!(instruction.reference(), None);
        assert_eq!(instruction.hash().to_string(), ABC);
    }

    #[test]
    fn one_whose_hash_is_of_another_text_is_no_instruction() {
        let changed = json!({ "id": "analyst", "version": 2, "text": "abd", "sha256": ABC });
        let refused = serde_json::from_value::<Instruction>(changed).unwrap_err();
        assert!(refused.to_string().contains("not that of its text"), "{refused}");
    }
}
