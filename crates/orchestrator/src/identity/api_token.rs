//! API tokens: a program acts for a member, in one workspace, with no more than
//! the rights that the member chose for it and has at that moment.

use super::jwt::Claims;
use crate::{Actor, Orchestrator, Refusal, UseCaseError, new_id};
use domain::{
    access::Right,
    hash::ContentHash,
    id::{ApiTokenId, UserId, WorkspaceId},
    workspace::Role,
};
use jiff::Timestamp;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeSet;
use storage::{
    api_token::{self, ApiToken, LiveToken, NewApiToken},
    audit, tenancy, user,
};
use subtle::ConstantTimeEq;

const PREFIX: &str = "obs_";
const SECRET_BYTES: usize = 32;
const NAME_CHARACTERS_MAX: usize = 100;
/// A year, after which somebody should look whether it is still needed.
pub const TOKEN_DAYS_MAX: u16 = 366;
/// More than a person has programs; a bound for who makes them by program.
const LIVE_TOKENS_MAX: i64 = 50;
/// A page of them; with the bound above that is ten members who use it up.
const LISTED_MAX: i64 = 500;

/// What a member asks for.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    pub name: String,
    pub scopes: BTreeSet<Right>,
    /// 1 to [`TOKEN_DAYS_MAX`].
    pub days: u16,
}

/// A new token. Its text is shown this once.
#[derive(Debug)]
pub struct CreatedToken {
    pub id: ApiTokenId,
    pub text: SecretString,
    pub expires_at: Timestamp,
}

/// Who stands behind a bearer, and what it may do now.
#[derive(Clone, Debug)]
pub struct Bearer {
    pub token: ApiTokenId,
    pub actor: Actor,
    pub rights: BTreeSet<Right>,
    pub expires_at: Timestamp,
}

impl Bearer {
    pub fn workspace(&self) -> Option<WorkspaceId> {
        self.actor.workspace()
    }

    pub fn role(&self) -> Option<Role> {
        self.actor.membership.as_ref().map(|membership| membership.role)
    }
}

impl Orchestrator {
    /// Makes a token for the actor themselves, in the workspace they look at.
    ///
    /// # Errors
    /// [`UseCaseError::Refused`] for a name, scopes or a lifetime that cannot be;
    /// [`UseCaseError::NotFound`] without a workspace.
    pub async fn create_api_token(
        &self,
        actor: &Actor,
        asked: TokenRequest,
    ) -> Result<CreatedToken, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let name = checked(&asked, membership.role)?;
        let id = ApiTokenId::from_uuid(new_id());
        let mut secret = [0_u8; SECRET_BYTES];
        rand::rng().fill(&mut secret);
        let secret = SecretString::from(hex::encode(secret));
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        if api_token::count_live(&mut tx, actor.user).await? >= LIVE_TOKENS_MAX {
            return Err(Refusal::TokensTooMany.into());
        }
        let new = NewApiToken {
            id,
            workspace: membership.workspace,
            user: actor.user,
            name,
            scopes: &asked.scopes,
            secret_hash: ContentHash::of_bytes(secret.expose_secret().as_bytes()),
            days: asked.days.into(),
        };
        let expires_at = api_token::insert(&mut tx, &new).await?;
        let scopes: Vec<_> = asked.scopes.iter().map(|right| right.id()).collect();
        let entry = audit::Entry {
            action: "api_token.created",
            actor: Some(actor.user),
            target: id.to_string(),
            detail: serde_json::json!({ "name": name, "scopes": scopes, "expires_at": expires_at }),
        };
        audit::append(&mut tx, Some(membership.workspace), &entry).await?;
        tx.commit().await?;
        let text = format!("{PREFIX}{}_{}", id.as_uuid().simple(), secret.expose_secret());
        Ok(CreatedToken { id, text: text.into(), expires_at })
    }

    /// The actor's own tokens in this workspace; an owner sees everybody's.
    pub async fn api_tokens(&self, actor: &Actor) -> Result<Vec<ApiToken>, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        Ok(api_token::load_all(&mut tx, reach(actor), LISTED_MAX).await?)
    }

    /// Ends a token at once, and every JWT that was minted for it.
    ///
    /// # Errors
    /// [`UseCaseError::NotFound`] for a token that does not exist, is ended
    /// already, or is not the actor's to end.
    pub async fn revoke_api_token(
        &self,
        actor: &Actor,
        token: ApiTokenId,
    ) -> Result<(), UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let revoked = api_token::revoke(&mut tx, token, reach(actor)).await?;
        let (of, name) = revoked.ok_or(UseCaseError::NotFound)?;
        let entry = audit::Entry {
            action: "api_token.revoked",
            actor: Some(actor.user),
            target: token.to_string(),
            detail: serde_json::json!({ "name": name, "of": of }),
        };
        audit::append(&mut tx, Some(membership.workspace), &entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Who presents this token. `None` for anything but a live token with its own
    /// secret, of somebody who still belongs to its workspace.
    pub async fn bearer_of_token(&self, text: &str) -> Result<Option<Bearer>, UseCaseError> {
        let Some((id, secret)) = parse(text) else { return Ok(None) };
        let hash = ContentHash::of_bytes(secret.as_bytes());
        self.bearer(id, |live| {
            bool::from(live.secret_hash.as_bytes().ct_eq(hash.as_bytes()))
                .then(|| live.scopes.clone())
        })
        .await
    }

    /// Who presents a JWT of these claims, which are verified already. It lives no
    /// longer than its token and grants no more.
    pub async fn bearer_of_claims(&self, claims: &Claims) -> Result<Option<Bearer>, UseCaseError> {
        self.bearer(claims.tid, |live| {
            (live.user == claims.sub && live.workspace == claims.ws)
                .then(|| &live.scopes & &claims.scp)
        })
        .await
    }

    /// `admits` gives the scopes, when what was presented fits the live token.
    async fn bearer(
        &self,
        id: ApiTokenId,
        admits: impl FnOnce(&LiveToken) -> Option<BTreeSet<Right>>,
    ) -> Result<Option<Bearer>, UseCaseError> {
        let mut tx = tenancy::begin_presented(&self.pool, id).await?;
        let Some(live) = api_token::load_live(&mut tx, id).await? else { return Ok(None) };
        let Some(scopes) = admits(&live) else { return Ok(None) };
        tenancy::enter_workspace(&mut tx, live.workspace).await?;
        let Some(actor) = member(&mut tx, live.user).await? else { return Ok(None) };
        if live.use_is_stale {
            api_token::touch(&mut tx, id).await?;
        }
        tx.commit().await?;
        let of_role = actor.membership.as_ref().map(|here| Right::of(here.role));
        let rights = of_role.map(|of_role| &of_role & &scopes).unwrap_or_default();
        Ok(Some(Bearer { token: id, actor, rights, expires_at: live.expires_at }))
    }
}

