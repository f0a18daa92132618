//! A wrong configuration refuses to start with one clear line.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

mod support;

use support::World;

fn check(world: &World, arguments: &[&str], environment: &[(&str, &str)], expected: &str) {
    let output = world.command(arguments).envs(environment.iter().copied()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with('{')).collect();
    assert!(!output.status.success(), "{arguments:?} {environment:?} started");
    assert!(said.contains(expected), "{said} should say {expected}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(!said.contains("postgres:postgres"), "a secret was printed: {said}");
    if lines.first().is_some_and(|line| line.starts_with("observatory:")) {
        assert_eq!(lines.len(), 1, "{said}");
    }
}

#[test]
fn a_wrong_configuration_refuses_to_start_with_one_clear_line() {
    let world = World::new();
    let loopback = ("PLAIN_HTTP", "loopback");
    check(&world, &["serve"], &[("BIND_ADDRESS", "here")], "invalid value 'here'");
    check(&world, &["serve"], &[("BIND_ADDRESS", "0.0.0.0:0"), loopback], "PLAIN_HTTP=loopback");
    check(&world, &["serve"], &[("SITE_ROOT", "/nowhere"), loopback], "SITE_ROOT");
    check(&world, &["serve"], &[("PATTERNS_DIR", "/nowhere"), loopback], "/nowhere");
    check(
        &world,
        &["serve"],
        &[("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"), loopback],
        "could not be reached",
    );
    check(&world, &["work"], &[("WORKER_CONCURRENCY", "0")], "WORKER_CONCURRENCY");
    check(&world, &["serve"], &[("METRICS_TOKEN", "short"), loopback], "METRICS_TOKEN");
    check(&world, &["serve"], &[("JWT_SECRET", "postgres:postgres"), loopback], "JWT_SECRET");
    check(&world, &["serve"], &[("RIGHTS_PROFILE", "lax"), loopback], "lax");
    check(&world, &["work"], &[("RIGHTS_REGISTRY_PATH", "/no/rights.yaml")], "/no/rights.yaml");
    for wrong in ["*", "https://desk.example/path", "https://desk.example,*"] {
        check(&world, &["serve"], &[("CORS_ORIGINS", wrong), loopback], "CORS_ORIGINS");
    }
    let key = ("OPENAI_API_KEY", "postgres:postgres");
    let model = ("OPENAI_MODEL", "some-model");
    check(&world, &["serve"], &[key, loopback], "OPENAI_MODEL is missing");
    check(&world, &["work"], &[key, ("OPENAI_MODEL", " ")], "OPENAI_MODEL is missing");
    let openai = ("ASSISTANT_ENGINE", "openai-responses");
    check(&world, &["work"], &[openai, model], "OPENAI_API_KEY is missing");
    check(&world, &["work"], &[("ASSISTANT_ENGINE", "oracle")], "oracle");
    for (wrong, said) in [
        ("models.example", "no address"),
        ("ftp://models.example/v1", "no address"),
        ("https://postgres:postgres@models.example/v1", "a user, a password"),
        ("https://models.example/v1?key=postgres:postgres", "a user, a password"),
        ("http://models.example/v1", "in the clear"),
    ] {
        check(&world, &["work"], &[key, model, ("OPENAI_BASE_URL", wrong)], said);
    }
    check(&world, &["work"], &[key, model, ("RUN_STEP_S", "100")], "ASSISTANT_TOTAL_S is 110");
    check(&world, &["work"], &[key, model, ("ASSISTANT_CALLS_MAX", "0")], "ASSISTANT_CALLS_MAX");
    for wrong in ["collector:4318", "http://postgres:postgres@127.0.0.1:4318"] {
        check(&world, &["serve"], &[("OTLP_ENDPOINT", wrong), loopback], "OTLP_ENDPOINT");
        check(&world, &["work"], &[("OTLP_ENDPOINT", wrong)], "OTLP_ENDPOINT");
    }
}

#[test]
fn a_database_without_the_schema_is_named_as_such() {
    let world = World::new();
    world.sql("drop table artifacts, run_events, run_steps, run_packages, runs cascade");
    check(&world, &["work"], &[], "run `observatory migrate`");
}

#[test]
fn a_faulty_rights_registry_stops_the_start_with_file_and_place() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rights.yaml");
    let registry = include_str!("../../.ops/RIGHTS_REGISTRY.yaml");
    let faulty = registry.replacen("pdf: true", "pfd: true", 1);
    let line = faulty[..faulty.find("pfd").unwrap()].lines().count();
    std::fs::write(&path, faulty).unwrap();
    let path = path.to_str().unwrap();
    for command in ["serve", "work"] {
        let environment = [("RIGHTS_REGISTRY_PATH", path), ("PLAIN_HTTP", "loopback")];
        check(&world, &[command], &environment, &format!("{path}:{line}:"));
        check(&world, &[command], &environment, "pfd");
    }
}

#[test]
fn a_broken_pattern_stops_the_start_with_file_and_place() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let pattern = include_str!("../../patterns/observatory_report.json")
        .replace("evidence.select", "evidence.selekt")
        .replace("{{state.document}}", "{{state.documents}}");
    std::fs::write(folder.path().join("observatory_report.json"), pattern).unwrap();
    let patterns = ("PATTERNS_DIR", folder.path().to_str().unwrap());
    for arguments in [&["serve"][..], &["work"], &["patterns", "check"]] {
        let output =
            world.command(arguments).envs([patterns, ("PLAIN_HTTP", "loopback")]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("/steps/0/capability: no agent has the capability evidence.selekt"),
            "{said}"
        );
        assert!(said.contains("/steps/2/args/document"), "{said}");
    }
}
