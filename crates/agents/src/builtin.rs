//! The agents of this build.

use crate::{analyst, evidence, example, market::PricingPacks, report};
use executor::capability::Agent;
use std::sync::Arc;

/// All agents, in the order that pages list them; they read pricing packs from
/// `packs`.
pub fn agents(packs: Arc<dyn PricingPacks>) -> Vec<Agent> {
    vec![evidence::agent(), analyst::agent(), report::agent(), example::agent(packs)]
}
