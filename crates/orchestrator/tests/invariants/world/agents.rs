//! Agents with a fault, or with a hand on the door.

use agents::{
    builtin,
    capability::{Agent, AgentError, StepContext, StepFuture, StepOutput},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::sync::Semaphore;

/// How often each capability was called, over all processes that share it.
#[derive(Clone, Default)]
pub struct Calls(Arc<Mutex<BTreeMap<String, u32>>>);

impl Calls {
    pub fn of(&self, capability: &str) -> u32 {
        self.0.lock().unwrap().get(capability).copied().unwrap_or(0)
    }

    fn add(&self, capability: &str) {
        *self.0.lock().unwrap().entry(capability.to_owned()).or_default() += 1;
    }
}

/// This build's agents, counted.
pub fn counted(calls: &Calls) -> Vec<Arc<dyn Agent>> {
    wrapped(|agent| Counted { agent, calls: calls.clone() })
}

struct Counted {
    agent: Arc<dyn Agent>,
    calls: Calls,
}

impl Agent for Counted {
    fn name(&self) -> &'static str {
        self.agent.name()
    }

    fn capabilities(&self) -> &'static [&'static str] {
        self.agent.capabilities()
    }

    fn call(&self, capability: &str, args: Value, context: Arc<StepContext>) -> StepFuture {
        self.calls.add(capability);
        self.agent.call(capability, args, context)
    }
}

/// A capability whose calls arrive, and go on only when the test lets them.
#[derive(Clone)]
pub struct Hold {
    capability: &'static str,
    arrived: Arc<Semaphore>,
    released: Arc<Semaphore>,
}

impl Hold {
    pub fn at(capability: &'static str) -> Self {
        let closed = || Arc::new(Semaphore::new(0));
        Self { capability, arrived: closed(), released: closed() }
    }

    pub async fn arrived(&self) {
        self.arrived.acquire().await.unwrap().forget();
    }

    pub fn release(&self) {
        self.released.add_permits(1);
    }
}

/// This build's agents, counted and held.
pub fn held(hold: &Hold, calls: &Calls) -> Vec<Arc<dyn Agent>> {
    wrapped(|agent| Held { agent: Counted { agent, calls: calls.clone() }, hold: hold.clone() })
}

struct Held {
    agent: Counted,
    hold: Hold,
}

impl Agent for Held {
    fn name(&self) -> &'static str {
        self.agent.name()
    }

    fn capabilities(&self) -> &'static [&'static str] {
        self.agent.capabilities()
    }

    fn call(&self, capability: &str, args: Value, context: Arc<StepContext>) -> StepFuture {
        let call = self.agent.call(capability, args, context);
        if capability != self.hold.capability {
            return call;
        }
        let hold = self.hold.clone();
        Box::pin(async move {
            hold.arrived.add_permits(1);
            hold.released.acquire().await.unwrap().forget();
            call.await
        })
    }
}

fn wrapped<A: Agent + 'static>(wrap: impl Fn(Arc<dyn Agent>) -> A) -> Vec<Arc<dyn Agent>> {
    builtin::agents().into_iter().map(|agent| Arc::new(wrap(agent)) as Arc<dyn Agent>).collect()
}

/// An analyst of the test's own. `write` gets what the built-in one wrote.
pub fn analyst(
    write: impl Fn(StepOutput) -> Result<StepOutput, AgentError> + Send + Sync + 'static,
) -> Vec<Arc<dyn Agent>> {
    vec![Arc::new(Analyst { write: Arc::new(write) })]
}

type Write = dyn Fn(StepOutput) -> Result<StepOutput, AgentError> + Send + Sync;

struct Analyst {
    write: Arc<Write>,
}

impl Agent for Analyst {
    fn name(&self) -> &'static str {
        "analyst"
    }

    fn capabilities(&self) -> &'static [&'static str] {
        &["assistant.compose_report"]
    }

    fn call(&self, capability: &str, args: Value, context: Arc<StepContext>) -> StepFuture {
        let built_in = builtin::BuiltinAnalyst.call(capability, args, context);
        let write = Arc::clone(&self.write);
        Box::pin(async move { write(built_in.await?) })
    }
}
