//! Items that are held: nobody but an administrator dates them, and what was decided
//! stands in the next pack and on record.

use crate::world::{World, count, message_of, refused, wait_for_locks};
use domain::evidence::{EvidencePack, HeldCause, HeldDecision, HeldState};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use orchestrator::{Refusal, UseCaseError, evidence::HeldForm};
use sqlx::PgPool;
use storage::held_item::HeldFilter;
use tokio::task::JoinSet;

const REASON: &str = "The publisher's page says so.";

fn form(decision: HeldDecision, date: &str) -> HeldForm {
    HeldForm {
        decision: decision.id().to_owned(),
        date: date.to_owned(),
        reason: REASON.to_owned(),
    }
}

async fn today(world: &World) -> Date {
    world.orchestrator.now().await.unwrap().to_zoned_datetime(TimeZone::UTC).date()
}

/// The one item that is held of [`World::entered_source`].
async fn held(world: &World) -> i64 {
    world.entered_source().await;
    let filter = HeldFilter { state: Some(HeldState::Open), ..HeldFilter::default() };
    let found = world.orchestrator.held_items(&world.admin, &filter, 1).await.unwrap();
    assert_eq!((found.total, found.rows[0].held.cause), (1, HeldCause::NoDate));
    found.rows[0].id
}

async fn decide(world: &World, id: i64, form: &HeldForm) -> Result<(), UseCaseError> {
    world.orchestrator.decide_held(&world.admin, id, form).await
}

/// The day under which the held item stands in a pack.
fn day_in(pack: &EvidencePack) -> Option<Date> {
    let item = pack.items.iter().find(|item| item.url == "https://news.example.com/2")?;
    let cited = pack.events.iter().flat_map(|event| &event.citations);
    let citation = cited.into_iter().find(|one| one.evidence == item.id).unwrap();
    assert_eq!(citation.date_source.id(), "administrator");
    Some(item.published)
}

#[sqlx::test(migrations = false)]
async fn an_item_enters_the_next_pack_under_the_date_that_somebody_gave(pool: PgPool) {
    let world = World::new(pool).await;
    let id = held(&world).await;
    let (before, pack) = world.read_pack().await;
    assert_eq!(day_in(&pack), None);
    assert!(!world.orchestrator.has_newly_collected().await.unwrap());

    let date = today(&world).await.checked_sub(3.days()).unwrap();
    decide(&world, id, &form(HeldDecision::Dated, &date.to_string())).await.unwrap();
    assert!(world.orchestrator.has_newly_collected().await.unwrap());
    let (after, pack) = world.read_pack().await;
    assert_eq!(day_in(&pack), Some(date));

    decide(&world, id, &form(HeldDecision::Reopened, "")).await.unwrap();
    let (again, pack) = world.read_pack().await;
    assert_eq!(day_in(&pack), None);
    // The pack between the two is sealed as it was, and what went back is the same pack.
    assert_eq!((again, after == before), (before, false));
    let sealed = "select count(*) from evidence_items where url = 'https://news.example.com/2'";
    assert_eq!(count(&world.superuser, sealed).await, 1);
}

