//! Every entry that is known stands at one place of the way into reports.

use crate::world::{World, count, draft};
use domain::evidence::DropReason;
use orchestrator::{
    UseCaseError,
    evidence::{FunnelPlace, WholeFunnel},
};
use sqlx::PgPool;

async fn funnel(world: &World) -> WholeFunnel {
    world.orchestrator.whole_funnel(&world.admin).await.unwrap().unwrap()
}

fn at(funnel: &WholeFunnel, place: FunnelPlace) -> u64 {
    let exits = funnel.steps.iter().flat_map(|step| &step.exits);
    exits.filter(|(exit, _)| *exit == place).map(|(_, count)| count).sum()
}

#[sqlx::test(migrations = false)]
async fn every_entry_is_counted_at_one_place_and_listed_there(pool: PgPool) {
    let world = World::new(pool).await;
    world.entered_source().await;
    world.read_samples().await;
    let found = funnel(&world).await;
    // What was collected, and what the files of the newest pack held.
    let known = "select (select count(*) from source_items)
        + (select count(*) from evidence_items e join event_citations c using (pack_id, evidence_id)
           where c.item ->> 'source' <> 'By hand')
        + (select jsonb_array_length(document::jsonb -> 'dropped') from packs)";
    assert_eq!(
        found.steps[0].reached,
        u64::try_from(count(&world.superuser, known).await).unwrap()
    );
    assert_eq!(at(&found, FunnelPlace::WRITTEN), 0);
    let held = FunnelPlace::of(DropReason::UndatedHeld);
    let mut listed = 0;
    for (place, expected) in found.steps.iter().flat_map(|step| &step.exits) {
        let list =
            world.orchestrator.funnel_entries(&world.admin, place.id, None, 1).await.unwrap();
        assert_eq!(u64::try_from(list.total).unwrap(), *expected, "{}", place.id);
        assert!(list.rows.iter().all(|row| row.place == place.id));
        listed += list.total;
    }
    assert_eq!(u64::try_from(listed).unwrap(), found.steps[0].reached);
    let list = world.orchestrator.funnel_entries(&world.admin, held.id, Some("hand"), 1).await;
    let list = list.unwrap();
    assert_eq!((list.total, list.rows[0].held.is_some()), (1, true));
    let merged = world.orchestrator.funnel_entries(&world.admin, "merged", None, 1).await.unwrap();
    assert_eq!(u64::try_from(merged.total).unwrap(), found.merged);
    assert!(found.merged > 0);
}

#[sqlx::test(migrations = false)]
async fn what_a_report_of_any_workspace_cites_is_written(pool: PgPool) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let id = world.active(&tenant, draft("Monthly")).await;
    let run = world.succeed(&tenant, id).await;
    let found = funnel(&world).await;
    let cited = "select jsonb_array_length(document::jsonb -> 'references')::bigint from artifacts";
    let cited = u64::try_from(count(&world.superuser, cited).await).unwrap();
    let last = found.steps.last().unwrap();
    assert!(cited > 0);
    assert_eq!(last.reached, cited);
    // The run itself tells how its pack was selected, and nothing is lost on the way.
    let steps = world.orchestrator.run_funnel(&tenant.viewer, run).await.unwrap();
    let items = count(&world.superuser, "select count(*) from evidence_items").await;
    assert_eq!(steps[0].reached, u64::try_from(items).unwrap());
    let lost: u64 = steps.iter().flat_map(|step| &step.exits).map(|(_, lost)| lost).sum();
    assert_eq!(lost + steps.last().unwrap().reached, steps[0].reached);
    assert!(steps.last().unwrap().reached >= cited);
}

#[sqlx::test(migrations = false)]
async fn only_administrators_see_the_whole_way(pool: PgPool) {
    let world = World::new(pool).await;
    world.read_samples().await;
    let tenant = world.tenant_by_day("North").await;
    let app = &world.orchestrator;
    let not_admin = |error: UseCaseError| assert!(matches!(error, UseCaseError::NotAdmin));
    not_admin(app.whole_funnel(&tenant.owner).await.unwrap_err());
    not_admin(app.funnel_entries(&tenant.owner, "duplicate", None, 1).await.unwrap_err());
    let unknown = app.funnel_entries(&world.admin, "nowhere", None, 1).await;
    assert!(matches!(unknown, Err(UseCaseError::NotFound)));
}
