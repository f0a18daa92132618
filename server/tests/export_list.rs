//! The administrators' list of exports at a running server: its address narrows it, and the
//! file of it alike.

mod support;

use support::{Person, World};

const LIST: &str = "/admin/exports";

/// Each row leads to its entry.
fn rows(page: &str) -> usize {
    page.matches("<a href=\"/admin/exports/").count()
}

#[test]
fn the_list_of_exports_is_narrowed_by_its_address_and_its_file_alike() {
    let world = World::with_people();
    let server = world.serve_with(&[]);
    let worker = world.work();
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let viewer = Person::signed_in(&server, "viewer@test.example");
    let admin = Person::signed_in(&server, "admin@test.example");
    let empty = admin.text(LIST);
    assert!(empty.contains("No export yet") && rows(&empty) == 0, "{empty}");
    let page = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    let run = page.trim_start_matches("/runs/");
    worker.kill();

    let sent = owner.get(&format!("{page}/download/json"));
    let trace = sent.headers()["x-trace-id"].to_str().unwrap().to_owned();
    viewer.get(&format!("{page}/download/csv"));
    // Somebody's large export waits: no worker is there.
    let large = world.serve_with(&[("EXPORT_CELLS_AT_ONCE", "0")]);
    let asks = Person::signed_in(&large, "viewer@test.example");
    let queued = asks.get(&format!("{page}/download/xlsx"));
    let job = queued.headers()["location"].to_str().unwrap().to_owned();
    let job = job.trim_start_matches("/exports/");

    let whole = admin.text(LIST);
    assert!(whole.contains("1 large file is being made right now"), "{whole}");
    let workspace = world.value("select id from workspaces where name = 'Sample Foams'");
    let nowhere = "019ab2c4-0000-7000-8000-000000000001";
    for (filter, expected) in [
        (String::new(), 3),
        (format!("workspace={workspace}"), 3),
        (format!("workspace={nowhere}"), 0),
        ("user=viewer%40test.example".to_owned(), 2),
        ("user=Owner%40".to_owned(), 1),
        (format!("subject={run}"), 3),
        (format!("subject={job}"), 1),
        (format!("subject={nowhere}"), 0),
        (format!("portfolio={nowhere}"), 0),
        (format!("trace={trace}"), 1),
        ("provider=Sample".to_owned(), 3),
        ("provider=FRED".to_owned(), 0),
        ("format=csv".to_owned(), 1),
        ("outcome=deny".to_owned(), 0),
        ("stage=download".to_owned(), 2),
        ("stage=queued".to_owned(), 1),
        ("pending=now".to_owned(), 1),
        ("from=2999-01-01".to_owned(), 0),
        ("to=2999-01-01".to_owned(), 3),
        (format!("user=viewer&subject={run}&stage=download"), 1),
    ] {
        let page = admin.text(&format!("{LIST}?{filter}"));
        assert_eq!(rows(&page), expected, "{filter}: {page}");
        let nothing = page.contains("No attempt matches");
        assert_eq!(nothing, expected == 0, "{filter}: {page}");
        let file = admin.text(&format!("{LIST}.csv?{filter}"));
        assert_eq!(file.lines().count(), expected + 1, "{filter}: {file}");
    }
    let pending = admin.text(&format!("{LIST}?pending=now"));
    assert!(pending.contains("Waits for a worker"), "{pending}");

    // What cannot be read is named at its field, and leads to no file.
    for (filter, field) in [
        ("trace=4bf9", "trace"),
        ("subject=mine", "subject"),
        ("portfolio=Main+book", "portfolio"),
        ("stage=gone", "stage"),
        ("pending=later", "pending"),
    ] {
        let page = admin.text(&format!("{LIST}?{filter}"));
        assert!(page.contains("This search could not be read"), "{page}");
        assert!(page.contains(&format!("href=\"#{field}\"")) && rows(&page) == 0, "{page}");
        let file = admin.get(&format!("{LIST}.csv?{filter}"));
        assert_eq!(file.status().as_u16(), 303, "{filter}");
    }

    // All that is on record of one.
    let one = admin.text(&format!("{LIST}?trace={trace}"));
    let entry = one.split("<a href=\"/admin/exports/").nth(1).unwrap().split('"').next().unwrap();
    let entry = admin.text(&format!("{LIST}/{entry}"));
    let hash = world.value("select encode(hash, 'hex') from audit_log where action = 'report.exported' order by sequence limit 1");
    for fact in [
        run,
        &trace,
        &hash,
        "owner@test.example",
        "Sample: Sample data, not market data",
        "127.0.0.1",
        "production",
    ] {
        assert!(entry.contains(fact), "{fact}: {entry}");
    }
    for unknown in [format!("{LIST}/{workspace}/999999"), format!("{LIST}/{nowhere}/1")] {
        assert_eq!(admin.get(&unknown).status().as_u16(), 404, "{unknown}");
    }
    assert_eq!(owner.get(LIST).status().as_u16(), 403);

    // A worker comes: nothing is being made any more.
    let worker = world.work();
    world.wait_for("select status from export_jobs", "ready");
    let page = admin.text(&format!("{LIST}?pending=now"));
    assert!(page.contains("Nothing is being made right now") && rows(&page) == 0, "{page}");
    let steps = admin.text(&format!("{LIST}?subject={job}"));
    assert!(
        steps.contains("Printed by a worker") && steps.contains("Ready, kept until"),
        "{steps}"
    );
    drop(worker);
}

/// Each profile has its matrix, and what an execution's licences allow is asked by its id.
#[test]
fn the_rights_matrix_is_shown_by_profile_and_asks_about_executions_too() {
    let (world, _ledger) = World::with_prices();
    let server = world.serve_with(&[]);
    let owner = Person::signed_in(&server, "owner@test.example");
    let admin = Person::signed_in(&server, "admin@test.example");
    let execution = owner.act("execute-pattern", &[("pattern", "example_prices")]);
    let execution = execution.trim_start_matches("/execution-log/");

    // One table per profile; the running one without being asked for.
    let running = admin.text("/admin/rights");
    assert!(running.contains("What becomes in the Production profile"), "{running}");
    let demo = admin.text("/admin/rights?profile=demo");
    assert!(demo.contains("What becomes in the Demonstration profile"), "{demo}");
    assert!(demo.contains("Decided by the Production profile."), "{demo}");
    let left_out = "its parts left out";
    assert!(demo.contains(left_out), "{demo}");
    // On screen, parts of whoever is not listed are left out in every profile.
    assert_eq!(running.matches(left_out).count(), 1, "{running}");
    let staging = admin.text("/admin/rights?profile=staging");
    assert!(
        staging.contains("aria-current=\"page\" href=\"/admin/rights?profile=staging\"")
            || staging.contains("href=\"/admin/rights?profile=staging\" aria-current=\"page\""),
        "{staging}"
    );

    let asked = admin.text(&format!("/admin/rights?subject={execution}"));
    assert!(asked.contains("An execution of Sample Foams"), "{asked}");
    assert!(asked.contains("Whose data its parts hold"), "{asked}");
    let recorded = "select count(*) from audit_log where action = 'execution.exported'";
    assert_eq!(world.value(recorded), "0");
    let unknown = admin.text("/admin/rights?subject=019ab2c4-0000-7000-8000-000000000001");
    assert!(unknown.contains("and no execution, of this id"), "{unknown}");
}
