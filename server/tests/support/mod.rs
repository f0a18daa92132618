//! Real processes against a real Postgres: each test has a database of its own,
//! and everything it starts dies with it.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a failed step ends the test")]

pub mod collector;
pub mod load;
mod prices;
pub mod proxy;

use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};
use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    str::FromStr,
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};
use ureq::{Agent, http::Response};

/// Longer than a lease and its sweep together, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(90);
pub const PASSWORD: &str = "only-for-this-process-test";
/// What a reader of metrics sends.
pub const METRICS_TOKEN: &str = "a-metrics-token-of-the-process-tests";

/// Holds a worker in a transaction: every write of a step takes this long.
pub const SLOW_STEPS: &str =
    "create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return new; end $$;
     create trigger slow before insert on run_steps for each row
         when (new.stage = 'execute') execute function slow()";

pub struct World {
    pub database_url: String,
    site: tempfile::TempDir,
    name: String,
    admin_url: String,
}

/// Where the project's folders are, seen from this crate.
fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn cluster_url() -> String {
    std::env::var("DATABASE_URL")
        .expect("DATABASE_URL names a cluster in which tests may create databases")
}

impl World {
    /// A migrated database without people, packs or specifications.
    pub fn new() -> Self {
        Self::at(cluster_url())
    }

    /// The same in the cluster that a superuser reaches there.
    pub fn at(admin_url: String) -> Self {
        let name = format!("process_{}", uuid::Uuid::now_v7().simple());
        runtime().block_on(async {
            let mut conn = PgConnection::connect(&admin_url).await.unwrap();
            conn.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        });
        let options = PgConnectOptions::from_str(&admin_url).unwrap().database(&name);
        let database_url = sqlx::ConnectOptions::to_url_lossy(&options).to_string();
        let site = tempfile::tempdir().unwrap();
        std::fs::create_dir(site.path().join("pkg")).unwrap();
        std::fs::write(site.path().join("pkg/observatory.css"), "").unwrap();
        let world = Self { database_url, site, name, admin_url };
        world.succeeds(&["migrate"], "");
        world
    }

    /// With the sample evidence read, and an administrator and a subscriber in
    /// a workspace that is entitled to everything.
    pub fn with_people() -> Self {
        Self::with_people_at(cluster_url())
    }

    /// The same in the cluster that a superuser reaches there.
    pub fn with_people_at(admin_url: String) -> Self {
        let world = Self::at(admin_url);
        world.succeeds(&["seed"], "");
        for (email, extra) in [
            ("admin@test.example", &["--admin"][..]),
            ("owner@test.example", &["--workspace", "Sample Foams", "--role", "owner"]),
            ("viewer@test.example", &["--workspace", "Sample Foams", "--role", "viewer"]),
            ("other@test.example", &["--workspace", "Other Foams", "--role", "owner"]),
        ] {
            world.add_person(email, extra);
        }
        world
    }

    pub fn add_person(&self, email: &str, extra: &[&str]) {
        let mut arguments =
            vec!["user", "add", "--email", email, "--name", email, "--password-stdin"];
        arguments.extend(extra);
        self.succeeds(&arguments, PASSWORD);
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_observatory"));
        command
            .args(arguments)
            .env("DATABASE_URL", &self.database_url)
            .env_remove("DATABASE_OWNER_URL")
            .env("PATTERNS_DIR", project().join("patterns"))
            .env("SAMPLES_DIR", project().join("samples"))
            .env("RIGHTS_REGISTRY_PATH", project().join(".ops/RIGHTS_REGISTRY.yaml"))
            .env("SITE_ROOT", self.site.path())
            .env("BIND_ADDRESS", "127.0.0.1:0")
            .env("DATABASE_CONNECTIONS", "12")
            .env("LOG", "info,graphile_worker=warn")
            .env("LOG_FORMAT", "json")
            .env("METRICS_TOKEN", METRICS_TOKEN)
            .env_remove("OTLP_ENDPOINT");
        for (setting, _) in std::env::vars_os() {
            let name = setting.to_string_lossy();
            if name.starts_with("ASSISTANT_") || name.starts_with("OPENAI_") {
                command.env_remove(setting);
            }
        }
        command
    }

    /// The repository's samples.
    pub fn samples() -> PathBuf {
        project().join("samples")
    }

