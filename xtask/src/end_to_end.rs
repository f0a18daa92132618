//! The stories in `end2end/`, told to a real browser against a freshly started server.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::accounts;
use crate::database::Database;
use crate::ledger;
use crate::observatory::{self, Observatory};
use crate::packages::{self, CHROMIUM, NODE};
use crate::postgres::{self, Cluster};
use crate::process;
use crate::site;
use crate::stamp::{Digest, Stamp};
use crate::summary::{Runner, Summary};
use crate::workspace;
use private_postgres::secret;

const DATABASE: &str = "end_to_end";

/// Returns Playwright's own closing lines, which also a failed run has.
pub fn run(cluster: &Cluster, summary: &mut Vec<String>, playwright: &[String]) -> Result<()> {
    packages::ensure(&[NODE, CHROMIUM])?;
    site::build()?;
    observatory::build_with_tests()?;
    install_modules()?;
    let port = postgres::free_port()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let database = Database::ensure(cluster, DATABASE)?;
    let owner_url = database.owner_url.clone();
    ledger::ensure()?;
    let mut observatory = Observatory::new(database, address);
    observatory.hermetic = true;
    process::run(&mut observatory.administrative(&["migrate"]))?;
    Database::admit_server(cluster)?;
    process::output(&mut observatory.administrative(&["seed"]))?;
    let password = secret::password()?;
    accounts::add_all(&observatory, &password)?;
    let _server = observatory.serve()?;

    let mut command = Command::new(folder().join("node_modules/.bin/playwright"));
    command.current_dir(folder()).arg("test").args(playwright);
    command.env("E2E_BASE_URL", format!("http://{address}"));
    command.env("E2E_PASSWORD", &password);
    // A story brings people and workspaces of its own, added as an operator would.
    command.env("E2E_OBSERVATORY", observatory::program());
    command.env("E2E_DATABASE_URL", owner_url);
    command.env("E2E_PSQL", cluster.program("psql"));
    command.env("E2E_CHROMIUM", packages::chromium().context("Chromium has gone")?);
    command.env("NO_COLOR", "1");
    let mut closing = Summary::of(Runner::Playwright);
    let outcome = process::run_watched(command, |line| closing.watch(line));
    summary.extend(closing.into_lines());
    outcome
}

/// `npm ci`, when the lock file is not the one that the modules came from.
fn install_modules() -> Result<()> {
    let folder = folder();
    let stamp =
        Stamp::new("node-modules", Digest::default().path(&folder.join("package-lock.json"))?);
    if stamp.is_current() && folder.join("node_modules/.bin/playwright").exists() {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.current_dir(&folder).args(["ci", "--no-audit", "--no-fund"]);
    npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"); // the system's Chromium is driven instead
    process::run(&mut npm)?;
    stamp.write()
}

fn folder() -> PathBuf {
    workspace::root().join("end2end")
}
