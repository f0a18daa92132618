//! The private clusters of the commands; Postgres itself is installed where it is missing.

use anyhow::Result;
pub use private_postgres::{Cluster, Data, free_port, is_installed};

use crate::packages;
use crate::process;
use crate::workspace;

/// Makes or reuses the cluster `name` of this checkout. Two commands cannot share one.
pub fn start(name: &str, data: Data) -> Result<Cluster> {
    packages::ensure(&[packages::POSTGRES])?;
    Cluster::start(workspace::root(), name, data)
}

/// Serves an empty scratch cluster until Ctrl-C.
pub fn hold() -> Result<()> {
    let cluster = start("postgres", Data::Scratch)?;
    println!("DATABASE_URL={}", cluster.superuser_url("postgres"));
    process::wait_for_interrupt();
    Ok(())
}
