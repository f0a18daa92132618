//! The registry of rights of this process, which may be read anew while it serves.

use crate::{Actor, Orchestrator, UseCaseError};
use domain::execution::RightsProfile;
pub use rights::{
    Blocked, Decision, Denial, Format, OnBlock, Provider, ProviderId, Registry, RegistryError,
    Right, RightsVersion, Screen, Terms, Treatment, WithheldPart,
};
use std::sync::{Arc, PoisonError, RwLock};

/// Cheap to clone; all clones see a reload.
#[derive(Clone, Debug)]
pub(crate) struct Rights(Arc<RwLock<Arc<Registry>>>);

impl Rights {
    pub fn new(registry: Registry) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(registry))))
    }

    /// One decision is made of one registry, however often it is read anew.
    pub fn current(&self) -> Arc<Registry> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, registry: Registry) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(registry);
    }
}

impl Orchestrator {
    /// The same with a registry of rights. Without one nobody is listed, so that
    /// nothing leaves.
    #[must_use]
    pub fn with_rights(self, registry: Registry) -> Self {
        Self { rights: Rights::new(registry), ..self }
    }

    /// Decides by `registry` from now on, in every clone of this orchestrator.
    pub fn reload_rights(&self, registry: Registry) {
        self.rights.replace(registry);
    }

    pub fn rights_version(&self) -> RightsVersion {
        self.rights.current().version().clone()
    }

    /// The registry and the profile that decides by it, for administrators.
    pub fn view_rights(
        &self,
        actor: &Actor,
    ) -> Result<(Arc<Registry>, RightsProfile), UseCaseError> {
        actor.require_admin()?;
        Ok((self.rights.current(), self.rights_profile))
    }
}