    pub fn output(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    pub fn succeeds(&self, arguments: &[&str], input: &str) -> String {
        let output = self.output(arguments, input);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// A serving process, when it has said its address.
    pub fn serve(&self, extra: &[&str]) -> Process {
        let mut arguments = vec!["serve", "--plain-http", "loopback"];
        arguments.extend(extra);
        Process::start(self.command(&arguments), "serving")
    }

    /// The same, with more in its environment.
    pub fn serve_with(&self, environment: &[(&str, &str)]) -> Process {
        let mut command = self.command(&["serve", "--plain-http", "loopback", "--without-worker"]);
        command.envs(environment.iter().copied());
        Process::start(command, "serving")
    }

    /// A serving process that carries runs, with more in its environment.
    pub fn serve_and_work_with(&self, environment: &[(&str, &str)]) -> Process {
        let mut command = self.command(&["serve", "--plain-http", "loopback"]);
        command.envs(environment.iter().copied());
        Process::start(command, "serving")
    }

    /// As behind a proxy that ends TLS: the cookie then asks for it.
    pub fn serve_behind_tls(&self) -> Process {
        Process::start(self.command(&["serve", "--without-worker"]), "serving")
    }

    pub fn work(&self) -> Process {
        self.work_with(&[])
    }

    /// The same, with more in its environment.
    pub fn work_with(&self, environment: &[(&str, &str)]) -> Process {
        let mut command = self.command(&["work"]);
        command.envs(environment.iter().copied());
        Process::start(command, "the worker is ready")
    }

    /// Runs SQL as the superuser.
    pub fn sql(&self, statement: &str) {
        runtime().block_on(async {
            let mut conn = PgConnection::connect(&self.database_url).await.unwrap();
            conn.execute(sqlx::AssertSqlSafe(statement.to_owned())).await.unwrap();
        });
    }

    /// Runs SQL as the superuser in a transaction that stays open until it is dropped.
    pub fn hold(&self, statement: &str) -> Held {
        let runtime = runtime();
        let conn = runtime.block_on(async {
            let mut conn = PgConnection::connect(&self.database_url).await.unwrap();
            conn.execute("begin").await.unwrap();
            conn.execute(sqlx::AssertSqlSafe(statement.to_owned())).await.unwrap();
            conn
        });
        Held { runtime, conn: Some(conn) }
    }

    /// One value as text, read as the superuser.
    pub fn value(&self, query: &str) -> String {
        runtime().block_on(async {
            let mut conn = PgConnection::connect(&self.database_url).await.unwrap();
            let text: Option<String> =
                sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select ({query})::text")))
                    .fetch_one(&mut conn)
                    .await
                    .unwrap();
            text.unwrap_or_default()
        })
    }

    pub fn wait_for(&self, query: &str, expected: &str) {
        self.wait_for_up_to(PATIENCE, query, expected);
    }

    pub fn wait_for_up_to(&self, patience: Duration, query: &str, expected: &str) {
        let begun = Instant::now();
        loop {
            let value = self.value(query);
            if value == expected {
                return;
            }
            assert!(begun.elapsed() < patience, "{query} is {value}, not {expected}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// An active weekly specification of the sample workspace, by its owner.
    #[expect(clippy::unused_self, reason = "only a world with people has one")]
    pub fn active_specification(&self, server: &Process) -> String {
        let owner = Person::signed_in(server, "owner@test.example");
        let admin = Person::signed_in(server, "admin@test.example");
        owner.active_specification(&admin, "Weekly process test")
    }
}

/// A transaction that is rolled back when it is dropped.
pub struct Held {
    runtime: tokio::runtime::Runtime,
    conn: Option<PgConnection>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            let _ = self.runtime.block_on(conn.close());
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        runtime().block_on(async {
            if let Ok(mut conn) = PgConnection::connect(&self.admin_url).await {
                let drop = format!("drop database if exists {} with (force)", self.name);
                let _ = conn.execute(sqlx::AssertSqlSafe(drop)).await;
            }
        });
    }
}

/// A running `observatory`, killed when it goes out of scope.
pub struct Process {
    child: Child,
    /// `http://127.0.0.1:port` of a serving process.
    pub address: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Process {
    #[expect(clippy::zombie_processes, reason = "a process that is not ready ends with the test")]
    pub fn start(mut command: Command, ready: &str) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let printed = BufReader::new(child.stdout.take().unwrap()).lines();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (send, receive) = mpsc::channel();
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in printed.map_while(Result::ok) {
                kept.lock().unwrap().push(line);
            }
        });
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().unwrap().push(line.clone());
                // The reader may have heard enough; the pipe is emptied all the same.
                let _ = send.send(line);
            }
        });
        let begun = Instant::now();
        let mut heard = Vec::new();
        loop {
            match receive.recv_timeout(PATIENCE) {
                Ok(line) => {
                    let found = line.contains(&format!("\"message\":\"{ready}\""));
                    let address = line
                        .split("\"http.address\":\"")
                        .nth(1)
                        .and_then(|rest| rest.split('"').next())
                        .map(|address| format!("http://{address}"));
                    heard.push(line);
                    if found {
                        return Self { child, address: address.unwrap_or_default(), log };
                    }
                }
                Err(error) => panic!("{error} after {:?}: {heard:#?}", begun.elapsed()),
            }
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has said so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// The first line of the log that `wanted` likes, when there is one.
    pub fn wait_for_line(&self, wanted: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            if let Some(line) = self.log().into_iter().find(|line| wanted(line)) {
                return line;
            }
            assert!(begun.elapsed() < PATIENCE, "not in the log: {:#?}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// How many lines of the log `wanted` likes.
    pub fn count_lines(&self, wanted: impl Fn(&str) -> bool) -> usize {
        self.log().iter().filter(|line| wanted(line)).count()
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, then the exit status.
    pub fn terminate(mut self) -> std::process::ExitStatus {
        let told = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(told.success());
        self.child.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser without scripts: keeps cookies, names its origin, follows nothing.
pub struct Person {
    agent: Agent,
    pub base: String,
}

impl Person {
    pub fn visitor(server: &Process) -> Self {
        let agent = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build()
            .new_agent();
        Self { agent, base: server.address.clone() }
    }

    pub fn signed_in(server: &Process, email: &str) -> Self {
        let person = Self::visitor(server);
        let onward = person.act("sign-in", &[("email", email), ("password", PASSWORD)]);
        assert_eq!(onward, "/", "{email} could not sign in");
        person
    }

    /// The session's cookie as a header's value.
    pub fn cookie(&self) -> String {
        let jar = self.agent.cookie_jar_lock();
        jar.iter()
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// The same browser at another server.
    pub fn moved_to(mut self, server: &Process) -> Self {
        self.base.clone_from(&server.address);
        self
    }

    pub fn get(&self, path: &str) -> Response<ureq::Body> {
        self.agent.get(format!("{}{path}", self.base)).header("accept", "text/html").call().unwrap()
    }

    /// The same without asking for a page.
    pub fn program(&self, path: &str) -> Response<ureq::Body> {
        self.agent.get(format!("{}{path}", self.base)).call().unwrap()
    }

    /// The first event of a stream.
    pub fn first_event(&self, path: &str) -> String {
        let response = self.agent.get(format!("{}{path}", self.base)).call().unwrap();
        let lines = BufReader::new(response.into_body().into_reader()).lines();
        let event: Vec<_> =
            lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        event.join("\n")
    }

    pub fn text(&self, path: &str) -> String {
        self.get(path).body_mut().read_to_string().unwrap()
    }

    /// Posts a form as a browser does. The answer, redirects not followed.
    pub fn post(&self, path: &str, fields: &[(&str, &str)], accept: &str) -> Response<ureq::Body> {
        self.agent
            .post(format!("{}{path}", self.base))
            .header("accept", accept)
            .header("origin", &self.base)
            .send_form(fields.iter().copied())
            .unwrap()
    }

    /// Posts to a server function and gives where the browser is sent.
    pub fn act(&self, action: &str, fields: &[(&str, &str)]) -> String {
        let response = self.post(&format!("/action/{action}"), fields, "text/html");
        response
            .headers()
            .get("location")
            .unwrap_or_else(|| panic!("{action} sent the browser nowhere: {}", response.status()))
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// A complete weekly specification that `admin` has activated; its id.
    pub fn active_specification(&self, admin: &Self, name: &str) -> String {
        let id = self.create_specification(name);
        let submitted = self.act("submit-specification", &[("specification", &id)]);
        assert!(submitted.contains("done=submitted"), "{submitted}");
        let activated = admin.act("activate-specification", &[("specification", &id)]);
        assert!(activated.contains("done=activated"), "{activated}");
        id
    }

    /// A complete weekly specification; its id.
    pub fn create_specification(&self, name: &str) -> String {
        let onward = self.act(
            "create-specification",
            &[
                ("draft[name]", name),
                ("draft[deliverables][0]", "regional_monitoring"),
                ("draft[deliverables][1]", "capacity"),
                ("draft[regions][0]", "emea"),
                ("draft[regions][1]", "china"),
                ("draft[cadence]", "weekly"),
                ("draft[seats]", "1"),
                ("draft[title]", "Polyurethane Industry Intelligence Briefing"),
                ("draft[sections][0]", "market_developments"),
                ("draft[sections][1]", "capacity_investment"),
                ("draft[signal_map]", "on"),
                ("draft[evidence_appendix]", "on"),
                ("draft[minimum_strength]", "none"),
                ("draft[language]", "en"),
            ],
        );
        let id = onward
            .strip_prefix("/specifications/")
            .and_then(|rest| rest.strip_suffix("?done=saved"))
            .unwrap_or_else(|| panic!("the form was not complete: {onward}"));
        id.to_owned()
    }
}
