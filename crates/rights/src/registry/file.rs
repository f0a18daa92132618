//! The form of the file: strict, so that a slip of the pen cannot give a right.

use super::{
    Bandwidth, KNOWN, Licence, OnBlock, Profile, Provider, Registry, RightsVersion, Tier, Watermark,
};
use domain::{
    execution::RightsProfile, hash::ContentHash, pricing_pack::ProviderId, rights::Right,
};
use serde::Deserialize;
use serde_saphyr::{Location, Options, Spanned};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The id under which a file says what holds for whoever is not listed.
const DEFAULT: &str = "default";
const SCHEMA: u32 = 1;

/// What is wrong, and where; lines and columns count from 1.
#[derive(Debug)]
pub(super) struct Fault {
    pub line: u64,
    pub column: u64,
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u32>,
    /// With the place of each id; an id that stands twice is refused by the reader.
    providers: HashMap<Spanned<String>, Listed>,
    profiles: Profiles,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    tier: Tier,
    data: Vec<String>,
    rights: Rights,
    attribution: Spanned<AttributionRule>,
    watermark: Option<Spanned<Watermark>>,
    licence: Spanned<Licence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the form of the file")]
struct Rights {
    display: bool,
    pdf: bool,
    csv: bool,
    redistribute: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttributionRule {
    required: bool,
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profiles {
    staging: ProfileRule,
    production: ProfileRule,
    demo: ProfileRule,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileRule {
    on_block: OnBlock,
    /// There is no export without its record, in any profile.
    #[expect(dead_code, reason = "has one value, which is checked by being read")]
    audit: Audit,
    page_operator: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Audit {
    Required,
}

pub(super) fn read(text: &str) -> Result<Registry, Fault> {
    let mut options = Options::default();
    // `yes` and `on` are texts: a right is `true` or it is not there.
    options.strict_booleans = true;
    let file: File = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location();
        Fault {
            line: place.map_or(1, |place| place.line()),
            column: place.map_or(1, |place| place.column()),
            message: message_of(&error),
        }
    })?;
    if file.version.value != SCHEMA {
        let message = format!("version is {}, but this build reads {SCHEMA}", file.version.value);
        return Err(Fault::at(file.version.referenced, message));
    }
    let mut providers = BTreeMap::new();
    let mut unlisted = Provider::unlisted();
    let mut in_order: Vec<(Spanned<String>, Listed)> = file.providers.into_iter().collect();
    in_order.sort_by_key(|(id, _)| id.referenced.line());
    for (id, listed) in in_order {
        let (place, id) = (id.referenced, id.value);
        let provider = listed.checked(&id)?;
        if id == DEFAULT {
            if !provider.rights.is_empty() {
                return Err(Fault::at(
                    place,
                    "providers.default: whoever is not listed has no right".to_owned(),
                ));
            }
            unlisted = provider;
            continue;
        }
        let parsed: ProviderId =
            id.parse().map_err(|error| Fault::at(place, format!("providers: {error}")))?;
        check_spelling(&parsed, &providers).map_err(|message| Fault::at(place, message))?;
        providers.insert(parsed, provider);
    }
    let Profiles { staging, production, demo } = file.profiles;
    let profiles = [
        (RightsProfile::Staging, staging),
        (RightsProfile::Production, production),
        (RightsProfile::Demo, demo),
    ];
    Ok(Registry {
        version: RightsVersion(ContentHash::of_bytes(text.as_bytes()).short()),
        providers,
        unlisted,
        profiles: profiles.into_iter().map(|(profile, rule)| (profile, rule.into())).collect(),
    })
}

/// Two ids that differ by case alone are one provider written in two ways, and
/// lineage would find only one of them.
fn check_spelling(id: &ProviderId, others: &BTreeMap<ProviderId, Provider>) -> Result<(), String> {
    KNOWN
        .into_iter()
        .chain(others.keys().map(ProviderId::as_str))
        .find(|other| *other != id.as_str() && other.eq_ignore_ascii_case(id.as_str()))
        .map_or(Ok(()), |other| Err(format!("providers.{id}: it is written {other}")))
}

impl Listed {
    fn checked(self, id: &str) -> Result<Provider, Fault> {
        let Self { tier, data, rights, attribution, watermark, licence } = self;
        let place = attribution.referenced;
        let text = attribution.value.text.filter(|text| !text.trim().is_empty());
        let attribution = match (attribution.value.required, text) {
            (true, Some(text)) => Some(text),
            (false, None) => None,
            (true, None) => {
                let message = format!("providers.{id}.attribution: it is required and has no text");
                return Err(Fault::at(place, message));
            }
            (false, Some(_)) => {
                let message = format!("providers.{id}.attribution: a text that is not required");
                return Err(Fault::at(place, message));
            }
        };
        if let Some(watermark) = &watermark {
            let Watermark { text, opacity, angle } = &watermark.value;
            if text.trim().is_empty() || !(*opacity > 0.0 && *opacity <= 1.0) || angle.abs() > 90 {
                let message = format!(
                    "providers.{id}.watermark: it has a text, an opacity above 0 and up to 1, and an angle of -90 to 90"
                );
                return Err(Fault::at(watermark.referenced, message));
            }
        }
        let rights = rights.given();
        check_licence(id, &rights, &licence)?;
        Ok(Provider {
            tier,
            data,
            rights,
            attribution,
            watermark: watermark.map(|watermark| watermark.value),
            licence: licence.value,
        })
    }
}

fn check_licence(
    id: &str,
    rights: &BTreeSet<Right>,
    licence: &Spanned<Licence>,
) -> Result<(), Fault> {
    let fault = |message: &str| {
        Err(Fault::at(licence.referenced, format!("providers.{id}.licence: {message}")))
    };
    // Whoever is denied is told what to do about it.
    if rights.len() < Right::ALL.len()
        && licence.value.unblock.as_ref().is_none_or(|unblock| unblock.trim().is_empty())
    {
        return fault("a right is missing, so unblock says what would give it");
    }
    if let Some(Bandwidth { gb_per_month, log, page_operator, serve_stored }) =
        licence.value.bandwidth
    {
        let rising = 0.0 < log && log < page_operator && page_operator < serve_stored;
        if gb_per_month == 0 || !rising || serve_stored > 1.0 {
            return fault("bandwidth has a volume, and shares that rise to 1 at most");
        }
    }
    Ok(())
}

impl Rights {
    fn given(&self) -> BTreeSet<Right> {
        [
            (Right::Display, self.display),
            (Right::Pdf, self.pdf),
            (Right::Csv, self.csv),
            (Right::Redistribute, self.redistribute),
        ]
        .into_iter()
        .filter_map(|(right, given)| given.then_some(right))
        .collect()
    }
}

impl From<ProfileRule> for Profile {
    fn from(ProfileRule { on_block, page_operator, .. }: ProfileRule) -> Self {
        Self { on_block, page_operator }
    }
}

impl Fault {
    fn at(place: Location, message: String) -> Self {
        Self { line: place.line(), column: place.column(), message }
    }
}

/// Without the excerpt and the place, which the reader is told in our own form.
fn message_of(error: &serde_saphyr::Error) -> String {
    let text = error.without_snippet().to_string();
    text.lines().next().unwrap_or("this is no YAML").to_owned()
}
