//! The API of programs: who is let in, what they are told, and that nothing is
//! done twice.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use serde_json::{Value, json};
use support::{METRICS_TOKEN, Person, Process, World};
use ureq::{Agent, http::Response};

const JWT_SECRET: (&str, &str) = ("JWT_SECRET", "a-secret-of-the-process-tests-for-jwts");
const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A program: sends JSON, keeps no cookies.
struct Program {
    agent: Agent,
    base: String,
    headers: Vec<(String, String)>,
}

/// An answer, read.
struct Answer {
    status: u16,
    headers: http::HeaderMap,
    body: Value,
    text: String,
}

impl Answer {
    fn of(mut response: Response<ureq::Body>) -> Self {
        let text = response.body_mut().read_to_string().unwrap();
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The problem's code, after a look at what every problem has.
    fn problem(&self) -> &str {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let body = &self.body;
        assert_eq!(body["status"], self.status, "{}", self.text);
        assert_eq!(body["trace_id"], self.header("x-trace-id"), "{}", self.text);
        for member in ["type", "title", "detail", "instance"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{}", self.text);
        }
        body["code"].as_str().unwrap()
    }
}

impl Program {
    fn new(server: &Process) -> Self {
        // The server leaves the body of a request that it refuses unread and may then
        // end the connection, so each request has its own.
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(0)
            .build()
            .new_agent();
        Self { agent, base: server.address.clone(), headers: Vec::new() }
    }

