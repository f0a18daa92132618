//! The list of sources, and reading what they hold. The only module of the
//! agent that touches the file system.

use crate::{
    feed::{FEED_BYTES_MAX, FeedError},
    sample_dates::{SampleDateError, stamp_sample_dates},
};
use domain::{
    evidence::{SourceKind, TrustTier},
    pricing_pack::ProviderId,
};
use jiff::civil::Date;
use serde::Deserialize;
use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read},
    path::{Component, Path, PathBuf},
};
use url::Url;

/// Name of the list inside a folder of feeds.
pub const MANIFEST_FILE: &str = "sources.json";

/// One place that evidence is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Unique in its list.
    pub name: String,
    pub publisher: String,
    pub tier: TrustTier,
    /// Whose licence its items stand under, spelt as in the rights registry.
    pub provider: ProviderId,
    pub kind: SourceKind,
    pub location: Location,
    /// Its items are fictional, and its dates relative to today.
    pub sample: bool,
    /// It writes about polyurethane only.
    pub polyurethane_only: bool,
    /// A code such as `de` or `en-GB`.
    pub language: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A file in the folder of the list, or below it.
    File(PathBuf),
    /// An address of http or https.
    Web(Url),
}

/// What one source held, or why it could not be read: never an empty list in
/// place of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFeed {
    pub source: Source,
    pub content: Result<Vec<u8>, String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("the list of sources {MANIFEST_FILE} cannot be read")]
    Unreadable(#[source] io::Error),
    #[error("the list of sources is not of the expected form")]
    Malformed(#[source] serde_json::Error),
    #[error("the list of sources is empty")]
    Empty,
    #[error("source {position} has no name or no publisher")]
    Unnamed { position: usize },
    #[error("two sources are named “{0}”")]
    RepeatedName(String),
    #[error("source “{name}” needs either a path or a url")]
    NoLocation { name: String },
    #[error(
        "source “{name}” names no provider; without one it is not known what its licence allows"
    )]
    NoProvider { name: String },
    #[error("source “{name}” is a sample, so its provider is Sample and not {provider}")]
    SampleOfAnother { name: String, provider: ProviderId },
    #[error("source “{name}” is no sample, so its provider is not Sample")]
    NoSample { name: String },
    #[error("source “{name}”: “{path}” must stay inside the folder of the list")]
    OutsideFolder { name: String, path: String },
    #[error("source “{name}”: “{url}” is not an address of http or https")]
    NotWeb { name: String, url: String },
}

/// Why one source could not be read, in words that name no path.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("its file cannot be read ({})", .0.kind())]
    File(#[source] io::Error),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error("a sample must be UTF-8 text")]
    NotText,
    #[error(transparent)]
    SampleDate(#[from] SampleDateError),
    #[error("reading sources from the web is not enabled yet")]
    WebNotEnabled,
}

/// One source as the list writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    name: String,
    publisher: String,
    tier: TrustTier,
    /// A sample needs none: its provider is `Sample`.
    provider: Option<ProviderId>,
    kind: SourceKind,
    path: Option<String>,
    url: Option<String>,
    #[serde(default)]
    sample: bool,
    #[serde(default)]
    polyurethane_only: bool,
    language: Option<String>,
}

/// Reads the list of sources in a folder.
pub fn read_manifest(folder: &Path) -> Result<Vec<Source>, ManifestError> {
    let text = fs::read_to_string(folder.join(MANIFEST_FILE)).map_err(ManifestError::Unreadable)?;
    parse_manifest(&text)
}

/// Reads a list of sources: JSON, at least one source, each name once.
pub fn parse_manifest(text: &str) -> Result<Vec<Source>, ManifestError> {
    let listed: Vec<Listed> = serde_json::from_str(text).map_err(ManifestError::Malformed)?;
    if listed.is_empty() {
        return Err(ManifestError::Empty);
    }
    let mut names = BTreeSet::new();
    listed
        .into_iter()
        .enumerate()
        .map(|(index, listed)| {
            if listed.name.trim().is_empty() || listed.publisher.trim().is_empty() {
                return Err(ManifestError::Unnamed { position: index + 1 });
            }
            if !names.insert(listed.name.clone()) {
                return Err(ManifestError::RepeatedName(listed.name));
            }
            Source::try_from(listed)
        })
        .collect()
}

impl TryFrom<Listed> for Source {
    type Error = ManifestError;

    fn try_from(listed: Listed) -> Result<Self, Self::Error> {
        let Listed {
            name,
            publisher,
            tier,
            provider,
            kind,
            path,
            url,
            sample,
            polyurethane_only,
            language,
        } = listed;
        let provider = provider_of(&name, provider, sample)?;
        let location = match (path, url) {
            (Some(path), None) => match inside_folder(&path) {
                Some(path) => Location::File(path),
                None => return Err(ManifestError::OutsideFolder { name, path }),
            },
            (None, Some(url)) => match web_address(&url) {
                Some(url) => Location::Web(url),
                None => return Err(ManifestError::NotWeb { name, url }),
            },
            (None, None) | (Some(_), Some(_)) => return Err(ManifestError::NoLocation { name }),
        };
        Ok(Self {
            name,
            publisher,
            tier,
            provider,
            kind,
            location,
            sample,
            polyurethane_only,
            language,
        })
    }
}

fn provider_of(
    name: &str,
    provider: Option<ProviderId>,
    sample: bool,
) -> Result<ProviderId, ManifestError> {
    let name = || name.to_owned();
    match (provider, sample) {
        (None, true) => Ok(ProviderId::sample()),
        (None, false) => Err(ManifestError::NoProvider { name: name() }),
        (Some(provider), _) if (provider == ProviderId::sample()) == sample => Ok(provider),
        (Some(provider), true) => Err(ManifestError::SampleOfAnother { name: name(), provider }),
        (Some(_), false) => Err(ManifestError::NoSample { name: name() }),
    }
}

