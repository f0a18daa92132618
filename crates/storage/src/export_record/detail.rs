use domain::{
    id::{ExecutionId, ExportJobId, PortfolioId, RunId},
    pricing_pack::ProviderId,
    rights::{ExportOutcome, Format},
};
use serde::Deserialize;

/// Of the entry's detail what administrators read. An attempt that came to no ruling has
/// format, outcome, reason and where it came from alone; what a worker does has no address.
#[derive(Clone, Debug, Deserialize)]
pub struct ExportDetail {
    pub format: Format,
    #[serde(rename = "decision")]
    pub outcome: ExportOutcome,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub run_id: Option<RunId>,
    #[serde(default)]
    pub execution_id: Option<ExecutionId>,
    #[serde(default)]
    pub portfolio_id: Option<PortfolioId>,
    /// Of evidence.
    #[serde(default)]
    pub pack_hash: Option<String>,
    #[serde(default)]
    pub pricing_pack_id: Option<String>,
    #[serde(default)]
    pub ledger_commit_hash: Option<String>,
    #[serde(default)]
    pub document_hash: Option<String>,
    #[serde(default)]
    pub providers: Vec<ProviderId>,
    /// Those whose data may leave by the workspace's own licence alone.
    #[serde(default)]
    pub licensed_to_workspace: Vec<ProviderId>,
    #[serde(default)]
    pub blocked: Vec<BlockedProvider>,
    #[serde(default)]
    pub reason: Option<String>,
    /// Keys of the parts that were left out.
    #[serde(default)]
    pub withheld: Vec<String>,
    /// Null of what was denied.
    #[serde(default)]
    pub attributions: Option<Vec<Attributed>>,
    #[serde(default)]
    pub watermarks: Option<Vec<Mark>>,
    #[serde(default)]
    pub rights_profile: Option<String>,
    #[serde(default)]
    pub rights_version: Option<String>,
    #[serde(default)]
    pub seal_key: Option<String>,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub agent: String,
    #[serde(default)]
    pub trace_id: String,
    /// The large export whose file was fetched.
    #[serde(default)]
    pub job: Option<ExportJobId>,
    #[serde(default)]
    pub file_hash: Option<String>,
    /// Which attempt of a worker, from 1.
    #[serde(default)]
    pub attempt: Option<i32>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct BlockedProvider {
    pub provider: ProviderId,
    pub reason: String,
    #[serde(default)]
    pub unblock: String,
}

/// A text that the file carries for a provider.
#[derive(Clone, Debug, Deserialize)]
pub struct Attributed {
    pub provider: ProviderId,
    pub text: String,
}

/// A text over the file's pages.
#[derive(Clone, Debug, Deserialize)]
pub struct Mark {
    pub text: String,
}
