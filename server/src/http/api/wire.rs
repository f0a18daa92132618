//! What crosses the wire, as `/openapi.json` describes it.

use super::problem::Code;
use executor::{
    capability::{Availability, Capability},
    pattern::{Exports, Input, PanelDocument, Plan},
    runtime::Trace,
};
use orchestrator::execution::{Difference, ExecutionAnswer, ExecutionRecord, Replay};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoResponses, ToSchema};

/// What to execute.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "describes a body that is read field by field, so that every fault is named"
)]
pub struct ExecuteBody {
    /// One of `GET /patterns`.
    #[schema(example = "example_arithmetic")]
    pattern_id: String,
    /// Required by patterns that say `needs_portfolio`; never replaced by some portfolio.
    #[schema(required = false, format = "uuid")]
    portfolio_id: Option<String>,
    /// By the names that the pattern declares.
    #[schema(required = false, value_type = Object)]
    inputs: Map<String, Value>,
    /// The newest pricing pack at or before this date is used; today in the workspace's time
    /// zone when absent.
    #[schema(required = false, format = "date")]
    asof: Option<String>,
    /// False accepts a pricing pack that is still being built; for editors and owners.
    #[schema(required = false, default = true)]
    require_fresh: bool,
}

/// The answer of an execution that reached its end.
#[derive(Serialize, ToSchema)]
pub struct ExecuteAnswer<'a> {
    /// Exactly the outputs that the pattern declares.
    #[schema(value_type = Object)]
    data: &'a Map<String, Value>,
    /// The panels of chart type, with their data.
    #[schema(value_type = Vec<Object>)]
    charts: Vec<&'a PanelDocument>,
    /// How the answer came about: steps, sources, staleness per panel, times.
    #[schema(value_type = Object)]
    trace: &'a Trace,
}

impl<'a> ExecuteAnswer<'a> {
    pub fn of(answer: &'a ExecutionAnswer) -> Self {
        Self {
            data: &answer.data,
            charts: answer.panels.iter().filter(|panel| panel.kind.is_chart()).collect(),
            trace: &answer.trace,
        }
    }

    pub fn to_string(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// How long the JWT should live.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub struct TokenBody {
    /// Seconds.
    #[schema(required = false, default = 3600, minimum = 60, maximum = 86400)]
    lifetime_s: i64,
}

#[derive(Serialize, ToSchema)]
pub struct TokenAnswer {
    pub access_token: String,
    #[schema(value_type = String)]
    pub token_type: &'static str,
    /// Seconds.
    pub expires_in: i64,
    /// Rights, separated by spaces.
    pub scope: String,
}

#[derive(Serialize, ToSchema)]
pub struct PatternsAnswer<'a> {
    /// In the order of their ids.
    #[schema(value_type = Vec<PatternView>)]
    pub patterns: Vec<PatternView<'a>>,
}

/// A pattern as whoever calls it needs to know it.
#[derive(Serialize, ToSchema)]
pub struct PatternView<'a> {
    id: &'a str,
    name: &'a str,
    description: &'a str,
    #[schema(value_type = String)]
    category: Value,
    version: &'a str,
    needs_portfolio: bool,
    /// Only runs of a specification execute it.
    governed: bool,
    #[schema(value_type = Vec<Object>)]
    inputs: &'a [Input],
    /// The names under `data`.
    outputs: Vec<&'a str>,
    panels: Vec<PanelView<'a>>,
    rights: RightsView,
    /// Only of `GET /patterns/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<StepView<'a>>>,
}

#[derive(Serialize, ToSchema)]
pub struct PanelView<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: Value,
}

#[derive(Serialize, ToSchema)]
pub struct RightsView {
    requires: Vec<&'static str>,
    #[schema(value_type = Object)]
    exports: Exports,
}

#[derive(Serialize, ToSchema)]
pub struct StepView<'a> {
    key: &'a str,
    title: &'a str,
    capability: &'a str,
    /// The keys of the steps that it waits for.
    after: Vec<&'a str>,
    /// It runs only when its condition holds.
    conditional: bool,
}

