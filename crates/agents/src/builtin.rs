//! The agents of this build.

use crate::{assistant::Engine, evidence, example, market::Market, portfolio, report};
use executor::capability::Agent;
use std::sync::Arc;

/// All agents, in the order that pages list them; reports are composed by `engine`,
/// pricing packs and books read from `market`.
pub fn agents(market: Arc<dyn Market>, engine: &Engine) -> Vec<Agent> {
    vec![
        evidence::agent(),
        engine.agent(),
        report::agent(),
        portfolio::agent(&market),
        example::agent(market),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::NoPacks;
    use executor::runtime::Registry;
    use std::{env, fs, path::Path};

    /// `UPDATE_DOCS=1 cargo test -p agents` writes it anew.
    #[test]
    fn the_reference_of_capabilities_is_what_the_agents_declare() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/capabilities.md");
        let declared =
            Registry::new(agents(Arc::new(NoPacks), &Engine::Builtin)).unwrap().to_markdown();
        if env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&file, &declared).unwrap();
        }
        assert_eq!(fs::read_to_string(&file).unwrap_or_default(), declared);
    }
}
