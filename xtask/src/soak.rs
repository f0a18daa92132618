//! The process tests that kill, halt and cut off workers, in full: `test` runs a
//! sample of them.

use anyhow::Result;

use crate::packages::{self, POSTGRES};
use crate::postgres::{Cluster, Data};
use crate::process;
use crate::workspace;

pub fn run() -> Result<()> {
    packages::ensure(&[POSTGRES])?;
    let cluster = Cluster::start("soak", Data::Scratch)?;
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--package", "server", "--test", "kills"]);
    cargo.env("SQLX_OFFLINE", "true").env("DATABASE_URL", cluster.superuser_url("postgres"));
    process::run(cargo.env("KILLS_EVERY", "1"))
}
