//! What the commands need from the system: looked for, and on Debian as root installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use private_postgres::program::IS_ROOT;
pub use private_postgres::program::find_program;

use crate::console;
use crate::postgres;
use crate::process;
use crate::workspace;

pub struct Need {
    pub what: &'static str,
    pub is_met: fn() -> bool,
    pub debian: &'static [&'static str],
    pub elsewhere: &'static str,
}

pub const POSTGRES: Need = Need {
    what: "the Postgres server's programs",
    is_met: postgres::is_installed,
    debian: &["postgresql"],
    elsewhere: "PostgreSQL 15 or newer, with initdb, pg_ctl and psql in PATH",
};

pub const GIT: Need = Need {
    what: "git",
    is_met: || find_program("git").is_some(),
    debian: &["git"],
    elsewhere: "git in PATH",
};

pub const PYTHON: Need = Need {
    what: "Python with virtual environments",
    is_met: || {
        let check = ["-c", "import ensurepip, venv"];
        Command::new("python3").args(check).output().is_ok_and(|done| done.status.success())
    },
    debian: &["python3", "python3-venv"],
    elsewhere: "Python 3.10 or newer with the modules venv and ensurepip",
};

pub const PDF_TOOLS: Need = Need {
    what: "qpdf, poppler's programs and a font with Chinese letters",
    is_met: || {
        ["qpdf", "pdftotext", "pdftoppm"].into_iter().all(|one| find_program(one).is_some())
            && Path::new("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf").exists()
    },
    debian: &["qpdf", "poppler-utils", "fonts-droid-fallback"],
    elsewhere: "qpdf, of poppler pdffonts, pdfinfo, pdftoppm and pdftotext, in PATH, and Droid Sans \
                Fallback as /usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
};

pub const OFFICE: Need = Need {
    what: "LibreOffice's spreadsheet",
    is_met: || find_program("soffice").is_some(),
    debian: &["libreoffice-calc-nogui"],
    elsewhere: "LibreOffice with Calc, as soffice in PATH",
};

pub const NODE: Need = Need {
    what: "Node.js with npm",
    is_met: || find_program("node").is_some() && find_program("npm").is_some(),
    debian: &["nodejs", "npm"],
    elsewhere: "Node.js 18 or newer with npm",
};

pub const CHROMIUM: Need = Need {
    what: "the browser Chromium",
    is_met: || chromium().is_some(),
    debian: &["chromium", "fonts-liberation", "fonts-dejavu-core"],
    elsewhere: "Chromium or Google Chrome in PATH",
};

/// Also asked for by `browser_half`, once it knows that no other toolchain will do.
pub const WEB_RUST: Need = Need {
    what: "a Rust toolchain for WebAssembly",
    is_met: || {
        let parts = ["bin/rustc", "bin/cargo", "lib/rustlib/src/rust/library/Cargo.toml"];
        parts.iter().all(|part| Path::new("/usr").join(part).exists())
    },
    debian: &["rustc-web", "cargo-web", "rust-web-src"],
    elsewhere: "the WebAssembly target of your toolchain: rustup target add wasm32-unknown-unknown",
};

/// Installs what is missing, or says exactly what somebody has to install.
pub fn ensure(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !(need.is_met)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let is_debian = Path::new("/etc/debian_version").exists() && find_program("apt-get").is_some();
    if !(is_debian && *IS_ROOT) {
        bail!("{}", instructions(&missing, is_debian));
    }
    for need in &missing {
        console::say(&format!("installing {}", need.what));
    }
    install(&missing.iter().flat_map(|need| need.debian).copied().collect::<Vec<_>>())?;
    match missing.iter().find(|need| !(need.is_met)()) {
        Some(need) => bail!("{} is still not found after installing it", need.what),
        None => Ok(()),
    }
}

/// rustfmt and clippy are components that a minimal toolchain leaves out.
pub fn ensure_cargo_components() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if process::succeeds(workspace::cargo().args([subcommand, "--version"])) {
            continue;
        }
        process::run(Command::new("rustup").args(["component", "add", component]))
            .with_context(|| format!("cargo {subcommand} is missing and rustup cannot add it"))?;
    }
    Ok(())
}

pub fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        .into_iter()
        .find_map(find_program)
}

fn instructions(missing: &[&Need], is_debian: bool) -> String {
    let names: Vec<&str> = missing.iter().map(|need| need.what).collect();
    let remedy = if is_debian {
        let packages: Vec<&str> = missing.iter().flat_map(|need| need.debian).copied().collect();
        format!("sudo apt-get install --no-install-recommends {}", packages.join(" "))
    } else {
        missing.iter().map(|need| need.elsewhere).collect::<Vec<_>>().join("\n  ")
    };
    format!("not found: {}. Please install:\n  {remedy}", names.join(", "))
}

fn install(packages: &[&str]) -> Result<()> {
    if packages.contains(&"postgresql") {
        forbid_main_cluster()?;
    }
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-o", "Dpkg::Use-Pty=0"]);
        command
    };
    process::run(apt().arg("update"))?;
    // --no-remove: rustc-web would push out Debian's own rustc without a question.
    process::run(
        apt().args(["install", "-y", "--no-install-recommends", "--no-remove"]).args(packages),
    )
}

/// Debian's package would create and start a cluster of the machine's own on port 5432, which
/// nobody here asked for. An administrator's existing choice is left alone.
fn forbid_main_cluster() -> Result<()> {
    let folder = Path::new("/etc/postgresql-common/createcluster.d");
    if Path::new("/etc/postgresql-common/createcluster.conf").exists() {
        return Ok(());
    }
    fs::create_dir_all(folder)
        .and_then(|()| {
            fs::write(folder.join("no-main-cluster.conf"), "create_main_cluster = off\n")
        })
        .with_context(|| format!("cannot write to {}", folder.display()))
}