    fn bearing(server: &Process, token: &str) -> Self {
        Self::new(server).with("authorization", &format!("Bearer {token}"))
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn get(&self, path: &str) -> Answer {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        Answer::of(request.call().unwrap())
    }

    fn post(&self, path: &str, body: &str) -> Answer {
        let mut request = self.agent.post(format!("{}{path}", self.base));
        if !self.headers.iter().any(|(name, _)| name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        Answer::of(request.send(body).unwrap())
    }

    fn execute(&self, body: &Value) -> Answer {
        self.post("/execute", &body.to_string())
    }
}

fn example() -> Value {
    json!({ "pattern_id": "example_prices" })
}

const READS: &str = "portfolio_read,position_read,macro_read,fundamentals_read,news_read";

#[test]
fn who_is_not_known_is_told_so_and_no_other_header_makes_them_known() {
    let world = World::with_people();
    let server = world.serve_with(&[JWT_SECRET]);
    let owner = world.value("select id from users where email = 'owner@test.example'");
    let forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.";
    let unknown = format!("obs_{}_{}", "0".repeat(32), "5e".repeat(32));
    for program in [
        Program::new(&server),
        Program::new(&server).with("x-user-id", &owner).with("x-forwarded-user", &owner),
        Program::new(&server).with("authorization", "Basic YTpi"),
        Program::bearing(&server, forged),
        Program::bearing(&server, &unknown),
        Program::bearing(&server, ""),
        // Even beside a session that is alive.
        Program::bearing(&server, &unknown)
            .with("cookie", &Person::signed_in(&server, "owner@test.example").cookie())
            .with("origin", &server.address),
    ] {
        let sent = program.headers.clone();
        for answer in [
            program.execute(&example()),
            program.get("/patterns"),
            program.get("/capabilities"),
            program.get("/executions/01900000-0000-7000-8000-000000000000"),
            program.post("/token", ""),
        ] {
            assert_eq!((answer.status, answer.problem()), (401, "UNAUTHENTICATED"), "{sent:?}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
}

#[test]
fn a_token_and_its_jwt_execute_until_the_token_is_revoked() {
    let (world, _ledger) = World::with_prices();
    let server = world.serve_with(&[JWT_SECRET]);
    let token = world.token("viewer@test.example", READS);
    let program = Program::bearing(&server, &token).with("traceparent", TRACEPARENT);
    let answer = program.execute(&example());
    assert_eq!(answer.status, 200, "{}", answer.text);
    let members: Vec<&String> = answer.body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["charts", "data", "trace"]);
    assert_eq!(answer.header("x-trace-id"), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(answer.body["trace"]["trace_id"], answer.header("x-trace-id"));
    let pack = world.value("select id from pricing_packs order by date desc limit 1");
    assert_eq!(answer.header("x-pack-id"), pack);
    assert_eq!(answer.body["trace"]["pricing_pack_id"], pack);
    assert_eq!(answer.header("x-data-stale"), "");
    let registry = std::fs::read("../.ops/RIGHTS_REGISTRY.yaml").unwrap();
    let rights = domain::hash::ContentHash::of_bytes(&registry).short();
    assert_eq!(answer.header("x-rights-version"), rights);
    for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY")] {
        assert_eq!(answer.header(name), value);
    }

    let minted = program.post("/token", r#"{"lifetime_s": 120}"#);
    assert_eq!(minted.status, 200, "{}", minted.text);
    assert_eq!(
        (&minted.body["token_type"], &minted.body["expires_in"]),
        (&json!("Bearer"), &json!(120))
    );
    assert_eq!(minted.header("cache-control"), "no-store");
    let jwt = minted.body["access_token"].as_str().unwrap();
    let by_jwt = Program::bearing(&server, jwt);
    let again = by_jwt.post("/v1/execute", &example().to_string());
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(again.body["data"], answer.body["data"]);
    // A JWT mints no further one.
    assert_eq!(by_jwt.post("/token", "").problem(), "UNAUTHENTICATED");

    world.sql("update api_tokens set revoked_at = now()");
    assert_eq!(program.execute(&example()).problem(), "UNAUTHENTICATED");
    assert_eq!(by_jwt.execute(&example()).problem(), "UNAUTHENTICATED");
    let secret = token.rsplit_once('_').unwrap().1;
    for line in server.log() {
        assert!(
            !line.contains(secret) && !line.contains(jwt) && !line.contains(JWT_SECRET.1),
            "{line}"
        );
    }
}

#[test]
fn an_execution_is_read_again_and_replayed_by_its_own_workspace_alone() {
    let (world, _ledger) = World::with_prices();
    let server = world.serve_with(&[]);
    let program = Program::bearing(&server, &world.token("owner@test.example", READS));
    let answer = program.execute(&example());
    let path = format!("/executions/{}", answer.header("x-execution-id"));
    let kept = program.get(&path);
    assert_eq!(kept.status, 200, "{}", kept.text);
    assert_eq!(kept.body["data"], answer.body["data"]);
    assert_eq!(kept.body["trace"], answer.body["trace"]);
    assert_eq!((&kept.body["outcome"], &kept.body["problem"]), (&json!("succeeded"), &Value::Null));
    let replay = program.post(&format!("{path}/replay"), "");
    assert_eq!(replay.body, json!({ "identical": true, "diff": [] }), "{}", replay.text);

    let stranger = Program::bearing(&server, &world.token("other@test.example", READS));
    let unknown = "/executions/01900000-0000-7000-8000-000000000000";
    let told = |path: &str| {
        let mut told = stranger.get(path).body;
        told["instance"].take();
        told["trace_id"].take();
        told
    };
    assert_eq!(told(&path), told(unknown));
    assert_eq!(told(&path)["code"], "NOT_FOUND");
    assert_eq!(stranger.post(&format!("{path}/replay"), "").problem(), "NOT_FOUND");
    assert_eq!(program.get("/executions/no-id").problem(), "NOT_FOUND");
}

#[test]
fn a_session_works_under_the_origin_rule() {
    let (world, _ledger) = World::with_prices();
    let server = world.serve_with(&[]);
    let cookie = Person::signed_in(&server, "viewer@test.example").cookie();
    let signed_in = || Program::new(&server).with("cookie", &cookie);
    for foreign in [
        signed_in(),
        signed_in().with("origin", "https://evil.example"),
        signed_in().with("sec-fetch-site", "cross-site"),
    ] {
        let answer = foreign.execute(&example());
        assert_eq!((answer.status, answer.problem()), (403, "CROSS_SITE"));
    }
    assert_eq!(signed_in().with("origin", &server.address).execute(&example()).status, 200);
    assert_eq!(signed_in().get("/patterns").status, 200);
    assert_eq!(world.value("select count(*) from executions"), "1");
}

#[test]
fn only_the_origins_that_are_named_may_read() {
    let world = World::with_people();
    let preflight = |server: &Process, origin: &str| {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .build()
            .new_agent();
        let request = http::Request::builder()
            .method("OPTIONS")
            .uri(format!("{}/execute", server.address))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type")
            .body(())
            .unwrap();
        Answer::of(agent.run(request).unwrap())
    };
    let named = "https://desk.example";
    let server = world.serve_with(&[("CORS_ORIGINS", "https://desk.example,http://127.0.0.1:9")]);
    let allowed = preflight(&server, named);
    assert_eq!(allowed.header("access-control-allow-origin"), named);
    assert_eq!(allowed.header("access-control-max-age"), "3600");
    assert_eq!(allowed.header("access-control-allow-credentials"), "");
    for other in
        ["https://evil.example", "https://desk.example.evil", "null", "http://desk.example"]
    {
        assert_eq!(preflight(&server, other).header("access-control-allow-origin"), "", "{other}");
    }
    let token = world.token("viewer@test.example", READS);
    let answer = Program::bearing(&server, &token).with("origin", named).get("/patterns");
    assert_eq!(answer.header("access-control-allow-origin"), named);
    let exposed = answer.header("access-control-expose-headers");
    for name in ["x-trace-id", "x-pack-id", "x-rights-version"] {
        assert!(exposed.contains(name), "{exposed}");
    }
    // Pages are nobody else's.
    let page = Program::new(&server).with("origin", named).get("/sign-in");
    assert_eq!(page.header("access-control-allow-origin"), "");

    let server = world.serve_with(&[]);
    assert_eq!(preflight(&server, named).header("access-control-allow-origin"), "");
}

#[test]
fn a_request_that_comes_twice_is_answered_once() {
    let (world, _ledger) = World::with_prices();
    let server = world.serve_with(&[]);
    let viewer = world.token("viewer@test.example", READS);
    let keyed = |token: &str| Program::bearing(&server, token).with("idempotency-key", "order-7");
    let first = keyed(&viewer).execute(&example());
    assert_eq!((first.status, first.header("idempotent-replay")), (200, ""), "{}", first.text);
    let second = keyed(&viewer).execute(&example());
    assert_eq!((second.status, second.header("idempotent-replay")), (200, "true"));
    assert_eq!(second.text, first.text);
    for name in ["content-type", "x-pack-id", "x-execution-id", "x-rights-version"] {
        assert_eq!(second.header(name), first.header(name));
    }
    assert_eq!(world.value("select count(*) from executions"), "1");
    let other = json!({ "pattern_id": "example_prices", "inputs": { "amount": 5 } });
    let conflict = keyed(&viewer).execute(&other);
    assert_eq!((conflict.status, conflict.problem()), (422, "IDEMPOTENCY_CONFLICT"));

    // The same key of somebody else is another key.
    let owner = keyed(&world.token("owner@test.example", READS)).execute(&example());
    assert_eq!((owner.status, owner.header("idempotent-replay")), (200, ""));
    // A token that may do less does not get what the other one was told.
    let lesser = keyed(&world.token("viewer@test.example", "news_read")).execute(&example());
    assert_eq!(lesser.problem(), "IDEMPOTENCY_CONFLICT");

    world.sql("update idempotency_keys set status = null, headers = null, body = null");
    let running = keyed(&viewer).execute(&example());
    assert_eq!((running.status, running.problem()), (409, "EXECUTION_IN_PROGRESS"));
    assert_eq!(running.header("retry-after"), "2");
    // Its process has died: the key is free when the lease has run out.
    world.sql("update idempotency_keys set lease_until = now()");
    assert_eq!(keyed(&viewer).execute(&example()).status, 200);

    let refused = keyed(&viewer).execute(&json!({ "pattern_id": "no_such" }));
    assert_eq!(refused.problem(), "IDEMPOTENCY_CONFLICT");
    let long = "k".repeat(256);
    let refused = Program::bearing(&server, &viewer).with("idempotency-key", &long);
    assert_eq!(refused.execute(&example()).problem(), "MALFORMED_REQUEST");
}

#[test]
fn every_refusal_is_a_problem_that_says_what_is_wrong() {
    let world = World::with_people();
    let server = world.serve_with(&[]);
    let token = world.token("owner@test.example", READS);
    let program = || Program::bearing(&server, &token);
    let check = |answer: &Answer, status: u16, code: &str| {
        assert_eq!((answer.status, answer.problem()), (status, code), "{}", answer.text);
        // Its type leads to a page that says more.
        let page = Program::new(&server).get(answer.body["type"].as_str().unwrap());
        assert!(page.status == 200 && page.text.contains(code), "{}", page.text);
    };
    let malformed = "MALFORMED_REQUEST";
    check(&program().post("/execute", "{"), 400, malformed);
    check(&program().post("/execute", ""), 400, malformed);
    let plain = program().with("content-type", "text/plain");
    check(&plain.post("/execute", &example().to_string()), 400, malformed);
    let large = format!(r#"{{"pattern_id": "{}"}}"#, "x".repeat(1024 * 1024));
    check(&program().post("/execute", &large), 400, malformed);
    let deep = format!(r#"{{"inputs": {}1{}}}"#, "[".repeat(40), "]".repeat(40));
    check(&program().post("/execute", &deep), 400, malformed);

    check(&program().execute(&json!({ "pattern_id": "no_such" })), 404, "PATTERN_NOT_FOUND");
    check(&program().get("/patterns/no_such"), 404, "PATTERN_NOT_FOUND");
    check(&program().get("/patterns/a/b"), 404, "NOT_FOUND");
    check(&program().execute(&example()), 404, "PACK_NOT_FOUND");
    let governed = json!({ "pattern_id": "observatory_report" });
    check(&program().execute(&governed), 403, "FORBIDDEN");
    let wrong_method = program().get("/execute");
    check(&wrong_method, 405, "METHOD_NOT_ALLOWED");
    assert_eq!(wrong_method.header("allow"), "POST");
    check(&program().post("/token", ""), 404, "NOT_FOUND");

    let pointers = |answer: &Answer| -> Vec<String> {
        check(answer, 422, "INVALID_INPUT");
        let errors = answer.body["errors"].as_array().unwrap();
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    };
    let wrong = json!({ "pattern_id": 7, "asof": "tomorrow", "as_of": "2026-01-31" });
    assert_eq!(pointers(&program().execute(&wrong)), ["/pattern_id", "/asof", "/as_of"]);
    let inputs = json!({ "amount": "much", "currency": "EURO", "size": 1 });
    let wrong = json!({ "pattern_id": "example_prices", "inputs": inputs });
    let mut found = pointers(&program().execute(&wrong));
    found.sort();
    assert_eq!(found, ["/inputs/amount", "/inputs/currency", "/inputs/size"]);
    let nul = json!({ "pattern_id": "example_prices", "inputs": { "currency": "E\u{0}R" } });
    assert_eq!(pointers(&program().execute(&nul)), ["/inputs/currency"]);
}

#[test]
fn a_closed_gate_says_when_to_come_back_and_what_there_is_meanwhile() {
    let (world, _ledger) = World::with_prices();
    let server = world.serve_with(&[]);
    let editor = world.token("owner@test.example", READS);
    let viewer = world.token("viewer@test.example", READS);
    world.sql("set session_replication_role = replica;
               update pricing_packs set status = 'warming', fresh_at = null, build_started_at = now()");
    let blocked =
        Program::bearing(&server, &viewer).with("idempotency-key", "1").execute(&example());
    assert_eq!((blocked.status, blocked.problem()), (503, "PACK_WARMING"), "{}", blocked.text);
    let wait: u32 = blocked.header("retry-after").parse().unwrap();
    assert!((5..=900).contains(&wait), "{wait}");
    for member in ["pack_id", "pack_status", "progress", "estimated_ready"] {
        assert!(!blocked.body[member].is_null(), "{}", blocked.text);
    }
    assert!(blocked.body.get("last_fresh_pack_id").is_some());
    let health = Program::new(&server).get("/health/pack");
    assert_eq!((health.status, &health.body["is_fresh"]), (503, &json!(false)));

    let stale = json!({ "pattern_id": "example_prices", "require_fresh": false });
    let refused = Program::bearing(&server, &viewer).execute(&stale);
    assert_eq!((refused.status, refused.problem()), (403, "FORBIDDEN"));
    let accepted = Program::bearing(&server, &editor).execute(&stale);
    assert_eq!((accepted.status, accepted.header("x-data-stale")), (200, "true"));
    assert_eq!(accepted.body["trace"]["freshness"]["bypassed"], true);

    world.sql(
        "set session_replication_role = replica;
               update pricing_packs set status = 'fresh', fresh_at = now()",
    );
    let metrics = Program::bearing(&server, METRICS_TOKEN).get("/metrics").text;
    let pack = blocked.body["pack_id"].as_str().unwrap();
    for series in [
        format!(r#"freshness_gate_blocks_total{{pack_id="{pack}"}} 1"#),
        r#"executor_requests_total{pattern_id="example_prices",status="blocked"} 1"#.to_owned(),
        r#"executor_requests_total{pattern_id="example_prices",status="success"} 1"#.to_owned(),
        r#"pattern_latency_seconds_count{pattern_id="example_prices",status="blocked"} 1"#
            .to_owned(),
    ] {
        assert!(metrics.lines().any(|line| line == series), "{series} is not in\n{metrics}");
    }
    // The refusal passed by itself, so the key did not keep it.
    let open = Program::bearing(&server, &viewer).with("idempotency-key", "1").execute(&example());
    assert_eq!((open.status, open.header("idempotent-replay")), (200, ""), "{}", open.text);
    assert_eq!(Program::new(&server).get("/health/pack").status, 200);
}

#[test]
fn a_pack_that_could_not_be_built_closes_the_gate_with_its_reason() {
    let (world, _ledger) = World::with_prices();
    let server = world.serve_with(&[]);
    world.sql(
        "set session_replication_role = replica;
               update pricing_packs set status = 'error', fresh_at = null, error = 'ACME has no price'",
    );
    let token = world.token("viewer@test.example", READS);
    let failed = Program::bearing(&server, &token).execute(&example());
    assert_eq!((failed.status, failed.problem()), (503, "PACK_FAILED"), "{}", failed.text);
    // domain/portfolio.md section 1: a build that failed is looked at by a person.
    assert_eq!(failed.header("retry-after"), "900");
    assert_eq!(failed.body["detail"], "ACME has no price");
    assert!(failed.body.get("last_fresh_pack_id").is_some(), "{}", failed.text);
    let health = Program::new(&server).get("/health/pack");
    assert_eq!((health.status, &health.body["status"]), (500, &json!("error")));
}

#[test]
fn an_execution_ends_at_the_deadline_of_its_request() {
    let (world, _ledger) = World::with_prices();
    let server = world.serve_with(&[("EXECUTE_DEADLINE_S", "1")]);
    let program = Program::bearing(&server, &world.token("viewer@test.example", READS));
    let held = world.hold("lock table pricing_packs in access exclusive mode");
    let late = program.execute(&example());
    assert_eq!((late.status, late.problem()), (504, "DEADLINE_EXCEEDED"), "{}", late.text);
    drop(held);
    assert_eq!(program.execute(&example()).status, 200);
}

#[test]
fn the_api_describes_itself() {
    let world = World::with_people();
    let server = world.serve_with(&[]);
    let description = Program::new(&server).get("/openapi.json");
    assert_eq!(description.status, 200);
    assert_eq!(description.body["openapi"], "3.1.0");
    let token = world.token("viewer@test.example", READS);
    let program = Program::bearing(&server, &token);
    let patterns = program.get("/patterns");
    let listed = patterns.body["patterns"].as_array().unwrap();
    let example = listed.iter().find(|pattern| pattern["id"] == "example_prices").unwrap();
    for member in ["name", "description", "category", "version", "inputs", "outputs", "rights"] {
        assert!(!example[member].is_null(), "{member}");
    }
    assert!(program.get("/patterns/example_prices").body["steps"].is_array());
    let only = program.get("/capabilities?category=example");
    let listed = only.body["capabilities"].as_array().unwrap();
    assert!(!listed.is_empty());
    assert!(listed.iter().all(|capability| capability["category"] == "example"));
}