#[sqlx::test(migrations = false)]
async fn no_item_is_dated_by_itself_or_ahead_of_its_time(pool: PgPool) {
    let world = World::new(pool).await;
    let id = held(&world).await;
    let today = today(&world).await;
    let late = today.checked_add(2.days()).unwrap().to_string();
    for date in ["", " ", "today", "1989-12-31", "2025-02-30", &late] {
        let outcome = decide(&world, id, &form(HeldDecision::Dated, date)).await;
        assert_eq!(refused(outcome), Refusal::HeldDate, "{date:?}");
    }
    // It carries none that could be confirmed.
    let outcome = decide(&world, id, &form(HeldDecision::Released, "")).await;
    assert_eq!(refused(outcome), Refusal::HeldNoDate);
    let short = HeldForm { reason: "Because".to_owned(), ..form(HeldDecision::Dated, "") };
    assert_eq!(short.problems(today).len(), 2);
    let short = HeldForm { date: today.to_string(), ..short };
    assert_eq!(refused(decide(&world, id, &short).await), Refusal::ReasonLength);
    assert_eq!(count(&world.superuser, "select count(*) from held_decisions").await, 0);

    let decision = |published: &str, item: &str| {
        format!(
            "insert into held_decisions (item_id, decision, published, item, reading, reason, decided_by)
             select {id}, 'dated', {published}, {item}, '{{}}', 'Long enough.', id from users limit 1"
        )
    };
    for (sql, constraint) in [
        (
            decision("current_date + 3", "jsonb_build_object('published', current_date + 3)"),
            "held_decisions_date_not_ahead",
        ),
        (
            decision("current_date", "jsonb_build_object('published', current_date - 1)"),
            "held_decisions_date_is_the_item_s",
        ),
        (decision("null", "null"), "held_decisions_"),
    ] {
        let refused =
            sqlx::query(sqlx::AssertSqlSafe(sql.as_str())).execute(&world.superuser).await;
        assert!(message_of(refused).contains(constraint), "{constraint}: {sql}");
    }
}

#[sqlx::test(migrations = false)]
async fn every_decision_stays_on_record_with_who_and_why(pool: PgPool) {
    let world = World::new(pool).await;
    let id = held(&world).await;
    let date = today(&world).await.to_string();
    decide(&world, id, &form(HeldDecision::Dropped, "")).await.unwrap();
    let again = decide(&world, id, &form(HeldDecision::Dropped, "")).await;
    assert_eq!(refused(again), Refusal::HeldStands);
    decide(&world, id, &form(HeldDecision::Dated, &date)).await.unwrap();
    let same = decide(&world, id, &form(HeldDecision::Dated, &date)).await;
    assert_eq!(refused(same), Refusal::HeldStands);
    let page = world.orchestrator.view_held(&world.admin, id).await.unwrap();
    let kinds: Vec<_> = page.decisions.iter().map(|one| one.decision).collect();
    assert_eq!(kinds, [HeldDecision::Dated, HeldDecision::Dropped]);
    assert!(page.decisions.iter().all(|one| one.reason == REASON && !one.decided_by.is_empty()));
    assert_eq!(page.row.state(), HeldState::Admitted);
    let audited = "select count(*) from audit_log where action = 'held_item.decided'";
    assert_eq!(count(&world.superuser, audited).await, 2);
}

#[sqlx::test(migrations = false)]
async fn of_administrators_who_decide_the_same_at_once_one_does(pool: PgPool) {
    let world = World::new(pool).await;
    let id = held(&world).await;
    // All of them may look at what stands; nobody may write a decision down.
    let mut held = world.superuser.begin().await.unwrap();
    sqlx::query("lock table held_decisions in share mode").execute(&mut *held).await.unwrap();
    let mut deciding = JoinSet::new();
    for _ in 0..3 {
        let (app, admin) = (world.orchestrator.clone(), world.admin.clone());
        deciding.spawn(async move {
            app.decide_held(&admin, id, &form(HeldDecision::Dropped, "")).await
        });
    }
    wait_for_locks(&world.superuser, 3).await;
    held.rollback().await.unwrap();
    let outcomes = deciding.join_all().await;
    let (done, stood): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), stood.len()), (1, 2));
    for outcome in stood {
        assert_eq!(refused(outcome), Refusal::HeldStands);
    }
    assert_eq!(count(&world.superuser, "select count(*) from held_decisions").await, 1);
}

