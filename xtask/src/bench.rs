//! The benchmarks of all crates, against a scratch Postgres.

use anyhow::Result;

use crate::postgres::{self, Data};
use crate::process;
use crate::workspace;

pub fn run(filter: &[String]) -> Result<()> {
    let cluster = postgres::start("bench", Data::Scratch)?;
    let mut cargo = workspace::cargo();
    cargo.args(["bench", "--workspace", "--bench", "*"]); // only what benchmarks need is built
    if !filter.is_empty() {
        cargo.arg("--").args(filter);
    }
    cargo.env("SQLX_OFFLINE", "true").env("DATABASE_URL", cluster.superuser_url("postgres"));
    process::run(&mut cargo)
}
