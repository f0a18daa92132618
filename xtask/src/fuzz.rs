//! Requests made up from the API's own description, against a freshly started
//! server: no answer may be a fault of ours or other than described.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::accounts;
use crate::database::Database;
use crate::ledger;
use crate::observatory::{self, Observatory};
use crate::packages::{self, POSTGRES, PYTHON};
use crate::postgres::{self, Data};
use crate::process;
use crate::python;
use crate::site;
use crate::workspace;
use private_postgres::secret;

const DATABASE: &str = "fuzz";

/// `arguments` go to schemathesis.
pub fn run(arguments: &[String]) -> Result<()> {
    packages::ensure(&[POSTGRES, PYTHON])?;
    let environment = python::environment("fuzz", &folder().join("requirements.txt"))?;
    let schemathesis = environment.join("bin/schemathesis");
    site::build()?;
    observatory::build_with_tests()?;
    let cluster = postgres::start("fuzz", Data::Scratch)?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, postgres::free_port()?));
    let database = Database::ensure(&cluster, DATABASE)?;
    ledger::ensure()?;
    let mut observatory = Observatory::new(database, address);
    observatory.hermetic = true;
    process::run(&mut observatory.administrative(&["migrate"]))?;
    Database::admit_server(&cluster)?;
    process::output(&mut observatory.administrative(&["seed"]))?;
    let password = secret::password()?;
    accounts::add_all(&observatory, &password)?;
    let _server = observatory.serve()?;

    let base = format!("http://{address}");
    let mut fuzz = Command::new(schemathesis);
    fuzz.current_dir(folder()).arg("run").arg(format!("{base}/openapi.json"));
    fuzz.args(["--checks", "not_a_server_error,status_code_conformance"]);
    fuzz.args(["--checks", "content_type_conformance,response_schema_conformance"]);
    fuzz.args(["--max-examples", "200", "--workers", "2"]).args(arguments);
    fuzz.env("SCHEMATHESIS_HOOKS", "hooks");
    fuzz.env("FUZZ_BASE_URL", &base);
    fuzz.env("FUZZ_EMAIL", accounts::SUBSCRIBER);
    fuzz.env("FUZZ_PASSWORD", &password);
    fuzz.env("PYTHONPATH", folder());
    fuzz.env("PYTHONDONTWRITEBYTECODE", "1");
    process::run(&mut fuzz)
}

fn folder() -> PathBuf {
    workspace::root().join("xtask/fuzz")
}
