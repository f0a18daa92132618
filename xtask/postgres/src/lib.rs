//! A private Postgres for one checkout: own data directory, a free port on 127.0.0.1,
//! a password for every login. The machine's own cluster is never touched.

mod place;
pub mod program;
pub mod secret;

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use place::SERVICE_USER;
pub use place::{PRIVATE_DIR, private_dir};
use program::IS_ROOT;

const SUPERUSER: &str = "postgres";
const START_SECONDS: &str = "60";
const START_ATTEMPTS: u32 = 50;
const START_PAUSE: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Data {
    /// Survives: durable settings, stopped but not removed at the end.
    Kept,
    /// For tests: begins empty, trades safety for speed, removed at the end.
    Scratch,
    /// Begins empty and is removed at the end, and is as safe in between as [`Self::Kept`]:
    /// for what measures commits, or ends the cluster by force.
    SafeScratch,
}

impl Data {
    fn is_kept(self) -> bool {
        self == Self::Kept
    }
}

/// How a cluster is made to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Connections are cut, then all is written down.
    Fast,
    /// As after a loss of power: what was committed is recovered at the next start.
    Immediate,
    /// SIGKILL to the first process; the others notice.
    Killed,
}

/// A running cluster; stopped when this goes out of scope.
pub struct Cluster {
    programs: PathBuf,
    dir: PathBuf,
    data: Data,
    port: u16,
    password: String,
    _lock: File,
}

pub fn is_installed() -> bool {
    !place::program_dirs().is_empty()
}

impl Cluster {
    /// Makes or reuses the cluster `name` of the checkout in this folder. Two processes
    /// cannot share one.
    ///
    /// # Errors
    /// When no Postgres is installed, another process uses the cluster, or it does not start.
    pub fn start(checkout: &Path, name: &str, data: Data) -> Result<Self> {
        let lock = place::lock(checkout, name)?;
        let dir = place::cluster_dir(checkout, name)?;
        let programs = place::programs_for(&dir)?;
        let mut cluster =
            Self { programs, dir, data, port: 0, password: String::new(), _lock: lock };
        cluster.stop(); // what a killed run left behind: the lock says that nobody uses it
        if !data.is_kept() {
            cluster.remove()?;
        }
        cluster.password = cluster.initialise()?;
        cluster.port = free_port()?;
        cluster.launch()?;
        Ok(cluster)
    }

    pub fn url(&self, login: &str, password: &str, database: &str) -> String {
        format!("postgres://{login}:{password}@127.0.0.1:{}/{database}", self.port)
    }

    pub fn superuser_url(&self, database: &str) -> String {
        self.url(SUPERUSER, &self.password, database)
    }

    /// Ends it, and returns when it has ended.
    ///
    /// # Errors
    /// When it does not run.
    pub fn end(&self, ending: Ending) -> Result<()> {
        let mode = match ending {
            Ending::Fast => "fast",
            Ending::Immediate => "immediate",
            Ending::Killed => return self.kill(),
        };
        let mut pg_ctl = self.command("pg_ctl");
        program::output(pg_ctl.args(["stop", "-w", "-m", mode, "-D"]).arg(self.data_dir()))
            .map(drop)
    }

    fn kill(&self) -> Result<()> {
        let file = self.data_dir().join("postmaster.pid");
        let text = fs::read_to_string(&file).context("no cluster runs")?;
        let pid = text.lines().next().context("no process in postmaster.pid")?;
        program::output(Command::new("kill").args(["-KILL", pid])).map(drop)
    }

    /// Starts it again where it was, after [`Self::end`].
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again(&self) -> Result<()> {
        // The processes of one that was killed hold on for a moment.
        let mut attempts_left = START_ATTEMPTS;
        loop {
            attempts_left -= 1;
            match self.launch() {
                Err(_) if attempts_left > 0 => thread::sleep(START_PAUSE),
                outcome => return outcome,
            }
        }
    }

    /// Where one of Postgres's own programs is.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// Runs a psql script as superuser; stops at its first error.
    pub fn sql(&self, database: &str, script: &str) -> Result<String> {
        let mut psql = Command::new(self.program("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"])
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", SUPERUSER])
            .args(["-d", database])
            .env("PGPASSWORD", &self.password);
        program::output_of(&mut psql, script)
    }

    fn data_dir(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// Creates the data directory unless it is there. Returns the superuser's password.
    fn initialise(&self) -> Result<String> {
        let password_file = self.dir.join("superuser-password");
        if self.data_dir().exists() {
            return fs::read_to_string(&password_file)
                .with_context(|| format!("cannot read {}", password_file.display()));
        }
        place::make_private_dir(&self.dir)?;
        let password = secret::password()?;
        place::write_private(&password_file, &password)?;
        // Named `data` only when complete, so that an interrupted start is not mistaken for one.
        let unfinished = self.dir.join("data.unfinished");
        place::remove_dir(&unfinished)?;
        let mut initdb = self.command("initdb");
        initdb.arg("-D").arg(&unfinished).arg("--pwfile").arg(&password_file);
        initdb.args(["-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8"]);
        if !self.data.is_kept() {
            initdb.arg("--no-sync");
        }
        program::output(&mut initdb)?;
        fs::rename(&unfinished, self.data_dir()).context("cannot name the new data directory")?;
        Ok(password)
    }

    fn launch(&self) -> Result<()> {
        let log = self.dir.join("log");
        let mut pg_ctl = self.command("pg_ctl");
        pg_ctl.arg("start").arg("-D").arg(self.data_dir()).arg("-l").arg(&log);
        pg_ctl.args(["-w", "-t", START_SECONDS, "-o", &self.settings()]);
        program::output(&mut pg_ctl).with_context(|| {
            let text = fs::read_to_string(&log).unwrap_or_default();
            let tail: Vec<&str> = text.lines().rev().take(10).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            format!("the private Postgres does not start; its log ends:\n{}\n", tail.join("\n"))
        })?;
        Ok(())
    }

    fn settings(&self) -> String {
        let mut settings = format!(
            "-c port={} -c listen_addresses=127.0.0.1 -c timezone=UTC -c log_timezone=UTC",
            self.port
        );
        // No socket: in a deep checkout its path would be longer than the system allows.
        settings += " -c unix_socket_directories=''";
        if !self.data.is_kept() {
            settings += " -c max_connections=300"; // every test has a database and a pool of its own
        }
        if self.data == Data::Scratch {
            settings += " -c fsync=off -c full_page_writes=off -c synchronous_commit=off";
        }
        settings
    }

    /// A program of Postgres, as a user that it agrees to run as.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if *IS_ROOT {
            let mut command = Command::new("runuser");
            command.args(["-u", SERVICE_USER, "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/");
        command
    }

    fn stop(&self) {
        if self.data_dir().join("postmaster.pid").exists() {
            let mut pg_ctl = self.command("pg_ctl");
            pg_ctl.args(["stop", "-m", "fast", "-w", "-D"]).arg(self.data_dir());
            let _ = program::output(&mut pg_ctl);
        }
    }

    fn remove(&self) -> Result<()> {
        place::remove_dir(&self.dir)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
        if !self.data.is_kept() {
            let _ = self.remove();
        }
    }
}

/// A port that nothing listens on right now.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}
