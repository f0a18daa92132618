//! What a process tells of itself, to whom, and what it never tells.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use serde_json::Value;
use std::time::{Duration, Instant};
use support::{
    METRICS_TOKEN, PASSWORD, PATIENCE, Person, Process, World,
    collector::{Collector, attribute},
};
use ureq::{Agent, http::Response};

/// The example of the W3C recommendation.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// Errors, and the line that names the address.
const QUIET: &str = "error,observatory::command=info";

fn traceparent() -> String {
    format!("00-{TRACE}-{SPAN}-01")
}

fn get(server: &Process, path: &str, headers: &[(&str, &str)]) -> Response<ureq::Body> {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let mut request = agent.get(format!("{}{path}", server.address));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.call().unwrap()
}

fn metrics(server: &Process) -> String {
    let bearer = format!("Bearer {METRICS_TOKEN}");
    let mut answer = get(server, "/metrics", &[("authorization", &bearer)]);
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    answer.body_mut().read_to_string().unwrap()
}

#[test]
fn requests_are_measured_by_route_and_never_by_path() {
    let world = World::new();
    let server = world.serve_with(&[]);
    get(&server, "/health", &[]);
    get(&server, "/runs/01900000-0000-7000-8000-00000000abcd/artifact", &[]);
    get(&server, "/no/such/place", &[]);
    get(&server, "/pkg/observatory.css", &[]);
    let text = metrics(&server);
    let edges: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("http_request_duration_seconds_bucket{"))
        .filter(|line| line.contains(r#"route="/health",method="GET",status="2xx""#))
        .map(|line| line.split("le=\"").nth(1).unwrap().split('"').next().unwrap())
        .collect();
    // domain/portfolio.md section 13
    assert_eq!(edges, ["0.1", "0.5", "1", "1.2", "2", "5", "10", "+Inf"]);
    for route in ["/runs/{run}/artifact", "unmatched", "/pkg/{*file}"] {
        assert!(text.contains(&format!("route=\"{route}\"")), "{route} is not in {text}");
    }
    for path in ["00000000abcd", "/no/such", "observatory.css"] {
        assert!(!text.contains(path), "{path} became a label: {text}");
    }
}

#[test]
fn metrics_are_for_the_holder_of_the_token_or_for_this_machine_in_development() {
    let world = World::new();
    let status = |server: &Process, authorization: &str| {
        let headers = [("authorization", authorization)];
        let headers = if authorization.is_empty() { &[][..] } else { &headers };
        get(server, "/metrics", headers).status().as_u16()
    };
    let bearer = format!("Bearer {METRICS_TOKEN}");
    let server = world.serve_behind_tls();
    assert_eq!(status(&server, &bearer), 200);
    for wrong in ["", METRICS_TOKEN, "Bearer", "Bearer ", &format!("{bearer}x"), "Basic YTpi"] {
        assert_eq!(status(&server, wrong), 401, "{wrong:?}");
    }
    let mut without_token = world.command(&["serve", "--without-worker"]);
    without_token.env_remove("METRICS_TOKEN");
    let server = Process::start(without_token, "serving");
    assert_eq!(status(&server, ""), 401);
    assert_eq!(status(&server, "Bearer "), 401);
    let mut development = world.command(&["serve", "--without-worker", "--plain-http", "loopback"]);
    development.env_remove("METRICS_TOKEN");
    assert_eq!(status(&Process::start(development, "serving"), ""), 200);
}

#[test]
fn a_worker_that_serves_nothing_else_shows_its_metrics_where_it_is_told_to() {
    let world = World::with_people();
    let server = world.serve(&["--without-worker"]);
    let specification = world.active_specification(&server);
    let mut command = world.command(&["work", "--metrics-address", "127.0.0.1:0"]);
    command.env_remove("BIND_ADDRESS");
    let worker = Process::start(command, "serving metrics");
    Person::signed_in(&server, "owner@test.example")
        .act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    let bearer = format!("Bearer {METRICS_TOKEN}");
    let text = get(&worker, "/metrics", &[("authorization", &bearer)]);
    let text = text.into_body().read_to_string().unwrap();
    let line =
        r#"agent_invocations_total{agent="evidence",capability="evidence.select",status="ok"} 1"#;
    assert!(text.lines().any(|known| known == line), "{text}");
    assert_eq!(get(&worker, "/metrics", &[]).status().as_u16(), 401);
    assert_eq!(get(&worker, "/health", &[]).status().as_u16(), 200);
    assert_eq!(get(&worker, "/sign-in", &[]).status().as_u16(), 404);
}

#[test]
fn a_request_whose_sender_leaves_is_counted_all_the_same() {
    let (world, _ledger) = World::with_prices();
    let server = world.serve_with(&[]);
    let token = world.token("owner@test.example", "portfolio_read,position_read,macro_read");
    // The reading of the pack waits for this transaction.
    let lock = world.hold("lock table pricing_packs in access exclusive mode");
    let agent: Agent =
        Agent::config_builder().timeout_global(Some(Duration::from_secs(1))).build().into();
    let left = agent
        .post(format!("{}/execute", server.address))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .send(r#"{"pattern_id": "example_prices", "inputs": {}}"#);
    assert!(left.is_err(), "{left:?}");
    drop(lock);
    let counted = [
        r#"executor_requests_total{pattern_id="example_prices",status="error"} 1"#,
        r#"http_request_duration_seconds_count{route="/execute",method="POST",status="4xx"} 1"#,
    ];
    let begun = Instant::now();
    loop {
        let text = metrics(&server);
        if counted.iter().all(|line| text.lines().any(|known| known == *line)) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{text}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_line_of_the_log_carries_the_trace_id_of_its_request() {
    let world = World::new();
    let server = world.serve_with(&[("LOG", "observatory=debug,info")]);
    let answer = get(&server, "/ready", &[("traceparent", &traceparent())]);
    assert_eq!(answer.headers()["x-trace-id"], TRACE);
    let returned = answer.headers()["traceparent"].to_str().unwrap();
    assert!(returned.starts_with(&format!("00-{TRACE}-")) && returned.ends_with("-01"));
    assert!(!returned.contains(SPAN), "the caller's span is not ours: {returned}");
    let line = server.wait_for_line(|line| line.contains(TRACE));
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["trace_id"], TRACE);
    assert_eq!(line["http.route"], "/ready");
    assert_eq!(line["http.response.status_code"], 200);
    assert!(line["duration_ms"].is_number() && line["request.id"].is_string(), "{line}");

    let ours = get(&server, "/ready", &[("traceparent", "00-not-a-trace")]);
    let ours = ours.headers()["x-trace-id"].to_str().unwrap().to_owned();
    assert!(ours.len() == 32 && ours != TRACE, "{ours}");
    server.wait_for_line(|line| line.contains(&ours));
    for line in server.log() {
        assert!(serde_json::from_str::<Value>(&line).is_ok(), "not JSON: {line}");
    }
}

#[test]
fn a_trace_id_is_on_the_line_even_where_only_errors_are_logged() {
    let world = World::with_people();
    let server = world.serve_with(&[("LOG", QUIET)]);
    let owner = Person::signed_in(&server, "owner@test.example");
    world.sql("alter table users rename to people_gone");
    owner.get("/");
    let line = server.wait_for_line(|line| line.contains("\"level\":\"ERROR\""));
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["trace_id"].as_str().map(str::len), Some(32), "{line}");
}

#[test]
fn a_collector_receives_the_request_in_the_callers_trace() {
    let world = World::new();
    let collector = Collector::start();
    let server = world.serve_with(&[("OTLP_ENDPOINT", &collector.endpoint()), ("LOG", QUIET)]);
    let answer = get(&server, "/health", &[("traceparent", &traceparent())]);
    let returned = answer.headers()["traceparent"].to_str().unwrap().to_owned();
    // Ending the process sends what has not left yet.
    assert!(server.terminate().success());
    let span = collector.wait_for_span(TRACE, "GET /health");
    assert_eq!(span["parentSpanId"], SPAN);
    assert!(returned.contains(span["spanId"].as_str().unwrap()), "{returned}");
    assert_eq!(attribute(&span, "http.route").unwrap(), "/health");
    assert_eq!(attribute(&span, "http.response.status_code").unwrap(), "200");
}

#[test]
fn an_execution_of_no_pattern_of_ours_is_counted_as_unknown() {
    let world = World::with_people();
    let collector = Collector::start();
    let server = world.serve_with(&[("OTLP_ENDPOINT", &collector.endpoint())]);
    let owner = Person::signed_in(&server, "owner@test.example");
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent
        .post(format!("{}/execute", server.address))
        .header("cookie", owner.cookie())
        .header("origin", &server.address)
        .header("content-type", "application/json")
        .header("traceparent", traceparent())
        .send(r#"{"pattern_id": "no_such_pattern", "inputs": {}}"#)
        .unwrap();
    let problem = answer.body_mut().read_to_string().unwrap();
    assert_eq!(answer.status().as_u16(), 404, "{problem}");
    assert!(problem.contains("PATTERN_NOT_FOUND"), "{problem}");
    assert_eq!(answer.headers()["x-trace-id"], TRACE);
    let text = metrics(&server);
    let line = r#"executor_requests_total{pattern_id="unknown",status="invalid"} 1"#;
    assert!(text.lines().any(|known| known == line), "{text}");
    assert!(
        text.contains(r#"pattern_latency_seconds_count{pattern_id="unknown",status="invalid"} 1"#)
    );
    assert!(!text.contains("no_such_pattern"), "text of a request became a label: {text}");

    let span = collector.wait_for_span(TRACE, "pattern_execution");
    let request = collector.wait_for_span(TRACE, "POST /execute");
    assert_eq!(span["parentSpanId"], request["spanId"]);
    assert_eq!(request["parentSpanId"], SPAN);
    assert_eq!(attribute(&span, "pattern.id").unwrap(), "unknown");
    assert_eq!(attribute(&span, "execution.status").unwrap(), "invalid");
    assert_eq!(attribute(&span, "freshness.blocked").unwrap(), false);
    assert_eq!(attribute(&span, "request.id"), attribute(&request, "request.id"));
    assert!(attribute(&span, "execution.duration_seconds").unwrap().is_number(), "{span}");
}

#[test]
fn a_collector_receives_the_pack_the_ledger_and_the_transactions_of_an_execution() {
    let (world, _ledger) = World::with_prices();
    let collector = Collector::start();
    let server = world.serve_with(&[("OTLP_ENDPOINT", &collector.endpoint())]);
    let token = world.token(
        "owner@test.example",
        "portfolio_read,position_read,macro_read,fundamentals_read,news_read",
    );
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent
        .post(format!("{}/execute", server.address))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("traceparent", traceparent())
        .send(r#"{"pattern_id": "example_prices", "inputs": {}}"#)
        .unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{text}");
    assert!(server.terminate().success());

    let pack = "(select id from pricing_packs order by date desc limit 1)";
    let request = collector.wait_for_span(TRACE, "POST /execute");
    let execution = collector.wait_for_span(TRACE, "pattern_execution");
    assert_eq!(attribute(&execution, "pricing.pack_id").unwrap(), world.value(pack).as_str());
    let commit =
        world.value(&format!("(select ledger_commit from pricing_packs where id = {pack})"));
    assert_eq!(attribute(&execution, "ledger.commit_hash").unwrap(), commit.as_str());
    assert_eq!(execution["parentSpanId"], request["spanId"]);
    let transactions: Vec<Value> = collector
        .spans()
        .into_iter()
        .filter(|span| span["name"] == "transaction")
        .filter(|span| span["parentSpanId"] == execution["spanId"])
        .collect();
    for (name, value) in [("tenancy", "workspace"), ("outcome", "committed")] {
        let has = |span: &Value| attribute(span, name).is_some_and(|known| known == value);
        assert!(transactions.iter().any(has), "no transaction with {name} {value}");
    }
}

#[test]
fn a_run_is_a_trace_of_its_own_id_whichever_process_carries_it() {
    let world = World::with_people();
    let collector = Collector::start();
    let server = world.serve_with(&[]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    owner.act("trigger-run", &[("specification", &specification)]);
    let mut work = world.command(&["work"]);
    work.env("OTLP_ENDPOINT", collector.endpoint());
    let worker = Process::start(work, "the worker is ready");
    world.wait_for("select status from runs", "succeeded");
    let run = world.value("select id from runs");
    let span = collector.wait_for_span(&run.replace('-', ""), "run");
    assert_eq!(attribute(&span, "run.id").unwrap(), run.as_str());
    assert_eq!(span["parentSpanId"], "");
    assert!(worker.terminate().success());
}

#[test]
fn a_collector_that_is_silent_or_absent_slows_nobody() {
    let world = World::new();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for address in [silent.local_addr().unwrap(), gone] {
        let endpoint = format!("http://{address}");
        let server = world.serve_with(&[("OTLP_ENDPOINT", &endpoint)]);
        for _ in 0..50 {
            let begun = Instant::now();
            assert_eq!(get(&server, "/health", &[]).status().as_u16(), 200);
            assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        }
        let begun = Instant::now();
        assert!(server.terminate().success());
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }
}

#[test]
fn no_secret_is_printed_however_much_is_logged() {
    let world = World::with_people();
    let collector = Collector::start();
    let application = &world.database_url;
    let password = application.split(['/', ':', '@']).nth(4).unwrap().to_owned();
    let owner_url = application.replacen(&password, "owner-secret-4711", 1);
    let jwt_secret = "jwt-secret-4711-with-enough-characters-to-be-taken";
    let environment = [
        ("LOG", "trace"),
        ("DATABASE_OWNER_URL", owner_url.as_str()),
        ("JWT_SECRET", jwt_secret),
        ("OTLP_ENDPOINT", &collector.endpoint()),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20collector-secret-4711"),
    ];
    let server = world.serve_with(&environment);
    let owner = Person::signed_in(&server, "owner@test.example");
    owner.act("sign-in", &[("email", "owner@test.example"), ("password", "wrong-secret-4711")]);
    owner.create_specification("Weekly");
    for path in ["/", "/account", "/specifications", "/no/such/place"] {
        owner.get(path);
    }
    metrics(&server);
    get(&server, "/metrics", &[("authorization", "Bearer wrong-secret-4712")]);
    let cookie = owner.cookie();
    let session = cookie.split_once('=').unwrap().1.to_owned();
    let said = server.wait_for_line(|line| line.contains("TRACE"));
    assert!(!said.is_empty());
    let mut said = server.log().join("\n");
    assert!(server.terminate().success());

    // Also when the start fails.
    for url in [&owner_url, "postgres://u:owner-secret-4711@127.0.0.1:1/none", "owner-secret-4711"]
    {
        let mut command = world.command(&["migrate"]);
        let output =
            command.envs([("DATABASE_OWNER_URL", url), ("LOG", "trace")]).output().unwrap();
        said.push_str(&String::from_utf8_lossy(&output.stdout));
        said.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    let sent = collector.spans().iter().map(Value::to_string).collect::<String>();
    for (what, secret) in [
        ("database password", password.as_str()),
        ("owner's password", "owner-secret-4711"),
        ("JWT secret", jwt_secret),
        ("metrics token", METRICS_TOKEN),
        ("collector's token", "collector-secret-4711"),
        ("password", PASSWORD),
        ("wrong password", "wrong-secret-4711"),
        ("wrong token", "wrong-secret-4712"),
        ("session", session.as_str()),
    ] {
        for (where_, text) in [("log", &said), ("spans", &sent)] {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "the {what} is in the {where_}");
        }
    }
}
