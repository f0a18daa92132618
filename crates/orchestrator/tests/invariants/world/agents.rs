//! Agents with a fault, or with a hand on the door. Each is this build's agent
//! with a test's own handler around its capabilities.

use agents::{
    assistant::Engine,
    builtin,
    market::{Market, NoPacks},
};
use executor::capability::{Agent, Call, CallFuture, Capability, Fault, Output};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// The calls of each capability, over all processes that share it.
#[derive(Clone, Default)]
pub struct Calls(Arc<Mutex<BTreeMap<String, Vec<Uuid>>>>);

impl Calls {
    pub fn of(&self, capability: &str) -> usize {
        self.ids(capability).len()
    }

    /// The ids of its calls, in their order.
    pub fn ids(&self, capability: &str) -> Vec<Uuid> {
        self.0.lock().unwrap().get(capability).cloned().unwrap_or_default()
    }

    fn add(&self, capability: &str, call: &Call) {
        self.0.lock().unwrap().entry(capability.to_owned()).or_default().push(call.call_id);
    }
}

/// This build's agents, counted.
pub fn counted(calls: &Calls) -> Vec<Agent> {
    each_capability(|capability| {
        let (calls, name) = (calls.clone(), capability.name.to_string());
        capability.around(|inner| {
            Arc::new(move |args, call| {
                calls.add(&name, &call);
                inner(args, call)
            })
        })
    })
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
pub fn held(hold: &Hold, calls: &Calls) -> Vec<Agent> {
    let mut agents = counted(calls);
    instead(&mut agents, hold.capability, |inner| {
        let hold = hold.clone();
        move |args, call| -> CallFuture {
            let (inner, hold) = (inner(args, call), hold.clone());
            Box::pin(async move {
                hold.arrived.add_permits(1);
                hold.released.acquire().await.unwrap().forget();
                inner.await
            })
        }
    });
    agents
}

/// An analyst of the test's own. `write` gets what the built-in one wrote.
pub fn analyst(
    write: impl Fn(Output<Value>) -> Result<Output<Value>, Fault> + Send + Sync + 'static,
) -> Vec<Agent> {
    altered("assistant.compose_report", write)
}

/// This build's agents; what `capability` gives is `alter`ed.
pub fn altered(
    capability: &str,
    alter: impl Fn(Output<Value>) -> Result<Output<Value>, Fault> + Send + Sync + 'static,
) -> Vec<Agent> {
    let mut agents = builtin_agents();
    let alter = Arc::new(alter);
    instead(&mut agents, capability, |inner| {
        move |args, call| -> CallFuture {
            let (inner, alter) = (inner(args, call), Arc::clone(&alter));
            Box::pin(async move { alter(inner.await?) })
        }
    });
    agents
}

/// This build's agents; `capability` never answers.
pub fn hanging(capability: &str) -> Vec<Agent> {
    let mut agents = builtin_agents();
    instead(&mut agents, capability, |_| |_, _| -> CallFuture { Box::pin(std::future::pending()) });
    agents
}

/// The agents of this build, without pricing packs: no run reads one.
pub fn builtin_agents() -> Vec<Agent> {
    builtin::agents(Arc::new(NoPacks), &Engine::Builtin)
}

/// The agents of this build, on the pricing packs of the database.
pub fn agents_with(packs: impl Market + 'static) -> Vec<Agent> {
    builtin::agents(Arc::new(packs), &Engine::Builtin)
}

fn each_capability(wrap: impl Fn(Capability) -> Capability) -> Vec<Agent> {
    let mut agents = builtin_agents();
    for agent in &mut agents {
        agent.capabilities = agent.capabilities.drain(..).map(&wrap).collect();
    }
    agents
}

/// Puts another handler, made of the present one, in the place of `capability`'s.
fn instead<H>(
    agents: &mut [Agent],
    capability: &str,
    handler: impl FnOnce(executor::capability::Handler) -> H,
) where
    H: Fn(Value, Call) -> CallFuture + Send + Sync + 'static,
{
    let mut places = agents.iter_mut().flat_map(|agent| &mut agent.capabilities);
    let place = places.find(|known| known.name.as_str() == capability).unwrap();
    *place = place.clone().around(|inner| Arc::new(handler(inner)));
}
