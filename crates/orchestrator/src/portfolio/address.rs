//! Which repositories a workspace may name for its ledger: those that the operator allows.

use crate::Refusal;
use std::{collections::BTreeSet, path::PathBuf, sync::Arc};
use tokio::sync::Semaphore;
use url::Url;

/// Bytes of an address.
const ADDRESS_MAX: usize = 500;

/// Repositories that one process fetches at once; whoever comes then is told to come again.
const FETCHES_MAX: usize = 2;

/// What the operator allows, and where copies are kept.
#[derive(Clone, Debug)]
pub struct LedgerRepositories {
    /// Folder of the deployment for the copies; shared by all its processes.
    pub copies: PathBuf,
    /// Folder whose sub-folders, each named by a workspace's id, hold repositories that this
    /// workspace may name.
    pub local: Option<PathBuf>,
    /// Hosts of https, in lower case.
    pub hosts: BTreeSet<String>,
    pub(super) fetches: Arc<Semaphore>,
}

impl LedgerRepositories {
    pub fn new(copies: PathBuf, local: Option<PathBuf>, hosts: BTreeSet<String>) -> Self {
        Self { copies, local, hosts, fetches: Arc::new(Semaphore::new(FETCHES_MAX)) }
    }

    /// # Errors
    /// [`Refusal::LedgerAddress`] for what is no address, [`Refusal::LedgerHost`] and
    /// [`Refusal::LedgerOnServer`] for what the operator does not allow.
    pub(super) fn parse(&self, text: &str) -> Result<LedgerAddress, Refusal> {
        let address = LedgerAddress::parse(text).ok_or(Refusal::LedgerAddress)?;
        match &address {
            LedgerAddress::Remote(url) => {
                let host = url.host_str().unwrap_or_default();
                if self.hosts.contains(host) { Ok(address) } else { Err(Refusal::LedgerHost) }
            }
            LedgerAddress::Local(_) if self.local.is_some() => Ok(address),
            LedgerAddress::Local(_) => Err(Refusal::LedgerOnServer),
        }
    }
}

/// A repository by name; whether it is there is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LedgerAddress {
    /// Names of folders, the last that of the repository, below the workspace's own.
    Local(String),
    /// Of https, on its usual port, without user, password, query and fragment.
    Remote(Url),
}

impl LedgerAddress {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > ADDRESS_MAX {
            return None;
        }
        if text.contains(':') { Self::remote(text) } else { Self::local(text) }
    }

    fn remote(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let plain = url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none()
            && url.port().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.domain().is_some()
            && url.path() != "/";
        plain.then_some(Self::Remote(url))
    }

    /// A name cannot lead upwards, be taken for an option of git, or hide.
    fn local(text: &str) -> Option<Self> {
        let is_name = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_alphanumeric())
                && name.chars().all(|one| one.is_ascii_alphanumeric() || "._-".contains(one))
        };
        text.split('/').all(is_name).then(|| Self::Local(text.to_owned()))
    }

    pub fn text(&self) -> &str {
        match self {
            Self::Local(name) => name,
            Self::Remote(url) => url.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, Refusal>) {
        let hosts = BTreeSet::from(["git.example.org".to_owned()]);
        let allowed = LedgerRepositories::new("copies".into(), Some("local".into()), hosts);
        let found = allowed.parse(text);
        assert_eq!(found.as_ref().map(LedgerAddress::text).map_err(|one| *one), expected, "{text}");
    }

    #[test]
    fn a_repository_is_an_address_of_an_allowed_host_or_a_name_below_the_workspaces_folder() {
        check("https://git.example.org/a/ledger.git", Ok("https://git.example.org/a/ledger.git"));
        check(" HTTPS://GIT.example.org/a ", Ok("https://git.example.org/a"));
        check("ledger", Ok("ledger"));
        check("household/ledger.git", Ok("household/ledger.git"));
        for other in [
            "https://example.org/a",
            "https://git.example.org.evil.example/a",
            "https://localhost/a",
        ] {
            check(other, Err(Refusal::LedgerHost));
        }
        for wrong in [
            "",
            "https://git.example.org/",
            "http://git.example.org/a",
            "https://u:p@git.example.org/a",
            "https://u@git.example.org/a",
            "https://git.example.org:8443/a",
            "https://git.example.org/a?token=1",
            "https://git.example.org/a#b",
            "https://169.254.169.254/a",
            "https://[::1]/a",
            "ssh://git.example.org/a",
            "git@git.example.org:a",
            "file:///srv/ledger",
            "ext::sh -c id",
            "/srv/ledger",
            "../other/ledger",
            "a/../../b",
            "a//b",
            "a/",
            ".git",
            "-upload-pack",
            "a b",
            "a\\b",
            "a\u{0}b",
        ] {
            check(wrong, Err(Refusal::LedgerAddress));
        }
        check(&"a".repeat(501), Err(Refusal::LedgerAddress));
    }

    #[test]
    fn nothing_is_allowed_that_the_operator_did_not_name() {
        let none = LedgerRepositories::new("copies".into(), None, BTreeSet::new());
        assert_eq!(none.parse("ledger"), Err(Refusal::LedgerOnServer));
        assert_eq!(none.parse("https://git.example.org/a"), Err(Refusal::LedgerHost));
    }
}
