//! Other programs, run quietly to their end.

use std::env;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};

pub static IS_ROOT: LazyLock<bool> =
    LazyLock::new(|| output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0"));

/// In PATH.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(name)).find(|program| program.is_file())
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
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).with_context(|| format!("{name} takes no input"))?;
    }
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

/// Program and arguments; never the environment, which holds passwords.
pub fn describe(command: &Command) -> String {
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
}
