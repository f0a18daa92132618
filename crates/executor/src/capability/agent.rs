use super::Capability;

/// An owner of capabilities. No other agent may own one of the same name; the
/// agent is also the unit of the breaker and of the bound on parallel calls.
#[derive(Debug)]
pub struct Agent {
    /// The name in traces, metrics and on pages: one lower-case word or two.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub description: &'static str,
    pub capabilities: Vec<Capability>,
}
