//! Tokens of programs: never more than their member, never kept in the clear,
//! and dead the moment they are revoked.

use crate::world::{Tenant, World, count};
use domain::{access::Right, id::ApiTokenId, workspace::Role};
use orchestrator::{
    Actor, Orchestrator, Refusal, UseCaseError,
    identity::{
        Bearer, CreatedToken, TokenRequest,
        jwt::{Claims, JwtKeeper},
    },
};
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::BTreeSet;

fn asked(scopes: &[Right]) -> TokenRequest {
    TokenRequest {
        name: " Nightly job ".into(),
        scopes: scopes.iter().copied().collect(),
        days: 30,
    }
}

async fn create(app: &Orchestrator, actor: &Actor, scopes: &[Right]) -> CreatedToken {
    app.create_api_token(actor, asked(scopes)).await.unwrap()
}

async fn bearer(app: &Orchestrator, token: &CreatedToken) -> Option<Bearer> {
    app.bearer_of_token(token.text.expose_secret()).await.unwrap()
}

/// The claims of a JWT minted for a token and verified again.
async fn claims(app: &Orchestrator, token: &CreatedToken) -> Claims {
    let keeper = JwtKeeper::new(&"k".repeat(32).into()).unwrap();
    let bearer = bearer(app, token).await.unwrap();
    let (workspace, role) = (bearer.workspace().unwrap(), bearer.role().unwrap());
    let now = app.now().await.unwrap();
    let jwt = keeper.mint(&bearer, workspace, role, 600, now).unwrap();
    keeper.verify(jwt.text.expose_secret(), now).unwrap()
}

async fn set_role(world: &World, actor: &Actor, role: Role) {
    sqlx::query("update memberships set role = $2 where user_id = $1")
        .bind(actor.user.as_uuid())
        .bind(role.id())
        .execute(&world.superuser)
        .await
        .unwrap();
}

