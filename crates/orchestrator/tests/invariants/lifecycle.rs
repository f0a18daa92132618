//! The life of a specification: every state and transition of the domain
//! reference, section 4.2, who may do what, and what a save leaves behind.

use crate::world::{Tenant, World, count, draft, entitlement};
use domain::{
    cadence::Cadence,
    id::SpecificationId,
    price::Tier,
    specification::{Field, SpecificationDraft, SpecificationState, Transition, TransitionRefused},
    workspace::{Entitlement, Role},
};
use orchestrator::{Actor, Refusal, UseCaseError, specification::Saved};
use sqlx::PgPool;

const REASON: &str = "Because the test says so";

struct Case {
    world: World,
    tenant: Tenant,
}

impl Case {
    async fn new(pool: PgPool) -> Self {
        let world = World::new(pool).await;
        let tenant = world.tenant_by_day("North").await;
        Self { world, tenant }
    }

    async fn create(&self, draft: SpecificationDraft) -> SpecificationId {
        let app = &self.world.orchestrator;
        app.create_specification(&self.tenant.editor, draft, "").await.unwrap().0
    }

    async fn save(&self, id: SpecificationId, draft: SpecificationDraft) -> Saved {
        let app = &self.world.orchestrator;
        app.save_specification(&self.tenant.editor, id, draft, "").await.unwrap()
    }

    /// Does it as whoever may.
    async fn apply(&self, id: SpecificationId, transition: Transition) -> Result<(), UseCaseError> {
        let (app, tenant, admin) = (&self.world.orchestrator, &self.tenant, &self.world.admin);
        match transition {
            Transition::Submit => app.submit_specification(&tenant.editor, id).await.map(|_| ()),
            Transition::Activate => app.activate_specification(admin, id).await.map(|_| ()),
            Transition::Return => app.return_specification(admin, id, REASON).await,
            Transition::Pause => app.pause_specification(&tenant.editor, id, REASON).await,
            Transition::Resume => app.resume_specification(&tenant.owner, id).await,
            Transition::Cancel => app.cancel_specification(&tenant.owner, id, REASON).await,
        }
    }

    async fn state(&self, id: SpecificationId) -> SpecificationState {
        self.world.orchestrator.view_specification(&self.tenant.viewer, id).await.unwrap().row.state
    }

    /// A new specification brought into `state`.
    async fn in_state(&self, name: &str, state: SpecificationState) -> SpecificationId {
        use Transition as T;
        let id = self.create(draft(name)).await;
        let way: &[Transition] = match state {
            SpecificationState::Draft => &[],
            SpecificationState::Submitted => &[T::Submit],
            SpecificationState::Active => &[T::Submit, T::Activate],
            SpecificationState::Paused => &[T::Submit, T::Activate, T::Pause],
            SpecificationState::Cancelled => &[T::Submit, T::Activate, T::Cancel],
        };
        for transition in way {
            self.apply(id, *transition).await.unwrap();
        }
        assert_eq!(self.state(id).await, state);
        id
    }

    /// A new version with another scope, submitted beside the active one.
    async fn submit_another_scope(&self, id: SpecificationId, name: &str) {
        assert!(matches!(self.save(id, wider(name)).await, Saved::Version { .. }));
        self.apply(id, Transition::Submit).await.unwrap();
    }
}

fn wider(name: &str) -> SpecificationDraft {
    let mut wider = draft(name);
    wider.regions.push("china".to_owned());
    wider
}

fn code(error: &UseCaseError) -> &'static str {
    let UseCaseError::Refused(refusal) = error else { panic!("{error:?}") };
    refusal.code()
}

