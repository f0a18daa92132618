use crate::{Actor, Orchestrator, UseCaseError};
use domain::{
    hash::ContentHash,
    id::{UserId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use storage::{audit, sign_in, tenancy, user};

/// Failures are counted over a quarter of an hour.
const WINDOW_S: i32 = 900;
/// After this many failures an account waits; a person mistypes less often.
const FAILURES_PER_ACCOUNT_MAX: i64 = 10;
/// An office behind one address has many people; a guesser tries far more.
const FAILURES_PER_ADDRESS_MAX: i64 = 50;
/// Longer than any password we accept; hashing more would only cost us.
const PASSWORD_BYTES_MAX: usize = 1024;

/// What a session holds: nothing that a later look-up could not contradict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    pub user: UserId,
    /// A session of an earlier epoch than the user's is dead.
    pub password_epoch: i32,
}

#[derive(Debug, thiserror::Error)]
pub enum SignInRefused {
    /// Unknown address and wrong password are one answer.
    #[error("the e-mail address or the password is not right")]
    Credentials,
    #[error("too many failed attempts; try again in {retry_after_s} seconds")]
    RateLimited { retry_after_s: u32 },
    #[error(transparent)]
    Failed(#[from] UseCaseError),
}

impl From<storage::StorageError> for SignInRefused {
    fn from(error: storage::StorageError) -> Self {
        Self::Failed(error.into())
    }
}

impl Orchestrator {
    /// Checks a password. `address` is the peer's network address.
    ///
    /// # Errors
    /// [`SignInRefused`]; unknown user and wrong password take the same time and
    /// give the same answer.
    pub async fn sign_in(
        &self,
        email: &str,
        password: String,
        address: &str,
    ) -> Result<SignedIn, SignInRefused> {
        let email = email.trim().to_lowercase();
        let account = ContentHash::of_bytes(email.as_bytes());
        let mut tx = tenancy::begin_global(&self.pool).await?;
        sign_in::lock_attempts(&mut tx, account, address).await?;
        let recent = sign_in::load_recent_failures(&mut tx, account, address, WINDOW_S).await?;
        if recent.of_account >= FAILURES_PER_ACCOUNT_MAX
            || recent.of_address >= FAILURES_PER_ADDRESS_MAX
        {
            let wait = i64::from(WINDOW_S) - recent.oldest_s;
            let retry_after_s = u32::try_from(wait.max(1)).unwrap_or(1);
            return Err(SignInRefused::RateLimited { retry_after_s });
        }
        // A failure until it is known to be none: attempts that wait for their hash
        // count as well.
        sign_in::insert_failure(&mut tx, account, address).await?;
        let credentials = user::load_credentials(&mut tx, &email).await?;
        // The connection goes back before the hash is computed.
        tx.commit().await.map_err(UseCaseError::from)?;

        let right = password.len() <= PASSWORD_BYTES_MAX
            && self
                .passwords
                .verify(password, credentials.as_ref().map(|known| known.password_hash.clone()))
                .await
                .map_err(|error| UseCaseError::Internal(error.to_string()))?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let (signed_in, entry) = match credentials {
            Some(known) if right => {
                sign_in::delete_failures(&mut tx, account).await?;
                (
                    Ok(SignedIn { user: known.user, password_epoch: known.password_epoch }),
                    audited("session.signed_in", Some(known.user), known.user.to_string(), address),
                )
            }
            known => (
                Err(SignInRefused::Credentials),
                audited(
                    "session.sign_in_failed",
                    known.map(|known| known.user),
                    format!("account:{}", account.short()),
                    address,
                ),
            ),
        };
        audit::append(&mut tx, None, &entry).await?;
        tx.commit().await.map_err(UseCaseError::from)?;
        signed_in
    }

    /// Records that somebody signed out.
    pub async fn record_sign_out(&self, user: UserId, address: &str) -> Result<(), UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let entry = audited("session.signed_out", Some(user), user.to_string(), address);
        audit::append(&mut tx, None, &entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The person behind a session, in the workspace they chose. `None` when
    /// the session is dead: its user is gone, or the password has changed.
    pub async fn actor(
        &self,
        session: SignedIn,
        chosen: Option<WorkspaceId>,
    ) -> Result<Option<Actor>, UseCaseError> {
        let mut tx = tenancy::begin_member(&self.pool, session.user).await?;
        let Some(user) = user::load(&mut tx, session.user).await? else { return Ok(None) };
        if user.password_epoch != session.password_epoch {
            return Ok(None);
        }
        let memberships = user::load_memberships(&mut tx, session.user).await?;
        let membership = memberships
            .iter()
            .find(|membership| Some(membership.workspace) == chosen)
            .or_else(|| memberships.first())
            .cloned();
        Ok(Some(Actor {
            user: user.id,
            email: user.email,
            name: user.name,
            is_admin: user.is_admin,
            membership,
            memberships,
        }))
    }
}

fn audited(
    action: &'static str,
    actor: Option<UserId>,
    target: String,
    address: &str,
) -> audit::Entry {
    audit::Entry { action, actor, target, detail: serde_json::json!({ "address": address }) }
}