impl<'a> PatternView<'a> {
    pub fn of(plan: &'a Plan, with_steps: bool) -> Self {
        let panel = |panel: &'a executor::pattern::PanelPlan| PanelView {
            id: &panel.id,
            kind: serde_json::to_value(panel.kind).unwrap_or_default(),
        };
        Self {
            id: &plan.id,
            name: &plan.name,
            description: &plan.description,
            category: serde_json::to_value(plan.category).unwrap_or_default(),
            version: &plan.version,
            needs_portfolio: plan.needs_portfolio,
            governed: plan.governed,
            inputs: &plan.inputs,
            outputs: plan.outputs.iter().map(|output| output.name.as_str()).collect(),
            panels: plan.panels.iter().map(panel).collect(),
            rights: RightsView {
                requires: plan.requires.iter().map(|right| right.id()).collect(),
                exports: plan.exports,
            },
            steps: with_steps.then(|| steps(plan)),
        }
    }
}

fn steps(plan: &Plan) -> Vec<StepView<'_>> {
    let key = |index: &usize| plan.steps.get(*index).map(|step| step.key.as_str());
    plan.steps
        .iter()
        .map(|step| StepView {
            key: &step.key,
            title: &step.title,
            capability: step.capability.as_str(),
            after: step.after.iter().filter_map(key).collect(),
            conditional: step.condition.is_some(),
        })
        .collect()
}

#[derive(Serialize, ToSchema)]
pub struct CapabilitiesAnswer<'a> {
    /// In the order of their names.
    #[schema(value_type = Vec<CapabilityView>)]
    pub capabilities: Vec<CapabilityView<'a>>,
}

/// One operation that patterns may name.
#[derive(Serialize, ToSchema)]
pub struct CapabilityView<'a> {
    name: &'a str,
    category: &'a str,
    agent: &'a str,
    version: &'a str,
    description: &'a str,
    /// JSON Schema (2020-12) of the arguments.
    #[schema(value_type = Object)]
    input: &'a Value,
    /// JSON Schema (2020-12) of the value.
    #[schema(value_type = Object)]
    output: &'a Value,
    /// Seconds that its value is fresh for; 0 is this execution only.
    ttl_s: u32,
    #[schema(value_type = String)]
    cost: &'static str,
    /// Same context and arguments, same value.
    pure: bool,
    /// Only governed runs call it.
    governed: bool,
    sources: &'a [&'static str],
    /// `{"status": "available"}`, or `unavailable` with a `reason`.
    #[schema(value_type = Object)]
    availability: &'a Availability,
    deprecated_by: Option<&'a str>,
}

impl<'a> CapabilityView<'a> {
    pub fn of(agent: &'a str, capability: &'a Capability) -> Self {
        Self {
            name: capability.name.as_str(),
            category: capability.name.category(),
            agent,
            version: capability.version,
            description: capability.description,
            input: &capability.input,
            output: &capability.output,
            ttl_s: capability.ttl.seconds(),
            cost: capability.cost.id(),
            pure: capability.pure,
            governed: capability.governed,
            sources: capability.sources,
            availability: &capability.availability,
            deprecated_by: capability.deprecated_by,
        }
    }
}

/// An execution as it is kept.
#[derive(Serialize, ToSchema)]
pub struct ExecutionView<'a> {
    #[schema(format = "uuid")]
    id: String,
    pattern_id: &'a str,
    pattern_version: &'a str,
    #[schema(format = "uuid")]
    portfolio_id: Option<String>,
    /// Null in the place of sensitive ones, which are not kept.
    #[schema(value_type = Object)]
    inputs: &'a Map<String, Value>,
    inputs_redacted: bool,
    #[schema(format = "date")]
    asof: String,
    pack_id: Option<&'a str>,
    ledger_commit_hash: Option<&'a str>,
    /// Who asked.
    user: &'a str,
    trace_id: &'a str,
    #[schema(format = "uuid")]
    request_id: String,
    require_fresh: bool,
    stale: bool,
    #[schema(format = "date-time")]
    started_at: String,
    duration_ms: f64,
    #[schema(value_type = String)]
    outcome: &'static str,
    /// What the caller was told, of one that gave no answer.
    #[schema(value_type = Option<Object>)]
    problem: Option<&'a Value>,
    #[schema(value_type = Object)]
    trace: &'a Trace,
    #[schema(value_type = Vec<Object>)]
    charts: Vec<&'a PanelDocument>,
    /// Exactly the declared outputs; null without an answer.
    #[schema(value_type = Option<Object>)]
    data: Option<&'a Map<String, Value>>,
    /// Why it cannot be replayed; null when it can.
    not_replayable: Option<&'a str>,
}

