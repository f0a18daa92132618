//! `verify` finds and names every change to what was sealed, and what does not
//! match its seal is not served.

use crate::world::{Market, Tenant, World, connect, count, draft, origin};
use domain::id::RunId;
use orchestrator::{UseCaseError, rights::Format};
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::BTreeSet;
use storage::{
    artifact::Form,
    setup::ActAs,
    verify::{Verification, verify},
};

struct Sealed {
    world: World,
    tenant: Tenant,
    run: RunId,
}

impl Sealed {
    /// A succeeded run, in a database whose checks of hashes are gone, as they
    /// are for somebody who writes into the files.
    async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        world.read_samples().await;
        let tenant = world.tenant_by_day("North").await;
        let id = world.active(&tenant, draft("Monthly")).await;
        let run = world.succeed(&tenant, id).await;
        for (table, check) in [
            ("packs", "packs_hash_matches"),
            ("run_packages", "run_packages_hash_matches"),
            ("artifacts", "artifacts_document_hash_matches"),
            ("artifacts", "artifacts_html_hash_matches"),
            ("audit_log", "audit_log_hash_matches"),
        ] {
            let sql = format!("alter table {table} drop constraint {check}");
            sqlx::query(AssertSqlSafe(sql)).execute(&world.superuser).await.unwrap();
        }
        let sealed = Self { world, tenant, run };
        assert_eq!(sealed.verify().await.discrepancies, []);
        sealed
    }

    async fn verify(&self) -> Verification {
        verify(&connect(&self.world.superuser, ActAs::Verifier, 1).await).await.unwrap()
    }

    /// Changes something, and finds that besides what was found `before`, and
    /// nothing else.
    async fn check(
        &self,
        before: &mut BTreeSet<(String, String)>,
        tampering: &'static str,
        what: &str,
        id: impl ToString,
    ) {
        self.world.tamper(tampering).await;
        let found = self.verify().await.discrepancies;
        let named: BTreeSet<(String, String)> =
            found.iter().map(|found| (found.what.to_owned(), found.id.clone())).collect();
        before.insert((what.to_owned(), id.to_string()));
        assert_eq!(named, *before, "{tampering}: {found:?}");
    }

    /// An entry of the log, as `verify` names it.
    async fn entry(&self, action: &'static str, after: i64) -> String {
        let sequence: i64 = sqlx::query_scalar("select sequence from audit_log where action = $1")
            .bind(action)
            .fetch_one(&self.world.superuser)
            .await
            .unwrap();
        format!("{} of chain {}", sequence + after, self.tenant.workspace)
    }

    async fn is_served(&self, form: Form) -> bool {
        let app = &self.world.orchestrator;
        let format = match form {
            Form::Html => Format::Html,
            Form::Json => Format::Json,
        };
        let downloaded =
            app.download_report(&self.tenant.viewer, self.run, format, &origin()).await;
        let served = match downloaded {
            Ok(_) => true,
            Err(UseCaseError::Quarantined) => false,
            Err(other) => panic!("{other:?}"),
        };
        // The page is made of both forms, so it is shown only where the HTML file is.
        if form == Form::Html {
            let shown = app.shown_report(&self.tenant.viewer, self.run).await;
            match shown {
                Ok(_) => assert!(served),
                Err(UseCaseError::Quarantined) => assert!(!served),
                Err(other) => panic!("{other:?}"),
            }
        }
        served
    }
}

#[sqlx::test(migrations = false)]
async fn everything_that_was_sealed_is_looked_at(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let looked_at = sealed.verify().await;
    assert_eq!((looked_at.packs, looked_at.packages, looked_at.artifacts), (1, 1, 1));
    let entries = count(&sealed.world.superuser, "select count(*) from audit_log");
    assert_eq!(i64::try_from(looked_at.audit_entries).unwrap(), entries.await);
}

#[sqlx::test(migrations = false)]
async fn a_byte_flipped_in_what_was_sealed_is_found_and_the_report_is_no_longer_served(
    pool: PgPool,
) {
    let sealed = Sealed::new(pool).await;
    let (run, mut found) = (sealed.run, BTreeSet::new());
    let pack: String = sqlx::query_scalar("select id::text from packs")
        .fetch_one(&sealed.world.superuser)
        .await
        .unwrap();
    let flip = "update packs set document = overlay(document placing '~' from 900 for 1)";
    sealed.check(&mut found, flip, "pack", pack).await;

    assert!(sealed.is_served(Form::Html).await && sealed.is_served(Form::Json).await);
    let flip = "update artifacts set html = overlay(html placing '~' from 900 for 1)";
    sealed.check(&mut found, flip, "artifact of run", run).await;
    assert!(!sealed.is_served(Form::Html).await && sealed.is_served(Form::Json).await);
    let flip = r#"update artifacts set document = replace(document, '"schema":1', '"schema":7')"#;
    sealed.check(&mut found, flip, "document of run", run).await;
    assert!(!sealed.is_served(Form::Json).await);
    let flip = "update run_packages set document = overlay(document placing '~' from 900 for 1)";
    sealed.check(&mut found, flip, "package of run", run).await;
    let refused = "select count(*) from audit_log where action = 'report.exported'
        and entry::jsonb -> 'detail' ->> 'decision' = 'quarantine'";
    assert_eq!(count(&sealed.world.superuser, refused).await, 2);
}

