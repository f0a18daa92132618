//! The registry of rights: who supplies data, and what their licence allows.

mod file;

use domain::{
    execution::RightsProfile,
    hash::ContentHash,
    pricing_pack::ProviderId,
    rights::{Format, Right},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs, io,
    path::{Path, PathBuf},
};

/// Providers that Observatory's own code and samples name, spelt as it does.
const KNOWN: [&str; 7] =
    ["FMP", "Polygon", "FRED", "NewsAPI", "NewsAPI_Business", "Manual", "Sample"];

/// The first twelve digits of the SHA-256 of the file that a registry was read
/// from. Every export records it; `/execute` answers with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RightsVersion(String);

impl RightsVersion {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RightsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Public,
    Commercial,
    Developer,
    /// The user's own data.
    Own,
    BuiltIn,
    Unlisted,
}

impl Tier {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Public => "Public",
            Self::Commercial => "Commercial",
            Self::Developer => "Developer",
            Self::Own => "The user's own",
            Self::BuiltIn => "Built in",
            Self::Unlisted => "Unlisted",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicenceKind {
    Free,
    Commercial,
    Developer,
    Own,
    BuiltIn,
    None,
}

/// The month's volume that a licence covers, and what happens on the way there;
/// shares are fractions, in rising order.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bandwidth {
    pub gb_per_month: u32,
    pub log: f64,
    pub page_operator: f64,
    /// From here on only data that is stored already is served.
    pub serve_stored: f64,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    pub kind: LicenceKind,
    /// The environment variable that holds the key; none where there is no key.
    pub key_env: Option<String>,
    /// What would give the missing rights, an imperative without a full stop.
    pub unblock: Option<String>,
    /// Requests a minute.
    pub rpm: Option<u32>,
    pub per_day: Option<u32>,
    pub bandwidth: Option<Bandwidth>,
}

/// A text that stands in every export of a provider's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attribution {
    pub provider: ProviderId,
    pub text: String,
}

/// A text over every page of an export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watermark {
    pub text: String,
    /// Above 0, at most 1.
    pub opacity: f64,
    /// Degrees from the horizontal, rising to the right.
    pub angle: i16,
}

/// One provider's rights and duties.
#[derive(Clone, Debug, PartialEq)]
pub struct Provider {
    pub tier: Tier,
    /// Kinds of data that come from it, for people who read the registry.
    pub data: Vec<String>,
    pub rights: BTreeSet<Right>,
    /// None where none is required.
    pub attribution: Option<String>,
    pub watermark: Option<Watermark>,
    pub licence: Licence,
}

impl Provider {
    pub fn allows(&self, format: Format) -> bool {
        self.rights.contains(&format.right())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBlock {
    /// One blocked provider keeps the whole document back.
    Deny,
    /// What touches a blocked provider is left out, with a notice in its place.
    Redact,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    pub on_block: OnBlock,
    /// Whether a denial is told to whoever operates the platform.
    pub page_operator: bool,
}

/// A registry in which every rule of its form holds.
#[derive(Clone, Debug)]
pub struct Registry {
    version: RightsVersion,
    providers: BTreeMap<ProviderId, Provider>,
    unlisted: Provider,
    profiles: BTreeMap<RightsProfile, Profile>,
}

/// Why a file is no registry. Its text is one line, with the place in the file.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    #[error("the rights registry {} cannot be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{file}:{line}:{column}: {message}")]
    Faulty { file: String, line: u64, column: u64, message: String },
}

impl Registry {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`RegistryError`], which names file, line and column.
    pub fn load(path: &Path) -> Result<Self, RegistryError> {
        let text = fs::read_to_string(path)
            .map_err(|source| RegistryError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Checks the text of a file that is called `name`.
    ///
    /// # Errors
    /// [`RegistryError::Faulty`].
    pub fn parse(name: &str, text: &str) -> Result<Self, RegistryError> {
        file::read(text).map_err(|fault| RegistryError::Faulty {
            file: name.to_owned(),
            line: fault.line,
            column: fault.column,
            message: fault.message,
        })
    }

    /// The registry in which nobody is listed, so that nothing is allowed.
    pub fn empty() -> Self {
        Self {
            version: RightsVersion(ContentHash::of_bytes(b"").short()),
            providers: BTreeMap::new(),
            unlisted: Provider::unlisted(),
            profiles: RightsProfile::ALL
                .iter()
                .map(|profile| {
                    (*profile, Profile { on_block: OnBlock::Deny, page_operator: false })
                })
                .collect(),
        }
    }

    pub fn version(&self) -> &RightsVersion {
        &self.version
    }

    /// The listed providers by id.
    pub fn providers(&self) -> impl Iterator<Item = (&ProviderId, &Provider)> {
        self.providers.iter()
    }

    pub fn is_listed(&self, provider: &ProviderId) -> bool {
        self.providers.contains_key(provider)
    }

    /// What a provider allows; nothing, if it is not listed.
    pub fn provider(&self, provider: &ProviderId) -> &Provider {
        self.providers.get(provider).unwrap_or(&self.unlisted)
    }

    pub fn unlisted(&self) -> &Provider {
        &self.unlisted
    }

    pub fn profile(&self, profile: RightsProfile) -> Profile {
        self.profiles[&profile]
    }
}

impl Provider {
    /// What stands in for `default` in a file that has none.
    fn unlisted() -> Self {
        Self {
            tier: Tier::Unlisted,
            data: Vec::new(),
            rights: BTreeSet::new(),
            attribution: None,
            watermark: None,
            licence: Licence {
                kind: LicenceKind::None,
                key_env: None,
                unblock: Some("add the provider to the rights registry".to_owned()),
                rpm: None,
                per_day: None,
                bandwidth: None,
            },
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
