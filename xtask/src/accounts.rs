//! The accounts that the browser tests sign in with. `end2end/fixtures/accounts.ts` lists the
//! same addresses; they share one password, made anew for each run. "Sample Foams" is the seeded
//! workspace, which may have anything activated; "Other Desk" is new and may have nothing yet.

use anyhow::{Context, Result};

use crate::observatory::Observatory;
use crate::process;

const ACCOUNTS: &[&[&str]] = &[
    &[
        "--email",
        "subscriber@example.com",
        "--name",
        "Sam Subscriber",
        "--workspace",
        "Sample Foams",
        "--role",
        "owner",
    ],
    &[
        "--email",
        "viewer@example.com",
        "--name",
        "Vera Viewer",
        "--workspace",
        "Sample Foams",
        "--role",
        "viewer",
    ],
    &[
        "--email",
        "neighbour@example.com",
        "--name",
        "Nora Neighbour",
        "--workspace",
        "Other Desk",
        "--role",
        "owner",
    ],
    &["--email", "admin@example.com", "--name", "Ada Admin", "--admin"],
];

pub fn add_all(observatory: &Observatory, password: &str) -> Result<()> {
    for account in ACCOUNTS {
        let arguments = [&["user", "add", "--password-stdin"], *account].concat();
        process::output_of(&mut observatory.administrative(&arguments), password)
            .with_context(|| format!("cannot add the account {}", account[1]))?;
    }
    Ok(())
}
