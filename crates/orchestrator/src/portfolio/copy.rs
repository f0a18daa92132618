//! Copies of workspaces' own repositories: the newest commit, fetched with bounds.
//!
//! Git itself does the fetching. It is told one protocol and one address, follows no
//! redirect, asks nobody for a password, runs no hook, and may use so much time, memory and
//! disk and no more.

use super::address::{LedgerAddress, LedgerRepositories};
use crate::pricing::{FETCHED_MEGABYTES_MAX, GIT_PATIENCE, LedgerError, git_answer};
use domain::{hash::ContentHash, id::WorkspaceId, pricing_pack::LedgerCommit};
use harvest::address::{CheckedAddress, PrivateHosts, check};
use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::{io::AsyncReadExt, process::Command, time::timeout};

/// Megabytes of a copy after many fetches; beyond, it is begun anew.
const COPY_MEGABYTES_MAX: u64 = 256;

/// Megabytes that git may have in memory, files that it maps among them.
const MEMORY_MEGABYTES_MAX: u64 = 4_096;

/// Seconds of a processor; a fetch that waits uses none.
const PROCESSOR_SECONDS_MAX: u64 = 20;

/// Of what git says went wrong.
const COMPLAINT_BYTES_MAX: u64 = 4_096;

/// The first git that connects to the addresses that it is told, `http.curloptResolve`.
const GIT_OLDEST: (u32, u32) = (2, 37);

/// What a copy has of the repository that it is of.
const HEAD: &str = "refs/ledger/head";
const COMMIT: &str = "refs/ledger/head^{commit}";

/// The folder of a copy, whether or not it was made.
pub fn folder_of(
    repositories: &LedgerRepositories,
    workspace: WorkspaceId,
    address: &LedgerAddress,
) -> PathBuf {
    let name = ContentHash::of_bytes(address.text().as_bytes()).to_string();
    repositories.copies.join(workspace.to_string()).join(format!("{name}.git"))
}

/// Fetches the newest commit of a repository into its copy, and names it. One at a time for
/// each workspace.
///
/// # Errors
/// [`LedgerError`]; what was fetched before stays.
pub async fn fetch(
    repositories: &LedgerRepositories,
    workspace: WorkspaceId,
    address: &LedgerAddress,
) -> Result<LedgerCommit, LedgerError> {
    let from = match address {
        LedgerAddress::Local(name) => local_source(repositories, workspace, name)?,
        LedgerAddress::Remote(url) => {
            require_new_git().await?;
            let checked = check(url.clone(), &PrivateHosts::new()).await;
            remote_source(&checked.map_err(LedgerError::Address)?)
        }
    };
    let folder = folder_of(repositories, workspace, address);
    make_room(&folder).map_err(LedgerError::NoCopy)?;
    if !folder.join("HEAD").is_file() {
        fs::create_dir_all(&folder).map_err(LedgerError::NoCopy)?;
        let made = git_answer(&folder, &["init", "--quiet", "--bare", "--template="]).await?;
        made.ok_or_else(|| LedgerError::NoCopy(io::Error::other("git init failed")))?;
    }
    let fetched = timeout(GIT_PATIENCE, run(&folder, &from)).await;
    if !matches!(fetched, Ok(Ok(()))) {
        make_room(&folder).map_err(LedgerError::NoCopy)?;
    }
    fetched.map_err(|_| LedgerError::TooSlow)??;
    forget_others(&folder);
    let head = git_answer(&folder, &["rev-parse", "--verify", COMMIT]).await?;
    let head = head.ok_or(LedgerError::NoCommit)?;
    head.parse().map_err(|_| LedgerError::NotACommit(head))
}

/// Where git fetches from, and how.
struct Origin {
    protocol: &'static str,
    settings: Vec<String>,
    address: OsString,
}

/// Below the workspace's own folder, symbolic links followed.
fn local_source(
    repositories: &LedgerRepositories,
    workspace: WorkspaceId,
    name: &str,
) -> Result<Origin, LedgerError> {
    let root = repositories.local.as_ref().ok_or(LedgerError::NoRepository)?;
    let real = |path: &Path| fs::canonicalize(path).map_err(|_| LedgerError::NoRepository);
    let own = real(root)?.join(workspace.to_string());
    let folder = real(&own.join(name))?;
    if !folder.starts_with(&own) || !folder.is_dir() {
        return Err(LedgerError::NoRepository);
    }
    Ok(Origin { protocol: "file", settings: Vec::new(), address: folder.into() })
}

