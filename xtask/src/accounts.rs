//! The accounts that the browser tests sign in with. `end2end/fixtures/accounts.ts` lists the
//! same addresses; they share one password, made anew for each run. "Sample Foams" is the seeded
//! workspace, which may have anything activated; "Other Desk" is new and may have nothing yet.

use anyhow::{Context, Result};

use crate::observatory::Observatory;
use crate::process;

struct Account {
    email: &'static str,
    name: &'static str,
    /// Workspace and role; who belongs to none is an administrator of the platform.
    member: Option<(&'static str, &'static str)>,
}

/// Owner of the seeded workspace.
pub const SUBSCRIBER: &str = "subscriber@example.com";

const ACCOUNTS: [Account; 4] = [
    Account { email: SUBSCRIBER, name: "Sam Subscriber", member: Some(("Sample Foams", "owner")) },
    Account {
        email: "viewer@example.com",
        name: "Vera Viewer",
        member: Some(("Sample Foams", "viewer")),
    },
    Account {
        email: "neighbour@example.com",
        name: "Nora Neighbour",
        member: Some(("Other Desk", "owner")),
    },
    Account { email: "admin@example.com", name: "Ada Admin", member: None },
];

pub fn add_all(observatory: &Observatory, password: &str) -> Result<()> {
    for Account { email, name, member } in ACCOUNTS {
        let mut add = observatory.administrative(&["user", "add", "--password-stdin"]);
        add.args(["--email", email, "--name", name]);
        match member {
            Some((workspace, role)) => add.args(["--workspace", workspace, "--role", role]),
            None => add.arg("--admin"),
        };
        process::output_of(&mut add, password)
            .with_context(|| format!("cannot add the account {email}"))?;
    }
    Ok(())
}