// Rows as in section 4.2, with one addition: a new version of an active
// specification is submitted, activated or returned beside the active one.
#[sqlx::test(migrations = false)]
async fn every_state_allows_its_transitions_and_names_the_others(pool: PgPool) {
    use SpecificationState as S;
    let case = Case::new(pool).await;
    let no = None;
    // submit, activate, return, pause, resume, cancel
    let table: [(S, [Option<S>; 6]); 5] = [
        (S::Draft, [Some(S::Submitted), no, no, no, no, no]),
        (S::Submitted, [no, Some(S::Active), Some(S::Draft), no, no, no]),
        (
            S::Active,
            [
                Some(S::Active),
                Some(S::Active),
                Some(S::Active),
                Some(S::Paused),
                no,
                Some(S::Cancelled),
            ],
        ),
        (S::Paused, [no, no, no, no, Some(S::Active), Some(S::Cancelled)]),
        (S::Cancelled, [no; 6]),
    ];
    for (from, row) in table {
        for (transition, to) in Transition::ALL.iter().copied().zip(row) {
            let name = format!("{} {}", from.id(), transition.id());
            let id = case.in_state(&name, from).await;
            if from == S::Active && transition == Transition::Submit {
                case.save(id, wider(&name)).await;
            } else if from == S::Active {
                case.submit_another_scope(id, &name).await;
            }
            let answer = case.apply(id, transition).await;
            if let Some(to) = to {
                answer.unwrap_or_else(|error| panic!("{name}: {error:?}"));
                assert_eq!(case.state(id).await, to, "{name}");
            } else {
                let expected = TransitionRefused { from, wanted: transition };
                let refused = answer.expect_err(&name);
                assert!(
                    matches!(&refused, UseCaseError::Transition(refused) if *refused == expected),
                    "{name}: {refused:?}"
                );
                assert_eq!(case.state(id).await, from, "{name}");
            }
        }
    }
}

#[sqlx::test(migrations = false)]
async fn every_transition_is_in_the_log_with_before_after_and_reason(pool: PgPool) {
    use Transition as T;
    let case = Case::new(pool).await;
    let id = case.in_state("Monthly", SpecificationState::Submitted).await;
    for transition in [T::Return, T::Submit, T::Activate, T::Pause, T::Resume, T::Cancel] {
        case.apply(id, transition).await.unwrap();
    }
    let logged: Vec<(String, String, String, Option<String>, String)> = sqlx::query_as(
        "select l.action, l.entry::jsonb -> 'detail' ->> 'before', l.entry::jsonb -> 'detail' ->> 'after',
             l.entry::jsonb -> 'detail' ->> 'reason', u.name
         from audit_log l join users u on u.id::text = l.actor
         where l.target = $1 and l.entry::jsonb -> 'detail' ? 'after' order by l.sequence",
    )
    .bind(id.to_string())
    .fetch_all(&case.world.superuser)
    .await
    .unwrap();
    let (editor, owner) = (&case.tenant.editor.name, &case.tenant.owner.name);
    let expected = [
        ("submitted", "draft", "submitted", false, editor.as_str()),
        ("returned", "submitted", "draft", true, "admin"),
        ("submitted", "draft", "submitted", false, editor),
        ("activated", "submitted", "active", false, "admin"),
        ("paused", "active", "paused", true, editor),
        ("resumed", "paused", "active", false, owner),
        ("cancelled", "active", "cancelled", true, owner),
    ];
    assert_eq!(logged.len(), expected.len(), "{logged:?}");
    for (entry, (action, before, after, reasoned, by)) in logged.iter().zip(expected) {
        let reason = reasoned.then(|| REASON.to_owned());
        let action = format!("specification.{action}");
        assert_eq!(*entry, (action, before.into(), after.into(), reason, by.into()));
    }
}