/// The connection goes to the addresses that were checked, and to nothing that a second
/// look-up might give.
fn remote_source(checked: &CheckedAddress) -> Origin {
    let port = checked.url.port_or_known_default().unwrap_or(443);
    let addresses: Vec<String> = checked
        .addresses
        .iter()
        .map(|address| match address.ip() {
            std::net::IpAddr::V4(four) => four.to_string(),
            std::net::IpAddr::V6(six) => format!("[{six}]"),
        })
        .collect();
    let settings = vec![
        format!("http.curloptResolve={}:{port}:{}", checked.host, addresses.join(",")),
        "http.followRedirects=false".to_owned(),
        "http.proxy=".to_owned(),
        "http.sslVerify=true".to_owned(),
        "http.lowSpeedLimit=1000".to_owned(),
        "http.lowSpeedTime=10".to_owned(),
    ];
    Origin { protocol: "https", settings, address: checked.url.as_str().into() }
}

/// The shell sets the bounds and becomes git.
fn bounded_git(folder: &Path) -> Command {
    // In blocks of 512 bytes, kilobytes and seconds, as POSIX has it.
    let bounds = format!(
        "ulimit -f {} && ulimit -v {} && ulimit -t {PROCESSOR_SECONDS_MAX} && exec git \"$@\"",
        FETCHED_MEGABYTES_MAX * 2_048,
        MEMORY_MEGABYTES_MAX * 1_024,
    );
    let mut command = Command::new("sh");
    command.args(["-c", bounds.as_str(), "sh", "-C"]).arg(folder);
    // Neither what the server's own user has configured nor what its environment says: a
    // proxy, a helper that knows passwords, an address put in the place of another.
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_CONFIG_PARAMETERS",
        "GIT_CONFIG_COUNT",
        "GIT_SSL_NO_VERIFY",
        "GIT_PROXY_COMMAND",
        "GIT_ALLOW_PROTOCOL",
        "http_proxy",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
        "XDG_CONFIG_HOME",
        "SSH_ASKPASS",
    ] {
        command.env_remove(name);
    }
    // A folder without .netrc.
    command.env("HOME", folder);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ASKPASS", "true").env("LC_ALL", "C");
    command.kill_on_drop(true);
    command
}

async fn run(folder: &Path, from: &Origin) -> Result<(), LedgerError> {
    let mut command = bounded_git(folder);
    let allowed = format!("protocol.{}.allow=always", from.protocol);
    let settings = [
        "protocol.allow=never",
        allowed.as_str(),
        "core.hooksPath=/dev/null",
        "credential.helper=",
        "fetch.fsckObjects=true",
        // One file, whose size is bounded, however many objects there are.
        "fetch.unpackLimit=1",
        "pack.threads=1",
        "gc.auto=0",
        "maintenance.auto=false",
    ];
    for setting in settings.into_iter().chain(from.settings.iter().map(String::as_str)) {
        command.args(["-c", setting]);
    }
    command
        .args(["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules"])
        .args(["--no-write-fetch-head", "--"])
        .arg(&from.address)
        .arg(format!("+HEAD:{HEAD}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut git = command.spawn().map_err(LedgerError::NoGit)?;
    let mut complaint = Vec::new();
    if let Some(mut errors) = git.stderr.take() {
        // What cannot be read says less, and is no reason to fail.
        let _ = (&mut errors).take(COMPLAINT_BYTES_MAX).read_to_end(&mut complaint).await;
        let _ = tokio::io::copy(&mut errors, &mut tokio::io::sink()).await;
    }
    let status = git.wait().await.map_err(LedgerError::NoGit)?;
    if status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&complaint);
    tracing::warn!(%status, complaint = %complaint.trim(), "a repository could not be fetched");
    Err(if reached_the_limit(folder) {
        LedgerError::TooLarge
    } else if complaint.contains("couldn't find remote ref HEAD") {
        LedgerError::NoCommit
    } else {
        LedgerError::NotFetched
    })
}

async fn require_new_git() -> Result<(), LedgerError> {
    let told = git_answer(Path::new("."), &["version"]).await?.unwrap_or_default();
    if is_new_enough(&told) { Ok(()) } else { Err(LedgerError::OldGit) }
}

/// `git version 2.47.3`, perhaps with a word behind.
fn is_new_enough(told: &str) -> bool {
    let numbers = told.split_whitespace().nth(2).unwrap_or_default();
    let mut numbers = numbers.split('.').map(|number| number.parse::<u32>().unwrap_or_default());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()) >= GIT_OLDEST
}

