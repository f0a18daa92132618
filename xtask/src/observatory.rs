//! The binary `observatory`: built, configured by environment, started and waited for.

use std::env;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::database::Database;
use crate::ledger;
use crate::process::{self, Running};
use crate::workspace;

const FIRST_PORT: u16 = 3000;
const PORTS_TRIED: u16 = 100;
/// Start-up reads patterns and migrations' state; a busy machine takes seconds for it, not more.
const READY_PATIENCE: Duration = Duration::from_mins(1);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

pub struct Observatory {
    database: Database,
    pub address: SocketAddr,
    /// Keys and choices of whoever runs the command reach the server; tests shut them out.
    pub hermetic: bool,
    /// What it is told besides.
    pub settings: Vec<(&'static str, String)>,
}

pub fn build() -> Result<()> {
    process::run(workspace::cargo().args(["build", "-p", "server"]).env("SQLX_OFFLINE", "true"))
}

/// The same binary with the features that the tests were built with: after them nothing is left
/// to compile.
pub fn build_with_tests() -> Result<()> {
    let arguments = ["build", "--workspace", "--bins", "--tests"];
    process::run(workspace::cargo().args(arguments).env("SQLX_OFFLINE", "true"))
}

pub fn program() -> PathBuf {
    workspace::target_dir().join("debug/observatory")
}

impl Observatory {
    pub const fn new(database: Database, address: SocketAddr) -> Self {
        Self { database, address, hermetic: false, settings: Vec::new() }
    }

    /// A subcommand that works on the whole database: migrate, seed, user add.
    pub fn administrative(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command.env("DATABASE_OWNER_URL", &self.database.owner_url);
        if env::var_os("LOG").is_none() {
            command.env("LOG", "warn"); // what it has to say goes to standard output
        }
        command
    }

    /// Starts serving, with the worker in the same process, and returns once it answers.
    pub fn serve(&self) -> Result<Running> {
        let mut server = Running::start(&mut self.command(&["serve"]))?;
        let deadline = Instant::now() + READY_PATIENCE;
        while !self.answers() {
            if process::interrupted() {
                bail!("interrupted");
            }
            if server.has_exited() {
                bail!("the server ended instead of starting; its last lines say why");
            }
            if Instant::now() > deadline {
                bail!("the server does not answer on {}", self.address);
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(server)
    }

    fn answers(&self) -> bool {
        let request = format!("GET /health HTTP/1.0\r\nHost: {}\r\n\r\n", self.address);
        let mut reply = String::new();
        TcpStream::connect_timeout(&self.address, POLL_INTERVAL)
            .and_then(|mut stream| {
                stream.set_read_timeout(Some(Duration::from_secs(5)))?;
                stream.write_all(request.as_bytes())?;
                stream.read_to_string(&mut reply)
            })
            .is_ok()
            && reply.split_whitespace().nth(1) == Some("200")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let root = workspace::root();
        let mut command = Command::new(program());
        command.current_dir(root).args(arguments);
        workspace::forget_own_package(&mut command);
        if self.hermetic {
            forget_settings(&mut command);
        }
        let address = self.address.to_string();
        let defaults = [
            ("BIND_ADDRESS", address.into()),
            ("SITE_ROOT", workspace::site_root().into_os_string()),
            ("PATTERNS_DIR", root.join("patterns").into()),
            ("SAMPLES_DIR", root.join("samples").into()),
            ("RIGHTS_REGISTRY_PATH", root.join(".ops/RIGHTS_REGISTRY.yaml").into()),
            ("LEDGER_PATH", ledger::folder().into()),
            ("LEDGER_COPIES_PATH", workspace::private_path("ledger-copies").into()),
            ("LEDGER_LOCAL_PATH", workspace::private_path("ledger-repositories").into()),
            ("PLAIN_HTTP", "loopback".into()),
        ];
        for (name, value) in defaults {
            if self.hermetic || env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        if self.hermetic {
            command.env("LOG", "warn");
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.env_remove("DATABASE_OWNER_URL").env("DATABASE_URL", &self.database.server_url);
        command
    }
}

/// The first port from 3000 that nothing listens on.
pub fn free_address() -> Result<SocketAddr> {
    (FIRST_PORT..FIRST_PORT + PORTS_TRIED)
        .map(|port| SocketAddr::from(([127, 0, 0, 1], port)))
        .find(|address| TcpListener::bind(address).is_ok())
        .context("no free port from 3000 on")
}

pub const fn is_usual(address: SocketAddr) -> bool {
    address.port() == FIRST_PORT
}

fn forget_settings(command: &mut Command) {
    for prefix in ["OPENAI_", "ASSISTANT_", "RIGHTS_", "LEDGER_", "OTLP_", "OTEL_"] {
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with(prefix) {
                command.env_remove(name);
            }
        }
    }
}
