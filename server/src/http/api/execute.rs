//! `POST /execute`: the one way in which a program has a pattern executed.

use super::{
    body,
    caller::Asker,
    keyed,
    options::Door,
    problem::{Code, Problem, sent},
    refused, wire,
};
use crate::telemetry::trace_context::TraceContext;
use axum::{
    Extension,
    extract::{Request, State},
    response::Response,
};
use domain::id::PortfolioId;
use jiff::civil::Date;
use orchestrator::{
    Orchestrator,
    execution::{Caller, Correlation, ExecuteRequest, ExecutionAnswer},
    rights::RightsVersion,
};
use serde_json::{Map, Value};
use storage::idempotency::StoredAnswer;

/// Executes a pattern.
#[utoipa::path(
    post, path = "/execute", tag = "executions", operation_id = "execute",
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$",
        description = "A second request under this key gets the answer of the first, for 24 hours."),
        ("traceparent" = Option<String>, Header, description = "W3C Trace Context, version 00.")),
    request_body = wire::ExecuteBody,
    responses(
        (status = 200, description = "The answer.", body = wire::ExecuteAnswer,
            headers(("X-Trace-ID" = String), ("X-Pack-ID" = String), ("X-Execution-ID" = String), ("X-Rights-Version" = String),
                ("X-Data-Stale" = Option<String>, description = "Only when true."),
                ("Idempotent-Replay" = Option<String>, description = "Only when true."))),
        wire::AskerProblems, wire::BodyProblems, wire::ExecuteProblems,
    ),
    security(("bearer" = []), ("session" = [])),
)]
pub async fn execute(
    State(app): State<Orchestrator>,
    State(door): State<Door>,
    Asker(caller): Asker,
    Extension(trace): Extension<TraceContext>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = body::read(&parts.headers, body).await?;
    let key = keyed::key(&parts.headers)?;
    let correlation = correlation(&trace);
    let (trace_id, instance) = (correlation.trace_id.clone(), parts.uri.path().to_owned());
    let answering = async {
        let answered = match parse(&body) {
            Ok(request) => answer(&app, &door, &caller, request, correlation).await,
            Err(problem) => Err(problem),
        };
        answered.unwrap_or_else(|problem| problem.told(&trace_id, &instance))
    };
    match key {
        None => Ok(sent(answering.await)),
        Some(key) => Box::pin(keyed::once(&app, &caller, key, &body, answering)).await,
    }
}

pub fn correlation(trace: &TraceContext) -> Correlation {
    Correlation { trace_id: trace.trace_id.to_string(), request_id: trace.request_id }
}

async fn answer(
    app: &Orchestrator,
    door: &Door,
    caller: &Caller,
    request: ExecuteRequest,
    correlation: Correlation,
) -> Result<StoredAnswer, Problem> {
    let pattern = request.pattern_id.clone();
    match tokio::time::timeout(door.deadline, app.execute(caller, request, correlation)).await {
        Err(_) => Err(Problem::new(
            Code::DeadlineExceeded,
            format!("It was not done within {} seconds.", door.deadline.as_secs()),
        )
        .with("pattern_id", pattern)),
        Ok(Err(error)) => Err(refused::problem(error)),
        Ok(Ok(answer)) => told(&answer, &app.rights_version()),
    }
}

fn told(answer: &ExecutionAnswer, rights: &RightsVersion) -> Result<StoredAnswer, Problem> {
    let body = wire::ExecuteAnswer::of(answer).to_string().map_err(|error| {
        tracing::error!(error = %error, execution.id = %answer.execution, "an answer has no JSON form");
        Problem::new(Code::Internal, "The answer could not be written.")
    })?;
    let mut headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("x-pack-id".to_owned(), answer.pack.to_string()),
        ("x-execution-id".to_owned(), answer.execution.to_string()),
        ("x-rights-version".to_owned(), rights.to_string()),
    ];
    if answer.stale {
        headers.push(("x-data-stale".to_owned(), "true".to_owned()));
    }
    Ok(StoredAnswer { status: 200, headers, body })
}

