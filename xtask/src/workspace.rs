//! Where things are in this checkout, and cargo as it is started from here.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use anyhow::{Context, Result};

static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().expect("xtask is a folder of the workspace").to_path_buf()
});

pub fn root() -> &'static Path {
    &ROOT
}

pub fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The folder that the server serves static files from.
pub fn site_root() -> PathBuf {
    target_dir().join("site")
}

/// Where something private lies, whether it is there or not.
pub fn private_path(name: &str) -> PathBuf {
    root().join(private_postgres::PRIVATE_DIR).join(name)
}

/// `cargo` of the toolchain that runs xtask, in the workspace.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    forget_own_package(&mut command);
    command
}

/// `cargo run` tells xtask about its own package by environment. Passed on, these variables
/// would make build scripts that watch them run again, and half the tree compile twice.
pub fn forget_own_package(command: &mut Command) {
    let own = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| own.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(name);
        }
    }
}

/// Adds every file at or under `path`; hidden files and `node_modules` stay out.
pub fn collect_files(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
    } else if path.is_dir() {
        let entries =
            fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            if name != "node_modules" && !name.to_string_lossy().starts_with('.') {
                collect_files(&entry.path(), files)?;
            }
        }
    }
    Ok(())
}
