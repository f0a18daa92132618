//! What a capability says of itself, and its handler.

use super::{Call, CallFuture, CapabilityName, Fault, FaultKind, Handler, Output};
use crate::{
    lineage::{PublishingCalendar, Source, SourceName, Ttl},
    observe::CallMeter,
};
pub use domain::execution::Cost;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{fmt, future::Future, sync::Arc};

/// Whether a capability can be called as this process is configured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Availability {
    #[default]
    Available,
    Unavailable {
        reason: String,
    },
}

/// One operation that patterns may name.
#[derive(Clone)]
pub struct Capability {
    pub name: CapabilityName,
    /// Semantic version of its meaning; part of every cache key.
    pub version: &'static str,
    /// What it does, in one sentence.
    pub description: &'static str,
    /// How its figures are computed, for a reader; none where nothing is computed.
    pub formula: Option<&'static str>,
    /// JSON Schema (2020-12) of the arguments, an object.
    pub input: Value,
    /// JSON Schema (2020-12) of the value.
    pub output: Value,
    pub ttl: Ttl,
    pub cost: Cost,
    /// Same context and arguments, same value: it may be cached.
    pub pure: bool,
    /// Needs a sealed run package in its context, so only governed runs call it.
    pub governed: bool,
    /// The forms of source that its values come from, such as `pack`.
    pub sources: &'static [&'static str],
    pub availability: Availability,
    /// The capability to use instead; this one is still served.
    pub deprecated_by: Option<&'static str>,
    handler: Handler,
    /// What every value of it came from besides its data.
    source: Source,
    pub(crate) meter: CallMeter,
}

impl Capability {
    /// Declares a capability by its typed function. The schemas are those of the
    /// argument and value types; arguments that do not fit are
    /// [`FaultKind::InvalidInput`].
    ///
    /// # Panics
    /// When `name` is not a capability name: a mistake in the agent's source,
    /// met by the first test that makes the agent.
    pub fn new<A, T, F, R>(
        name: &str,
        version: &'static str,
        description: &'static str,
        function: F,
    ) -> Self
    where
        A: DeserializeOwned + JsonSchema,
        T: Serialize + JsonSchema,
        F: Fn(A, Call) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Output<T>, Fault>> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |args, call| -> CallFuture {
            match serde_json::from_value::<A>(args) {
                Ok(args) => {
                    let answer = function(args, call);
                    Box::pin(async move { to_json(answer.await?) })
                }
                Err(error) => {
                    let message = format!("The arguments do not fit: {error}.");
                    Box::pin(async move { Err(Fault::new(FaultKind::InvalidInput, message)) })
                }
            }
        });
        Self {
            name: name.parse().expect("an agent names its capabilities category.operation"),
            source: Source {
                name: SourceName::computed(name, version),
                asof: None,
                ttl: None,
                calendar: PublishingCalendar::default(),
            },
            meter: CallMeter::default(),
            version,
            description,
            formula: None,
            input: schema_of::<A>(true),
            output: schema_of::<T>(false),
            ttl: Ttl::Execution,
            cost: Cost::Light,
            pure: false,
            governed: false,
            sources: &[],
            availability: Availability::Available,
            deprecated_by: None,
            handler,
        }
    }

    #[must_use]
    pub fn ttl(self, ttl: Ttl) -> Self {
        Self { ttl, ..self }
    }

    #[must_use]
    pub fn cost(self, cost: Cost) -> Self {
        Self { cost, ..self }
    }

    #[must_use]
    pub fn pure(self) -> Self {
        Self { pure: true, ..self }
    }

    #[must_use]
    pub fn governed(self) -> Self {
        Self { governed: true, ..self }
    }

    #[must_use]
    pub fn sources(self, sources: &'static [&'static str]) -> Self {
        Self { sources, ..self }
    }

    #[must_use]
    pub fn unavailable(self, reason: impl Into<String>) -> Self {
        Self { availability: Availability::Unavailable { reason: reason.into() }, ..self }
    }

    #[must_use]
    pub fn deprecated_by(self, name: &'static str) -> Self {
        Self { deprecated_by: Some(name), ..self }
    }

    /// The same declaration around another handler, made of this one's.
    #[must_use]
    pub fn around(self, wrap: impl FnOnce(Handler) -> Handler) -> Self {
        Self { handler: wrap(self.handler), ..self }
    }

    /// The capability itself as a source: `computed:<name>@<version>`.
    pub(crate) const fn source(&self) -> &Source {
        &self.source
    }

    /// Calls it. Nothing has happened before the future is polled.
    pub fn call(&self, args: Value, call: Call) -> CallFuture {
        (self.handler)(args, call)
    }
}

fn to_json<T: Serialize>(output: Output<T>) -> Result<Output<Value>, Fault> {
    let Output { value, lineage, summary } = output;
    let value = serde_json::to_value(value)
        .map_err(|error| Fault::internal(format!("The value has no JSON form: {error}.")))?;
    Ok(Output { value, lineage, summary })
}

/// Arguments are described as they are read, values as they are written.
fn schema_of<T: JsonSchema>(read: bool) -> Value {
    let settings = SchemaSettings::draft2020_12();
    let settings = if read { settings.for_deserialize() } else { settings.for_serialize() };
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

impl fmt::Debug for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capability")
            .field("name", &self.name)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