impl<'a> ExecutionView<'a> {
    pub fn of(record: &'a ExecutionRecord) -> Self {
        Self {
            id: record.id.to_string(),
            pattern_id: &record.pattern_id,
            pattern_version: &record.pattern_version,
            portfolio_id: record.portfolio.map(|id| id.to_string()),
            inputs: &record.inputs,
            inputs_redacted: record.inputs_redacted,
            asof: record.asof.to_string(),
            pack_id: record.pack.as_deref(),
            ledger_commit_hash: record.ledger_commit.as_deref(),
            user: &record.user_name,
            trace_id: &record.trace_id,
            request_id: record.request_id.to_string(),
            require_fresh: record.require_fresh,
            stale: record.stale,
            started_at: record.started_at.to_string(),
            duration_ms: record.duration_ms,
            outcome: record.outcome.id(),
            problem: record.problem.as_ref(),
            trace: &record.trace,
            charts: record.panels.iter().filter(|panel| panel.kind.is_chart()).collect(),
            data: record.data.as_ref(),
            not_replayable: record.not_replayable.as_deref(),
        }
    }
}

/// What executing again gave beside the kept answer.
#[derive(Serialize, ToSchema)]
pub struct ReplayAnswer {
    /// The data are the same to the byte.
    identical: bool,
    /// The first 100 places that differ, by JSON pointer: `pointer`, `before`, `after`.
    #[schema(value_type = Vec<Object>)]
    diff: Vec<Difference>,
}

impl From<Replay> for ReplayAnswer {
    fn from(replay: Replay) -> Self {
        Self { identical: replay.identical, diff: replay.diff }
    }
}

/// How the pricing pack for today stands.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes orchestrator::pricing::PackHealth")]
pub struct PackHealthBody {
    /// `none` when there is no pack.
    status: String,
    pack_id: Option<String>,
    #[schema(format = "date")]
    asof: Option<String>,
    #[schema(format = "date-time")]
    updated_at: Option<String>,
    prewarm_done: bool,
    reconciliation: String,
    is_fresh: bool,
    #[schema(value_type = Option<Object>)]
    progress: Option<Value>,
    #[schema(format = "date-time")]
    estimated_ready: Option<String>,
    error: Option<String>,
}