// Domain reference, section 6.6: too short to tell is held; long enough to tell is not.
#[sqlx::test(migrations = false)]
async fn what_is_too_short_may_be_released_and_what_is_not_about_it_may_not(pool: PgPool) {
    let world = World::new(pool).await;
    let mut form_of_source = crate::world::source_form("General", "manual", "");
    form_of_source.polyurethane_only = false;
    let app = &world.orchestrator;
    let source = app.create_source(&world.admin, &form_of_source).await.unwrap();
    app.set_source_enabled(&world.admin, source, true).await.unwrap();
    let today = today(&world).await;
    let long = "The council of the town spoke about its budget for the coming year. ".repeat(5);
    let rows = format!(
        "title,url,published,text\n\
         Works opens a hall,https://town.example.com/1,{today},Short.\n\
         The budget of the town,https://town.example.com/2,,{long}\n"
    );
    app.import_items(&world.admin, source, rows.as_bytes()).await.unwrap();
    let of = |cause| HeldFilter { cause: Some(cause), ..HeldFilter::default() };
    let short = app.held_items(&world.admin, &of(HeldCause::NotProven), 1).await.unwrap();
    assert_eq!(short.total, 1);
    decide(&world, short.rows[0].id, &form(HeldDecision::Released, "")).await.unwrap();
    let undated = app.held_items(&world.admin, &of(HeldCause::NoDate), 1).await.unwrap();
    assert!(undated.rows[0].held.unrelated);
    let outcome =
        decide(&world, undated.rows[0].id, &form(HeldDecision::Dated, &today.to_string())).await;
    assert_eq!(refused(outcome), Refusal::HeldUnrelated);
    let (_, pack) = world.read_pack().await;
    let from_town: Vec<&str> = pack
        .items
        .iter()
        .filter(|item| item.source == "General")
        .map(|item| item.title.as_str())
        .collect();
    assert_eq!(from_town, ["Works opens a hall"]);
    // Nobody gave its date: the source did, and says so.
    let released = pack.items.iter().find(|item| item.source == "General").unwrap();
    let mut citations = pack.events.iter().flat_map(|event| &event.citations);
    let citation = citations.find(|one| one.evidence == released.id).unwrap();
    assert_ne!(citation.date_source.id(), "administrator");
}

#[sqlx::test(migrations = false)]
async fn only_administrators_see_and_decide_what_is_held(pool: PgPool) {
    let world = World::new(pool).await;
    let id = held(&world).await;
    let tenant = world.tenant_by_day("North").await;
    let app = &world.orchestrator;
    let not_admin = |error: UseCaseError| assert!(matches!(error, UseCaseError::NotAdmin));
    let all = HeldFilter::default();
    not_admin(app.held_items(&tenant.owner, &all, 1).await.unwrap_err());
    not_admin(app.view_held(&tenant.owner, id).await.unwrap_err());
    let dropped = form(HeldDecision::Dropped, "");
    not_admin(app.decide_held(&tenant.owner, id, &dropped).await.unwrap_err());
}

#[sqlx::test(migrations = false)]
async fn held_items_are_found_by_words_language_cause_and_source(pool: PgPool) {
    let world = World::new(pool).await;
    let id = held(&world).await;
    let page = world.orchestrator.view_held(&world.admin, id).await.unwrap();
    let found = async |filter: HeldFilter| {
        world.orchestrator.held_items(&world.admin, &filter, 1).await.unwrap().total
    };
    let any = HeldFilter::default;
    let words = |words: &str| HeldFilter { words: Some(words.to_owned()), ..any() };
    assert_eq!(found(words("foam date")).await, 1);
    assert_eq!(found(words("foam elsewhere")).await, 0);
    let language = page.row.held.language.clone().unwrap_or_default();
    assert_eq!(found(HeldFilter { language: Some(language), ..any() }).await, 1);
    assert_eq!(found(HeldFilter { language: Some("tr".to_owned()), ..any() }).await, 0);
    assert_eq!(found(HeldFilter { cause: Some(HeldCause::FutureDate), ..any() }).await, 0);
    assert_eq!(found(HeldFilter { source: Some(page.row.source), ..any() }).await, 1);
}
