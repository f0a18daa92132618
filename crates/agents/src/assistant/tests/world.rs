//! One order, its package, and the call of the capability.

use crate::{
    analyst::tests::{item, pack_of, package, scope},
    assistant::{Assistant, Book, Bounds, agent, openai, tests::book::Notes},
    evidence::select,
};
use domain::{
    evidence::EvidenceItem,
    hash::ContentHash,
    id::WorkspaceId,
    package::{Instruction, RunPackage},
    report::ReportDocument,
    taxonomy::{Deliverable, Region, SignalType},
};
use executor::{
    capability::{Call, Fault, Output},
    context::{Context, Governed, RightsProfile},
    lineage::Lineages,
};
use fake_openai::{Reply, Seen, Server};
use secrecy::SecretString;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

pub const KEY: &str = "sk-test-0123456789abcdef";
pub const CALL: Uuid = Uuid::from_u128(0x0193_e7a4_0000_8000_8000_0000_0000_0007);
/// Fencing token of whoever carries the run.
pub const HOLD: i64 = 5;

/// Generous, so that a busy machine makes no difference; two calls, short pauses.
pub const PATIENT: Bounds = Bounds {
    connect: Duration::from_mins(1),
    first_byte: Duration::from_mins(1),
    idle: Duration::from_mins(1),
    total: Duration::from_mins(2),
    pause_max: Duration::from_millis(10),
    calls_max: 2,
    prompt_bytes_max: 512 * 1024,
    answer_bytes_max: 64 * 1024,
    stream_bytes_max: 512 * 1024,
    output_tokens_max: 4000,
};

/// For answers that fall silent.
pub const BRIEF: Bounds = Bounds { idle: Duration::from_millis(150), ..PATIENT };

/// For answers that never begin; long enough for the request to arrive.
pub const BRIEF_HEAD: Bounds =
    Bounds { connect: Duration::from_secs(1), first_byte: Duration::from_secs(1), ..PATIENT };

pub fn plant(publisher: &str, day: i8, title: &str, excerpt: &str) -> EvidenceItem {
    item(publisher, day, Region::Emea, SignalType::Capacity, title, excerpt)
}

/// An order of capacity moves in EMEA, with these items as evidence.
pub fn order(items: Vec<EvidenceItem>) -> RunPackage {
    let mut package = package(scope(&[Deliverable::Capacity], &[Region::Emea]), pack_of(items));
    package.instruction =
        Instruction::new("analyst", 1, "Write the report from the package alone.");
    package
}

pub fn two_events() -> RunPackage {
    order(vec![
        plant(
            "Foam Courier",
            17,
            "Acme Foam expands its MDI plant in Germany",
            "Acme Foam adds 400 ktpa of MDI in Germany. Start-up is planned for 2027.",
        ),
        plant(
            "Urethane Gazette",
            13,
            "Brio Chemie closes a TDI line in Italy",
            "Brio Chemie closes a TDI line of 30 kt/a in Italy at the end of the year.",
        ),
    ])
}

/// Calls `assistant.compose_report` as the pattern does.
pub async fn compose_at(
    base: &str,
    bounds: Bounds,
    package: &RunPackage,
) -> Result<(ReportDocument, String), Fault> {
    let book = Arc::new(Notes::default());
    compose_by(assistant(base, bounds).keeping(book), package).await
}

/// A model at that address, without a book.
pub fn assistant(base: &str, bounds: Bounds) -> Assistant {
    let access = openai::Access::new(Some(base), Some(SecretString::from(KEY)), bounds).unwrap();
    Assistant::new(Arc::new(openai::Responses::new(access, "test-model")), bounds)
}

pub async fn compose_by(
    assistant: Assistant,
    package: &RunPackage,
) -> Result<(ReportDocument, String), Fault> {
    let agent = agent(assistant);
    let context = Context {
        pricing_pack: None,
        ledger_commit: None,
        trace_id: package.run_id.as_uuid().simple().to_string(),
        request_id: package.run_id.as_uuid(),
        user: None,
        workspace: WorkspaceId::from_uuid(CALL),
        portfolio: None,
        base_currency: None,
        benchmark: None,
        asof: package.window_to,
        timestamp: package.claimed_at,
        rights_profile: RightsProfile::Production,
        require_fresh: true,
        stale: false,
        governed: Some(Governed {
            package_hash: ContentHash::of_json(package).unwrap(),
            package: package.clone().into(),
            hold: HOLD,
        }),
    };
    let call =
        Call { context: Arc::new(context), lineage: Arc::new(Lineages::default()), call_id: CALL };
    let args = json!({ "selection": select(package) });
    let Output { value, summary, .. } = agent.capabilities[0].call(args, call).await?;
    Ok((serde_json::from_value(value).unwrap(), summary))
}

/// The same, at a server that does as `script` says.
pub async fn compose(
    bounds: Bounds,
    package: &RunPackage,
    script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
) -> (Result<(ReportDocument, String), Fault>, Server) {
    compose_in(Arc::new(Notes::default()), bounds, package, script).await
}

/// The same with its calls written down in `book`.
pub async fn compose_in(
    book: Arc<dyn Book>,
    bounds: Bounds,
    package: &RunPackage,
    script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
) -> (Result<(ReportDocument, String), Fault>, Server) {
    let server = Server::start(KEY, script);
    let assistant = assistant(&server.base_url(), bounds).keeping(book);
    let composed = compose_by(assistant, package).await;
    assert_eq!(server.refused(), [] as [&str; 0], "a request was not in the published form");
    (composed, server)
}
