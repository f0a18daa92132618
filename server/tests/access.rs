//! Who reaches what. The list of routes drives these tests, so that a new route
//! without a row fails.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use serde_json::Value;
use std::{collections::BTreeMap, thread};
use support::{PASSWORD, Person, World};
use ureq::http::Response;

/// What stands in an address for an object of each kind.
struct Objects {
    specification: String,
    run: String,
    workspace: String,
    execution: String,
    export: String,
    portfolio: String,
}

const UNKNOWN: &str = "01900000-0000-7000-8000-000000000000";

impl Objects {
    fn unknown() -> Self {
        let id = || UNKNOWN.to_owned();
        Self {
            specification: id(),
            run: id(),
            workspace: id(),
            execution: id(),
            export: id(),
            portfolio: id(),
        }
    }

    fn in_path(&self, path: &str) -> String {
        path.replace("{specification}", &self.specification)
            .replace("{run}", &self.run)
            .replace("{workspace}", &self.workspace)
            .replace("{execution}", &self.execution)
            .replace("{export}", &self.export)
            .replace("{portfolio}", &self.portfolio)
            .replace("{security}", "ACME")
            .replace("{pattern}", "example_prices")
            .replace("{problem}", "not-found")
            .replace("{source}", UNKNOWN)
            .replace("{chain}", UNKNOWN)
            .replace("{entry}", "1")
            .replace("{item}", "1")
            .replace("{place}", "duplicate")
            .replace("{event}", "V-000000000000")
            .replace("{evidence}", "E-000000000000")
            .replace("{pack}", &"0".repeat(64))
            .replace("{company}", "nobody")
            .replace("{form}", "html")
    }
}

/// The forms of the server functions that name an object. A server function
/// that is in neither list is a mistake.
fn forms(objects: &Objects) -> BTreeMap<&'static str, Vec<(&'static str, String)>> {
    let specification = || ("specification", objects.specification.clone());
    let reason = || ("reason", "A reason that is long enough.".to_owned());
    BTreeMap::from([
        (
            "/action/save-specification",
            vec![specification(), ("draft[name]", "Taken over".to_owned())],
        ),
        ("/action/clone-specification", vec![specification()]),
        ("/action/submit-specification", vec![specification()]),
        ("/action/pause-specification", vec![specification(), reason()]),
        ("/action/resume-specification", vec![specification()]),
        ("/action/cancel-specification", vec![specification(), reason()]),
        (
            "/action/set-schedule",
            vec![
                specification(),
                ("schedule[at]", "07:00".to_owned()),
                ("schedule[missed]", "latest".to_owned()),
            ],
        ),
        ("/action/pause-schedule", vec![specification(), reason()]),
        ("/action/resume-schedule", vec![specification()]),
        ("/action/trigger-run", vec![specification()]),
        ("/action/cancel-run", vec![("run", objects.run.clone())]),
        (
            "/action/execute-pattern",
            vec![
                ("pattern", "example_prices".to_owned()),
                ("portfolio", objects.workspace.clone()),
            ],
        ),
        (
            "/action/add-portfolio",
            vec![("portfolio", objects.portfolio.clone()), ("name", "Taken over".to_owned())],
        ),
        ("/action/activate-specification", vec![specification()]),
        ("/action/return-specification", vec![specification(), reason()]),
        (
            "/action/grant-override",
            vec![specification(), reason(), ("kind", "extra_run".to_owned())],
        ),
        ("/action/switch-workspace", vec![("workspace", objects.workspace.clone())]),
        (
            "/action/grant-entitlement",
            vec![("workspace", objects.workspace.clone()), ("cadence", "daily".to_owned())],
        ),
        ("/action/set-model-budget", vec![("workspace", objects.workspace.clone())]),
        (
            "/action/record-licence",
            vec![("workspace", objects.workspace.clone()), ("provider", "FMP".to_owned())],
        ),
        // Of nobody: the use case asks for an administrator first.
        ("/action/withdraw-licence", vec![("licence", UNKNOWN.to_owned())]),
        // Of the platform: administrators alone reach it.
        ("/action/enable-source", vec![("source", objects.workspace.clone())]),
        ("/action/set-source-terms", vec![("id", objects.workspace.clone())]),
        ("/action/edit-source", vec![("id", objects.workspace.clone())]),
        ("/action/try-source", vec![("id", objects.workspace.clone())]),
        ("/action/test-source", vec![("source", objects.workspace.clone())]),
        ("/action/decide-held", vec![("item", "1".to_owned())]),
        ("/action/merge-events", vec![("event", "V-0123456789ab".to_owned())]),
        ("/action/separate-citation", vec![("event", "V-0123456789ab".to_owned())]),
        ("/action/undo-event-decision", vec![("decision", "1".to_owned())]),
        ("/action/import-items", vec![("source", objects.workspace.clone())]),
        // Of nobody: whose token it is, the use case's own tests ask.
        ("/action/revoke-api-token", vec![("token", UNKNOWN.to_owned())]),
        // In its address.
        ("/executions/{execution}/replay", vec![]),
    ])
}

