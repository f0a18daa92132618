//! An execution that was refused as it was typed. The session keeps it, so that
//! the form after the refusal shows the same answers and what is wrong with them.

use super::Request;
use executor::pattern::InputFault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const SESSION_TYPED_EXECUTION: &str = "typed_execution";
/// In bytes of JSON.
const TYPED_MAX: usize = 64 * 1024;

/// A pattern's form as it was sent, and why it was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedExecution {
    pub pattern: String,
    pub portfolio: String,
    pub asof: String,
    pub use_stale: bool,
    /// By the names of the inputs; sensitive ones are left out.
    pub inputs: BTreeMap<String, String>,
    /// Pointer and message of each fault.
    pub faults: Vec<(String, String)>,
    /// Why it was refused as a whole, where no field is to blame.
    pub refusal: Option<String>,
}

impl TypedExecution {
    pub fn faults(&self) -> Vec<InputFault> {
        self.faults
            .iter()
            .map(|(pointer, message)| InputFault {
                pointer: pointer.clone(),
                message: message.clone(),
            })
            .collect()
    }
}

impl Request {
    /// Keeps a refused form. A session that cannot be written costs the reader
    /// these answers, which is no reason to fail the answer.
    pub async fn keep_typed_execution(&self, typed: &TypedExecution) {
        let fits = serde_json::to_string(typed)
            // Postgres stores every character but this one.
            .is_ok_and(|text| text.len() <= TYPED_MAX && !text.contains("\\u0000"));
        if fits && let Err(error) = self.session.insert(SESSION_TYPED_EXECUTION, typed).await {
            tracing::warn!(error = %error, "a refused form could not be kept");
        }
    }

    pub async fn forget_typed_execution(&self) {
        if let Err(error) = self.session.remove_value(SESSION_TYPED_EXECUTION).await {
            tracing::warn!(error = %error, "a kept form could not be removed");
        }
    }

    /// What was refused just now of this pattern.
    pub async fn typed_execution(&self, pattern: &str) -> Option<TypedExecution> {
        self.query("problem")?;
        let typed: Option<TypedExecution> =
            self.session.get(SESSION_TYPED_EXECUTION).await.ok().flatten();
        typed.filter(|typed| typed.pattern == pattern)
    }
}
