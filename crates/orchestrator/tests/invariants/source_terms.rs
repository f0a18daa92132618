//! What the owner of a source allows binds whoever shows or hands out what it held.

use crate::world::{Tenant, World, draft, licence, source_form};
use domain::{evidence::EvidencePack, execution::RightsProfile};
use orchestrator::{
    evidence::{EventPage, SourceForm},
    export::{ExportChoice, Subject},
    rights::{Decision, Format, Right, Terms},
    workspace_licence::LicenceTerms,
};
use sqlx::PgPool;

const ATTRIBUTION: &str = "Courtesy of Foam Wire, all rights with the author";
const EXCERPT: &str = "In Germany, says the polyurethane maker.";

/// A source that is entered by hand, whose owner wants to be named.
fn form(redistribution: bool, excerpt: bool) -> SourceForm {
    SourceForm {
        provider: "Manual".to_owned(),
        tier: "1".to_owned(),
        terms_attribution: ATTRIBUTION.to_owned(),
        terms_redistribution: redistribution,
        terms_excerpt: excerpt,
        ..source_form("By hand", "manual", "")
    }
}

/// Two publishers tell of one expansion, so that a report does; the pack that is sealed of it.
async fn sealed(world: &World, form: &SourceForm) -> EvidencePack {
    let app = &world.orchestrator;
    let yesterday = world.yesterday().await;
    let mut other = form.clone();
    (other.name, other.publisher) = ("Another".to_owned(), "Another Wire".to_owned());
    let stories = [
        (form, 1, "BASF expands MDI in Schwarzheide by 400 ktpa", "It begins in spring."),
        (&other, 2, "BASF to add 400 ktpa of MDI at Schwarzheide", "The board has approved it."),
    ];
    for (form, number, title, more) in stories {
        let id = app.create_source(&world.admin, form).await.unwrap();
        app.set_source_enabled(&world.admin, id, true).await.unwrap();
        let rows = format!(
            "title,url,published,text\n\
             {title},https://news{number}.example.com/1,{yesterday},\"{EXCERPT} {more}\"\n"
        );
        app.import_items(&world.admin, id, rows.as_bytes()).await.unwrap();
    }
    world.read_pack().await.1
}

async fn event(world: &World, tenant: &Tenant, pack: &EvidencePack) -> EventPage {
    let item = pack.items.iter().find(|item| item.source == "By hand").unwrap();
    let cites = |event: &&domain::evidence::EvidenceEvent| {
        event.citations.iter().any(|one| one.evidence == item.id)
    };
    let id = pack.events.iter().find(cites).unwrap().id.to_string();
    world.orchestrator.view_event(&tenant.viewer, &id).await.unwrap()
}

fn names_the_owner(terms: &Terms) -> bool {
    terms.attributions.iter().any(|one| one.text == ATTRIBUTION)
}

#[sqlx::test(migrations = false)]
async fn an_excerpt_that_is_allowed_no_more_is_shown_nowhere_and_in_no_later_pack(pool: PgPool) {
    let world = World::new(pool).await;
    let tenant = world.tenant_by_day("North").await;
    let pack = sealed(&world, &form(false, true)).await;
    let quoted = |pack: &EvidencePack| {
        let items = pack.items.iter().filter(|item| item.excerpt.starts_with(EXCERPT));
        items.map(|item| item.source.clone()).collect::<Vec<_>>()
    };
    assert_eq!(quoted(&pack).len(), 2);
    let shown = event(&world, &tenant, &pack).await;
    assert!(shown.view.items.iter().all(|item| item.excerpt.starts_with(EXCERPT)));
    assert!(names_the_owner(&shown.screen.terms));

    // One of the two owners allows it no more: its words go, also from what is sealed already.
    let sources = world.orchestrator.sources(&world.admin).await.unwrap();
    let id = sources.iter().find(|row| row.source.name == "By hand").unwrap().source.id;
    world.orchestrator.edit_source(&world.admin, id, &form(false, false)).await.unwrap();
    let shown = event(&world, &tenant, &pack).await;
    for item in &shown.view.items {
        assert_eq!(item.excerpt.is_empty(), item.source == "By hand", "{item:?}");
    }
    let (_, later) = world.read_pack().await;
    assert_eq!(quoted(&later), ["Another"]);
}

#[sqlx::test(migrations = false)]
async fn a_report_names_the_owners_of_what_it_cites_and_goes_to_nobody_whom_they_exclude(
    pool: PgPool,
) {
    let world = World::new(pool).await;
    let tenant = world.tenant_by_day("North").await;
    sealed(&world, &form(false, true)).await;
    let id = world.active(&tenant, draft("Monthly")).await;
    let run = world.succeed(&tenant, id).await;
    let app = &world.orchestrator;
    let report = app.shown_report(&tenant.viewer, run).await.unwrap();
    let cited = report.document.references.iter().any(|one| one.publisher == "Another Wire");
    assert!(cited, "{:?}", report.document.references);
    assert!(names_the_owner(&report.screen.terms));
    assert!(report.screen.withheld.is_empty());
    let choices = app.export_choices(&tenant.viewer, Subject::Report(run)).await.unwrap();
    let of = |format| -> &ExportChoice {
        choices.iter().find(|choice| choice.format == format).unwrap()
    };
    // A member's own file carries the owner's words; it is handed on by nobody but them.
    assert!(names_the_owner(of(Format::Pdf).decision.terms().unwrap()));

    let what_if = async |format: Format| -> Decision {
        let all = app.what_if(&world.admin, run.as_uuid(), None).await.unwrap();
        let mut choices = all
            .decisions
            .into_iter()
            .find(|(profile, _)| *profile == RightsProfile::Production)
            .into_iter()
            .flat_map(|(_, choices)| choices);
        choices.find(|choice| choice.format == format).unwrap().decision
    };
    let Decision::Denied(denial) = what_if(Format::Redistribute).await else { panic!() };
    let reasons: Vec<&str> = denial.blocked.iter().map(|one| one.reason.as_str()).collect();
    assert!(
        reasons
            .iter()
            .any(|reason| reason.starts_with("The terms of Publisher of By hand do not allow")),
        "{reasons:?}"
    );
    assert!(denial.blocked.iter().all(|one| !one.unblock.is_empty()));
    assert!(matches!(what_if(Format::Pdf).await, Decision::Allowed(_)));

    // Who has agreed on it with the provider is not bound by what was read for everybody.
    let terms = LicenceTerms {
        provider: "Manual".parse().unwrap(),
        rights: vec![Right::Redistribute],
        ..licence()
    };
    app.record_licence(&world.admin, tenant.workspace, &terms).await.unwrap();
    assert!(matches!(what_if(Format::Redistribute).await, Decision::Allowed(_)));
}
