//! What licences forbid to show of evidence is shown on no page of it, with the reason in its
//! place; what is shown names whom it is from.

use crate::world::{World, licence, samples};
use orchestrator::{
    evidence::MEANING,
    rights::{Right, Terms, WithheldPart},
    workspace_licence::LicenceTerms,
};
use sqlx::PgPool;
use storage::pack_event::Filter;

fn check_reason(part: &WithheldPart) {
    let [blocked] = part.blocked.as_slice() else { panic!("{part:?}") };
    assert!(blocked.reason.contains("Sample does not allow to show on screen"), "{part:?}");
    assert_eq!(blocked.unblock, "Wait for real prices.");
}

fn check_attribution(terms: &Terms) {
    let texts: Vec<&str> = terms.attributions.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(texts, ["Sample data, not market data"]);
}

#[sqlx::test(migrations = false)]
async fn evidence_that_may_not_be_shown_says_why_on_every_page_until_a_licence_gives_the_right(
    pool: PgPool,
) {
    let world = World::new(pool).await;
    let (hash, pack) = world.read_pack().await;
    let tenant = world.tenant_by_day("North").await;
    let (viewer, all) = (&tenant.viewer, Filter::default());
    let cited = pack.events.iter().find(|event| event.citations.len() > 1).unwrap();
    let event = cited.id.as_str();
    let mut companies =
        pack.events.iter().flat_map(|one| &one.citations).flat_map(|one| &one.companies);
    // One that the desk's table does not know stands in quotes, and has no page.
    let company = companies.find(|id| !id.as_str().starts_with('\u{201c}')).unwrap();
    let titles: Vec<&str> = pack.items.iter().map(|item| item.title.as_str()).collect();

    let shown = &world.orchestrator;
    let list = shown.browse_evidence(viewer, &all, 1).await.unwrap().unwrap();
    check_attribution(&list.terms);
    let rows = list.events.len();
    assert!(list.events.iter().all(|event| {
        event.shown.as_ref().is_ok_and(|row| titles.contains(&row.title.as_str()))
    }));
    let page = shown.view_event(viewer, event).await.unwrap();
    check_attribution(&page.screen.terms);
    assert_eq!(page.view.items.len(), cited.citations.len());
    assert!(page.screen.withheld.is_empty());

    let app = world.orchestrator.clone().with_rights(samples("display: true", "display: false"));
    let list = app.browse_evidence(viewer, &all, 1).await.unwrap().unwrap();
    assert_eq!(list.events.len(), rows, "each has its place with the reason");
    assert!(list.terms.attributions.is_empty());
    for event in &list.events {
        check_reason(event.shown.as_ref().unwrap_err());
    }
    let page = app.view_event(viewer, event).await.unwrap();
    assert!(page.view.items.is_empty() && page.screen.terms.attributions.is_empty());
    let keys = page.screen.withheld_keys();
    assert!(keys.contains(MEANING), "what it means rests on its reports");
    assert_eq!(keys.len(), cited.citations.len() + 1);
    page.screen.withheld.iter().for_each(check_reason);
    let sealed = app.view_pack(viewer, hash).await.unwrap();
    assert_eq!(sealed.screen.withheld.len(), pack.items.len());
    sealed.screen.withheld.iter().for_each(check_reason);
    let company = app.view_company(viewer, company.as_str()).await.unwrap();
    assert!(!company.events.is_empty() && company.events.iter().all(|one| one.shown.is_err()));
    // Administrators belong to no workspace, and have no licence but the platform's.
    let page = app.view_event(&world.admin, event).await.unwrap();
    assert!(page.view.items.is_empty());

    let terms = LicenceTerms {
        provider: "Sample".parse().unwrap(),
        rights: vec![Right::Display],
        ..licence()
    };
    app.record_licence(&world.admin, tenant.workspace, &terms).await.unwrap();
    let page = app.view_event(viewer, event).await.unwrap();
    check_attribution(&page.screen.terms);
    assert_eq!(page.view.items.len(), cited.citations.len());
    let page = app.view_event(&world.admin, event).await.unwrap();
    assert!(page.view.items.is_empty());
}

#[sqlx::test(migrations = false)]
async fn an_event_is_as_free_as_the_least_free_of_its_reports(pool: PgPool) {
    let world = World::new(pool).await;
    let (_, pack) = world.read_pack().await;
    let cited = pack.events.iter().find(|event| event.citations.len() > 1).unwrap();
    let one = cited.citations[0].evidence.as_str();
    // As if one of its reports had been read under a licence that nobody recorded.
    let source = format!(
        "update event_citations set item = item || '{{\"sample\": false, \"source\": \"another\"}}'
         where evidence_id = '{one}'"
    );
    let mut tx = world.superuser.begin().await.unwrap();
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(source)).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let tenant = world.tenant_by_day("North").await;
    let (app, viewer) = (&world.orchestrator, &tenant.viewer);
    let page = app.view_event(viewer, cited.id.as_str()).await.unwrap();
    let keys: Vec<String> = page.screen.withheld_keys().into_iter().collect();
    assert_eq!(keys, [one, MEANING]);
    assert!(page.screen.withheld.iter().all(|part| part.blocked.is_empty()));
    assert_eq!(page.view.items.len(), cited.citations.len() - 1);
    let mut withheld = Vec::new();
    for page in 1..=10 {
        let list = app.browse_evidence(viewer, &Filter::default(), page).await.unwrap().unwrap();
        withheld.extend(list.events.into_iter().filter(|event| event.shown.is_err()));
        if page >= list.pages {
            break;
        }
    }
    let ids: Vec<&str> = withheld.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids, [cited.id.as_str()]);
}