/// The request of a body; every fault is named.
fn parse(bytes: &[u8]) -> Result<ExecuteRequest, Problem> {
    let Value::Object(mut fields) = body::parse(bytes)? else {
        return Err(Problem::invalid(&[(String::new(), "This is an object.".to_owned())]));
    };
    let mut faults = Faults(Vec::new());
    let pattern_id = match fields.remove("pattern_id") {
        Some(Value::String(id)) => id,
        Some(_) => faults.note("/pattern_id", "This is text."),
        None => faults.note("/pattern_id", "This is required."),
    };
    let portfolio_id = match fields.remove("portfolio_id") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.len() == 36 && text.parse::<PortfolioId>().is_ok() => {
            text.parse().ok()
        }
        Some(_) => faults.note("/portfolio_id", "This is a UUID."),
    };
    let inputs = match fields.remove("inputs") {
        None => Map::new(),
        Some(Value::Object(inputs)) => inputs,
        Some(_) => faults.note("/inputs", "This is an object."),
    };
    let asof = match fields.remove("asof") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.len() == 10 && text.parse::<Date>().is_ok() => {
            text.parse().ok()
        }
        Some(_) => faults.note("/asof", "This is a date, written 2026-01-31."),
    };
    let require_fresh = match fields.remove("require_fresh") {
        None => true,
        Some(Value::Bool(required)) => required,
        Some(_) => faults.note("/require_fresh", "This is true or false."),
    };
    for unknown in fields.keys() {
        let pointer = format!("/{}", unknown.replace('~', "~0").replace('/', "~1"));
        faults.0.push((pointer, "There is no such field.".to_owned()));
    }
    if faults.0.is_empty() {
        Ok(ExecuteRequest { pattern_id, portfolio_id, inputs, asof, require_fresh })
    } else {
        Err(Problem::invalid(&faults.0))
    }
}

struct Faults(Vec<(String, String)>);

impl Faults {
    /// Notes the fault; the value that is given stands in for the field's.
    fn note<T: Default>(&mut self, pointer: &str, message: &str) -> T {
        self.0.push((pointer.to_owned(), message.to_owned()));
        T::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(body: &str) -> Vec<String> {
        let told = parse(body.as_bytes()).unwrap_err().told("", "");
        assert_eq!(told.status, 422, "{body}");
        let told: Value = serde_json::from_str(&told.body).unwrap();
        let pointer = |error: &Value| error["pointer"].as_str().unwrap().to_owned();
        told["errors"].as_array().unwrap().iter().map(pointer).collect()
    }

    #[test]
    fn a_request_needs_only_its_pattern() {
        let request = parse(br#"{"pattern_id": "cash_check"}"#).unwrap();
        assert_eq!(request.pattern_id, "cash_check");
        assert!(request.require_fresh && request.inputs.is_empty());
        assert!(request.portfolio_id.is_none() && request.asof.is_none());
        let null = r#"{"pattern_id": "cash_check", "portfolio_id": null, "asof": null}"#;
        assert!(parse(null.as_bytes()).is_ok());
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let body = r#"{"portfolio_id": "7", "inputs": [], "asof": "2026-02-30",
                       "require_fresh": "no", "as/of": 1}"#;
        let expected =
            ["/pattern_id", "/portfolio_id", "/inputs", "/asof", "/require_fresh", "/as~1of"];
        assert_eq!(pointers(body), expected);
        assert_eq!(pointers("[]"), [""]);
    }

    #[test]
    fn dates_and_ids_have_one_spelling() {
        for asof in ["20260131", "2026-1-31", "2026-01-31T00:00:00", "+002026-01-31", "31.01.2026"]
        {
            assert_eq!(pointers(&format!(r#"{{"pattern_id": "x", "asof": "{asof}"}}"#)), ["/asof"]);
        }
        for id in ["01900000000070008000000000000000", "{01900000-0000-7000-8000-000000000000}"] {
            let body = format!(r#"{{"pattern_id": "x", "portfolio_id": "{id}"}}"#);
            assert_eq!(pointers(&body), ["/portfolio_id"]);
        }
    }
}