// The seals of a report stand in its audit entry too.
#[sqlx::test(migrations = false)]
async fn a_report_that_was_replaced_together_with_its_hash_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let replace = "update artifacts
        set html = 'All is well.', html_hash = sha256(convert_to('All is well.', 'UTF8'))";
    sealed.check(&mut BTreeSet::new(), replace, "run", sealed.run).await;
}

// A report names the package, and the pack, that it was written from.
#[sqlx::test(migrations = false)]
async fn a_pack_or_package_that_was_replaced_together_with_its_hash_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let mut found = BTreeSet::new();
    for (replace, problem) in [
        (
            "update packs set document = '{}', content_hash = sha256(convert_to('{}', 'UTF8'))",
            "names another pack than the package's",
        ),
        (
            "update run_packages set document = '{}', content_hash = sha256(convert_to('{}', 'UTF8'))",
            "names another package than the run's",
        ),
    ] {
        sealed.check(&mut found, replace, "artifact of run", sealed.run).await;
        let problems = sealed.verify().await.discrepancies;
        assert!(problems.iter().any(|found| found.problem == problem), "{problems:?}");
    }
}

#[sqlx::test(migrations = false)]
async fn an_entry_of_the_log_that_was_changed_or_removed_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let mut found = BTreeSet::new();
    let entry = sealed.entry("specification.created", 0).await;
    let flip = "update audit_log set entry = replace(entry, 'Monthly', 'Nightly')
        where action = 'specification.created'";
    sealed.check(&mut found, flip, "audit entry", entry).await;
    let entry_after = sealed.entry("specification.activated", 1).await;
    let remove = "delete from audit_log where action = 'specification.activated'";
    sealed.check(&mut found, remove, "audit entry", entry_after).await;
}

#[sqlx::test(migrations = false)]
async fn an_entry_that_was_rewritten_with_its_hash_is_found_at_the_one_after_it(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let entry_after = sealed.entry("specification.created", 1).await;
    let rewrite = "update audit_log
        set entry = replace(entry, 'Monthly', 'Nightly'),
            hash = sha256(previous_hash || convert_to(replace(entry, 'Monthly', 'Nightly'), 'UTF8'))
        where action = 'specification.created'";
    sealed.check(&mut BTreeSet::new(), rewrite, "audit entry", entry_after).await;
}

#[sqlx::test(migrations = false)]
async fn a_success_without_its_entry_or_its_report_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    // The last of its chain, so that the chain itself has no gap.
    let remove = "delete from audit_log where action = 'run.succeeded'";
    sealed.check(&mut BTreeSet::new(), remove, "run", sealed.run).await;
    sealed.check(&mut BTreeSet::new(), "delete from artifacts", "run", sealed.run).await;
}

#[sqlx::test(migrations = false)]
async fn a_pricing_pack_whose_document_or_values_were_changed_is_found(pool: PgPool) {
    let world = World::new(pool).await;
    let pack = Market::new().build(&world.orchestrator, "2025-10-21", "262.77").await;
    let verify = async || {
        let verifier = connect(&world.superuser, ActAs::Verifier, 1).await;
        let found = verify(&verifier).await.unwrap();
        assert_eq!(found.pricing_packs, 1);
        found.discrepancies.into_iter().map(|wrong| (wrong.what, wrong.id)).collect::<Vec<_>>()
    };
    assert_eq!(verify().await, []);
    let wrong = [("pricing pack", pack.to_string())];
    world.tamper("update pricing_pack_prices set close = close + 1").await;
    assert_eq!(verify().await, wrong);

    sqlx::query("alter table pricing_packs drop constraint pricing_packs_content_hash_matches")
        .execute(&world.superuser)
        .await
        .unwrap();
    world
        .tamper("update pricing_packs set content = overlay(content placing '~' from 9 for 1)")
        .await;
    assert_eq!(verify().await, wrong);

    sqlx::query("alter table pricing_packs drop constraint pricing_packs_announced_hash_matches")
        .execute(&world.superuser)
        .await
        .unwrap();
    world.tamper("update pricing_packs set announced = replace(announced, '0.24', '0.42')").await;
    let announced = ("announcements of pricing pack", pack.to_string());
    assert_eq!(verify().await, [wrong[0].clone(), announced]);
}

/// What a model said is what a replay rests on.
#[sqlx::test(migrations = false)]
async fn a_recorded_answer_that_was_changed_is_found(pool: PgPool) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let id = world.active(&tenant, draft("Monthly")).await;
    world.succeed_with_a_call(&tenant, id).await;
    let verifier = connect(&world.superuser, ActAs::Verifier, 1).await;
    let found = verify(&verifier).await.unwrap();
    assert_eq!((found.answers, found.discrepancies.len()), (1, 0));
    sqlx::query("alter table assistant_answers drop constraint assistant_answers_hash_matches")
        .execute(&world.superuser)
        .await
        .unwrap();
    world.tamper("update assistant_answers set answer = 'another'").await;
    let [changed] = verify(&verifier).await.unwrap().discrepancies.try_into().unwrap();
    assert_eq!(changed.what, "answer of call");
}
