//! From a fresh checkout to a signed-in page, and the same again without doing it twice.

use std::env;
use std::net::SocketAddr;

use anyhow::{Context, Result, bail};

use crate::console::{heading, say};
use crate::database::Database;
use crate::ledger;
use crate::observatory::{self, Observatory};
use crate::postgres::{self, Cluster, Data};
use crate::process;
use crate::site;

const DATABASE: &str = "observatory";

/// A migrated, seeded database and what serves it.
pub struct Site {
    pub observatory: Observatory,
    /// `None` when the environment names a database: that one is not ours to stop.
    cluster: Option<Cluster>,
    /// What seeding said: the generated sign-ins, on the first start only.
    sign_ins: String,
}

pub fn run() -> Result<()> {
    heading("Build");
    site::build()?;
    observatory::build()?;
    let site = Site::prepare()?;
    heading("Serve");
    let mut server = site.observatory.serve()?;
    site.announce();
    let status = server.wait()?;
    if !process::interrupted() {
        bail!("the server ended by itself ({status})");
    }
    heading("Stopped; the data is kept");
    Ok(())
}

impl Site {
    pub fn prepare() -> Result<Self> {
        heading("Database");
        let (cluster, database) = if let Some(database) = Database::from_environment() {
            say("using DATABASE_URL");
            (None, database)
        } else {
            let cluster = postgres::start("up", Data::Kept)?;
            let database = Database::ensure(&cluster, DATABASE)?;
            say("the private Postgres runs");
            (Some(cluster), database)
        };
        ledger::ensure()?;
        let observatory = Observatory::new(database, address()?);
        let mut site = Self { observatory, cluster, sign_ins: String::new() };
        site.migrate()?;
        site.sign_ins = process::output(&mut site.observatory.administrative(&["seed"]))?;
        Ok(site)
    }

    /// Also lets the server's login in, which only the first migration makes possible.
    pub fn migrate(&self) -> Result<()> {
        process::run(&mut self.observatory.administrative(&["migrate"]))?;
        self.cluster.as_ref().map_or(Ok(()), Database::admit_server)
    }

    pub fn announce(&self) {
        let address = self.observatory.address;
        heading(&format!("Observatory is at http://{address}"));
        if !observatory::is_usual(address) && env::var_os("BIND_ADDRESS").is_none() {
            say("port 3000 is taken, so this is the next free one");
        }
        for line in self.sign_ins.lines() {
            say(line);
        }
        say("Ctrl-C stops it");
    }
}

fn address() -> Result<SocketAddr> {
    match env::var("BIND_ADDRESS") {
        Ok(address) => {
            address.parse().with_context(|| format!("BIND_ADDRESS is no address: {address}"))
        }
        Err(_) => observatory::free_address(),
    }
}