fn inside_folder(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(path);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && path.file_name().is_some()).then_some(path)
}

fn web_address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// Reads every source, each on its own: one that fails keeps its error and
/// leaves the others alone. `today` dates the samples.
pub fn read_sources(folder: &Path, sources: Vec<Source>, today: Date) -> Vec<SourceFeed> {
    sources
        .into_iter()
        .map(|source| {
            let content = read_source(folder, &source, today).map_err(|error| error.to_string());
            SourceFeed { source, content }
        })
        .collect()
}

fn read_source(folder: &Path, source: &Source, today: Date) -> Result<Vec<u8>, ReadError> {
    let bytes = match &source.location {
        Location::File(path) => read_file(&folder.join(path))?,
        Location::Web(_) => return Err(ReadError::WebNotEnabled),
    };
    if !source.sample {
        return Ok(bytes);
    }
    let text = String::from_utf8(bytes).map_err(|_| ReadError::NotText)?;
    Ok(stamp_sample_dates(&text, today)?.into_bytes())
}

/// Reads no further than the limit, however large the file is.
fn read_file(path: &Path) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    let limit = FEED_BYTES_MAX as u64 + 1;
    File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(ReadError::File)?;
    if bytes.len() > FEED_BYTES_MAX {
        return Err(FeedError::TooLarge.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(more: &str) -> String {
        listed_by(r#""provider":"Foam_News","#, more)
    }

    fn listed_by(provider: &str, more: &str) -> String {
        format!(r#"[{{"name":"a","publisher":"Sample A",{provider}"tier":2,"kind":"rss"{more}}}]"#)
    }

    fn refusal(text: &str) -> String {
        parse_manifest(text).unwrap_err().to_string()
    }

    #[test]
    fn a_source_is_a_file_of_the_folder_or_an_address() {
        let sample = listed_by("", r#","path":"a/b.xml","sample":true"#);
        let file = parse_manifest(&sample).unwrap().remove(0);
        assert_eq!(file.provider, ProviderId::sample());
        assert_eq!(file.location, Location::File("a/b.xml".into()));
        assert!(file.sample && !file.polyurethane_only && file.language.is_none());
        let web = parse_manifest(&listed(r#","url":"https://a.example.com/f""#)).unwrap().remove(0);
        assert_eq!(web.location, Location::Web("https://a.example.com/f".parse().unwrap()));
        assert!(!web.sample);
        assert_eq!(web.provider.as_str(), "Foam_News");
    }

    #[test]
    fn nobody_guesses_whose_licence_a_source_stands_under() {
        let path = r#","path":"a.xml""#;
        assert!(refusal(&listed_by("", path)).starts_with("source “a” names no provider"));
        assert_eq!(
            refusal(&listed_by(r#""provider":"Sample","#, path)),
            "source “a” is no sample, so its provider is not Sample"
        );
        assert_eq!(
            refusal(&listed(&format!(r#"{path},"sample":true"#))),
            "source “a” is a sample, so its provider is Sample and not Foam_News"
        );
    }

    #[test]
    fn a_path_never_leaves_the_folder() {
        for path in ["../a.xml", "/etc/passwd", "a/../../b.xml", "", "."] {
            assert_eq!(
                refusal(&listed(&format!(r#","path":"{path}""#))),
                format!("source “a”: “{path}” must stay inside the folder of the list")
            );
        }
    }

    #[test]
    fn a_list_that_cannot_be_meant_is_refused_with_its_place() {
        assert_eq!(refusal("[]"), "the list of sources is empty");
        assert_eq!(refusal(&listed("")), "source “a” needs either a path or a url");
        let both = listed(r#","path":"a.xml","url":"https://a.example.com""#);
        assert_eq!(refusal(&both), "source “a” needs either a path or a url");
        assert_eq!(
            refusal(&listed(r#","url":"file:///etc/passwd""#)),
            "source “a”: “file:///etc/passwd” is not an address of http or https"
        );
        let one = listed(r#","path":"a.xml""#);
        let twice = format!("[{0},{0}]", &one[1..one.len() - 1]);
        assert_eq!(refusal(&twice), "two sources are named “a”");
        assert_eq!(refusal(&one.replace("Sample A", " ")), "source 1 has no name or no publisher");
    }

    #[test]
    fn an_unknown_field_kind_or_tier_is_refused() {
        let good = listed(r#","path":"a.xml""#);
        assert!(parse_manifest(&good).is_ok());
        for (from, to) in [("path", "pfad"), ("rss", "gopher"), ("\"tier\":2", "\"tier\":5")] {
            let cause = parse_manifest(&good.replace(from, to));
            assert!(matches!(cause, Err(ManifestError::Malformed(_))), "{to}: {cause:?}");
        }
    }

    #[test]
    fn a_source_that_cannot_be_read_keeps_its_error_and_names_no_path() {
        let today = jiff::civil::date(2025, 1, 15);
        let folder = Path::new("no/such/folder");
        let mut sources = parse_manifest(&listed(r#","path":"a.xml""#)).unwrap();
        sources.extend(parse_manifest(&listed(r#","url":"https://a.example.com""#)).unwrap());
        let errors: Vec<_> =
            read_sources(folder, sources, today).into_iter().map(|feed| feed.content).collect();
        assert_eq!(
            errors,
            [
                Err("its file cannot be read (entity not found)".to_owned()),
                Err("reading sources from the web is not enabled yet".to_owned()),
            ]
        );
    }
}
