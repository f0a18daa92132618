//! The audit log: one chain a workspace, that never forks, and tells no secret.

use crate::world::{World, code_of, count, draft, message_of, origin};
use domain::{hash::ContentHash, id::WorkspaceId, workspace::Role};
use orchestrator::{
    identity::{NewAccount, SignedIn},
    rights::Format,
};
use sqlx::PgPool;
use storage::{
    audit::{self, Entry},
    setup::ActAs,
    tenancy,
    verify::verify,
};
use tokio::task::JoinSet;

fn entry(target: &str) -> Entry {
    Entry {
        action: "test.noted",
        actor: None,
        target: target.to_owned(),
        detail: serde_json::json!({ "note": "ü “quoted”\n" }),
    }
}

async fn append(pool: &PgPool, workspace: Option<WorkspaceId>, target: &str) {
    let mut tx = match workspace {
        Some(workspace) => tenancy::begin_workspace(pool, workspace).await.unwrap(),
        None => tenancy::begin_global(pool).await.unwrap(),
    };
    audit::append(&mut tx, workspace, &entry(target)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn length(world: &World, workspace: Option<WorkspaceId>) -> i64 {
    let sql = match workspace {
        Some(workspace) => {
            format!("select count(*) from audit_log where workspace_id = '{workspace}'")
        }
        None => "select count(*) from audit_log where workspace_id is null".to_owned(),
    };
    count(&world.superuser, &sql).await
}

#[sqlx::test(migrations = false)]
async fn each_entry_makes_its_own_chain_longer_by_one(pool: PgPool) {
    let world = World::new(pool).await;
    let (one, two) = (world.tenant_by_day("One").await, world.tenant_by_day("Two").await);
    let chains = [Some(one.workspace), Some(two.workspace), None];
    for grown in chains {
        let mut before = Vec::new();
        for chain in chains {
            before.push(length(&world, chain).await);
        }
        append(world.orchestrator.pool(), grown, "something").await;
        for (chain, before) in chains.into_iter().zip(before) {
            let expected = before + i64::from(chain == grown);
            assert_eq!(length(&world, chain).await, expected, "{chain:?}");
        }
    }
    // Numbered from one without a gap, each with the hash of the one before.
    let broken = "select count(*) from (
            select sequence, previous_hash, row_number() over chain as place,
                coalesce(lag(hash) over chain, decode(repeat('00', 32), 'hex')) as expected
            from audit_log window chain as (partition by chain order by sequence)
        ) entries where sequence <> place or previous_hash <> expected";
    assert_eq!(count(&world.superuser, broken).await, 0);
}

#[sqlx::test(migrations = false)]
async fn concurrent_writers_never_fork_a_chain(pool: PgPool) {
    const WRITERS: i64 = 40;
    let world = World::new(pool).await;
    let tenant = world.tenant_by_day("North").await;
    let before = length(&world, Some(tenant.workspace)).await;
    let app = crate::world::connect(&world.superuser, ActAs::Application, 10).await;
    let mut writers = JoinSet::new();
    for at in 0..WRITERS {
        let app = app.clone();
        writers.spawn(async move { append(&app, Some(tenant.workspace), &at.to_string()).await });
    }
    writers.join_all().await;
    assert_eq!(length(&world, Some(tenant.workspace)).await, before + WRITERS);
    let verifier = crate::world::connect(&world.superuser, ActAs::Verifier, 1).await;
    assert_eq!(verify(&verifier).await.unwrap().discrepancies, []);
}

#[sqlx::test(migrations = false)]
async fn an_entry_that_is_rolled_back_leaves_no_gap(pool: PgPool) {
    let world = World::new(pool).await;
    let tenant = world.tenant_by_day("North").await;
    let app = world.orchestrator.pool();
    let mut tx = tenancy::begin_workspace(app, tenant.workspace).await.unwrap();
    audit::append(&mut tx, Some(tenant.workspace), &entry("undone")).await.unwrap();
    drop(tx);
    append(app, Some(tenant.workspace), "done").await;
    let verifier = crate::world::connect(&world.superuser, ActAs::Verifier, 1).await;
    assert_eq!(verify(&verifier).await.unwrap().discrepancies, []);
}

/// An entry with a right hash of its own, after the predecessor that it claims.
async fn forge(
    world: &World,
    workspace: WorkspaceId,
    sequence: &str,
    previous: &str,
) -> Result<(), sqlx::Error> {
    let app = world.orchestrator.pool();
    let mut tx = tenancy::begin_workspace(app, workspace).await.unwrap();
    let sql = format!(
        "insert into audit_log (chain, sequence, workspace_id, entry, previous_hash, hash)
         select $1, {sequence}, $1, '{{}}', {previous}, sha256({previous} || '{{}}'::bytea)
         from (select max(sequence) as last from audit_log where chain = $1) newest"
    );
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.as_uuid()).execute(&mut *tx).await?;
    Ok(())
}

