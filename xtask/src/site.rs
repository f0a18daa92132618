//! The files that the server hands out as they are, under the site root.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::browser_half;
use crate::process;
use crate::style;

/// Brings all of them up to date.
pub fn build() -> Result<()> {
    style::build()?;
    browser_half::build()
}

pub fn write(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().expect("a file of the site lies in a folder");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, content))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Lays the gzipped form beside a file, for the server to send as it is. Returns both sizes in words.
pub fn compress(path: &Path) -> Result<String> {
    process::output(Command::new("gzip").args(["-9", "-n", "-k", "-f"]).arg(path))?;
    let kilobytes = |path: &Path| fs::metadata(path).map(|data| data.len().div_ceil(1000));
    let (plain, gzipped) = (kilobytes(path)?, kilobytes(&path.with_added_extension("gz"))?);
    Ok(format!("{plain} KB, {gzipped} KB gzipped"))
}
