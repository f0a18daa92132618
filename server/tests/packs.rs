//! A pack is built, killed midway, resumed and restated, by the real binary: the gate
//! closes and opens, and pages follow.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use support::{Person, World};

/// Keeps the comparison of portfolios, and with it the build, from going on. Reading goes on.
const HALT: &str = "lock table reconciliations in share row exclusive mode";
const REASON: &str = "The exchange corrected the close of ACME.";

struct Story {
    world: World,
    ledger: tempfile::TempDir,
    prices: tempfile::TempDir,
    /// The day after the sample pack's, and in no zone of the samples behind today's.
    day: String,
}

impl Story {
    fn new() -> Self {
        let (world, ledger) = World::with_prices();
        let day = world.value("select max(date) from pricing_packs");
        Self { world, ledger, prices: tempfile::tempdir().unwrap(), day }
    }

    /// The sample prices with another close of ACME.
    fn file(&self, close: &str) -> PathBuf {
        let sample = World::samples().join("prices/closing_prices.json");
        let text = std::fs::read_to_string(sample).unwrap();
        let changed = text.replace("\"262.77\"", &format!("\"{close}\""));
        let file = self.prices.path().join(format!("{close}.json"));
        std::fs::write(&file, changed).unwrap();
        file
    }

    fn build(&self, close: &str, restates: bool) -> Command {
        let file = self.file(close);
        let mut arguments =
            vec!["pack", "build", "--date", &self.day, "--prices", file.to_str().unwrap()];
        if restates {
            arguments.extend(["--restate", REASON]);
        }
        let mut command = self.world.command(&arguments);
        command
            .env("LEDGER_PATH", self.ledger.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

fn succeeds(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn health(person: &Person) -> (u16, Value) {
    let mut response = person.program("/health/pack");
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap())
}

/// The pattern of portfolios, executed to be kept; where its page is.
fn executed(person: &Person, portfolio: &str) -> String {
    person.act(
        "execute-pattern",
        &[("pattern", "portfolio_overview"), ("portfolio", portfolio), ("asof", "")],
    )
}

#[test]
fn a_pack_is_built_killed_midway_resumed_and_restated_and_pages_follow() {
    let story = Story::new();
    let world = &story.world;
    assert!(Path::new(story.ledger.path()).is_dir());
    let server = world.serve_with(&[]);
    let viewer = Person::signed_in(&server, "viewer@test.example");
    let owner = Person::signed_in(&server, "owner@test.example");
    let portfolio = world.value("select min(id::text) from portfolios where base_currency = 'USD'");
    let page = format!("/portfolios/{portfolio}");
    let first = world.value(
        "select max(id) from pricing_packs where date = (select max(date) from pricing_packs)",
    );
    assert_eq!(health(&viewer).0, 200);
    let kept = executed(&owner, &portfolio);
    assert!(!viewer.text(&kept).contains("These prices were restated"));

    // Restated, and killed between its stages.
    let halted = world.hold(HALT);
    let mut build = story.build("250.00", true).spawn().unwrap();
    world.wait_for("select count(*) from pricing_packs where status = 'warming'", "1");
    let (status, body) = health(&viewer);
    assert_eq!((status, body["status"].as_str()), (503, Some("warming")), "{body}");
    build.kill().unwrap();
    build.wait().unwrap();
    drop(halted);

    // The gate stays closed, the page says so, and what was kept is marked.
    let (status, body) = health(&viewer);
    assert_eq!(status, 503, "{body}");
    let closed = viewer.get(&page);
    assert!(closed.headers().contains_key("retry-after"));
    assert!(viewer.text(&page).contains("The prices are still being prepared"));
    let marked = viewer.text(&kept);
    assert!(marked.contains("These prices were restated"), "{marked}");
    assert!(marked.contains("Version 2 is still being prepared."));

    // Resumed: the same pack, and the gate opens.
    let told = succeeds(story.build("250.00", true));
    assert!(told.contains("was resumed"), "{told}");
    let second = world.value("select id from pricing_packs where version = 2");
    let (status, body) = health(&viewer);
    assert_eq!((status, body["pack_id"].as_str()), (200, Some(second.as_str())), "{body}");
    assert_eq!(world.value("select count(*) from pricing_packs where version > 1"), "1");

    // Pages follow: new figures, the old ones marked, and what changed between them.
    let open = viewer.text(&page);
    assert!(open.contains("Corrected prices, version 2 of the day."), "{open}");
    assert!(open.contains(&second));
    let marked = viewer.text(&kept);
    assert!(marked.contains("Version 2 takes its place.") && marked.contains(REASON), "{marked}");
    assert!(marked.contains(&first));
    let changes = viewer.text(&format!("/packs/{second}/changes"));
    for expected in ["1 price and 0 rates differ", "ACME", "262.77", "250", REASON] {
        assert!(changes.contains(expected), "{expected}: {changes}");
    }
    let listed = viewer.text("/packs");
    assert!(listed.contains("Superseded") && listed.contains("What changed"), "{listed}");

    // The same file again changes nothing; another one needs a reason.
    assert!(succeeds(story.build("250.00", false)).contains("holds the same already"));
    let refused = story.build("251.00", false).output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("say why it is replaced"));
    world.succeeds(&["verify"], "");
}

#[test]
fn two_processes_do_not_build_the_prices_of_one_day_at_once() {
    let story = Story::new();
    let halted = story.world.hold(HALT);
    let mut build = story.build("250.00", true).spawn().unwrap();
    story.world.wait_for("select count(*) from pricing_packs where status = 'warming'", "1");
    let refused = story.build("250.00", true).output().unwrap();
    assert!(!refused.status.success());
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(words.contains("another process builds the prices of"), "{words}");
    drop(halted);
    assert!(build.wait().unwrap().success());
    story
        .world
        .wait_for("select count(*) from pricing_packs where status = 'fresh' and version = 2", "1");
}
