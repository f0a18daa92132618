//! `GET /models`: what a server says of the models that it has.
//!
//! Source: OpenAI, "List models" and "Deprecations": `shutdown_date` is a date, null
//! where none is announced, and absent at servers that do not say.

use super::Access;
use crate::assistant::{Failure, Listing};
use serde_json::Value;

impl Access {
    /// What the list says of `model`.
    ///
    /// # Errors
    /// [`Failure`], also where what came is no list.
    pub(super) async fn listing(&self, model: &str) -> Result<Listing, Failure> {
        let transport = self.transport().for_document();
        let client = self.client(transport.clone());
        let list: Value =
            client.models().list_byot().await.map_err(|error| transport.why(&error))?;
        let models = list["data"].as_array().ok_or(Failure::Malformed)?;
        let Some(listed) = models.iter().find(|listed| listed["id"] == model) else {
            return Ok(Listing::NotListed);
        };
        let shutdown = match &listed["shutdown_date"] {
            Value::Null => None,
            Value::String(date) => Some(date.parse().map_err(|_| Failure::Malformed)?),
            _ => return Err(Failure::Malformed),
        };
        Ok(Listing::Listed { shutdown })
    }
}
