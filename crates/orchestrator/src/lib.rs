//! The use cases of Observatory: whatever a page, the API or a worker asks for
//! goes through here. This room begins and commits every transaction, decides
//! who may do what, and knows the order of the run flow; it knows no SQL, no
//! HTTP and no markup.

pub mod actor;
pub mod administration;
pub mod error;
pub mod evidence;
pub mod identity;
pub mod pattern;
pub mod refusal;
pub mod report;
pub mod run;
pub mod specification;

pub use actor::Actor;
pub use error::UseCaseError;
pub use refusal::Refusal;

use identity::PasswordKeeper;
use pattern::{Plan, Registry};
use run::RunLimits;
use std::sync::Arc;
use storage::PgPool;

/// The shared orchestrator of one process: cheap to clone, holds no user,
/// preference or run.
#[derive(Clone)]
pub struct Orchestrator {
    pool: PgPool,
    passwords: Arc<PasswordKeeper>,
    plan: Arc<Plan>,
    registry: Arc<Registry>,
    limits: RunLimits,
}

impl Orchestrator {
    pub fn new(pool: PgPool, passwords: PasswordKeeper, plan: Plan, registry: Registry) -> Self {
        Self {
            pool,
            passwords: Arc::new(passwords),
            plan: Arc::new(plan),
            registry: Arc::new(registry),
            limits: RunLimits::default(),
        }
    }

    /// The same with other bounds for its runs. Workers that share a database
    /// share their bounds.
    #[must_use]
    pub fn with_limits(self, limits: RunLimits) -> Self {
        Self { limits, ..self }
    }

    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}

/// A new time-ordered id. Ids are names, not secrets.
fn new_id() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}

impl std::fmt::Debug for Orchestrator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Orchestrator").field("pattern", &self.plan.id).finish_non_exhaustive()
    }
}
