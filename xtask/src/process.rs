//! Running other programs: each in a process group of its own, so that Ctrl-C reaches
//! xtask alone, which then stops its children in order and cleans up.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

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

/// Runs quietly and returns what it printed; a failure carries what it complained about.
pub fn output(command: &mut Command) -> Result<String> {
    output_of(command, "")
}

/// Like [`output`], with `input` on standard input: the way for secrets, which would be
/// visible to everybody as arguments.
pub fn output_of(command: &mut Command, input: &str) -> Result<String> {
    let name = describe(command);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin.write_all(input.as_bytes()).with_context(|| format!("{name} takes no input"))?;
    drop(stdin);
    let output = child.wait_with_output().with_context(|| format!("lost sight of {name}"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{name} failed ({}): {}", output.status, complaint.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether it starts and ends well; its output is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    output(command).is_ok()
}

fn running() -> MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn signal_group(leader: u32, signal: &str) {
    // The shell's own kill: the program of that name is missing from small systems.
    let kill = format!("kill -s {signal} -- -{leader}");
    let _ = Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status();
}

/// Program and arguments; never the environment, which holds passwords.
fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
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
    fn a_failing_program_is_an_error_with_its_complaint() {
        let error = output(&mut shell("echo no such table >&2; exit 3")).unwrap_err();
        assert!(error.to_string().contains("no such table"), "{error}");
    }

    #[test]
    fn input_arrives_and_output_returns() {
        assert_eq!(output_of(&mut shell("tr a-z A-Z"), "quiet").unwrap(), "QUIET");
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
