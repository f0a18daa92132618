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
use crate::process::{self, Running};
use crate::site;
use crate::stamp::{Digest, Stamp};
use crate::summary::{Runner, Summary};
use crate::workspace;
use private_postgres::secret;

/// A server with its database, and the stories that are told to it.
struct Stage {
    database: &'static str,
    /// Who writes reports; rules alone without one.
    model: Option<ModelServer>,
}

/// A server of language models that a stage's reports are written by.
#[derive(Clone, Copy)]
enum ModelServer {
    /// Ours, which says a report piece by piece.
    Fake,
    /// `@copilotkit/aimock`, which nobody here wrote.
    Aimock,
    /// The same, asked by the Chat Completions API.
    AimockChat,
}

const STAGES: [Stage; 4] = [
    Stage { database: "end_to_end", model: None },
    Stage { database: "end_to_end_model", model: Some(ModelServer::Fake) },
    Stage { database: "end_to_end_aimock", model: Some(ModelServer::Aimock) },
    Stage { database: "end_to_end_aimock_chat", model: Some(ModelServer::AimockChat) },
];

/// What the servers of models are asked with.
const MODEL_KEY: &str = "sk-end-to-end";
/// Between two pieces of a report, so that it is seen arriving.
const PIECE_PAUSE_MS: &str = "1200";

/// Returns Playwright's own closing lines, which also a failed run has.
pub fn run(cluster: &Cluster, summary: &mut Vec<String>, playwright: &[String]) -> Result<()> {
    packages::ensure(&[NODE, CHROMIUM])?;
    site::build()?;
    observatory::build_with_tests()?;
    install_modules()?;
    ledger::ensure()?;
    // Each stage is told, so that one fault does not hide another.
    let told: Vec<_> =
        STAGES.iter().map(|stage| stage.tell(cluster, summary, playwright)).collect();
    told.into_iter().collect()
}

impl Stage {
    fn tell(
        &self,
        cluster: &Cluster,
        summary: &mut Vec<String>,
        playwright: &[String],
    ) -> Result<()> {
        let port = postgres::free_port()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let database = Database::ensure(cluster, self.database)?;
        let owner_url = database.owner_url.clone();
        let model = self.model.map(ModelServer::start).transpose()?;
        let mut observatory = Observatory::new(database, address);
        observatory.hermetic = true;
        if let Some((_, base_url)) = &model {
            observatory.settings = vec![
                ("OPENAI_BASE_URL", base_url.clone()),
                ("OPENAI_API_KEY", MODEL_KEY.to_owned()),
                ("OPENAI_MODEL", "test-model".to_owned()),
            ];
        }
        if let Some(model) = self.model {
            observatory.settings.push(("ASSISTANT_ENGINE", model.engine().to_owned()));
        }
        process::run(&mut observatory.administrative(&["migrate"]))?;
        Database::admit_server(cluster)?;
        process::output(&mut observatory.administrative(&["seed"]))?;
        let password = secret::password()?;
        accounts::add_all(&observatory, &password)?;
        let _server = observatory.serve()?;

        let mut command = Command::new(folder().join("node_modules/.bin/playwright"));
        command.current_dir(folder()).arg("test").args(playwright);
        // A file that is asked for belongs to one of the stages.
        command.arg("--pass-with-no-tests");
        command.env("E2E_BASE_URL", format!("http://{address}"));
        command.env("E2E_MODEL_SERVER", self.model.map_or("", ModelServer::name));
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
}

impl ModelServer {
    const fn name(self) -> &'static str {
        match self {
            Self::Fake => "fake",
            Self::Aimock => "aimock",
            Self::AimockChat => "aimock-chat",
        }
    }

    /// The API that it is asked by.
    const fn engine(self) -> &'static str {
        match self {
            Self::Fake | Self::Aimock => "openai-responses",
            Self::AimockChat => "openai-chat",
        }
    }

    /// The server, and the address that a client is configured with.
    fn start(self) -> Result<(Running, String)> {
        let mut command = match self {
            Self::Fake => {
                let mut fake = Command::new(workspace::target_dir().join("debug/fake_openai"));
                fake.args([MODEL_KEY, PIECE_PAUSE_MS]);
                fake
            }
            Self::Aimock | Self::AimockChat => {
                let mut aimock = Command::new("node");
                aimock.current_dir(folder()).args(["fixtures/aimock.mjs", MODEL_KEY]);
                aimock
            }
        };
        Running::start_and_hear(&mut command)
    }
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
