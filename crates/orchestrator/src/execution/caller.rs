use crate::{Actor, UseCaseError};
use domain::{access::Right, id::WorkspaceId, workspace::Role};
use std::collections::BTreeSet;
use storage::user::Membership;

/// Who asks for an execution: a person with the rights of their role, or a
/// program with those of its token that its member still has.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    pub rights: BTreeSet<Right>,
}

impl From<Actor> for Caller {
    /// A person who has signed in has every right of their role.
    fn from(actor: Actor) -> Self {
        let rights =
            actor.membership.as_ref().map(|member| Right::of(member.role)).unwrap_or_default();
        Self { actor, rights }
    }
}

impl Caller {
    pub(crate) fn membership(&self) -> Result<&Membership, UseCaseError> {
        self.actor.require(Role::Viewer)
    }

    pub(crate) fn workspace(&self) -> Result<WorkspaceId, UseCaseError> {
        self.membership().map(|membership| membership.workspace)
    }
}
