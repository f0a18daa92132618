//! The long versions of tests of which `test` runs a sample: a part is a test target with
//! the environment that makes it take everything.

use anyhow::Result;

use crate::console::heading;
use crate::packages::{self, POSTGRES};
use crate::postgres::{self, Cluster, Data};
use crate::process;
use crate::workspace;

#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// As typed after `cargo xtask soak`.
    pub name: &'static str,
    package: &'static str,
    /// The test target, and a part of its tests' names; empty for all of them.
    target: &'static str,
    filter: &'static str,
    /// What the tests read to know how much to do.
    environment: &'static [(&'static str, &'static str)],
}

/// In the order in which all of them are run: the quickest come first.
pub const PARTS: &[Part] = &[
    Part {
        name: "simulation",
        package: "flow",
        target: "simulation",
        filter: "",
        environment: &[("SIMULATED_HISTORIES", "1000000")],
    },
    Part {
        name: "triggers",
        package: "server",
        target: "runs",
        filter: "thousands_of_triggers",
        environment: &[("TRIGGERS", "10000")],
    },
    Part {
        name: "schedules",
        package: "server",
        target: "schedules",
        filter: "",
        environment: &[("SCHEDULED", "1000")],
    },
    Part {
        name: "kills",
        package: "server",
        target: "kills",
        filter: "",
        environment: &[("KILLS_EVERY", "1")],
    },
    Part {
        name: "random-kills",
        package: "server",
        target: "soak",
        filter: "",
        environment: &[("SOAK_KILLS", "1000")],
    },
];

impl Part {
    pub fn parse(name: &str) -> Option<&'static Self> {
        PARTS.iter().find(|part| part.name == name)
    }

    fn run(&self, cluster: &Cluster) -> Result<()> {
        heading(self.name);
        let mut cargo = workspace::cargo();
        cargo.args(["test", "--package", self.package, "--test", self.target, self.filter]);
        cargo.args(["--", "--nocapture"]); // seeds and counts are worth reading of a success, too
        cargo.env("SQLX_OFFLINE", "true").env("DATABASE_URL", cluster.superuser_url("postgres"));
        process::run(cargo.envs(self.environment.iter().copied()))
    }
}

/// One part after the other, until the first that fails.
pub fn run(parts: &[&Part]) -> Result<()> {
    packages::ensure(&[POSTGRES])?;
    let cluster = postgres::start("soak", Data::Scratch)?;
    parts.iter().try_for_each(|part| part.run(&cluster))
}
