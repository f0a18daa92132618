//! The ledger of the samples in a git repository of its own: a pricing pack names the commit
//! that it was built with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::packages::{self, GIT};
use crate::process;
use crate::workspace;

/// Author, committer and moment are fixed, so that the first commit is the same everywhere.
const NAME: &str = "Observatory Samples";
const EMAIL: &str = "samples@observatory.example";
const MOMENT: &str = "2025-01-01T00:00:00Z";

pub fn folder() -> PathBuf {
    workspace::private_path("ledger")
}

/// Makes the repository, or commits what has changed of the samples since: commits that packs
/// name stay where they are.
pub fn ensure() -> Result<()> {
    packages::ensure(&[GIT])?;
    copy_to(&folder(), &workspace::root().join("samples/ledger"))
}

fn copy_to(repository: &Path, samples: &Path) -> Result<()> {
    fs::create_dir_all(repository)
        .with_context(|| format!("cannot create {}", repository.display()))?;
    if !repository.join(".git").is_dir() {
        git(repository, &["init", "--quiet", "--object-format=sha1"])?;
    }
    replace_files(repository, samples)?;
    git(repository, &["add", "--all", "."])?;
    if git(repository, &["status", "--porcelain"])?.is_empty() {
        return Ok(());
    }
    git(repository, &["commit", "--quiet", "--message", "Sample ledger"]).map(drop)
}

fn replace_files(repository: &Path, samples: &Path) -> Result<()> {
    let mut old = Vec::new();
    workspace::collect_files(repository, &mut old)?;
    for file in old {
        fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
    }
    let mut files = Vec::new();
    workspace::collect_files(samples, &mut files)?;
    for file in files {
        let copy = repository.join(file.strip_prefix(samples)?);
        let parent = copy.parent().expect("a file lies in a folder");
        fs::create_dir_all(parent)
            .and_then(|()| fs::copy(&file, &copy))
            .with_context(|| format!("cannot write {}", copy.display()))?;
    }
    Ok(())
}

/// Without anybody's settings, which could sign the commit or change line ends.
fn git(repository: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(repository).args(arguments);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
        command.env_remove(name);
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), NAME);
        command.env(format!("GIT_{role}_EMAIL"), EMAIL);
        command.env(format!("GIT_{role}_DATE"), MOMENT);
    }
    process::output(&mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(repository: &Path) -> String {
        git(repository, &["rev-parse", "HEAD"]).unwrap()
    }

    fn is_clean(repository: &Path) -> bool {
        git(repository, &["status", "--porcelain"]).unwrap().is_empty()
    }

    #[test]
    fn the_same_samples_are_the_same_commit_wherever_they_are_copied() {
        let samples = tempfile::tempdir().unwrap();
        fs::write(samples.path().join("main.beancount"), "option \"title\" \"T\"\n").unwrap();
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        copy_to(here.path(), samples.path()).unwrap();
        copy_to(there.path(), samples.path()).unwrap();
        assert_eq!(head(here.path()), head(there.path()));
        assert!(is_clean(here.path()));

        let before = head(here.path());
        copy_to(here.path(), samples.path()).unwrap();
        assert_eq!(head(here.path()), before, "nothing changed");
    }

    #[test]
    fn changed_samples_are_a_commit_on_top_of_the_one_before() {
        let samples = tempfile::tempdir().unwrap();
        let main = samples.path().join("main.beancount");
        fs::write(&main, "; one\n").unwrap();
        fs::write(samples.path().join("gone.beancount"), "; two\n").unwrap();
        let repository = tempfile::tempdir().unwrap();
        copy_to(repository.path(), samples.path()).unwrap();
        let before = head(repository.path());
        fs::write(&main, "; changed\n").unwrap();
        fs::remove_file(samples.path().join("gone.beancount")).unwrap();
        copy_to(repository.path(), samples.path()).unwrap();
        assert_eq!(git(repository.path(), &["rev-parse", "HEAD~1"]).unwrap(), before);
        assert!(is_clean(repository.path()));
        assert!(!repository.path().join("gone.beancount").exists());
    }
}
