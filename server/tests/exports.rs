//! What leaves a running server as a file, and what does not.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};
use support::{PATIENCE, Person, World};

/// A registry file of this test, which is the repository's to begin with.
const REGISTRY: &str = include_str!("../../.ops/RIGHTS_REGISTRY.yaml");

/// The samples may no longer be handed out as a document.
fn without_samples() -> String {
    let (before, sample) = REGISTRY.split_once("  Sample:").unwrap();
    let sample = sample.replacen("pdf: true", "pdf: false", 1).replacen(
        "unblock: null",
        "unblock: \"wait for real feeds\"",
        1,
    );
    format!("{before}  Sample:{sample}")
}

/// Writes the file and tells the process, which says when it has read it.
fn reload(server: &support::Process, file: &Path, text: &str, said: &str) {
    let heard = || server.count_lines(|line| line.contains(said));
    let before = heard();
    fs::write(file, text).unwrap();
    let told = Command::new("kill").args(["-HUP", &server.id().to_string()]).status().unwrap();
    assert!(told.success());
    let begun = Instant::now();
    while heard() == before {
        assert!(begun.elapsed() < PATIENCE, "not said again: {said}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn nothing_leaves_without_its_licence_and_its_record() {
    let world = World::with_people();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rights.yaml");
    fs::write(&file, REGISTRY).unwrap();
    let path = file.to_str().unwrap();
    let worker = world.work_with(&[("RIGHTS_REGISTRY_PATH", path)]);
    let server = world.serve_with(&[("RIGHTS_REGISTRY_PATH", path)]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    let exports = "select count(*) from audit_log where action = 'report.exported'";

    // Allowed: attributed, marked, and on record.
    let html = owner.text(&format!("{run}/download/html"));
    for text in ["Sample data, not market data", "class=\"watermark\""] {
        assert!(html.contains(text), "{text}");
    }
    let json: Value = serde_json::from_str(&owner.text(&format!("{run}/download/json"))).unwrap();
    assert_eq!(json["manifest"]["attributions"][0]["provider"], "Sample");
    let workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    for (format, media_type, ending) in
        [("csv", "application/zip", ".csv.zip\""), ("xlsx", workbook, ".xlsx\"")]
    {
        let mut file = owner.get(&format!("{run}/download/{format}"));
        assert_eq!(file.headers()["content-type"], media_type);
        assert!(file.headers()["content-disposition"].to_str().unwrap().ends_with(ending));
        assert!(file.body_mut().read_to_vec().unwrap().starts_with(b"PK"), "{format}");
    }
    let mut pages = owner.get(&format!("{run}/download/pdf"));
    assert_eq!(pages.headers()["content-type"], "application/pdf");
    assert!(pages.headers()["content-disposition"].to_str().unwrap().ends_with(".pdf\""));
    assert!(pages.body_mut().read_to_vec().unwrap().starts_with(b"%PDF-"));
    assert_eq!(world.value(exports), "5");
    let menu = owner.text(&format!("{run}/report"));
    for format in ["PDF", "HTML", "XLSX", "CSV", "JSON"] {
        assert!(menu.contains(&format!("Download {format}")), "{menu}");
    }

    // A faulty file is named, and what held goes on holding.
    reload(&server, &file, &REGISTRY.replacen("csv: true", "csv: ja", 1), "goes on holding");
    assert_eq!(owner.get(&format!("{run}/download/html")).status().as_u16(), 200);

    // A worker alone reads it anew as well.
    reload(&worker, &file, REGISTRY, "was read anew");

    // Blocked: said before the click, in words after it, and on record.
    reload(&server, &file, &without_samples(), "was read anew");
    let menu = owner.text(&format!("{run}/report"));
    assert!(menu.contains("HTML: not allowed") && menu.contains("Wait for real feeds."), "{menu}");
    assert!(menu.contains("Download JSON") && !menu.contains("Download HTML"), "{menu}");
    let sent_on = owner.get(&format!("{run}/download/html"));
    assert_eq!(sent_on.status().as_u16(), 303);
    let onward = sent_on.headers()["location"].to_str().unwrap().to_owned();
    let mut page = owner.get(&onward);
    assert_eq!(page.status().as_u16(), 403);
    let page = page.body_mut().read_to_string().unwrap();
    assert!(page.contains("The report was not exported as HTML."), "{page}");
    let mut problem = owner.program(&format!("{run}/download/html"));
    assert_eq!(problem.status().as_u16(), 403);
    let problem = problem.body_mut().read_to_string().unwrap();
    let problem: Value = serde_json::from_str(&problem).unwrap();
    assert_eq!(problem["code"], "RIGHTS_BLOCKED");
    assert_eq!(problem["blocked"][0]["provider"], "Sample");
    assert_eq!(problem["blocked"][0]["unblock"], "Wait for real feeds.");
    assert_eq!(world.value(exports), "8");
    let denied =
        "select count(*) from audit_log where entry::jsonb -> 'detail' ->> 'decision' = 'deny'";
    assert_eq!(world.value(denied), "2");

    // Not to be shown either: each part has the reason in its place, and the page goes on.
    let claim = json["document"]["references"][0]["publisher"].as_str().unwrap();
    assert!(owner.text(&format!("{run}/artifact")).contains(claim));
    let readable = without_samples();
    let (before, sample) = readable.split_once("  Sample:").unwrap();
    let sample = sample.replacen("display: true", "display: false", 1);
    let hidden = format!("{before}  Sample:{sample}");
    reload(&server, &file, &hidden, "was read anew");
    let page = owner.text(&format!("{run}/report"));
    assert!(page.contains("parts of the report are not shown"), "{page}");
    assert!(page.contains("does not allow to show on screen. Wait for real feeds."));
    assert!(page.contains("HTML: not allowed"), "the menu is there all the same");
    let shown = owner.text(&format!("{run}/artifact"));
    assert!(shown.contains("does not allow it to be shown") && !shown.contains(claim), "{shown}");
    reload(&server, &file, &without_samples(), "was read anew");

    // Not to be put on record: not sent.
    world.sql("revoke insert on audit_log from observatory_app");
    let mut refused = owner.program(&format!("{run}/download/json"));
    assert_eq!(refused.status().as_u16(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    let refused = refused.body_mut().read_to_string().unwrap();
    let refused: Value = serde_json::from_str(&refused).unwrap();
    assert_eq!(refused["code"], "AUDIT_UNAVAILABLE");
    assert_eq!(world.value(exports), "8");
    drop(worker);
}

/// The secret and the public key of the first test of RFC 8032, section 7.1.
const SEAL_KEY: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC_KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

/// Checks a file as somebody does who has it, the public key, and nothing else.
fn verify(file: &Path, public_keys: &str) -> (bool, String) {
    let mut verify = Command::new(env!("CARGO_BIN_EXE_observatory"));
    verify.env_clear().env("SEAL_PUBLIC_KEYS", public_keys).arg("verify").arg(file);
    let said = verify.output().unwrap();
    (said.status.success(), String::from_utf8(said.stdout).unwrap())
}

#[test]
fn a_downloaded_file_is_checked_offline_by_its_seal() {
    let world = World::with_people();
    let server = world.serve_and_work_with(&[("SEAL_KEY", SEAL_KEY)]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    let folder = tempfile::tempdir().unwrap();
    let save = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    for format in ["html", "json", "csv", "xlsx", "pdf"] {
        let mut sent = owner.get(&format!("{run}/download/{format}"));
        let mut bytes = sent.body_mut().read_to_vec().unwrap();
        let file = save(format, &bytes);
        let (holds, said) = verify(&file, PUBLIC_KEY);
        assert!(holds, "{format}: {said}");
        for named in [run.trim_start_matches("/runs/"), "Sample data, not market data"] {
            assert!(said.contains(named), "{said}");
        }
        let (holds, said) = verify(&file, SEAL_KEY);
        assert!(!holds && said.contains("not among those given"), "{said}");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        let (holds, said) = verify(&save(format, &bytes), PUBLIC_KEY);
        assert!(!holds && said.contains("WRONG"), "{format}: {said}");
    }
    let keys = "select count(*) from audit_log
        where entry::jsonb -> 'detail' ->> 'seal_key' is not null";
    assert_eq!(world.value(keys), "5");
    let printed = Command::new(env!("CARGO_BIN_EXE_observatory"))
        .args(["seal-key", "--seal-key", SEAL_KEY])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(printed.stdout).unwrap().trim(), PUBLIC_KEY);
    let unsealed = save("unsealed", b"a file of somebody else's");
    assert!(!verify(&unsealed, PUBLIC_KEY).0);
}
