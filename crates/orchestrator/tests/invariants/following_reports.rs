//! Reports of one specification, one after the other: what was told is not told again.

use crate::world::{World, draft};
use domain::{
    evidence::{EvidenceId, Novelty},
    id::RunId,
    report::{Development, Outcome, ReportDocument},
    slot_override::OverrideKind,
};
use sqlx::PgPool;
use std::collections::BTreeSet;

const REASON: &str = "The desk asks for another report of the period.";

async fn report(world: &World, run: RunId) -> ReportDocument {
    let text: String = sqlx::query_scalar("select document from artifacts where run_id = $1")
        .bind(run.as_uuid())
        .fetch_one(&world.superuser)
        .await
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

fn cited(report: &ReportDocument) -> BTreeSet<EvidenceId> {
    report.references.iter().map(|reference| reference.evidence.clone()).collect()
}

fn developments(report: &ReportDocument) -> Vec<&Development> {
    report.sections.iter().flat_map(|section| &section.developments).collect()
}

// Domain reference, sections 3 and 5: an event that an earlier report cites comes again with
// new facts alone.
#[sqlx::test(migrations = false)]
async fn a_following_report_marks_what_is_new_and_repeats_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let id = world.active(&tenant, draft("Monthly")).await;
    let first = report(&world, world.succeed(&tenant, id).await).await;
    assert!(!cited(&first).is_empty(), "the first report tells something");
    assert!(developments(&first).iter().all(|one| one.novelty.is_none()));

    // Two publishers tell of something that no report has told.
    let yesterday = world.yesterday().await;
    for name in ["One", "Other"] {
        let source = world.source(name, "manual", "").await;
        let rows = format!(
            "title,url,published,text\n\
             Brio Chemie closes TDI line of 30 kt/a in Poland,https://{name}.example.com/1,{yesterday},\
             The polyurethane raw material was made there since 1990.\n"
        );
        assert_eq!(app.import_items(&world.admin, source, rows.as_bytes()).await.unwrap(), 1);
    }
    let another = async || {
        app.grant_override(&world.admin, id, OverrideKind::ExtraRun, REASON).await.unwrap();
        report(&world, world.succeed(&tenant, id).await).await
    };
    world.read_samples().await;
    let second = another().await;
    assert_eq!(cited(&first).intersection(&cited(&second)).count(), 0, "{second:?}");
    let told = developments(&second);
    assert!(told.iter().any(|one| one.headline.contains("Brio Chemie")), "{told:?}");
    assert!(told.iter().all(|one| one.novelty == Some(Novelty::New)), "{told:?}");
    let notes = &second.coverage.notes;
    assert!(notes.iter().any(|note| note.contains("told by an earlier report")), "{notes:?}");

    let third = another().await;
    assert_eq!((third.outcome, cited(&third).len()), (Outcome::NoMaterialChange, 0));
}