/// Whether git was stopped since a file was to become too large; all that it says then is
/// that something broke.
fn reached_the_limit(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder.join("objects/pack")) else { return false };
    let sizes = entries.flatten().filter_map(|entry| entry.metadata().ok());
    sizes.map(|file| file.len()).any(|bytes| bytes >= FETCHED_MEGABYTES_MAX * 1_024 * 1_024)
}

/// Takes away what broken fetches left, and a copy that has grown too large.
fn make_room(folder: &Path) -> io::Result<()> {
    let packs = folder.join("objects/pack");
    let Ok(entries) = fs::read_dir(&packs) else { return Ok(()) };
    let mut bytes = 0;
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("tmp_") {
            fs::remove_file(entry.path())?;
        } else {
            bytes += entry.metadata()?.len();
        }
    }
    if bytes > COPY_MEGABYTES_MAX * 1_024 * 1_024 {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

/// Takes away the copies of what the workspace named before.
fn forget_others(folder: &Path) {
    let Some(entries) = folder.parent().and_then(|parent| fs::read_dir(parent).ok()) else {
        return;
    };
    for other in entries.flatten().filter(|entry| entry.path() != folder) {
        if let Err(error) = fs::remove_dir_all(other.path()) {
            tracing::warn!(%error, "the copy of a repository could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, os::unix::fs::symlink, process};

    fn git(folder: &Path, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=Test", "-c", "user.email=test@test.example"];
        let done = process::Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(identity)
            .args(arguments)
            .output()
            .unwrap();
        assert!(done.status.success(), "{arguments:?}: {done:?}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    fn commit(folder: &Path, file: &str, content: &[u8]) -> String {
        fs::write(folder.join(file), content).unwrap();
        git(folder, &["add", "."]);
        git(folder, &["commit", "--quiet", "--message", "Change"]);
        git(folder, &["rev-parse", "HEAD"])
    }

    struct Desk {
        folder: tempfile::TempDir,
        allowed: LedgerRepositories,
    }

    const WORKSPACE: WorkspaceId = WorkspaceId::from_uuid(uuid::Uuid::from_u128(7));

    impl Desk {
        /// A repository `ledger` in the workspace's folder, with one commit.
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let local = folder.path().join("local");
            let allowed = LedgerRepositories::new(
                folder.path().join("copies"),
                Some(local.clone()),
                BTreeSet::new(),
            );
            let desk = Self { folder, allowed };
            fs::create_dir_all(desk.repository()).unwrap();
            git(&desk.repository(), &["init", "--quiet"]);
            commit(&desk.repository(), "main.beancount", b"; empty\n");
            desk
        }

        fn own(&self) -> PathBuf {
            self.folder.path().join("local").join(WORKSPACE.to_string())
        }

        fn repository(&self) -> PathBuf {
            self.own().join("ledger")
        }

        async fn fetch(&self, name: &str) -> Result<LedgerCommit, LedgerError> {
            fetch(&self.allowed, WORKSPACE, &LedgerAddress::Local(name.to_owned())).await
        }

        fn copies(&self) -> usize {
            let folder = self.allowed.copies.join(WORKSPACE.to_string());
            fs::read_dir(folder).map_or(0, Iterator::count)
        }
    }

    #[tokio::test]
    async fn a_copy_follows_the_head_of_its_repository_and_keeps_what_it_had() {
        let desk = Desk::new();
        let first = git(&desk.repository(), &["rev-parse", "HEAD"]);
        assert_eq!(desk.fetch("ledger").await.unwrap().as_str(), first);
        let second = commit(&desk.repository(), "main.beancount", b"; other\n");
        assert_eq!(desk.fetch("ledger").await.unwrap().as_str(), second);
        let address = LedgerAddress::Local("ledger".to_owned());
        let copy = folder_of(&desk.allowed, WORKSPACE, &address);
        assert_eq!(git(&copy, &["show", &format!("{first}:main.beancount")]), "; empty");
        assert!(!copy.join("main.beancount").exists(), "a copy has no working tree");
    }

    #[tokio::test]
    async fn nothing_outside_of_the_workspaces_own_folder_is_fetched() {
        let desk = Desk::new();
        let other = desk.folder.path().join("local/another/ledger");
        fs::create_dir_all(&other).unwrap();
        git(&other, &["init", "--quiet"]);
        commit(&other, "main.beancount", b"; theirs\n");
        symlink(&other, desk.own().join("linked")).unwrap();
        symlink(desk.folder.path().join("local/another"), desk.own().join("folder")).unwrap();
        for name in ["linked", "folder/ledger", "gone", "ledger/main.beancount"] {
            let refused = desk.fetch(name).await.unwrap_err();
            assert!(matches!(refused, LedgerError::NoRepository), "{name}: {refused}");
        }
        assert_eq!(desk.copies(), 0);
    }

    #[tokio::test]
    async fn a_commit_that_is_too_large_is_refused_and_leaves_nothing() {
        let desk = Desk::new();
        let before = desk.fetch("ledger").await.unwrap();
        // Of what does not compress: a linear congruential generator's high bytes.
        let mut state = 1_u64;
        let megabytes = usize::try_from(FETCHED_MEGABYTES_MAX + 1).unwrap();
        let noise: Vec<u8> = (0..megabytes * 1_024 * 1_024)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                state.to_be_bytes()[0]
            })
            .collect();
        commit(&desk.repository(), "noise", &noise);
        let refused = desk.fetch("ledger").await.unwrap_err();
        assert!(matches!(refused, LedgerError::TooLarge), "{refused}");
        let address = LedgerAddress::Local("ledger".to_owned());
        let copy = folder_of(&desk.allowed, WORKSPACE, &address);
        let packs = fs::read_dir(copy.join("objects/pack")).unwrap().flatten();
        assert!(packs.map(|entry| entry.metadata().unwrap().len()).sum::<u64>() < 1_000_000);
        assert_eq!(git(&copy, &["rev-parse", HEAD]), before.as_str(), "what it had stays");
    }

    #[tokio::test]
    async fn what_is_no_repository_or_has_no_commit_says_so() {
        let desk = Desk::new();
        fs::create_dir(desk.own().join("plain")).unwrap();
        let refused = desk.fetch("plain").await.unwrap_err();
        assert!(matches!(refused, LedgerError::NotFetched), "{refused}");
        fs::create_dir(desk.own().join("empty")).unwrap();
        git(&desk.own().join("empty"), &["init", "--quiet"]);
        let refused = desk.fetch("empty").await.unwrap_err();
        assert!(matches!(refused, LedgerError::NoCommit), "{refused}");
    }

    #[tokio::test]
    async fn the_copy_of_another_repository_takes_the_place_of_the_one_before() {
        let desk = Desk::new();
        desk.fetch("ledger").await.unwrap();
        let other = desk.own().join("other");
        fs::create_dir(&other).unwrap();
        git(&other, &["init", "--quiet"]);
        let head = commit(&other, "main.beancount", b"; other\n");
        assert_eq!(desk.fetch("other").await.unwrap().as_str(), head);
        assert_eq!(desk.copies(), 1);
    }

    #[tokio::test]
    async fn a_host_that_is_not_public_is_not_asked() {
        let desk = Desk::new();
        for url in ["https://localhost/ledger.git", "https://127.0.0.1/ledger.git"] {
            let address = LedgerAddress::Remote(url.parse().unwrap());
            let refused = fetch(&desk.allowed, WORKSPACE, &address).await.unwrap_err();
            let LedgerError::Address(refused) = refused else { panic!("{url}: {refused}") };
            assert!(matches!(refused, harvest::address::AddressError::NotPublic(_)), "{url}");
        }
        assert_eq!(desk.copies(), 0);
    }

    #[test]
    fn git_connects_to_the_addresses_that_were_checked_and_is_led_nowhere_else() {
        let checked = CheckedAddress {
            url: "https://git.example.org/ledger.git".parse().unwrap(),
            host: "git.example.org".to_owned(),
            addresses: vec!["192.0.2.1:443".parse().unwrap(), "[2001:db8::1]:443".parse().unwrap()],
        };
        let from = remote_source(&checked);
        assert_eq!(from.protocol, "https");
        for setting in [
            "http.curloptResolve=git.example.org:443:192.0.2.1,[2001:db8::1]",
            "http.followRedirects=false",
            "http.proxy=",
        ] {
            assert!(from.settings.iter().any(|own| own == setting), "{setting}");
        }
    }

    #[test]
    fn a_git_that_does_not_know_the_setting_is_not_used() {
        for (told, expected) in [
            ("git version 2.47.3", true),
            ("git version 2.37.0 (Apple Git-1)", true),
            ("git version 3.0", true),
            ("git version 2.36.9", false),
            ("git version 1.99", false),
            ("", false),
        ] {
            assert_eq!(is_new_enough(told), expected, "{told}");
        }
    }
}
