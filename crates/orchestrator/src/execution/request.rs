use domain::id::PortfolioId;
use jiff::civil::Date;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What to execute, on what, as of when.
#[derive(Clone, Debug)]
pub struct ExecuteRequest {
    pub pattern_id: String,
    /// Never replaced by some portfolio when it is absent.
    pub portfolio_id: Option<PortfolioId>,
    pub inputs: Map<String, Value>,
    /// Today in the workspace's time zone when absent.
    pub asof: Option<Date>,
    /// False runs on a pack that is not fresh, for editors and owners.
    pub require_fresh: bool,
}

/// What joins an execution to the request that asked for it.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// W3C trace id: 32 hexadecimal digits.
    pub trace_id: String,
    pub request_id: Uuid,
}
