//! Python programs that the checks use, each set in an environment of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::stamp::{Digest, Stamp};
use crate::workspace;

/// The folder `target/NAME` with what the file `requirements` pins installed in it.
pub fn environment(name: &str, requirements: &Path) -> Result<PathBuf> {
    let environment = workspace::root().join("target").join(name);
    let stamp = Stamp::new(name, Digest::default().path(requirements)?);
    if !(stamp.is_current() && environment.join("bin/python").exists()) {
        process::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        let mut pip = Command::new(environment.join("bin/pip"));
        process::run(pip.args(["install", "--quiet", "--requirement"]).arg(requirements))?;
        stamp.write()?;
    }
    Ok(environment)
}