/// Server functions that name no object.
const WITHOUT_OBJECT: &[&str] = &[
    "/action/sign-in",
    "/action/sign-out",
    "/action/change-password",
    "/action/create-specification",
    "/action/build-evidence-pack",
    "/action/create-source",
    "/action/create-api-token",
    "/action/read-ledger",
    "/action/remove-ledger-repository",
    "/action/set-ledger-repository",
    "/execute",
    "/v1/execute",
    "/token",
];

/// An execution of the sample workspace as it is kept.
fn insert_execution(world: &World) -> String {
    world.sql(
        "insert into executions
         select gen_random_uuid(), m.workspace_id, m.user_id, 'example_prices', 'Example', '1.0.0',
             sha256('')::bytea, null, '{}', false, current_date, null, null, null, 'production', true,
             false, repeat('a', 32), gen_random_uuid(), 'failed', '{}', '{}', '[]', null, null, now(), 1
         from memberships m join users u on u.id = m.user_id where u.email = 'owner@test.example'",
    );
    world.value("select id from executions")
}

/// A large export of the sample workspace that is queued.
fn insert_export(world: &World) -> String {
    world.sql(
        "insert into export_jobs
             (id, workspace_id, asked_by, subject, subject_id, title, format, document_hash, cells)
         select gen_random_uuid(), m.workspace_id, m.user_id, 'report', gen_random_uuid(), 'Report',
             'csv', sha256(''), 1
         from memberships m join users u on u.id = m.user_id where u.email = 'owner@test.example'",
    );
    world.value("select id from export_jobs")
}

/// A portfolio of the sample workspace.
fn insert_portfolio(world: &World) -> String {
    world.sql(
        "insert into portfolios (workspace_id, id, name, base_currency)
         select id, gen_random_uuid(), 'Theirs', 'USD' from workspaces where name = 'Sample Foams'",
    );
    world.value("select id from portfolios")
}

fn routes(world: &World) -> Vec<(String, String, String)> {
    let listed: Value = serde_json::from_str(&world.succeeds(&["routes", "--json"], "")).unwrap();
    let text = |route: &Value, name: &str| route[name].as_str().unwrap().to_owned();
    listed
        .as_array()
        .unwrap()
        .iter()
        .map(|route| (text(route, "method"), text(route, "path"), text(route, "access")))
        .collect()
}

/// Everything of an answer that a stranger could learn from, with the ids taken out.
fn answer(mut response: Response<ureq::Body>, objects: &Objects) -> String {
    let header = |name: &str| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned()
    };
    let (location, kind) = (header("location"), header("content-type"));
    let (policy, trace) = (header("content-security-policy"), header("x-trace-id"));
    let status = response.status();
    let body = response.body_mut().read_to_string().unwrap();
    let text = format!("{status} {location} {kind}\n{body}");
    let text = text
        .replace(&objects.specification, "ID")
        .replace(&objects.run, "ID")
        .replace(&objects.workspace, "ID")
        .replace(&objects.execution, "ID")
        .replace(&objects.export, "ID")
        .replace(&objects.portfolio, "ID")
        .replace(&trace, "TRACE");
    // The nonce differs with every answer.
    match policy.split_once("'nonce-").and_then(|(_, rest)| rest.split_once('\'')) {
        Some((nonce, _)) => text.replace(nonce, "NONCE"),
        None => text,
    }
}