#[sqlx::test(migrations = false)]
async fn a_forged_predecessor_is_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let tenant = world.tenant_by_day("North").await;
    let newest = "(select hash from audit_log where chain = $1 order by sequence desc limit 1)";
    let oldest = "(select hash from audit_log where chain = $1 order by sequence limit 1)";
    let nothing = "decode(repeat('00', 32), 'hex')";
    for (sequence, previous) in [
        ("last + 1", nothing),
        ("last + 1", oldest),
        ("last + 2", newest),
        ("last", newest),
        ("1", nothing),
        ("2", oldest),
    ] {
        let refused = forge(&world, tenant.workspace, sequence, previous).await;
        let message = message_of(refused);
        assert!(message.contains("does not follow its predecessor"), "{sequence}: {message}");
    }
    // What follows rightly is taken: the guard refuses forgeries, not writing.
    forge(&world, tenant.workspace, "last + 1", newest).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn an_entry_without_its_own_hash_is_refused(pool: PgPool) {
    let world = World::new(pool).await;
    let tenant = world.tenant_by_day("North").await;
    let app = world.orchestrator.pool();
    let mut tx = tenancy::begin_workspace(app, tenant.workspace).await.unwrap();
    let forged = sqlx::query(
        "insert into audit_log (chain, sequence, workspace_id, entry, previous_hash, hash)
         select chain, sequence + 1, workspace_id, '{}', hash, $1
         from audit_log order by sequence desc limit 1",
    )
    .bind(ContentHash::of_bytes(b"something else").as_bytes())
    .execute(&mut *tx)
    .await;
    assert_eq!(code_of(forged), "23514");
}

#[sqlx::test(migrations = false)]
async fn a_whole_story_leaves_neither_passwords_nor_evidence_in_the_log(pool: PgPool) {
    const PASSWORDS: [&str; 3] = ["the first password", "the second password", "a wrong password"];
    const ADDRESS: &str = "192.0.2.1";
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let joins = Some((tenant.workspace, Role::Owner));
    let email = "ada@test.example";
    let account =
        NewAccount { email, name: "Ada", password: PASSWORDS[0].into(), is_admin: false, joins };
    app.add_account(account).await.unwrap();
    app.sign_in(email, PASSWORDS[2].into(), ADDRESS).await.unwrap_err();
    let session: SignedIn = app.sign_in(email, PASSWORDS[0].into(), ADDRESS).await.unwrap();
    let ada = app.actor(session, None).await.unwrap().unwrap();
    let id = world.active(&tenant, draft("Monthly")).await;
    let run = world.succeed(&tenant, id).await;
    world.blocked(&tenant, id).await;
    app.download_report(&ada, run, Format::Html, &origin()).await.unwrap();
    app.pause_specification(&ada, id, "Holidays in August").await.unwrap();
    app.change_password(&ada, PASSWORDS[0].into(), PASSWORDS[1].into(), ADDRESS)
        .await
        .unwrap()
        .unwrap();
    app.record_sign_out(ada.user, ADDRESS).await.unwrap();

    let log: String = sqlx::query_scalar(
        "select string_agg(entry, E'\\n' order by chain, sequence) from audit_log",
    )
    .fetch_one(&world.superuser)
    .await
    .unwrap();
    for action in [
        "entitlement.granted",
        "pack.read",
        "report.exported",
        "run.blocked",
        "run.succeeded",
        "run.triggered",
        "session.sign_in_failed",
        "session.signed_in",
        "session.signed_out",
        "specification.activated",
        "specification.paused",
        "specification.submitted",
        "specification.version_saved",
        "user.added",
        "user.password_changed",
        "workspace.added",
    ] {
        assert!(log.contains(&format!("\"action\":\"{action}\"")), "{action} is not in the log");
    }
    let hashes: Vec<String> = strings(&world, "select password_hash from users").await;
    let items = "select text from packs p, jsonb_array_elements(p.document::jsonb -> 'items') item,
        unnest(array[item ->> 'title', item ->> 'excerpt', item ->> 'url']) text where text <> ''";
    let evidence = strings(&world, items).await;
    assert!(evidence.len() > 100);
    for secret in PASSWORDS.map(str::to_owned).into_iter().chain(hashes).chain(evidence) {
        assert!(!log.contains(&secret), "the log holds “{secret}”");
    }
}

async fn strings(world: &World, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(&world.superuser).await.unwrap()
}
