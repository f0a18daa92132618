//! Where a cluster lives, who owns its folder, and which of the installed Postgres versions serves it.

use std::fs::{self, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::program::{self, IS_ROOT, find_program};

/// Postgres refuses to run as root; Debian's package brings this user.
pub const SERVICE_USER: &str = "postgres";

/// Its name in the checkout.
pub const PRIVATE_DIR: &str = ".observatory";

/// Everything that belongs to this checkout alone and is not built: database clusters, locks.
///
/// # Errors
/// When it cannot be made.
pub fn private_dir(checkout: &Path) -> Result<PathBuf> {
    let dir = checkout.join(PRIVATE_DIR);
    fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
    Ok(dir)
}

/// Tells this checkout from others where they share a folder.
fn key(checkout: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    checkout.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Held as long as the returned file is open.
pub fn lock(checkout: &Path, name: &str) -> Result<File> {
    let path = private_dir(checkout)?.join(format!("{name}.lock"));
    let file = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another process of this checkout is using its private Postgres \"{name}\"")
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// In the checkout, unless root has put that where the service user cannot reach it.
pub fn cluster_dir(checkout: &Path, name: &str) -> Result<PathBuf> {
    let private = private_dir(checkout)?;
    let mut reach = Command::new("runuser");
    reach.args(["-u", SERVICE_USER, "--", "test", "-x"]).arg(&private);
    if !*IS_ROOT || program::succeeds(&mut reach) {
        return Ok(private.join(name));
    }
    Ok(Path::new("/var/lib/observatory").join(key(checkout)).join(name))
}

/// Creates the folder for the one user that Postgres runs as.
pub fn make_private_dir(dir: &Path) -> Result<()> {
    let mut install = Command::new("install");
    install.args(["-d", "-m", "0700"]);
    if *IS_ROOT {
        install.args(["-o", SERVICE_USER, "-g", SERVICE_USER]);
    }
    program::output(install.arg(dir)).map(drop)
}

/// Writes a file that its owner alone, the service user, can read.
pub fn write_private(path: &Path, content: &str) -> Result<()> {
    fs::write(path, "")
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o600)))
        .and_then(|()| fs::write(path, content))
        .with_context(|| format!("cannot write {}", path.display()))?;
    if *IS_ROOT {
        program::output(Command::new("chown").arg(SERVICE_USER).arg(path))?;
    }
    Ok(())
}

pub fn remove_dir(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    Ok(())
}

/// Folders with a whole Postgres server: Debian keeps them out of PATH, one per version.
pub fn program_dirs() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let in_path = find_program("initdb").and_then(|initdb| Some(initdb.parent()?.to_path_buf()));
    let is_whole = |dir: &PathBuf| {
        ["initdb", "pg_ctl", "postgres", "psql"].iter().all(|program| dir.join(program).exists())
    };
    debian.chain(in_path).filter(is_whole).collect()
}

/// The version that wrote the existing data; for new data the newest.
pub fn programs_for(cluster_dir: &Path) -> Result<PathBuf> {
    let mut installed = Vec::new();
    for dir in program_dirs() {
        installed.push((major_version(&dir)?, dir));
    }
    installed.sort();
    let written_by = fs::read_to_string(cluster_dir.join("data/PG_VERSION")).ok();
    match written_by.as_deref().map(str::trim) {
        None => installed.pop().map(|(_, dir)| dir).context("no Postgres is installed"),
        Some(version) => installed
            .into_iter()
            .find(|(major, _)| major.to_string() == version)
            .map(|(_, dir)| dir)
            .ok_or_else(|| {
                let dir = cluster_dir.display();
                anyhow!("{dir} was written by Postgres {version}, which is not installed any more")
            }),
    }
}

fn major_version(programs: &Path) -> Result<u32> {
    let text = program::output(Command::new(programs.join("postgres")).arg("--version"))?;
    parse_major(&text).with_context(|| format!("not a version of Postgres: {text}"))
}

fn parse_major(version: &str) -> Option<u32> {
    let number = version.split_whitespace().find(|word| word.starts_with(char::is_numeric))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parse_major;

    // Lines as `postgres --version` prints them: Debian, upstream, a beta.
    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 17.2"), Some(17));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_major("bash: postgres: command not found"), None);
    }
}