#[test]
fn another_workspaces_objects_answer_exactly_as_unknown_ones() {
    let world = World::with_people();
    let server = world.serve(&[]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    let theirs = Objects {
        specification,
        run: world.value("select id from runs"),
        workspace: world.value("select id from workspaces where name = 'Sample Foams'"),
        execution: insert_execution(&world),
        export: insert_export(&world),
        portfolio: insert_portfolio(&world),
    };
    let before =
        world.value("select md5(string_agg(s::text, '' order by id)) from specifications s");
    let unknown = Objects::unknown();
    let stranger = Person::signed_in(&server, "other@test.example");
    for (method, path, access) in routes(&world) {
        if method == "GET" {
            if !path.contains("{specification}")
                && !path.contains("{run}")
                && !path.contains("{workspace}")
                && !path.contains("{execution}")
                && !path.contains("{export}")
                && !path.contains("{portfolio}")
            {
                continue;
            }
            let theirs = answer(stranger.get(&theirs.in_path(&path)), &theirs);
            let unknown = answer(stranger.get(&unknown.in_path(&path)), &unknown);
            assert_eq!(theirs, unknown, "{path}");
            let refused = ["404", "403"].iter().any(|status| theirs.starts_with(status));
            assert!(refused, "{path} ({access}): {theirs}");
        } else {
            if WITHOUT_OBJECT.contains(&path.as_str()) {
                continue;
            }
            let form = |objects: &Objects| {
                forms(objects)
                    .remove(path.as_str())
                    .unwrap_or_else(|| panic!("{path} has no row in this test"))
            };
            for accept in ["text/html", "application/json"] {
                let ask = |objects: &Objects| {
                    let form = form(objects);
                    let fields: Vec<_> =
                        form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                    answer(stranger.post(&objects.in_path(&path), &fields, accept), objects)
                };
                assert_eq!(ask(&theirs), ask(&unknown), "{path} {accept}");
            }
        }
    }
    let after =
        world.value("select md5(string_agg(s::text, '' order by id)) from specifications s");
    assert_eq!(before, after, "a stranger changed a specification");
    assert_eq!(world.value("select count(*) from runs"), "1");
}

#[test]
fn nobody_reaches_more_than_the_list_says() {
    let world = World::with_people();
    let server = world.serve(&["--without-worker"]);
    let visitor = Person::visitor(&server);
    let viewer = Person::signed_in(&server, "viewer@test.example");
    let specification = world.active_specification(&server);
    let own = Objects {
        specification,
        run: UNKNOWN.to_owned(),
        workspace: world.value("select id from workspaces where name = 'Sample Foams'"),
        execution: UNKNOWN.to_owned(),
        export: UNKNOWN.to_owned(),
        portfolio: UNKNOWN.to_owned(),
    };
    for (method, path, access) in routes(&world) {
        if method == "GET" {
            let status = visitor.get(&own.in_path(&path)).status().as_u16();
            let location = visitor
                .get(&own.in_path(&path))
                .headers()
                .get("location")
                .map(|value| value.to_str().unwrap().to_owned());
            if access == "public" {
                assert!(
                    status == 200
                        // Nobody has built a pricing pack.
                        || (path == "/health/pack" && status == 503)
                        || path == "/pkg/{*file}" || path == "/favicon.svg",
                    "{path}: {status}"
                );
            } else if access == "metrics_token" {
                assert_eq!(status, 401, "{path}");
                assert_eq!(viewer.get(&own.in_path(&path)).status().as_u16(), 401, "{path}");
            } else {
                let sent_to_sign_in =
                    location.as_deref().is_some_and(|to| to.starts_with("/sign-in"));
                let refused = sent_to_sign_in || status == 404 || status == 401;
                assert!(refused, "{path} answers a visitor with {status}");
            }
            if access == "admin" {
                assert_eq!(viewer.get(&own.in_path(&path)).status().as_u16(), 403, "{path}");
            }
        } else if access != "public" {
            let path = own.in_path(&path);
            let form = forms(&own).remove(path.as_str()).unwrap_or_default();
            let fields: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let json = "application/json";
            if path != "/action/change-password" {
                assert_eq!(visitor.post(&path, &fields, json).status().as_u16(), 401, "{path}");
            }
            if matches!(access.as_str(), "editor" | "owner" | "admin") {
                assert_eq!(viewer.post(&path, &fields, json).status().as_u16(), 403, "{path}");
            }
        }
    }
}

#[test]
fn unsafe_requests_without_our_own_origin_are_refused_everywhere() {
    let world = World::with_people();
    let server = world.serve(&["--without-worker"]);
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let mut paths: Vec<String> =
        routes(&world).into_iter().map(|(_, path, _)| Objects::unknown().in_path(&path)).collect();
    paths.push("/no/such/route".to_owned());
    for path in paths {
        for origin in [None, Some("https://evil.example"), Some("null")] {
            // A browser adds the cookie by itself, whatever page asks.
            let mut request =
                agent.post(format!("{}{path}", server.address)).header("cookie", "observatory=x");
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let answer = request
                .send_form([("email", "owner@test.example"), ("password", PASSWORD)])
                .unwrap();
            assert_eq!(answer.status().as_u16(), 403, "{path} from {origin:?}");
        }
    }
    assert_eq!(world.value("select count(*) from sessions"), "0");
}

#[test]
fn a_reason_that_is_refused_comes_back_with_what_was_typed() {
    let world = World::with_people();
    let server = world.serve(&["--without-worker"]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let typed = "</b>&";
    let shown = "&lt;/b>&amp;</textarea>";
    let page = |person: &Person, path: &str| person.get(path).into_body().read_to_string().unwrap();
    let fields = [("specification", specification.as_str()), ("reason", typed)];
    let onward = owner.act("pause-specification", &fields);
    assert_eq!(onward, format!("/specifications/{specification}?refused=reason_length"));
    let html = page(&owner, &onward);
    assert_eq!(html.matches(shown).count(), 1, "{html}");
    assert!(html.contains(r#"id="pause-reason-error""#), "{html}");
    assert!(!html.contains(r#"id="cancel-reason-error""#), "{html}");
    let later = page(&owner, &format!("/specifications/{specification}"));
    assert!(!later.contains(shown), "it stays after the refusal: {later}");

    let admin = Person::signed_in(&server, "admin@test.example");
    let fields = [fields[0], fields[1], ("kind", "slot_reset")];
    let html = page(&admin, &admin.act("grant-override", &fields));
    assert_eq!(html.matches(shown).count(), 1, "{html}");
    let chosen = html.split(r#"value="slot_reset""#).nth(1).unwrap().split('>').next().unwrap();
    assert!(chosen.contains("checked"), "{chosen}");
}

#[test]
fn behind_tls_the_cookie_is_secure_and_of_this_host_alone() {
    let world = World::with_people();
    let server = world.serve_behind_tls();
    let visitor = Person::visitor(&server);
    let fields = [("email", "owner@test.example"), ("password", PASSWORD)];
    let answer = visitor.post("/action/sign-in", &fields, "text/html");
    let cookie = answer.headers().get("set-cookie").unwrap().to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-observatory="), "{cookie}");
    for attribute in ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"] {
        assert!(cookie.contains(attribute), "{cookie} lacks {attribute}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert!(answer.headers().contains_key("strict-transport-security"));
}

#[test]
fn a_page_carries_its_protective_headers() {
    let world = World::with_people();
    let server = world.serve(&["--without-worker"]);
    let answer = Person::signed_in(&server, "owner@test.example").get("/");
    let header =
        |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let policy = header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("'nonce-"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(header(name).as_deref(), Some(value), "{name}");
    }
}

#[test]
fn a_server_that_has_enough_to_do_says_when_to_come_back() {
    let world = World::new();
    let server = world.serve_with(&[("REQUESTS_MAX", "1")]);
    let visitor = Person::visitor(&server);
    // Whose token it is cannot be looked up before this transaction ends.
    let lock = world.hold("lock table api_tokens in access exclusive mode");
    thread::scope(|threads| {
        let held = threads.spawn(|| bearing_a_token(&server.address));
        world.wait_for("select count(*)::text from pg_locks where not granted", "1");
        let refused = visitor.get("/sign-in");
        assert_eq!(refused.status().as_u16(), 503);
        assert_eq!(refused.headers()["retry-after"], "1");
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
        drop(lock);
        assert_eq!(held.join().unwrap(), 401);
    });
    assert_eq!(visitor.get("/sign-in").status().as_u16(), 200);
}

/// The status of a request under a token that was never made.
fn bearing_a_token(address: &str) -> u16 {
    let token = format!("obs_{}_{}", UNKNOWN.replace('-', ""), "0".repeat(64));
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let answer = agent
        .get(format!("{address}/patterns"))
        .header("authorization", format!("Bearer {token}"))
        .call();
    answer.unwrap().status().as_u16()
}

#[test]
fn a_flipped_byte_is_found_and_no_longer_served() {
    let world = World::with_people();
    let server = world.serve(&[]);
    let specification = world.active_specification(&server);
    let owner = Person::signed_in(&server, "owner@test.example");
    let run = owner.act("trigger-run", &[("specification", &specification)]);
    world.wait_for("select status from runs", "succeeded");
    assert_eq!(owner.get(&format!("{run}/artifact")).status().as_u16(), 200);
    let flip = "set session_replication_role = replica;
        alter table artifacts drop constraint artifacts_html_hash_matches;
        update artifacts set html = overlay(html placing 'X' from 500 for 1)";
    world.sql(flip);
    let verified = world.output(&["verify"], "");
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert_eq!(verified.status.code(), Some(1), "{said}");
    assert!(
        said.contains(&format!("WRONG: artifact of run {}", run.trim_start_matches("/runs/"))),
        "{said}"
    );
    for path in [format!("{run}/artifact"), format!("{run}/download/html")] {
        assert_eq!(owner.get(&path).status().as_u16(), 500, "{path}");
        assert!(owner.text(&path).contains("does not match its seal"));
    }
}
