//! Files of the portfolio desk from running servers: the same bytes by whichever process, and
//! none without its record.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use serde_json::Value;
use support::{Person, World};

const FORMATS: [&str; 5] = ["pdf", "html", "xlsx", "csv", "json"];

/// An active daily specification of a portfolio's report, with every panel.
fn active_specification(owner: &Person, admin: &Person, portfolio: &str) -> String {
    let mut form = vec![
        ("draft[desk]", "portfolio"),
        ("draft[name]", "Book of the day"),
        ("draft[portfolio]", portfolio),
        ("draft[window]", "month"),
        ("draft[cadence]", "daily"),
        ("draft[seats]", "1"),
        ("draft[title]", "What the book did"),
        ("draft[language]", "en"),
    ];
    let panels = [
        ("draft[panels][0]", "value"),
        ("draft[panels][1]", "performance"),
        ("draft[panels][2]", "risk"),
        ("draft[panels][3]", "currency"),
        ("draft[panels][4]", "curve"),
        ("draft[panels][5]", "allocation"),
        ("draft[panels][6]", "holdings"),
        ("draft[panels][7]", "transactions"),
    ];
    form.extend(panels);
    let onward = owner.act("create-specification", &form);
    let id = onward
        .strip_prefix("/specifications/")
        .and_then(|rest| rest.strip_suffix("?done=saved"))
        .unwrap_or_else(|| panic!("the form was not complete: {onward}"));
    owner.act("submit-specification", &[("specification", id)]);
    let activated = admin.act("activate-specification", &[("specification", id)]);
    assert!(activated.contains("done=activated"), "{activated}");
    id.to_owned()
}

fn bytes(person: &Person, path: &str) -> Vec<u8> {
    let mut answer = person.program(path);
    let body = answer.body_mut().read_to_vec().unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{path}: {}", String::from_utf8_lossy(&body));
    body
}

#[test]
fn two_processes_give_the_same_bytes_of_a_portfolio_report_and_of_an_execution() {
    let (world, _ledger) = World::with_prices();
    let one = world.serve_and_work_with(&[]);
    let owner = Person::signed_in(&one, "owner@test.example");
    let admin = Person::signed_in(&one, "admin@test.example");
    let portfolio = world.value("select min(id::text) from portfolios where base_currency = 'USD'");
    let overview = [("pattern", "portfolio_overview"), ("portfolio", &portfolio), ("asof", "")];
    let execution = owner.act("execute-pattern", &overview);
    let specification = active_specification(&owner, &admin, &portfolio);
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");

    let other = world.serve_with(&[]);
    let elsewhere = Person::signed_in(&other, "owner@test.example");
    for subject in [&run, &execution] {
        for format in FORMATS {
            let path = format!("{subject}/download/{format}");
            let here = bytes(&owner, &path);
            assert!(here == bytes(&elsewhere, &path), "{path} is another file elsewhere");
            assert!(here.len() > 1_000, "{path} has {} bytes", here.len());
        }
    }
    let recorded = "select count(*) from audit_log
        where action in ('report.exported', 'execution.exported')";
    assert_eq!(world.value(recorded), "20");

    // Not to be put on record: not sent, and said so in the form of every problem.
    world.sql("revoke insert on audit_log from observatory_app");
    for subject in [&run, &execution] {
        for format in FORMATS {
            let mut refused = owner.program(&format!("{subject}/download/{format}"));
            assert_eq!(refused.status().as_u16(), 503, "{subject} {format}");
            let headers = refused.headers().clone();
            assert_eq!(headers["content-type"], "application/problem+json");
            assert!(
                headers.contains_key("retry-after") && !headers.contains_key("content-disposition")
            );
            let problem = refused.body_mut().read_to_string().unwrap();
            let problem: Value = serde_json::from_str(&problem).unwrap();
            assert_eq!(problem["code"], "AUDIT_UNAVAILABLE", "{problem}");
        }
    }
    assert_eq!(world.value(recorded), "20");
}
