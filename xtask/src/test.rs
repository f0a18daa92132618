//! Every check of the project, one after the other; a failure does not hide the next one's.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::console::{heading, say};
use crate::end_to_end;
use crate::packages::{
    self, CHROMIUM, GIT, NODE, OFFICE, PDF_TOOLS, POSTGRES, PYTHON, find_program,
};
use crate::postgres::{self, Cluster, Data};
use crate::process;
use crate::python;
use crate::sqlx;
use crate::summary::{Runner, Summary};
use crate::workspace;

/// The steps in their order: those that fail fastest come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Format,
    Queries,
    Lints,
    Tests,
    Browser,
}

impl Step {
    pub const ALL: [Self; 5] =
        [Self::Format, Self::Queries, Self::Lints, Self::Tests, Self::Browser];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Queries => "queries",
            Self::Lints => "lints",
            Self::Tests => "tests",
            Self::Browser => "browser",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

struct Outcome {
    step: Step,
    took: Duration,
    failure: Option<String>,
    summary: Vec<String>,
}

/// `playwright`: arguments for the browser tests, such as a file's name.
pub fn run(steps: &[Step], playwright: &[String]) -> Result<ExitCode> {
    packages::ensure(&[POSTGRES, GIT, NODE, CHROMIUM, PYTHON, PDF_TOOLS, OFFICE])?;
    packages::ensure_cargo_components()?;
    let cluster = postgres::start("test", Data::Scratch)?;
    let mut outcomes = Vec::new();
    for step in steps {
        outcomes.push(run_step(*step, &cluster, playwright));
        if process::interrupted() {
            bail!("interrupted");
        }
    }
    drop(cluster);
    print(&outcomes);
    let all_well = outcomes.iter().all(|outcome| outcome.failure.is_none());
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run_step(step: Step, cluster: &Cluster, playwright: &[String]) -> Outcome {
    heading(step.name());
    let start = Instant::now();
    let mut summary = Vec::new();
    let result = match step {
        Step::Format => process::run(workspace::cargo().args(["fmt", "--all", "--check"])),
        Step::Queries => sqlx::check(),
        Step::Lints => lints(),
        Step::Tests => tests(cluster, &mut summary),
        Step::Browser => end_to_end::run(cluster, &mut summary, playwright),
    };
    let failure = result.err().map(|error| format!("{error:#}"));
    if let Some(failure) = &failure {
        say(failure);
    }
    Outcome { step, took: start.elapsed(), failure, summary }
}

fn lints() -> Result<()> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    process::run(workspace::cargo().args(arguments).env("SQLX_OFFLINE", "true"))
}

/// Unit, database and process tests; `#[sqlx::test]` makes its databases through `DATABASE_URL`,
/// exported files are opened by the Python programs of `openers/requirements.txt`, by qpdf and by
/// poppler, and ledgers are held against Beancount itself.
fn tests(cluster: &Cluster, summary: &mut Vec<String>) -> Result<()> {
    let requirements = workspace::root().join("xtask/openers/requirements.txt");
    let openers = python::environment("openers", &requirements)?;
    let mut cargo = workspace::cargo();
    let requirements = workspace::root().join("crates/ledger/tests/oracle/requirements.txt");
    let oracle = python::environment("oracle", &requirements)?;
    cargo.env("OPENERS_PYTHON", openers.join("bin/python"));
    cargo.env("ORACLE_PYTHON", oracle.join("bin/python"));
    let runner = if find_program("cargo-nextest").is_some() {
        cargo.args(["nextest", "run", "--workspace", "--no-fail-fast", "--color=never"]);
        Runner::Nextest
    } else {
        cargo.args(["test", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"]);
        Runner::CargoTest
    };
    cargo.env("SQLX_OFFLINE", "true").env("DATABASE_URL", cluster.superuser_url("postgres"));
    let mut closing = Summary::of(runner);
    let outcome = process::run_watched(cargo, |line| closing.watch(line));
    summary.extend(closing.into_lines());
    outcome.and(must_not_compile())
}

/// The examples in the documentation, among them those that must not compile. All rooms are named,
/// since a selection would have other features, and Typst built a second time.
fn must_not_compile() -> Result<()> {
    let arguments = ["test", "--doc", "--workspace"];
    process::run(workspace::cargo().args(arguments).env("SQLX_OFFLINE", "true"))
}

fn print(outcomes: &[Outcome]) {
    heading("Summary");
    for Outcome { step, took, failure, summary } in outcomes {
        let verdict = if failure.is_some() { "FAILED" } else { "ok" };
        println!("{verdict:>8}  {:<8} {:>7.1} s", step.name(), took.as_secs_f64());
        for line in failure.iter().flat_map(|text| text.lines().take(5)) {
            println!("              {line}");
        }
        for line in summary {
            println!("              {line}");
        }
    }
}