#[sqlx::test(migrations = false)]
async fn a_token_acts_for_its_member_in_its_workspace_alone(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let here = world.tenant("Here", "Europe/Berlin").await;
    world.tenant("There", "Europe/Berlin").await;
    let token = create(app, &here.editor, &[Right::MacroRead, Right::ScenarioRun]).await;
    let bearer = bearer(app, &token).await.unwrap();
    assert_eq!(bearer.actor.user, here.editor.user);
    assert_eq!(bearer.workspace(), Some(here.workspace));
    assert_eq!(bearer.rights, BTreeSet::from([Right::MacroRead, Right::ScenarioRun]));
    assert!(!bearer.actor.is_admin);
    let audited = "select count(*) from audit_log
        where action = 'api_token.created' and entry like '%Nightly job%'";
    assert_eq!(count(&world.superuser, audited).await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_program_of_an_administrator_is_no_administrator(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let here = world.tenant("Here", "Europe/Berlin").await;
    sqlx::query("update users set is_admin = true where id = $1")
        .bind(here.owner.user.as_uuid())
        .execute(&world.superuser)
        .await
        .unwrap();
    let token = create(app, &here.owner, &[Right::MacroRead]).await;
    assert!(!bearer(app, &token).await.unwrap().actor.is_admin);
    let minted = claims(app, &token).await;
    assert!(!app.bearer_of_claims(&minted).await.unwrap().unwrap().actor.is_admin);
}

#[sqlx::test(migrations = false)]
async fn a_revoked_token_and_its_jwt_are_refused_at_once(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let tenant = world.tenant("North", "Europe/Berlin").await;
    let token = create(app, &tenant.viewer, &[Right::MacroRead]).await;
    let claims = claims(app, &token).await;
    assert!(app.bearer_of_claims(&claims).await.unwrap().is_some());
    app.revoke_api_token(&tenant.viewer, token.id).await.unwrap();
    assert!(bearer(app, &token).await.is_none());
    assert!(app.bearer_of_claims(&claims).await.unwrap().is_none());
    let again = app.revoke_api_token(&tenant.viewer, token.id).await.unwrap_err();
    assert!(matches!(again, UseCaseError::NotFound), "{again:?}");
    // Nor does the database bring it back.
    let revived =
        sqlx::query("update api_tokens set revoked_at = null").execute(&world.superuser).await;
    assert!(crate::world::message_of(revived).contains("stays revoked"));
}

#[sqlx::test(migrations = false)]
async fn an_expired_token_is_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let tenant = world.tenant("North", "Europe/Berlin").await;
    let token = create(app, &tenant.viewer, &[Right::MacroRead]).await;
    let claims = claims(app, &token).await;
    sqlx::query("update api_tokens set created_at = now() - interval '2 days', expires_at = now()")
        .execute(&world.superuser)
        .await
        .unwrap();
    assert!(bearer(app, &token).await.is_none());
    assert!(app.bearer_of_claims(&claims).await.unwrap().is_none());
}

#[sqlx::test(migrations = false)]
async fn scopes_never_exceed_the_role_of_now(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let tenant = world.tenant("North", "Europe/Berlin").await;
    for beyond in [Right::Export, Right::PortfolioWrite, Right::ScenarioRun] {
        let refused = app.create_api_token(&tenant.viewer, asked(&[beyond])).await.unwrap_err();
        assert!(matches!(refused, UseCaseError::Refused(Refusal::TokenScopes)), "{refused:?}");
    }
    let token = create(app, &tenant.editor, &[Right::Export, Right::MacroRead]).await;
    let claims = claims(app, &token).await;
    set_role(&world, &tenant.editor, Role::Viewer).await;
    let lowered = BTreeSet::from([Right::MacroRead]);
    assert_eq!(bearer(app, &token).await.unwrap().rights, lowered);
    assert_eq!(app.bearer_of_claims(&claims).await.unwrap().unwrap().rights, lowered);
    // Nobody gives a JWT more than its token has.
    let inflated = Claims { scp: Right::ALL.iter().copied().collect(), ..claims.clone() };
    set_role(&world, &tenant.editor, Role::Owner).await;
    let granted = app.bearer_of_claims(&inflated).await.unwrap().unwrap().rights;
    assert_eq!(granted, BTreeSet::from([Right::Export, Right::MacroRead]));
    // A JWT of somebody else, or of elsewhere, is not the token's.
    for wrong in [
        Claims { sub: tenant.owner.user, ..claims.clone() },
        Claims { ws: world.tenant("There", "Europe/Berlin").await.workspace, ..claims.clone() },
    ] {
        assert!(app.bearer_of_claims(&wrong).await.unwrap().is_none());
    }
    sqlx::query("delete from memberships where user_id = $1")
        .bind(tenant.editor.user.as_uuid())
        .execute(&world.superuser)
        .await
        .unwrap();
    assert!(bearer(app, &token).await.is_none());
    assert!(app.bearer_of_claims(&claims).await.unwrap().is_none());
}

#[sqlx::test(migrations = false)]
async fn the_secret_is_stored_nowhere_and_needed_whole(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let tenant = world.tenant("North", "Europe/Berlin").await;
    let token = create(app, &tenant.viewer, &[Right::MacroRead]).await;
    let text = token.text.expose_secret().to_owned();
    let secret = text.rsplit_once('_').unwrap().1;
    assert_eq!(secret.len(), 64, "256 bits");
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class
         where relnamespace = 'public'::regnamespace and relkind = 'r'",
    )
    .fetch_all(&world.superuser)
    .await
    .unwrap();
    for table in tables {
        let holds = format!("select count(*) from {table} t where t::text like '%{secret}%'");
        assert_eq!(count(&world.superuser, &holds).await, 0, "{table}");
    }
    assert!(!format!("{token:?}").contains(secret));
    let other = create(app, &tenant.viewer, &[Right::MacroRead]).await;
    let swapped = text.replace(secret, other.text.expose_secret().rsplit_once('_').unwrap().1);
    let last = if text.ends_with('0') { "1" } else { "0" };
    let off_by_one = format!("{}{last}", &text[..text.len() - 1]);
    let unknown = format!("obs_{}_{secret}", "0".repeat(32));
    for wrong in [swapped, off_by_one, unknown] {
        assert!(app.bearer_of_token(&wrong).await.unwrap().is_none(), "{wrong}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_member_reaches_their_own_tokens_and_an_owner_those_of_the_workspace(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let here = world.tenant("Here", "Europe/Berlin").await;
    let there = world.tenant("There", "Europe/Berlin").await;
    let token = create(app, &here.viewer, &[Right::MacroRead]).await;
    create(app, &here.editor, &[Right::MacroRead]).await;
    let listed = async |actor: &Actor| app.api_tokens(actor).await.unwrap().len();
    assert_eq!((listed(&here.viewer).await, listed(&here.owner).await), (1, 2));
    assert_eq!(listed(&there.owner).await, 0);
    let unknown = ApiTokenId::from_uuid(uuid::Uuid::now_v7());
    for (actor, id) in [(&here.editor, token.id), (&there.owner, token.id), (&here.owner, unknown)]
    {
        let refused = app.revoke_api_token(actor, id).await.unwrap_err();
        assert!(matches!(refused, UseCaseError::NotFound), "{refused:?}");
    }
    assert!(bearer(app, &token).await.is_some());
    app.revoke_api_token(&here.owner, token.id).await.unwrap();
    assert!(bearer(app, &token).await.is_none());
    let audited = "select count(*) from audit_log where action = 'api_token.revoked'";
    assert_eq!(count(&world.superuser, audited).await, 1);
}

#[sqlx::test(migrations = false)]
async fn name_lifetime_and_number_of_tokens_are_bounded(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let tenant = world.tenant("North", "Europe/Berlin").await;
    let good = || asked(&[Right::MacroRead]);
    let refused =
        async |asked: TokenRequest| match app.create_api_token(&tenant.viewer, asked).await {
            Err(UseCaseError::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        };
    for name in ["", "  ", &"x".repeat(101), "a\0b"] {
        let asked = TokenRequest { name: name.into(), ..good() };
        assert_eq!(refused(asked).await, Refusal::TokenName);
    }
    for days in [0, 367] {
        assert_eq!(refused(TokenRequest { days, ..good() }).await, Refusal::TokenLifetime);
    }
    let none = TokenRequest { scopes: BTreeSet::new(), ..good() };
    assert_eq!(refused(none).await, Refusal::TokenScopes);
    for _ in 0..50 {
        create(app, &tenant.viewer, &[Right::MacroRead]).await;
    }
    assert_eq!(refused(good()).await, Refusal::TokensTooMany);
    // Another member has their own fifty.
    create(app, &tenant.editor, &[Right::MacroRead]).await;
}

#[sqlx::test(migrations = false)]
async fn a_use_is_noted_at_most_once_a_minute(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let Tenant { viewer, .. } = world.tenant("North", "Europe/Berlin").await;
    let token = create(app, &viewer, &[Right::MacroRead]).await;
    let noted = async || {
        let at: Option<String> = sqlx::query_scalar("select last_used_at::text from api_tokens")
            .fetch_one(&world.superuser)
            .await
            .unwrap();
        at
    };
    assert_eq!(noted().await, None);
    bearer(app, &token).await.unwrap();
    let first = noted().await;
    assert!(first.is_some());
    bearer(app, &token).await.unwrap();
    assert_eq!(noted().await, first);
    let aged = "update api_tokens set last_used_at = last_used_at - interval '61 seconds'";
    sqlx::query(AssertSqlSafe(aged)).execute(&world.superuser).await.unwrap();
    bearer(app, &token).await.unwrap();
    assert!(noted().await > first);
}
