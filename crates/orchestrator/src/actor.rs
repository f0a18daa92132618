//! Who is asking, and in which workspace.

use crate::UseCaseError;
use domain::{
    id::{UserId, WorkspaceId},
    workspace::Role,
};
use storage::user::Membership;

/// A signed-in person with the workspace they are looking at.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user: UserId,
    pub email: String,
    pub name: String,
    pub is_admin: bool,
    /// The chosen workspace; `None` for somebody who belongs to none.
    pub membership: Option<Membership>,
    /// All workspaces of this person, by name.
    pub memberships: Vec<Membership>,
}

impl Actor {
    /// The chosen workspace, if this person's role there reaches `needed`.
    ///
    /// # Errors
    /// [`UseCaseError::RoleTooLow`]; somebody without a workspace sees nothing.
    pub fn require(&self, needed: Role) -> Result<&Membership, UseCaseError> {
        let membership = self.membership.as_ref().ok_or(UseCaseError::NotFound)?;
        if membership.role.includes(needed) {
            Ok(membership)
        } else {
            Err(UseCaseError::RoleTooLow { needed })
        }
    }

    pub fn require_admin(&self) -> Result<(), UseCaseError> {
        if self.is_admin { Ok(()) } else { Err(UseCaseError::NotAdmin) }
    }

    pub fn may(&self, needed: Role) -> bool {
        self.require(needed).is_ok()
    }

    pub(crate) fn workspace(&self) -> Option<WorkspaceId> {
        self.membership.as_ref().map(|membership| membership.workspace)
    }
}
