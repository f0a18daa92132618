//! What administrators decide on events: the next pack is built by it, sealed ones stay.

use crate::world::{World, count, refused};
use domain::evidence::{EvidenceEvent, EvidencePack, Join};
use orchestrator::{Refusal, UseCaseError};
use sqlx::PgPool;
use std::collections::BTreeSet;

const REASON: &str = "Both tell of the same plant.";

/// Ids of an event's items.
fn items(event: &EvidenceEvent) -> BTreeSet<String> {
    event.citations.iter().map(|one| one.evidence.to_string()).collect()
}

fn event_of<'p>(pack: &'p EvidencePack, item: &str) -> &'p EvidenceEvent {
    let holds = |event: &&EvidenceEvent| items(event).contains(item);
    pack.events.iter().find(holds).unwrap()
}

#[sqlx::test(migrations = false)]
async fn two_events_that_are_one_are_one_in_the_next_pack_until_it_is_undone(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let (first, pack) = world.read_pack().await;
    let (one, other) = (&pack.events[0], &pack.events[1]);
    let (one_id, other_id) = (one.id.as_str(), other.id.as_str());
    app.merge_events(&world.admin, one_id, other_id, REASON).await.unwrap();
    assert!(app.has_newly_collected().await.unwrap());
    // The page still shows what is sealed, with the decision in its history.
    let page = app.view_event(&world.admin, one_id).await.unwrap();
    assert_eq!((page.pack_hash, page.decisions.len()), (first, 1));

    let (second, merged) = world.read_pack().await;
    assert_ne!(first, second);
    let event = event_of(&merged, items(one).first().unwrap());
    assert_eq!(items(event), &items(one) | &items(other));
    let joined = event.citations.iter().filter(|one| one.joined == Join::Administrator).count();
    assert_eq!((joined, event.citations[0].joined), (1, Join::First));
    assert_eq!(merged.events.len(), pack.events.len() - 1);
    assert_eq!(merged.items, pack.items);
    // The event that went into the other is found from its old page.
    let gone = if event.id == one.id { other_id } else { one_id };
    let page = app.view_event(&world.admin, gone).await.unwrap();
    assert_eq!((page.current, page.successor.as_deref()), (false, Some(event.id.as_str())));

    let decision = page.decisions[0].id;
    app.undo_event_decision(&world.admin, decision, REASON).await.unwrap();
    let again = app.undo_event_decision(&world.admin, decision, REASON).await;
    assert_eq!(refused(again), Refusal::EventUndone);
    let undoing: i64 = sqlx::query_scalar("select id from event_decisions where kind = 'undone'")
        .fetch_one(&world.superuser)
        .await
        .unwrap();
    let undone = app.undo_event_decision(&world.admin, undoing, REASON).await;
    assert_eq!(refused(undone), Refusal::EventUndone);
    let (third, _) = world.read_pack().await;
    // The same contents give the same pack, which was never changed.
    assert_eq!(third, first);
    assert_eq!(count(&world.superuser, "select count(*) from packs").await, 2);
    for action in ["event.merged", "event.decision_undone"] {
        let audited = format!("select count(*) from audit_log where action = '{action}'");
        assert_eq!(count(&world.superuser, &audited).await, 1);
    }
}

#[sqlx::test(migrations = false)]
async fn a_citation_that_does_not_belong_leaves_its_event_with_the_next_pack(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let (_, pack) = world.read_pack().await;
    let shared = pack.events.iter().find(|event| event.citations.len() > 2).unwrap();
    let event = shared.id.as_str();
    let out = items(shared).into_iter().next_back().unwrap();
    app.separate_citation(&world.admin, event, &out, REASON).await.unwrap();
    let (_, after) = world.read_pack().await;
    let left = event_of(&after, &out);
    let rest: BTreeSet<String> = items(shared).into_iter().filter(|item| *item != out).collect();
    assert!(items(left).is_disjoint(&rest));
    for item in &rest {
        assert!(!items(event_of(&after, item)).contains(&out));
    }
    // The order of what was collected does not matter to it: read again, it is the same.
    assert_eq!(world.read_pack().await.1.events, after.events);
}

#[sqlx::test(migrations = false)]
async fn what_cannot_be_decided_is_refused_with_its_reason(pool: PgPool) {
    let world = World::new(pool).await;
    let app = &world.orchestrator;
    let (_, pack) = world.read_pack().await;
    let alone = pack.events.iter().find(|event| event.citations.len() == 1).unwrap();
    let event = alone.id.as_str();
    let item = items(alone).into_iter().next().unwrap();
    let admin = &world.admin;
    let outcome = app.merge_events(admin, event, event, REASON).await;
    assert_eq!(refused(outcome), Refusal::EventItself);
    let outcome = app.merge_events(admin, event, "V-000000000000", REASON).await;
    assert_eq!(refused(outcome), Refusal::EventUnknown);
    let outcome = app.separate_citation(admin, event, &item, REASON).await;
    assert_eq!(refused(outcome), Refusal::EventAlone);
    let shared = pack.events.iter().find(|event| event.citations.len() > 1).unwrap();
    let outcome = app.separate_citation(admin, shared.id.as_str(), &item, REASON).await;
    assert!(matches!(outcome, Err(UseCaseError::NotFound)), "of another event: {outcome:?}");
    let outcome = app.merge_events(admin, event, "V-000000000000", "Short").await;
    assert_eq!(refused(outcome), Refusal::ReasonLength);
    // An event of more items than a decision names.
    world
        .tamper(
            "insert into event_citations
             select c.pack_id, 'E-' || lpad(n::text, 12, '0'), c.event_id, c.joined,
                 jsonb_set(c.item, '{id}', to_jsonb('E-' || lpad(n::text, 12, '0')))
             from generate_series(1, 201) n,
                 lateral (select * from event_citations order by event_id limit 1) c",
        )
        .await;
    let flooded = pack.events.iter().map(|event| event.id.as_str()).min().unwrap();
    let outcome = app.separate_citation(admin, flooded, "E-000000000001", REASON).await;
    assert_eq!(refused(outcome), Refusal::EventTooLarge);
    let not_found = app.undo_event_decision(admin, 99, REASON).await;
    assert!(matches!(not_found, Err(UseCaseError::NotFound)));
    assert_eq!(count(&world.superuser, "select count(*) from event_decisions").await, 0);
}

#[sqlx::test(migrations = false)]
async fn only_administrators_decide_on_events(pool: PgPool) {
    let world = World::new(pool).await;
    let (_, pack) = world.read_pack().await;
    let tenant = world.tenant_by_day("North").await;
    let app = &world.orchestrator;
    let not_admin = |error: UseCaseError| assert!(matches!(error, UseCaseError::NotAdmin));
    let (one, other) = (pack.events[0].id.as_str(), pack.events[1].id.as_str());
    let owner = &tenant.owner;
    not_admin(app.merge_events(owner, one, other, REASON).await.unwrap_err());
    not_admin(app.separate_citation(owner, one, "E-000000000000", REASON).await.unwrap_err());
    not_admin(app.undo_event_decision(owner, 1, REASON).await.unwrap_err());
}
