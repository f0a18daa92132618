//! The files of a ledger out of git, as a commit holds them.

use crate::pricing::{GIT_PATIENCE, LedgerError, git_in};
use domain::pricing_pack::LedgerCommit;
use ledger::{FILES_MAX, LedgerFiles, TEXT_BYTES_MAX};
use std::{collections::BTreeMap, io, path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{ChildStdin, ChildStdout},
    time::timeout,
};

/// The file that includes all others.
const MAIN: &str = "main.beancount";

/// The main file of `commit` and all that it includes. The working tree is not looked at,
/// and neither is anything outside the repository: git gives the contents of the commit,
/// and a symbolic link in it is the text of its target. What is included and not there is
/// left to the ledger's own faults.
pub async fn read_files(folder: &Path, commit: &LedgerCommit) -> Result<LedgerFiles, LedgerError> {
    let read = async {
        let mut command = git_in(folder, &["cat-file", "--batch"]);
        let mut git = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(LedgerError::NoGit)?;
        let unreadable = || LedgerError::Unreadable(commit.clone());
        let (input, output) = (git.stdin.take(), git.stdout.take());
        let mut objects = Objects {
            input: input.ok_or_else(unreadable)?,
            output: BufReader::new(output.ok_or_else(unreadable)?),
        };
        follow(&mut objects, commit).await
    };
    timeout(GIT_PATIENCE, read).await.map_err(|_| LedgerError::TooSlow)?
}

async fn follow(objects: &mut Objects, commit: &LedgerCommit) -> Result<LedgerFiles, LedgerError> {
    let mut ledger = LedgerFiles { main: MAIN.to_owned(), files: BTreeMap::new() };
    let mut bytes = 0;
    loop {
        let mut found = false;
        for name in ledger.asked_for() {
            // One beyond what the ledger takes, so that it is the ledger that refuses.
            if ledger.files.len() > FILES_MAX || bytes > TEXT_BYTES_MAX {
                return Ok(ledger);
            }
            let content = objects.read(commit, &name).await;
            let content = content.map_err(|_| LedgerError::Unreadable(commit.clone()))?;
            let Some(content) = content else { continue };
            bytes += content.len();
            let text =
                String::from_utf8(content).map_err(|_| LedgerError::NotText(name.clone()))?;
            ledger.files.insert(name, text);
            found = true;
        }
        if !found {
            return Ok(ledger);
        }
    }
}

/// A `git cat-file --batch`: names in, contents out.
struct Objects {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Objects {
    /// None when the commit has no file of that name.
    async fn read(&mut self, commit: &LedgerCommit, name: &str) -> io::Result<Option<Vec<u8>>> {
        // A line each: a name with a line break could ask for two.
        if name.contains('\n') {
            return Ok(None);
        }
        self.input.write_all(format!("{commit}:{name}\n").as_bytes()).await?;
        self.input.flush().await?;
        let mut head = String::new();
        self.output.read_line(&mut head).await?;
        let mut words = head.trim_end().rsplitn(3, ' ');
        let (size, kind) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let Ok(size) = size.parse::<usize>() else { return Ok(None) };
        if size > TEXT_BYTES_MAX {
            return Err(io::Error::other("a file is larger than a ledger may be"));
        }
        let mut content = vec![0; size];
        self.output.read_exact(&mut content).await?;
        self.output.read_u8().await?;
        Ok((kind == "blob").then_some(content))
    }
}
