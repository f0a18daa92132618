use crate::{Actor, Orchestrator, Refusal, UseCaseError, identity::SignedIn, new_id};
use domain::{
    id::{UserId, WorkspaceId},
    workspace::Role,
};
use storage::{audit, tenancy, user, workspace};

/// Long enough that no list of common passwords matters.
const PASSWORD_CHARACTERS_MIN: usize = 12;
const PASSWORD_CHARACTERS_MAX: usize = 200;

/// Why a new password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    #[error("The current password is not right.")]
    CurrentIsWrong,
    #[error("Use at least 12 characters.")]
    TooShort,
    #[error("Use at most 200 characters.")]
    TooLong,
    #[error("The new password is the current one.")]
    Unchanged,
    #[error("The two new passwords are not the same.")]
    RepeatDiffers,
}

impl PasswordProblem {
    const ALL: [Self; 5] =
        [Self::CurrentIsWrong, Self::TooShort, Self::TooLong, Self::Unchanged, Self::RepeatDiffers];

    /// A stable word that may stand in an address.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CurrentIsWrong => "current_is_wrong",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Unchanged => "unchanged",
            Self::RepeatDiffers => "repeat_differs",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.code() == code)
    }
}

/// An account made from the command line.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub password: String,
    pub is_admin: bool,
    /// Joins the workspace in this role.
    pub joins: Option<(WorkspaceId, Role)>,
}

impl Orchestrator {
    /// Changes the actor's password and ends all their sessions. Gives what the
    /// asking browser's new session holds.
    ///
    /// # Errors
    /// The inner error is for the person, the outer one is ours.
    pub async fn change_password(
        &self,
        actor: &Actor,
        current: String,
        new: String,
        address: &str,
    ) -> Result<Result<SignedIn, PasswordProblem>, UseCaseError> {
        let length = new.chars().count();
        if length < PASSWORD_CHARACTERS_MIN {
            return Ok(Err(PasswordProblem::TooShort));
        }
        if length > PASSWORD_CHARACTERS_MAX {
            return Ok(Err(PasswordProblem::TooLong));
        }
        if new == current {
            return Ok(Err(PasswordProblem::Unchanged));
        }
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let stored = user::load_credentials_of(&mut tx, actor.user).await?;
        tx.commit().await?;
        let hashing = |error: crate::identity::password::HashingFailed| {
            UseCaseError::Internal(error.to_string())
        };
        let stored = stored.map(|credentials| credentials.password_hash);
        if !self.passwords.verify(current, stored).await.map_err(hashing)? {
            return Ok(Err(PasswordProblem::CurrentIsWrong));
        }
        let hash = self.passwords.hash(new).await.map_err(hashing)?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let password_epoch = user::update_password(&mut tx, actor.user, &hash).await?;
        let entry = audit::Entry {
            action: "user.password_changed",
            actor: Some(actor.user),
            target: actor.user.to_string(),
            detail: serde_json::json!({ "address": address }),
        };
        audit::append(&mut tx, None, &entry).await?;
        tx.commit().await?;
        Ok(Ok(SignedIn { user: actor.user, password_epoch }))
    }

    /// Creates an account.
    ///
    /// # Errors
    /// [`UseCaseError::Refused`] when the address is taken or the password too short.
    pub async fn add_account(&self, account: NewAccount<'_>) -> Result<UserId, UseCaseError> {
        let length = account.password.chars().count();
        if !(PASSWORD_CHARACTERS_MIN..=PASSWORD_CHARACTERS_MAX).contains(&length) {
            return Err(Refusal::PasswordLength.into());
        }
        let id = UserId::from_uuid(new_id());
        let hash = self
            .passwords
            .hash(account.password)
            .await
            .map_err(|error| UseCaseError::Internal(error.to_string()))?;
        let mut tx = match account.joins {
            Some((workspace, _)) => tenancy::begin_workspace(&self.pool, workspace).await?,
            None => tenancy::begin_global(&self.pool).await?,
        };
        let new = user::NewUser {
            id,
            email: account.email,
            name: account.name,
            password_hash: &hash,
            is_admin: account.is_admin,
        };
        user::insert(&mut tx, &new).await.map_err(|error| {
            if error.is_refused_by("users_email_key") {
                UseCaseError::Refused(Refusal::AddressTaken)
            } else if error.is_refused_by("users_email_form") {
                UseCaseError::Refused(Refusal::NotAnAddress)
            } else {
                error.into()
            }
        })?;
        if let Some((workspace, role)) = account.joins {
            workspace::insert_member(&mut tx, workspace, id, role).await?;
        }
        let entry = audit::Entry {
            action: "user.added",
            actor: None,
            target: id.to_string(),
            detail: serde_json::json!({
                "is_admin": account.is_admin,
                "role": account.joins.map(|(_, role)| role.id()),
            }),
        };
        audit::append(&mut tx, account.joins.map(|(workspace, _)| workspace), &entry).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Makes a workspace, from the command line.
    pub async fn add_workspace(
        &self,
        name: &str,
        time_zone: &str,
    ) -> Result<WorkspaceId, UseCaseError> {
        // Refuses an unknown zone before it is stored.
        domain::cadence::local_date(time_zone, jiff::Timestamp::UNIX_EPOCH)?;
        let id = WorkspaceId::from_uuid(new_id());
        let mut tx = tenancy::begin_workspace(&self.pool, id).await?;
        workspace::insert(&mut tx, id, name, time_zone).await?;
        let entry = audit::Entry {
            action: "workspace.added",
            actor: None,
            target: id.to_string(),
            detail: serde_json::json!({ "name": name, "time_zone": time_zone }),
        };
        audit::append(&mut tx, Some(id), &entry).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The workspace of this name, if there is one.
    pub async fn find_workspace(&self, name: &str) -> Result<Option<WorkspaceId>, UseCaseError> {
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        Ok(workspace::find_by_name(&mut tx, name).await?)
    }
}
