//! Serve, and follow the sources: rebuild what a change touches, restart when that succeeded.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use crate::console::{heading, say};
use crate::observatory;
use crate::process;
use crate::site;
use crate::style;
use crate::up::Site;
use crate::workspace;

const POLL_INTERVAL: Duration = Duration::from_millis(500);
const STYLE: &[&str] = &["style"];
const PROGRAM: &[&str] = &["app", "server", "crates", "migrations", "patterns", "samples"];

pub fn run() -> Result<()> {
    heading("Build");
    site::build()?;
    observatory::build()?;
    let site = Site::prepare()?;
    let mut server = Some(site.observatory.serve()?);
    site.announce();
    let (mut style_seen, mut program_seen) = (newest(STYLE)?, newest(PROGRAM)?);
    while !process::interrupted() {
        thread::sleep(POLL_INTERVAL);
        let (style_now, program_now) = (newest(STYLE)?, newest(PROGRAM)?);
        if style_now != style_seen {
            style_seen = style_now;
            complain(&style::build());
        }
        if program_now != program_seen {
            program_seen = program_now;
            heading("Rebuild");
            if complain(&site::build().and_then(|()| observatory::build())) {
                drop(server.take()); // frees the port
                complain(&site.migrate());
                server = site.observatory.serve().inspect_err(|error| say(&error.to_string())).ok();
                site.announce();
            }
        }
    }
    Ok(())
}

/// A mistake in the sources is shown, and the last good build goes on serving.
fn complain(outcome: &Result<()>) -> bool {
    if let Err(error) = outcome {
        say(&format!("{error:#}"));
    }
    outcome.is_ok()
}

/// The time of the last change and the number of files: a deletion counts as a change.
fn newest(folders: &[&str]) -> Result<(usize, Option<SystemTime>)> {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in folders {
        workspace::collect_files(&workspace::root().join(folder), &mut files)?;
    }
    let changed = |file: &PathBuf| file.metadata().and_then(|data| data.modified()).ok();
    Ok((files.len(), files.iter().filter_map(changed).max()))
}