/// What went wrong, by RFC 9457. Members beyond the first seven belong to the
/// code.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes api::problem::Problem")]
pub struct ProblemBody {
    /// Leads to a page on this kind of problem.
    #[schema(format = "uri-reference")]
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    #[schema(format = "uri-reference")]
    instance: String,
    code: Code,
    /// 32 hexadecimal digits.
    trace_id: String,
    /// Faults of the request by JSON pointer.
    #[schema(required = false)]
    errors: Vec<FaultBody>,
    #[schema(required = false, nullable, format = "uuid")]
    execution_id: String,
    #[schema(required = false, nullable)]
    pattern_id: String,
    #[schema(required = false, nullable)]
    step: String,
    #[schema(required = false, nullable)]
    agent: String,
    #[schema(required = false, nullable)]
    capability: String,
    #[schema(required = false)]
    reasons: Vec<String>,
    /// How far the execution came.
    #[schema(required = false, value_type = Object)]
    trace: Value,
    #[schema(required = false, nullable)]
    pack_id: String,
    #[schema(required = false)]
    pack_status: String,
    #[schema(required = false, value_type = Object)]
    progress: Value,
    #[schema(required = false, format = "date-time")]
    estimated_ready: String,
    #[schema(required = false, nullable)]
    last_fresh_pack_id: String,
    #[schema(required = false, nullable, format = "date")]
    last_fresh_asof: String,
    #[schema(required = false)]
    reconciliation_errors: u32,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes one member of api::problem::Problem")]
pub struct FaultBody {
    /// JSON pointer into the request.
    pointer: String,
    message: String,
}

/// Whoever asks must be known.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers")]
pub enum AskerProblems {
    #[response(status = 401, description = "Nobody is known behind the request. Codes: UNAUTHENTICATED.",
        content_type = "application/problem+json", headers(("WWW-Authenticate" = String)))]
    Unauthenticated(ProblemBody),
    #[response(
        status = 403,
        description = "The role or the token's rights do not allow it, or another site asked. Codes: FORBIDDEN, CROSS_SITE.",
        content_type = "application/problem+json"
    )]
    Forbidden(ProblemBody),
    #[response(
        status = 500,
        description = "A fault of ours; of an execution also: a step failed. Codes: INTERNAL, EXECUTION_FAILED.",
        content_type = "application/problem+json"
    )]
    Internal(ProblemBody),
    #[response(status = 503, description = "Overloaded; of an execution also: the pricing pack is being built or has failed, or an agent rests. Codes: OVERLOADED, PACK_WARMING, PACK_FAILED, CIRCUIT_BREAKER_OPEN.",
        content_type = "application/problem+json", headers(("Retry-After" = i32)))]
    Unavailable(ProblemBody),
}

/// Whoever asks must hold an API token.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers")]
pub enum TokenProblems {
    #[response(status = 401, description = "No live API token was sent. Codes: UNAUTHENTICATED.",
        content_type = "application/problem+json", headers(("WWW-Authenticate" = String)))]
    Unauthenticated(ProblemBody),
    #[response(
        status = 403,
        description = "Another site asked with a cookie. Codes: CROSS_SITE.",
        content_type = "application/problem+json"
    )]
    Forbidden(ProblemBody),
    #[response(
        status = 500,
        description = "A fault of ours. Codes: INTERNAL.",
        content_type = "application/problem+json"
    )]
    Internal(ProblemBody),
    #[response(status = 503, description = "Overloaded. Codes: OVERLOADED.",
        content_type = "application/problem+json", headers(("Retry-After" = i32)))]
    Unavailable(ProblemBody),
}

/// The body must be what is described.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers")]
pub enum BodyProblems {
    #[response(
        status = 400,
        description = "Not JSON, of another content type, longer than 1 MiB, or nested too deep. Codes: MALFORMED_REQUEST.",
        content_type = "application/problem+json"
    )]
    Malformed(ProblemBody),
    #[response(
        status = 422,
        description = "Fields do not fit, or the idempotency key belongs to another request. Codes: INVALID_INPUT, IDEMPOTENCY_CONFLICT, UNKNOWN_SCENARIO.",
        content_type = "application/problem+json"
    )]
    Invalid(ProblemBody),
}

/// What may come between an execution and its answer.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers")]
pub enum ExecuteProblems {
    #[response(
        status = 404,
        description = "There is no such pattern, portfolio, pricing pack, security or execution. Codes: PATTERN_NOT_FOUND, PORTFOLIO_NOT_FOUND, PACK_NOT_FOUND, SECURITY_NOT_FOUND, NOT_FOUND.",
        content_type = "application/problem+json"
    )]
    NotFound(ProblemBody),
    #[response(status = 409, description = "The same request is still being answered, or it cannot be replayed. Codes: EXECUTION_IN_PROGRESS, NOT_REPLAYABLE.",
        content_type = "application/problem+json", headers(("Retry-After" = Option<i32>)))]
    Conflict(ProblemBody),
    #[response(status = 429, description = "A provider asks for fewer requests. Codes: RATE_LIMITED.",
        content_type = "application/problem+json", headers(("Retry-After" = i32)))]
    RateLimited(ProblemBody),
    #[response(
        status = 504,
        description = "The deadline passed. Codes: DEADLINE_EXCEEDED.",
        content_type = "application/problem+json"
    )]
    DeadlineExceeded(ProblemBody),
}
