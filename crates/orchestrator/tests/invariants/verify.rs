//! `verify` finds and names every change to what was sealed, and what does not
//! match its seal is not served.

use crate::world::{Tenant, World, connect, draft};
use domain::id::RunId;
use orchestrator::UseCaseError;
use sqlx::{AssertSqlSafe, PgPool};
use storage::{
    artifact::Form,
    setup::ActAs,
    verify::{Discrepancy, Verification, verify},
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

    /// Changes something, and finds exactly that.
    async fn check(&self, tampering: &'static str, expected: &[(&str, String)]) {
        self.world.tamper(tampering).await;
        let found = self.verify().await.discrepancies;
        let named: Vec<(&str, String)> =
            found.iter().map(|Discrepancy { what, id, .. }| (*what, id.clone())).collect();
        assert_eq!(named, expected, "{tampering}: {found:?}");
    }

    async fn id(&self, sql: &'static str) -> String {
        sqlx::query_scalar(sql).fetch_one(&self.world.superuser).await.unwrap()
    }

    async fn is_served(&self, form: Form) -> bool {
        let app = &self.world.orchestrator;
        let read = app.report_text(&self.tenant.viewer, self.run, form).await;
        let downloaded =
            app.download_report(&self.tenant.viewer, self.run, form, "192.0.2.1").await;
        match (read, downloaded) {
            (Ok(_), Ok(_)) => true,
            (Err(UseCaseError::Quarantined), Err(UseCaseError::Quarantined)) => false,
            other => panic!("{other:?}"),
        }
    }
}

#[sqlx::test(migrations = false)]
async fn everything_that_was_sealed_is_looked_at(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let looked_at = sealed.verify().await;
    assert_eq!((looked_at.packs, looked_at.packages, looked_at.artifacts), (1, 1, 1));
    let entries = crate::world::count(&sealed.world.superuser, "select count(*) from audit_log");
    assert_eq!(i64::try_from(looked_at.audit_entries).unwrap(), entries.await);
}

#[sqlx::test(migrations = false)]
async fn a_byte_flipped_in_a_pack_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let id = sealed.id("select id::text from packs").await;
    let flip = "update packs set document = overlay(document placing '~' from 900 for 1)";
    sealed.check(flip, &[("pack", id)]).await;
}

#[sqlx::test(migrations = false)]
async fn a_byte_flipped_in_a_package_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let flip = "update run_packages set document = overlay(document placing '~' from 900 for 1)";
    sealed.check(flip, &[("package of run", sealed.run.to_string())]).await;
}

#[sqlx::test(migrations = false)]
async fn a_byte_flipped_in_a_report_is_found_and_no_longer_served(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let run = sealed.run.to_string();
    assert!(sealed.is_served(Form::Html).await && sealed.is_served(Form::Json).await);
    let flip = "update artifacts set html = overlay(html placing '~' from 900 for 1)";
    sealed.check(flip, &[("artifact of run", run.clone())]).await;
    assert!(!sealed.is_served(Form::Html).await && sealed.is_served(Form::Json).await);

    let flip = r#"update artifacts set document = replace(document, '"schema":1', '"schema":7')"#;
    sealed.check(flip, &[("document of run", run.clone()), ("artifact of run", run)]).await;
    assert!(!sealed.is_served(Form::Json).await);
    let refused = "select count(*) from audit_log where action = 'report.downloaded'
        and entry::jsonb -> 'detail' ->> 'outcome' = 'quarantined'";
    assert_eq!(crate::world::count(&sealed.world.superuser, refused).await, 2);
}

// The seals of a report stand in its audit entry too.
#[sqlx::test(migrations = false)]
async fn a_report_that_was_replaced_together_with_its_hash_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let run = sealed.run.to_string();
    let replace = "update artifacts
        set html = 'All is well.', html_hash = sha256(convert_to('All is well.', 'UTF8'))";
    sealed.check(replace, &[("run", run)]).await;
}

// The package that a report was written from stands in the report and the log.
#[sqlx::test(migrations = false)]
async fn a_package_that_was_replaced_together_with_its_hash_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let replace = "update run_packages
        set document = '{}', content_hash = sha256(convert_to('{}', 'UTF8'))";
    sealed.check(replace, &[("artifact of run", sealed.run.to_string())]).await;
}

#[sqlx::test(migrations = false)]
async fn a_pack_that_was_replaced_together_with_its_hash_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let replace = "update packs
        set document = '{}', content_hash = sha256(convert_to('{}', 'UTF8'))";
    sealed.check(replace, &[("artifact of run", sealed.run.to_string())]).await;
}

#[sqlx::test(migrations = false)]
async fn a_changed_entry_of_the_log_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let chain = sealed.tenant.workspace;
    let flip = "update audit_log set entry = replace(entry, 'Monthly', 'Nightly')
        where action = 'specification.created'";
    let sequence =
        sealed.id("select sequence::text from audit_log where action = 'specification.created'");
    let entry = format!("{} of chain {chain}", sequence.await);
    sealed.check(flip, &[("audit entry", entry)]).await;
}

#[sqlx::test(migrations = false)]
async fn an_entry_that_was_rewritten_with_its_hash_is_found_at_the_one_after_it(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let chain = sealed.tenant.workspace;
    let sequence =
        sealed.id("select (sequence + 1)::text from audit_log where action = 'specification.created'");
    let next = format!("{} of chain {chain}", sequence.await);
    let rewrite = "update audit_log
        set entry = replace(entry, 'Monthly', 'Nightly'),
            hash = sha256(previous_hash || convert_to(replace(entry, 'Monthly', 'Nightly'), 'UTF8'))
        where action = 'specification.created'";
    sealed.check(rewrite, &[("audit entry", next)]).await;
}

#[sqlx::test(migrations = false)]
async fn an_entry_missing_in_the_middle_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    let chain = sealed.tenant.workspace;
    let sequence =
        sealed.id("select (sequence + 1)::text from audit_log where action = 'specification.activated'");
    let next = format!("{} of chain {chain}", sequence.await);
    let remove = "delete from audit_log where action = 'specification.activated'";
    sealed.check(remove, &[("audit entry", next)]).await;
}

#[sqlx::test(migrations = false)]
async fn a_success_without_its_entry_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    // The last of its chain, so that the chain itself has no gap.
    let remove = "delete from audit_log where action = 'run.succeeded'";
    sealed.check(remove, &[("run", sealed.run.to_string())]).await;
}

#[sqlx::test(migrations = false)]
async fn a_success_without_its_report_is_found(pool: PgPool) {
    let sealed = Sealed::new(pool).await;
    sealed.check("delete from artifacts", &[("run", sealed.run.to_string())]).await;
}
