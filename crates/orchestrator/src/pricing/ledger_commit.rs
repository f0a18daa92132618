//! Which commit of the ledger a pack is built with.

use domain::pricing_pack::LedgerCommit;
use harvest::address::AddressError;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{process::Command, time::timeout};

/// More than this means that git waits for something that will not come.
pub(crate) const GIT_PATIENCE: Duration = Duration::from_secs(20);

/// Megabytes that the newest commit of a workspace's own repository may have, as git packs
/// it: ten times what the text of a ledger may have unpacked.
pub(crate) const FETCHED_MEGABYTES_MAX: u64 = 64;

/// Why no commit can be named. The folder's path stays out of pages and answers.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("LEDGER_PATH is not set: name the folder of the ledger's git repository")]
    NotConfigured,
    #[error("LEDGER_PATH {0} is not a folder")]
    NoFolder(PathBuf),
    #[error("LEDGER_PATH {0} is not the top folder of a git repository")]
    NotARepository(PathBuf),
    #[error("the ledger's repository has no commit yet")]
    NoCommit,
    #[error("the ledger has changes that are not committed: {}", .0.join(", "))]
    Dirty(Vec<String>),
    #[error("git could not be started; it must be in PATH")]
    NoGit(#[source] std::io::Error),
    #[error("git did not answer within {} seconds", GIT_PATIENCE.as_secs())]
    TooSlow,
    #[error("git named a commit that is none: “{0}”")]
    NotACommit(String),
    #[error("git could not give the files of commit {0}")]
    Unreadable(LedgerCommit),
    #[error("the file {0} of the ledger is not text in UTF-8")]
    NotText(String),
    /// Of a workspace's own repository, as all that follow.
    #[error("the operator of the server does not allow this repository any more")]
    NotAllowed,
    #[error("there is no repository of this name on the server")]
    NoRepository,
    #[error("the address of the repository is not fetched, since {0}")]
    Address(AddressError),
    #[error("the repository could not be fetched: it is not there, wants a password or is damaged")]
    NotFetched,
    #[error("the newest commit of the repository is larger than {FETCHED_MEGABYTES_MAX} MB")]
    TooLarge,
    #[error("git on the server is too old to fetch repositories; it has to be 2.37 or newer")]
    OldGit,
    #[error("the server could not keep a copy of the repository")]
    NoCopy(#[source] std::io::Error),
}

/// HEAD of the repository whose top folder is `ledger`. Refused are a folder within
/// another repository, whose HEAD says nothing about the ledger, and a tree with
/// changes that HEAD does not hold, files that are not tracked included.
pub async fn ledger_commit(ledger: Option<&Path>) -> Result<LedgerCommit, LedgerError> {
    let ledger = ledger.ok_or(LedgerError::NotConfigured)?;
    let folder = tokio::fs::canonicalize(ledger)
        .await
        .ok()
        .filter(|folder| folder.is_dir())
        .ok_or_else(|| LedgerError::NoFolder(ledger.to_owned()))?;
    let top = git_answer(&folder, &["rev-parse", "--show-toplevel"]).await?;
    if top.as_deref().map(Path::new) != Some(&folder) {
        return Err(LedgerError::NotARepository(ledger.to_owned()));
    }
    let head = git_answer(&folder, &["rev-parse", "--verify", "HEAD^{commit}"]).await?;
    let head = head.ok_or(LedgerError::NoCommit)?;
    let status = ["status", "--porcelain", "--untracked-files=all", "--ignore-submodules=none"];
    let changes =
        git_answer(&folder, &status).await?.unwrap_or_else(|| "git status failed".to_owned());
    if !changes.is_empty() {
        return Err(LedgerError::Dirty(changes.lines().take(5).map(named).collect()));
    }
    head.parse().map_err(|_| LedgerError::NotACommit(head))
}

/// ` M main.beancount` names the file after two letters and a blank.
fn named(line: &str) -> String {
    line.get(2..).unwrap_or(line).trim().to_owned()
}

/// Git on the repository of `folder`, which it reads and never writes.
pub(crate) fn git_in(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments).stderr(Stdio::null()).kill_on_drop(true);
    // Set by a surrounding git, such as a hook, these would name another repository.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
        command.env_remove(name);
    }
    // Looking does not write: no refreshed index, no prompt.
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    command
}

/// What git prints, without the last line break; none when it refuses.
pub(crate) async fn git_answer(
    folder: &Path,
    arguments: &[&str],
) -> Result<Option<String>, LedgerError> {
    let mut command = git_in(folder, arguments);
    let output = timeout(GIT_PATIENCE, command.stdin(Stdio::null()).output())
        .await
        .map_err(|_| LedgerError::TooSlow)?
        .map_err(LedgerError::NoGit)?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(output.status.success().then(|| text.trim_end_matches('\n').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, process};

    fn run(folder: &Path, arguments: &[&str]) {
        let identity = ["-c", "user.name=Test", "-c", "user.email=test@test.example"];
        let done = process::Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(identity)
            .args(arguments)
            .output()
            .unwrap();
        assert!(done.status.success(), "{arguments:?}: {done:?}");
    }

    /// A repository with one commit.
    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path(), &["init", "--quiet"]);
        fs::write(folder.path().join("main.beancount"), "option \"title\" \"T\"\n").unwrap();
        run(folder.path(), &["add", "."]);
        run(folder.path(), &["commit", "--quiet", "--message", "Begin"]);
        folder
    }

    #[tokio::test]
    async fn the_commit_of_a_clean_ledger_is_its_head() {
        let folder = repository();
        let commit = ledger_commit(Some(folder.path())).await.unwrap();
        let head = process::Command::new("git")
            .arg("-C")
            .arg(folder.path())
            .args(["log", "-1", "--format=%H"])
            .output()
            .unwrap();
        assert_eq!(commit.as_str(), String::from_utf8(head.stdout).unwrap().trim());
    }

    #[tokio::test]
    async fn a_ledger_with_changes_has_no_commit() {
        for (file, what) in [("main.beancount", "changed"), ("new.beancount", "not tracked")] {
            let folder = repository();
            fs::write(folder.path().join(file), "; another\n").unwrap();
            let refused = ledger_commit(Some(folder.path())).await.unwrap_err();
            assert!(
                matches!(&refused, LedgerError::Dirty(files) if files == &[file]),
                "{what}: {refused}"
            );
        }
    }

    #[tokio::test]
    async fn what_is_no_repository_of_its_own_has_no_commit() {
        let plain = tempfile::tempdir().unwrap();
        let refused = ledger_commit(Some(plain.path())).await.unwrap_err();
        assert!(matches!(refused, LedgerError::NotARepository(_)), "{refused}");

        let outer = repository();
        let inner = outer.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let refused = ledger_commit(Some(&inner)).await.unwrap_err();
        assert!(matches!(refused, LedgerError::NotARepository(_)), "{refused}");

        let empty = tempfile::tempdir().unwrap();
        run(empty.path(), &["init", "--quiet"]);
        let refused = ledger_commit(Some(empty.path())).await.unwrap_err();
        assert!(matches!(refused, LedgerError::NoCommit), "{refused}");

        let missing = ledger_commit(Some(&plain.path().join("none"))).await.unwrap_err();
        assert!(matches!(missing, LedgerError::NoFolder(_)), "{missing}");
        let unset = ledger_commit(None).await.unwrap_err();
        assert!(matches!(unset, LedgerError::NotConfigured), "{unset}");
    }
}
