//! Large exports between two processes: one serves, the other prints, and is killed at it.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use support::{Person, World};
use ureq::http::Response;

/// Everything is large.
const LARGE: (&str, &str) = ("EXPORT_CELLS_AT_ONCE", "0");

/// Holds a worker in the transaction that keeps a file.
const SLOW_PIECES: &str =
    "create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(600); return new; end $$;
     create trigger slow before insert on export_pieces for each row execute function slow()";

fn json(mut answer: Response<ureq::Body>) -> Value {
    serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
}

fn header(answer: &Response<ureq::Body>, name: &str) -> String {
    answer.headers()[name].to_str().unwrap().to_owned()
}

#[test]
fn an_export_whose_worker_is_killed_is_made_again_and_fetched_by_its_workspace_alone() {
    let world = World::with_people();
    let server = world.serve_with(&[LARGE]);
    let worker = world.work_with(&[LARGE]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");

    world.sql(SLOW_PIECES);
    let accepted = owner.program(&format!("{run}/download/csv"));
    assert_eq!(accepted.status().as_u16(), 202);
    let status = header(&accepted, "location");
    let export = status.strip_suffix("/status").unwrap().to_owned();
    assert_eq!(json(accepted)["status"], "queued");

    // Killed while it keeps the file: nothing of it is there, and what is on record is true.
    world.wait_for("select status from export_jobs", "printing");
    let waits = "select count(*) > 0 from pg_stat_activity where wait_event = 'PgSleep'";
    world.wait_for(waits, "true");
    // A program was told where to look, a browser is led there, now and to the same.
    let led = owner.get(&format!("{run}/download/csv"));
    assert_eq!((led.status().as_u16(), header(&led, "location")), (303, export.clone()));
    let page = owner.text(&export);
    assert!(page.contains("Is being made") && page.contains("http-equiv=\"refresh\""), "{page}");
    assert!(page.contains("<progress"), "{page}");
    let told = json(owner.program(&status));
    assert_eq!((&told["status"], &told["attempt"]), (&"printing".into(), &1.into()));
    let early = owner.program(&format!("{export}/file"));
    assert_eq!(early.status().as_u16(), 409);
    assert_eq!(json(early)["code"], "EXPORT_NOT_POSSIBLE");
    worker.kill();
    world
        .sql("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'");
    world.sql("drop trigger slow on export_pieces");
    assert_eq!(world.value("select count(*) from export_pieces"), "0");
    let second = world.work_with(&[LARGE]);
    world.wait_for("select status from export_jobs", "ready");
    drop(second);
    let attempts =
        "select string_agg(entry::jsonb -> 'detail' ->> 'attempt', ' ' order by sequence)
        from audit_log where action = 'export.printing'";
    assert_eq!(world.value(attempts), "1 2");
    let left = "select count(*) from audit_log where action = 'report.exported'";
    assert_eq!(world.value(left), "0", "nothing has left yet");

    // Fetched: whole, and on record.
    let told = json(owner.program(&status));
    assert_eq!(told["status"], "ready");
    assert!(owner.text(&export).contains("Download CSV"));
    let mut file = owner.get(&format!("{export}/file"));
    assert_eq!(file.status().as_u16(), 200);
    assert_eq!(header(&file, "content-type"), "application/zip");
    assert_eq!(header(&file, "x-content-sha256"), told["sha256"]);
    assert!(header(&file, "content-disposition").ends_with(".csv.zip\""));
    let bytes = file.body_mut().read_to_vec().unwrap();
    assert_eq!(u64::try_from(bytes.len()).unwrap(), told["bytes"].as_u64().unwrap());
    assert!(bytes.starts_with(b"PK"));
    assert_eq!(world.value(left), "1");

    // Another workspace finds nothing at any of its addresses.
    let other = Person::signed_in(&server, "other@test.example");
    for path in [export.clone(), status.clone(), format!("{export}/file")] {
        assert_eq!(other.get(&path).status().as_u16(), 404, "{path}");
        assert_eq!(other.program(&path).status().as_u16(), 404, "{path}");
    }
    let visitor = Person::visitor(&server);
    let sent_on = visitor.get(&format!("{export}/file"));
    assert_eq!(header(&sent_on, "location"), "/sign-in");
    assert_eq!(world.value(left), "1");

    // Its time is over.
    world.sql("update export_jobs set expires_at = now()");
    for path in [status, format!("{export}/file")] {
        let gone = owner.program(&path);
        assert_eq!(gone.status().as_u16(), 410, "{path}");
        assert_eq!(json(gone)["code"], "EXPORT_EXPIRED");
    }
    let mut gone = owner.get(&export);
    assert_eq!(gone.status().as_u16(), 410);
    assert!(gone.body_mut().read_to_string().unwrap().contains("Ask for it again"));
    let sent_on = owner.get(&format!("{export}/file"));
    assert_eq!(sent_on.status().as_u16(), 303);
    assert_eq!(owner.get(&header(&sent_on, "location")).status().as_u16(), 410);
    assert_eq!(world.value(left), "1");

    // Another process, which prints while somebody waits, gives the same bytes.
    let another = world.serve_with(&[]);
    let owner = Person::signed_in(&another, "owner@test.example");
    let at_once = owner.get(&format!("{run}/download/csv"));
    assert_eq!(header(&at_once, "x-content-sha256"), told["sha256"]);
    world.succeeds(&["verify"], "");
}

/// Workers that are killed over and over while many exports are made: each is made in the
/// end, once, and no entry says more than was done.
#[test]
fn exports_are_made_in_the_end_however_often_workers_die() {
    let world = World::with_people();
    let server = world.serve_with(&[LARGE]);
    let mut worker = world.work_with(&[LARGE]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    for format in ["html", "xlsx", "csv", "json", "pdf"] {
        owner.get(&format!("{run}/download/{format}"));
        std::thread::sleep(std::time::Duration::from_millis(60));
        worker.kill();
        worker = world.work_with(&[LARGE]);
    }
    world.wait_for("select count(*) from export_jobs where status = 'ready'", "5");
    let whole = "select count(*) from export_jobs j where file_bytes =
        (select sum(octet_length(bytes)) from export_pieces p where p.job_id = j.id)";
    assert_eq!(world.value(whole), "5");
    // An entry for each attempt that came as far, none twice.
    let entries =
        "select string_agg(target || ' ' || (entry::jsonb -> 'detail' ->> 'attempt'), ',')
        from audit_log where action = 'export.printing'";
    let entries = world.value(entries);
    let entries: Vec<&str> = entries.split(',').collect();
    let once: BTreeSet<&str> = entries.iter().copied().collect();
    assert_eq!(once.len(), entries.len());
    assert!(entries.len() >= 5);
    let left = "select count(*) from audit_log where action = 'report.exported'";
    assert_eq!(world.value(left), "0");
    drop(worker);
}

/// What a worker is denied, whoever operates the platform is told, in the profile that asks
/// for that, like of any denied download.
#[test]
fn a_worker_tells_the_operator_what_it_was_denied() {
    let world = World::with_people();
    let server = world.serve_with(&[LARGE]);
    let worker = world.work();
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    worker.kill();
    let registry = include_str!("../../.ops/RIGHTS_REGISTRY.yaml");
    let (before, sample) = registry.split_once("  Sample:").unwrap();
    let sample = sample.replacen("pdf: true", "pdf: false", 1).replacen(
        "unblock: null",
        "unblock: \"wait for real feeds\"",
        1,
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rights.yaml");
    std::fs::write(&file, format!("{before}  Sample:{sample}")).unwrap();
    let strict = ("RIGHTS_REGISTRY_PATH", file.to_str().unwrap());

    let denied = |line: &str| line.contains("an export was denied");
    for (profile, format, told) in [("production", "pdf", 1), ("staging", "html", 0)] {
        owner.get(&format!("{run}/download/{format}"));
        let worker = world.work_with(&[LARGE, strict, ("RIGHTS_PROFILE", profile)]);
        world.wait_for(
            &format!("select status from export_jobs where format = '{format}'"),
            "failed",
        );
        let of_entries = format!(
            "select count(*) from audit_log where action = 'export.printing'
             and entry::jsonb -> 'detail' ->> 'format' = '{format}'
             and entry::jsonb -> 'detail' ->> 'decision' = 'deny'"
        );
        assert_eq!(world.value(&of_entries), "1");
        if told > 0 {
            let line = worker.wait_for_line(denied);
            let subject = run.trim_start_matches("/runs/");
            assert!(line.contains(subject) && line.contains("\"pdf\""), "{line}");
            assert!(line.contains("\"level\":\"ERROR\""), "{line}");
        }
        assert_eq!(worker.count_lines(denied), told, "{profile}");
        worker.kill();
    }
}