#[sqlx::test(migrations = false)]
async fn pausing_cancelling_and_returning_need_a_reason_of_10_to_500_characters(pool: PgPool) {
    let case = Case::new(pool).await;
    let app = &case.world.orchestrator;
    let submitted = case.in_state("Submitted", SpecificationState::Submitted).await;
    let active = case.in_state("Active", SpecificationState::Active).await;
    let (longest, too_long) = ("ü".repeat(500), "ü".repeat(501));
    for reason in ["", "too short", "    nine char    ", too_long.as_str()] {
        for refused in [
            app.return_specification(&case.world.admin, submitted, reason).await,
            app.pause_specification(&case.tenant.editor, active, reason).await,
            app.cancel_specification(&case.tenant.owner, active, reason).await,
        ] {
            assert_eq!(code(&refused.unwrap_err()), Refusal::ReasonLength.code(), "{reason}");
        }
    }
    app.pause_specification(&case.tenant.editor, active, "0123456789").await.unwrap();
    app.cancel_specification(&case.tenant.owner, active, &longest).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn a_returned_specification_is_a_draft_again_with_the_reason(pool: PgPool) {
    let case = Case::new(pool).await;
    let id = case.in_state("Monthly", SpecificationState::Submitted).await;
    case.apply(id, Transition::Return).await.unwrap();
    let row =
        case.world.orchestrator.view_specification(&case.tenant.editor, id).await.unwrap().row;
    assert_eq!((row.state, row.state_reason.as_deref()), (SpecificationState::Draft, Some(REASON)));
    assert_eq!((row.submitted_version, row.draft), (None, draft("Monthly")));
    assert!(case.world.orchestrator.submissions(&case.world.admin).await.unwrap().is_empty());
    case.apply(id, Transition::Submit).await.unwrap();
    assert_eq!(case.state(id).await, SpecificationState::Submitted);
}

#[sqlx::test(migrations = false)]
async fn only_an_administrator_who_neither_wrote_it_nor_belongs_to_it_activates(pool: PgPool) {
    let case = Case::new(pool).await;
    let app = &case.world.orchestrator;
    let id = case.in_state("Monthly", SpecificationState::Submitted).await;
    for member in [&case.tenant.viewer, &case.tenant.editor, &case.tenant.owner] {
        let refused = app.activate_specification(member, id).await;
        assert!(matches!(refused, Err(UseCaseError::NotAdmin)), "{refused:?}");
    }
    // The editor who submitted it becomes an administrator, and so does a viewer.
    for (member, refusal) in [
        (&case.tenant.editor, Refusal::SubmittedByYou),
        (&case.tenant.viewer, Refusal::OwnWorkspace),
    ] {
        let promoted = Actor { is_admin: true, ..member.clone() };
        let refused = app.activate_specification(&promoted, id).await.unwrap_err();
        assert_eq!(code(&refused), refusal.code());
        let review = app.view_submission(&promoted, id).await.unwrap();
        assert_eq!(review.conflict, Some(refusal));
        let granted = app.grant_entitlement(&promoted, case.tenant.workspace, &entitlement()).await;
        assert_eq!(code(&granted.unwrap_err()), Refusal::OwnWorkspace.code());
    }
    assert_eq!(case.state(id).await, SpecificationState::Submitted);
    case.apply(id, Transition::Activate).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn activation_names_everything_that_exceeds_what_was_bought(pool: PgPool) {
    let case = Case::new(pool).await;
    let app = &case.world.orchestrator;
    let bought = Entitlement {
        cadence: Cadence::Monthly,
        tier: Tier::Starter,
        company_news: false,
        value_chain_links: false,
        seats: 2,
        ..entitlement()
    };
    app.seed_entitlement(case.tenant.workspace, &bought).await.unwrap();
    let mut wanted = wider("Daily");
    wanted.deliverables.extend(["company_news".to_owned(), "sustainability".to_owned()]);
    wanted.links.push("end_use".to_owned());
    (wanted.cadence, wanted.seats) = ("daily".to_owned(), "3".to_owned());
    wanted.watchlist = (0..21).map(|n| format!("Company {n}")).collect::<Vec<_>>().join("\n");
    let id = case.create(wanted).await;
    case.apply(id, Transition::Submit).await.unwrap();
    let refused = case.apply(id, Transition::Activate).await.unwrap_err();
    let UseCaseError::ExceedsEntitlement(excesses) = refused else { panic!("{refused:?}") };
    let named: Vec<(&str, &str, &str)> = excesses
        .iter()
        .map(|excess| (excess.what.as_str(), excess.wanted.as_str(), excess.entitled.as_str()))
        .collect();
    // Limits of Starter: the domain reference, sections 4.1 and 10.
    assert_eq!(
        named,
        [
            ("Cadence", "Daily", "Monthly"),
            ("Tier", "Medium", "Starter"),
            ("Deliverables", "5", "at most 3"),
            ("Regions", "2", "at most 1"),
            ("Watch-listed companies", "21", "at most 20"),
            ("Seats", "3", "at most 2"),
            ("Company news", "ordered", "not included"),
            ("Value-chain links", "ordered", "not included"),
        ]
    );
    assert_eq!(app.view_submission(&case.world.admin, id).await.unwrap().excesses, excesses);
    assert_eq!(case.state(id).await, SpecificationState::Submitted);

    let ended = Entitlement { valid_until: entitlement().valid_from, ..entitlement() };
    app.seed_entitlement(case.tenant.workspace, &ended).await.unwrap();
    let refused = case.apply(id, Transition::Activate).await.unwrap_err();
    assert_eq!(code(&refused), Refusal::NoEntitlement.code());
    app.grant_entitlement(&case.world.admin, case.tenant.workspace, &entitlement()).await.unwrap();
    case.apply(id, Transition::Activate).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn options_take_effect_at_once_and_a_scope_change_waits(pool: PgPool) {
    let case = Case::new(pool).await;
    let app = &case.world.orchestrator;
    let id = case.in_state("Monthly", SpecificationState::Active).await;
    let active = async || {
        let view = app.view_specification(&case.tenant.viewer, id).await.unwrap();
        (view.active().unwrap().number, view.submitted().map(|version| version.number))
    };
    let mut titled = draft("Monthly");
    titled.title = "What happened in foam".to_owned();
    assert_eq!(case.save(id, titled.clone()).await, Saved::Version { number: 2 });
    assert_eq!(active().await, (2, None));
    assert_eq!(case.state(id).await, SpecificationState::Active);

    let mut widened = titled.clone();
    widened.regions.push("china".to_owned());
    assert_eq!(case.save(id, widened).await, Saved::Version { number: 3 });
    assert_eq!(active().await, (2, None));
    case.apply(id, Transition::Submit).await.unwrap();
    assert_eq!(active().await, (2, Some(3)));
    // Once more only the options, while the other waits.
    titled.signal_map = String::new();
    assert_eq!(case.save(id, titled).await, Saved::Version { number: 4 });
    assert_eq!(active().await, (4, Some(3)));
    case.apply(id, Transition::Activate).await.unwrap();
    assert_eq!(active().await, (3, None));
}

#[sqlx::test(migrations = false)]
async fn what_is_active_already_is_not_submitted_again(pool: PgPool) {
    let case = Case::new(pool).await;
    let id = case.in_state("Monthly", SpecificationState::Active).await;
    for (transition, refusal) in [
        (Transition::Submit, Refusal::NothingNew),
        (Transition::Activate, Refusal::NothingSubmitted),
        (Transition::Return, Refusal::NothingSubmitted),
    ] {
        let refused = case.apply(id, transition).await.unwrap_err();
        assert_eq!(code(&refused), refusal.code());
    }
}

#[sqlx::test(migrations = false)]
async fn each_role_does_what_it_may_and_nothing_above(pool: PgPool) {
    let case = Case::new(pool).await;
    let app = &case.world.orchestrator;
    let id = case.in_state("Monthly", SpecificationState::Active).await;
    let Tenant { viewer, editor, .. } = &case.tenant;
    let written = "select (select count(*) from audit_log) + (select count(*) from specifications)
        + (select count(*) from specification_versions) + (select count(*) from runs)";
    let before = count(&case.world.superuser, written).await;
    let needs = |answer: Result<(), UseCaseError>, role: Role| {
        assert!(
            matches!(answer, Err(UseCaseError::RoleTooLow { needed }) if needed == role),
            "{answer:?}"
        );
    };
    let new = draft("New");
    needs(app.create_specification(viewer, new.clone(), "").await.map(|_| ()), Role::Editor);
    needs(app.save_specification(viewer, id, new, "").await.map(|_| ()), Role::Editor);
    needs(app.clone_specification(viewer, id).await.map(|_| ()), Role::Editor);
    needs(app.submit_specification(viewer, id).await.map(|_| ()), Role::Editor);
    needs(app.pause_specification(viewer, id, REASON).await, Role::Editor);
    needs(app.trigger_run(viewer, id).await.map(|_| ()), Role::Editor);
    for member in [viewer, editor] {
        needs(app.resume_specification(member, id).await, Role::Owner);
        needs(app.cancel_specification(member, id, REASON).await, Role::Owner);
    }
    assert_eq!(count(&case.world.superuser, written).await, before);
}

#[sqlx::test(migrations = false)]
async fn a_name_is_unique_in_its_workspace_until_it_is_cancelled(pool: PgPool) {
    let case = Case::new(pool).await;
    let app = &case.world.orchestrator;
    let first = case.in_state("Monthly", SpecificationState::Active).await;
    let taken = app.create_specification(&case.tenant.editor, draft(" mONTHLY "), "").await;
    assert_eq!(code(&taken.unwrap_err()), Refusal::NameTaken.code());
    let other = case.create(draft("Other")).await;
    let taken = app.save_specification(&case.tenant.editor, other, draft("Monthly"), "").await;
    assert_eq!(code(&taken.unwrap_err()), Refusal::NameTaken.code());
    // Another workspace's names are its own.
    let elsewhere = case.world.tenant_by_day("South").await;
    app.create_specification(&elsewhere.editor, draft("Monthly"), "").await.unwrap();
    // Drafts without a name do not stand in each other's way.
    for _ in 0..2 {
        case.create(SpecificationDraft::blank()).await;
    }
    case.apply(first, Transition::Cancel).await.unwrap();
    case.create(draft("Monthly")).await;
    let refused = app.save_specification(&case.tenant.editor, first, draft("Else"), "").await;
    assert_eq!(code(&refused.unwrap_err()), Refusal::Cancelled.code());
}

#[sqlx::test(migrations = false)]
async fn a_draft_with_errors_is_kept_as_typed_and_makes_no_version(pool: PgPool) {
    let case = Case::new(pool).await;
    let app = &case.world.orchestrator;
    let mut typed = draft("  Spaces are kept ");
    typed.regions = vec!["emea".to_owned(), "atlantis".to_owned()];
    typed.seats = "a few".to_owned();
    let (id, saved) =
        app.create_specification(&case.tenant.editor, typed.clone(), "").await.unwrap();
    let Saved::Draft { errors } = saved else { panic!("{saved:?}") };
    let fields: Vec<Field> = errors.iter().map(|error| error.field).collect();
    assert_eq!(fields, [Field::Regions, Field::Seats]);
    let view = app.view_specification(&case.tenant.editor, id).await.unwrap();
    assert_eq!((view.row.draft, view.versions.len()), (typed, 0));
    let refused = case.apply(id, Transition::Submit).await;
    assert!(
        matches!(&refused, Err(UseCaseError::Invalid(found)) if *found == errors),
        "{refused:?}"
    );
}

#[sqlx::test(migrations = false)]
async fn a_save_that_says_nothing_new_makes_no_version(pool: PgPool) {
    let case = Case::new(pool).await;
    let id = case.create(draft("Monthly")).await;
    // Order and spaces say nothing.
    let mut same = draft(" Monthly ");
    same.deliverables.reverse();
    assert_eq!(case.save(id, same.clone()).await, Saved::Unchanged { number: 1 });
    let view = case.world.orchestrator.view_specification(&case.tenant.editor, id).await.unwrap();
    assert_eq!((view.row.draft, view.versions.len()), (same, 1));
    assert_eq!(case.save(id, wider("Monthly")).await, Saved::Version { number: 2 });
    let compared = case.world.orchestrator.compare_versions(&case.tenant.viewer, id, None, None);
    let compared = compared.await.unwrap();
    assert_eq!((compared.before.number, compared.after.number), (1, 2));
    let fields: Vec<Field> = compared.changes.iter().map(|change| change.field).collect();
    // Two regions need a larger tier.
    assert_eq!(fields, [Field::Regions, Field::Tier]);
}

#[sqlx::test(migrations = false)]
async fn a_copy_is_a_draft_of_its_own_under_a_free_name(pool: PgPool) {
    let case = Case::new(pool).await;
    let app = &case.world.orchestrator;
    let id = case.in_state("Monthly", SpecificationState::Active).await;
    for expected in ["Monthly (copy)", "Monthly (copy 2)"] {
        let copy = app.clone_specification(&case.tenant.editor, id).await.unwrap();
        let view = app.view_specification(&case.tenant.editor, copy).await.unwrap();
        assert_eq!(view.row.state, SpecificationState::Draft);
        assert_eq!(view.row.draft, draft(expected));
        let numbers: Vec<u32> = view.versions.iter().map(|version| version.number).collect();
        assert_eq!((numbers, view.row.active_version), (vec![1], None));
    }
}

#[sqlx::test(migrations = false)]
async fn a_form_too_large_or_with_a_character_that_cannot_be_stored_is_refused(pool: PgPool) {
    let case = Case::new(pool).await;
    let app = &case.world.orchestrator;
    for (watchlist, refusal) in [
        ("x".repeat(65 * 1024), Refusal::FormTooLarge),
        ("A\u{0}G".to_owned(), Refusal::FormUnstorable),
    ] {
        let form = SpecificationDraft { watchlist, ..draft("Monthly") };
        let refused = app.create_specification(&case.tenant.editor, form, "").await.unwrap_err();
        assert_eq!(code(&refused), refusal.code());
    }
    assert_eq!(count(&case.world.superuser, "select count(*) from specifications").await, 0);
}