/// The person as a member of the transaction's workspace, who sees no other.
async fn member(
    conn: &mut storage::PgConnection,
    id: UserId,
) -> Result<Option<Actor>, UseCaseError> {
    let memberships = user::load_memberships(conn, id).await?;
    let Some(membership) = memberships.first().cloned() else { return Ok(None) };
    let Some(person) = user::load(conn, id).await? else { return Ok(None) };
    Ok(Some(Actor {
        user: person.id,
        email: person.email,
        name: person.name,
        // A program never acts for the platform.
        is_admin: false,
        membership: Some(membership),
        memberships,
    }))
}

/// Whose tokens the actor reaches: everybody's (`None`) or their own.
fn reach(actor: &Actor) -> Option<UserId> {
    (!actor.may(Role::Owner)).then_some(actor.user)
}

/// The name, trimmed, when all that was asked for can be.
fn checked(asked: &TokenRequest, role: Role) -> Result<&str, Refusal> {
    let name = asked.name.trim();
    if !(1..=NAME_CHARACTERS_MAX).contains(&name.chars().count()) || name.contains('\0') {
        return Err(Refusal::TokenName);
    }
    if asked.scopes.is_empty() || !asked.scopes.is_subset(&Right::of(role)) {
        return Err(Refusal::TokenScopes);
    }
    if !(1..=TOKEN_DAYS_MAX).contains(&asked.days) {
        return Err(Refusal::TokenLifetime);
    }
    Ok(name)
}

/// Id and secret of a token's text, which has one spelling only.
fn parse(text: &str) -> Option<(ApiTokenId, &str)> {
    let digits = |part: &str, length: usize| {
        part.len() == length
            && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    if !digits(id, 32) || !digits(secret, SECRET_BYTES * 2) {
        return None;
    }
    Some((id.parse().ok()?, secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_one_spelling() {
        let (id, secret) = ("01900000000070008000000000000000", "ab".repeat(32));
        let text = format!("obs_{id}_{secret}");
        assert_eq!(parse(&text), Some((id.parse().unwrap(), secret.as_str())));
        for other in [
            text.to_uppercase(),
            format!("{text}0"),
            format!(" {text}"),
            text.replace("obs_", ""),
            format!("obs_01900000-0000-7000-8000-000000000000_{secret}"),
            format!("obs_{id}_"),
            String::new(),
        ] {
            assert_eq!(parse(&other), None, "{other}");
        }
    }
}
