//! `.sqlx`: what Postgres says about each query of `storage`, kept in the repository so that
//! a build needs no database.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::console::say;
use crate::postgres::{self, Data};
use crate::process;
use crate::stamp::{Digest, Stamp};
use crate::workspace;

/// The one crate that knows SQL.
const CRATE: &str = "crates/storage";
const DATABASE: &str = "query_data";

/// Replaces `.sqlx` by what the queries and migrations give now.
pub fn write() -> Result<()> {
    let fresh = describe_queries()?;
    let kept = kept_dir();
    if kept.exists() {
        fs::remove_dir_all(&kept).context("cannot remove the old .sqlx")?;
    }
    fs::create_dir_all(&kept).context("cannot create .sqlx")?;
    let mut files = Vec::new();
    workspace::collect_files(&fresh, &mut files)?;
    for file in &files {
        fs::copy(file, kept.join(file.file_name().expect("a collected file has a name")))?;
    }
    say(&format!("{} queries described in .sqlx", files.len()));
    stamp()?.write()
}

/// Fails if [`write`] would change anything.
pub fn check() -> Result<()> {
    let stamp = stamp()?;
    if stamp.is_current() {
        say("queries and migrations are unchanged since .sqlx was last found right");
        return Ok(());
    }
    let (fresh, kept) = (contents(&describe_queries()?)?, contents(&kept_dir())?);
    if fresh != kept {
        bail!(".sqlx is not what the queries and migrations give; run `cargo xtask sqlx`");
    }
    stamp.write()
}

fn kept_dir() -> PathBuf {
    workspace::root().join(".sqlx")
}

fn stamp() -> Result<Stamp> {
    let inputs = Digest::default()
        .path(&workspace::root().join(CRATE))?
        .path(&workspace::root().join("migrations"))?
        .path(&kept_dir())?;
    Ok(Stamp::new("sqlx", inputs))
}

/// Compiles `storage` against a migrated scratch database; its macros write down what they
/// learn. Returns the folder with one file per query.
fn describe_queries() -> Result<PathBuf> {
    let cluster = postgres::start("sqlx", Data::Scratch)?;
    cluster.sql("postgres", &format!("create database {DATABASE};"))?;
    for migration in migrations()? {
        let script = fs::read_to_string(&migration)?;
        cluster.sql(DATABASE, &script).with_context(|| format!("{}", migration.display()))?;
    }
    let output = workspace::target_dir().join("query-data");
    if output.exists() {
        fs::remove_dir_all(&output)?;
    }
    fs::create_dir_all(&output)?;
    expand_macros_again()?;
    process::run(
        workspace::cargo()
            .args(["check", "-p", "storage", "--all-targets"])
            .env("SQLX_OFFLINE", "false")
            .env("SQLX_OFFLINE_DIR", &output)
            .env("DATABASE_URL", cluster.superuser_url(DATABASE)),
    )?;
    Ok(output)
}

fn migrations() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    workspace::collect_files(&workspace::root().join("migrations"), &mut files)?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    Ok(files)
}

/// Cargo skips what it has compiled before; a newer file makes it compile again.
#[expect(clippy::disallowed_methods, reason = "the file system's clock is what cargo compares")]
fn expand_macros_again() -> Result<()> {
    let source = workspace::root().join(CRATE).join("src/lib.rs");
    File::options()
        .append(true)
        .open(&source)
        .and_then(|file| file.set_modified(SystemTime::now()))
        .with_context(|| format!("cannot touch {}", source.display()))
}

fn contents(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    workspace::collect_files(folder, &mut files)?;
    files.sort();
    let read = |file: PathBuf| {
        let name = file.strip_prefix(folder).expect("collected under the folder").to_path_buf();
        Ok((name, fs::read_to_string(&file)?))
    };
    files.into_iter().map(read).collect()
}
