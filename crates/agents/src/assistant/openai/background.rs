//! An answer that its server goes on with while nobody listens, and so has to be told to
//! stop when nobody wants it any more.

use super::Access;
use serde_json::Value;
use tokio::runtime::Handle;

/// An answer in the making, cancelled when it is dropped before its end.
#[derive(Debug)]
pub(super) struct Running {
    access: Access,
    /// The server's name of it, once it is known.
    response: Option<String>,
    ended: bool,
}

/// Longer names none that a server gives, and no record holds them.
const NAME_CHARACTERS_MAX: usize = 200;

impl Running {
    pub const fn new(access: Access, response: Option<String>) -> Self {
        Self { access, response, ended: false }
    }

    /// Takes the name in; whether it was heard for the first time.
    pub fn is_named(&mut self, response: &str) -> bool {
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let is_new = self.response.is_none()
            && (1..=NAME_CHARACTERS_MAX).contains(&response.len())
            && response.chars().all(is_name);
        if is_new {
            self.response = Some(response.to_owned());
        }
        is_new
    }

    pub fn response(&self) -> Option<&str> {
        self.response.as_deref().filter(|_| !self.ended)
    }

    pub const fn has_ended(&mut self) {
        self.ended = true;
    }
}

impl Drop for Running {
    /// In a task of its own, since whoever waited has gone. A process that ends at once
    /// leaves the answer to the server.
    fn drop(&mut self) {
        let response = self.response().map(str::to_owned);
        if let (Some(response), Ok(runtime)) = (response, Handle::try_current()) {
            runtime.spawn(cancel(self.access.clone(), response));
        }
    }
}

async fn cancel(access: Access, response: String) {
    let transport = access.transport().for_document();
    let client = access.client(transport.clone());
    match client.responses().cancel_byot::<_, Value>(response).await {
        Ok(_) => tracing::info!("an answer that nobody waits for was cancelled"),
        Err(error) => {
            let code = transport.why(&error).terms().code;
            tracing::warn!(failure.code = code, "an answer was not cancelled");
        }
    }
}
