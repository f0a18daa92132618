//! Running other programs: each in a process group of its own, so that Ctrl-C reaches
//! xtask alone, which then stops its children in order and cleans up.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use private_postgres::program::describe;
pub use private_postgres::program::{output, output_of, succeeds};

/// What a shell reports for a command ended by Ctrl-C.
pub const EXIT_INTERRUPTED: u8 = 130;

/// The server finishes requests in flight and releases its run before it ends; more than this
/// means that it hangs.
const STOP_PATIENCE: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// From here on SIGINT, SIGTERM and SIGHUP end the running children instead of xtask; whoever
/// waits for one of them then sees it end. A second signal kills.
pub fn forward_signals() -> Result<()> {
    ctrlc::set_handler(|| {
        let again = INTERRUPTED.swap(true, Ordering::SeqCst);
        for pid in running().iter() {
            signal_group(*pid, if again { "KILL" } else { "TERM" });
        }
    })
    .context("cannot listen for Ctrl-C")
}

pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

pub fn wait_for_interrupt() {
    while !interrupted() {
        thread::sleep(POLL_INTERVAL);
    }
}

/// A child that is stopped, with all that it started, when this goes out of scope.
pub struct Running {
    child: Child,
    name: String,
}

impl Running {
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = describe(command);
        command.stdin(Stdio::null()).process_group(0);
        // Held over the start, so that a signal finds the child either absent or listed.
        let mut running = running();
        if interrupted() {
            bail!("interrupted");
        }
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        running.push(child.id());
        Ok(Self { child, name })
    }

    /// Starts what says in its first line of output how it is reached, and that line.
    pub fn start_and_hear(command: &mut Command) -> Result<(Self, String)> {
        let mut running = Self::start(command.stdout(Stdio::piped()))?;
        let stdout = running.child.stdout.take().context("no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        if line.trim().is_empty() {
            bail!("{} said nothing", running.name);
        }
        Ok((running, line.trim().to_owned()))
    }

    pub fn wait(&mut self) -> Result<ExitStatus> {
        self.child.wait().with_context(|| format!("lost sight of {}", self.name))
    }

    pub fn has_exited(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks for an orderly end, and insists after [`STOP_PATIENCE`].
    pub fn stop(&mut self) {
        if self.has_exited() {
            return;
        }
        signal_group(self.child.id(), "TERM");
        let deadline = Instant::now() + STOP_PATIENCE;
        while !self.has_exited() && Instant::now() < deadline {
            thread::sleep(POLL_INTERVAL);
        }
        if !self.has_exited() {
            signal_group(self.child.id(), "KILL");
            let _ = self.child.wait();
        }
    }

    fn succeed(&mut self) -> Result<()> {
        let status = self.wait()?;
        if interrupted() {
            bail!("interrupted");
        }
        if !status.success() {
            bail!("{} failed ({status})", self.name);
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        let pid = self.child.id();
        running().retain(|other| *other != pid);
    }
}

/// Runs to the end on this terminal; anything but success is an error.
pub fn run(command: &mut Command) -> Result<()> {
    Running::start(command)?.succeed()
}

/// Like [`run`], and shows each line of output to `watch` as well.
pub fn run_watched(mut command: Command, mut watch: impl FnMut(&str)) -> Result<()> {
    let (reader, writer) = std::io::pipe().context("no pipe")?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut running = Running::start(&mut command)?;
    drop(command); // the last writers on our side: the pipe ends with the child
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        std::io::stdout().write_all(&line)?;
        watch(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    running.succeed()
}

fn running() -> MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn signal_group(leader: u32, signal: &str) {
    // The shell's own kill: the program of that name is missing from small systems.
    let kill = format!("kill -s {signal} -- -{leader}");
    let _ = Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn watched_lines_come_from_both_streams() {
        let mut lines = Vec::new();
        run_watched(shell("echo one; echo two >&2"), |line| lines.push(line.to_string())).unwrap();
        lines.sort();
        assert_eq!(lines, ["one", "two"]);
    }

    #[test]
    fn a_child_out_of_scope_ends_with_all_that_it_started() {
        let mut command = shell("sleep 60 & echo started; wait");
        let mut running = Running::start(command.stdout(Stdio::piped())).unwrap();
        let mut stdout = BufReader::new(running.child.stdout.take().unwrap());
        stdout.read_line(&mut String::new()).unwrap();
        let start = Instant::now();
        drop(running);
        // The grandchild holds the pipe open as long as it lives.
        stdout.read_line(&mut String::new()).unwrap();
        assert!(start.elapsed() < Duration::from_secs(30));
    }
}
