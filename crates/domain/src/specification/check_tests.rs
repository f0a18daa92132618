use super::*;
use crate::specification::{Language, Strength};
use proptest::prelude::*;

fn texts(words: &str) -> Vec<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

/// A draft that passes, with one edit.
fn draft(edit: impl FnOnce(&mut SpecificationDraft)) -> SpecificationDraft {
    let mut draft = SpecificationDraft {
        name: "Weekly PU".to_owned(),
        deliverables: texts("capacity"),
        regions: texts("emea"),
        cadence: "weekly".to_owned(),
        ..SpecificationDraft::blank()
    };
    edit(&mut draft);
    draft
}

fn accepted(edit: impl FnOnce(&mut SpecificationDraft)) -> Specification {
    check(&draft(edit)).unwrap()
}

/// The only error after `edit`.
fn check_refused(field: Field, message: &str, edit: impl FnOnce(&mut SpecificationDraft)) {
    let errors = check(&draft(edit)).unwrap_err();
    assert_eq!(errors, [FieldError::new(field, message)]);
}

#[test]
fn a_valid_draft_becomes_a_specification() {
    let found = accepted(|_| ());
    assert_eq!(found.name, "Weekly PU");
    assert_eq!((found.cadence, found.tier, found.seats), (Cadence::Weekly, Tier::Starter, 1));
    assert_eq!(found.options, ReportOptions::default());
    assert!(found.watchlist.is_empty());
}

#[test]
fn a_blank_form_asks_for_everything_at_once() {
    let errors = check(&SpecificationDraft::blank()).unwrap_err();
    let fields: Vec<Field> = errors.iter().map(|error| error.field).collect();
    assert_eq!(fields, [Field::Name, Field::Deliverables, Field::Regions, Field::Cadence]);
}

#[test]
fn every_wrong_field_is_named_in_the_order_of_the_form() {
    let wrong = SpecificationDraft {
        name: "x".to_owned(),
        deliverables: texts("nonsense"),
        regions: texts("Atlantis"),
        links: texts("nonsense"),
        cadence: "hourly".to_owned(),
        tier: "gold".to_owned(),
        seats: "many".to_owned(),
        watchlist: "Acme".to_owned(),
        title: "x".to_owned(),
        sections: texts("nonsense"),
        signal_map: "yes".to_owned(),
        evidence_appendix: "yes".to_owned(),
        minimum_strength: "huge".to_owned(),
        language: "tlh".to_owned(),
        ..SpecificationDraft::default()
    };
    let errors = check(&wrong).unwrap_err();
    let fields: Vec<Field> = errors.iter().map(|error| error.field).collect();
    let of_desk: Vec<Field> =
        Field::ALL.iter().copied().filter(|field| field.is_of(Desk::Polyurethane)).collect();
    assert_eq!(fields, of_desk);
}

#[test]
fn an_unknown_choice_is_named() {
    check_refused(Field::Cadence, "“hourly” is not a known cadence.", |draft| {
        draft.cadence = "hourly".to_owned();
    });
    check_refused(Field::Regions, "“Atlantis” is not a known region.", |draft| {
        draft.regions = vec!["EMEA, Atlantis".to_owned()];
    });
    check_refused(Field::Cadence, "Choose how often the report is made.", |draft| {
        draft.cadence.clear();
    });
}

#[test]
fn a_choice_is_made_once() {
    check_refused(Field::Deliverables, "“Capacity & Asset Moves” is chosen twice.", |draft| {
        draft.deliverables = texts("capacity capacity");
    });
    check_refused(Field::Links, "“End use” is chosen twice.", |draft| {
        draft.links = texts("end_use end_use");
    });
}

#[test]
fn regions_are_normalised_before_they_are_counted() {
    let found = accepted(|draft| draft.regions = texts("APAC china"));
    assert_eq!(found.scope.regions.len(), 4);
    assert_eq!(found.tier, Tier::Pro);
    let everywhere = accepted(|draft| draft.regions = texts("Global"));
    assert_eq!(everywhere.scope.regions.len(), 8);
}

#[test]
fn choosing_a_link_adds_its_deliverable() {
    for deliverables in ["capacity", "capacity value_chain_link"] {
        let found = accepted(|draft| {
            draft.deliverables = texts(deliverables);
            draft.links = texts("end_use");
        });
        assert!(found.scope.deliverables.contains(&Deliverable::ValueChainLink));
        assert_eq!(found.scope.deliverables.len(), 2);
    }
    assert!(!accepted(|_| ()).scope.deliverables.contains(&Deliverable::ValueChainLink));
}

#[test]
fn the_deliverable_for_links_without_a_link_is_an_error() {
    check_refused(
        Field::Links,
        "Choose at least one link, or leave out the deliverable “Link in the PU Value Chain”.",
        |draft| draft.deliverables = texts("capacity value_chain_link"),
    );
}

#[test]
fn an_empty_tier_is_the_smallest_that_fits_and_a_dearer_one_may_be_chosen() {
    // The deliverable that a link adds counts: 3 + 1 is too much for Starter.
    let found = accepted(|draft| {
        draft.deliverables = texts("capacity sustainability m_and_a");
        draft.links = texts("end_use");
    });
    assert_eq!(found.tier, Tier::Medium);
    assert_eq!(accepted(|draft| draft.tier = "enterprise".to_owned()).tier, Tier::Enterprise);
}

#[test]
fn a_tier_below_the_scopes_is_refused() {
    check_refused(
        Field::Tier,
        "1 deliverable and 2 regions need at least the Medium tier; Starter is too small.",
        |draft| {
            draft.regions = texts("emea china");
            draft.tier = "starter".to_owned();
        },
    );
}

#[test]
fn seats_are_a_whole_number_from_1_to_500() {
    assert_eq!(accepted(|draft| draft.seats = " 500 ".to_owned()).seats, 500);
    for seats in ["", "0", "501", "-1", "1.5", "99999999999", "one"] {
        check_refused(
            Field::Seats,
            "Give the number of seats as a whole number from 1 to 500.",
            |draft| draft.seats = seats.to_owned(),
        );
    }
}

#[test]
fn company_news_needs_a_watchlist_and_nothing_else_has_one() {
    let found = accepted(|draft| {
        draft.deliverables = texts("company_news");
        draft.watchlist = " Zeta Foams\n\nAcme ".to_owned();
    });
    assert_eq!(found.watchlist, ["Zeta Foams", "Acme"]);
    check_refused(
        Field::Watchlist,
        "Name at least one company, or leave out Company News Tracking.",
        |draft| draft.deliverables = texts("company_news"),
    );
    check_refused(
        Field::Watchlist,
        "A watchlist needs Company News Tracking. Choose it, or empty the list.",
        |draft| draft.watchlist = "Acme".to_owned(),
    );
}

#[test]
fn the_watchlists_limit_is_that_of_the_chosen_tier() {
    let many = (1..=21).fold(String::new(), |list, number| list + &format!("Company {number}\n"));
    let with_tier = |tier: &str| {
        let (tier, watchlist) = (tier.to_owned(), many.clone());
        draft(|draft| {
            draft.deliverables = texts("company_news");
            draft.tier = tier;
            draft.watchlist = watchlist;
        })
    };
    assert_eq!(check(&with_tier("medium")).unwrap().watchlist.len(), 21);
    let errors = check(&with_tier("")).unwrap_err();
    assert_eq!(errors[0].message, "The Starter tier holds 20 companies; the list has 21.");
}

#[test]
fn each_deliverable_keeps_at_least_one_section() {
    let found = accepted(|draft| draft.sections = texts("capacity_investment"));
    assert_eq!(found.options.sections.len(), 1);
    check_refused(
        Field::Sections,
        "No included section has a place for Capacity & Asset Moves \
         (include Capacity and Investment).",
        |draft| draft.sections = texts("market_developments sustainability"),
    );
    assert_eq!(check(&draft(|draft| draft.sections.clear())).unwrap_err().len(), 1);
}

#[test]
fn boxes_are_ticked_or_not() {
    let found = accepted(|draft| {
        draft.signal_map.clear();
        draft.evidence_appendix.clear();
    });
    assert!(!found.options.signal_map && !found.options.evidence_appendix);
}

#[test]
fn the_live_price_follows_from_the_scope_alone() {
    let unfinished = draft(|draft| {
        draft.name.clear();
        draft.tier = "starter".to_owned();
        draft.regions = texts("emea china");
        draft.seats = "many".to_owned();
        draft.sections.clear();
        draft.watchlist = "Acme".to_owned();
    });
    let quote = partial_quote(&unfinished).unwrap();
    // Weekly Medium for one seat, domain reference, section 10.
    assert_eq!((quote.tier, quote.seats), (Tier::Medium, 1));
    assert_eq!(quote.month_per_seat.to_string(), "46.80");
}

#[test]
fn there_is_no_live_price_until_the_scope_is_valid() {
    type Edit = fn(&mut SpecificationDraft);
    let edits: [Edit; 6] = [
        |draft| draft.cadence.clear(),
        |draft| draft.deliverables.clear(),
        |draft| draft.regions.clear(),
        |draft| draft.regions = texts("emea Atlantis"),
        |draft| draft.deliverables = texts("value_chain_link"),
        |draft| draft.links = texts("nonsense"),
    ];
    for edit in edits {
        let draft = draft(edit);
        assert_eq!(partial_quote(&draft), None, "{draft:?}");
    }
    assert_eq!(partial_quote(&SpecificationDraft::blank()), None);
}

fn some_of<T: Copy + Ord + std::fmt::Debug + 'static>(
    values: &'static [T],
    least: usize,
) -> impl Strategy<Value = BTreeSet<T>> {
    proptest::sample::subsequence(values, least..=values.len())
        .prop_map(|chosen| chosen.into_iter().collect())
}

prop_compose! {
    /// Specifications that obey every rule.
    fn valid()(
        name in "[\\p{L}0-9][\\p{L}0-9 _&.,'()-]{1,60}[\\p{L}0-9]",
        title in "[a-zA-Z<>][^\\p{C}]{1,60}[a-zA-Z<>]",
        mut deliverables in some_of(Deliverable::ALL, 1),
        regions in some_of(crate::taxonomy::Region::ALL, 1),
        links in some_of(ValueChainLink::ALL, 0),
        cadence in proptest::sample::select(Cadence::ALL),
        dearer in 0_usize..4,
        seats in SEATS,
        companies in 1_usize..=20,
        extra_sections in some_of(SectionKind::ALL, 0),
        (signal_map, evidence_appendix) in any::<(bool, bool)>(),
        minimum_strength in proptest::sample::select(Strength::ALL),
    ) -> Specification {
        deliverables.remove(&Deliverable::ValueChainLink);
        if !links.is_empty() {
            deliverables.insert(Deliverable::ValueChainLink);
        }
        if deliverables.is_empty() {
            deliverables.insert(Deliverable::Capacity);
        }
        let scope = Scope { deliverables, regions, links };
        let mut sections = extra_sections;
        sections.extend(scope.deliverables.iter().map(|chosen| SectionKind::serving(*chosen)[0]));
        let smallest = smallest_tier(&scope) as usize;
        let watchlist =
            (1..=companies).filter(|_| scope.has_company_news()).map(|n| format!("Acme {n}"));
        Specification {
            name,
            cadence,
            tier: Tier::ALL[(smallest + dearer).min(3)],
            seats,
            watchlist: watchlist.collect(),
            options: ReportOptions {
                title,
                sections,
                signal_map,
                evidence_appendix,
                minimum_strength,
                language: Language::English,
            },
            scope,
            portfolio: None,
        }
    }
}

prop_compose! {
    fn any_draft()(
        desk in prop_oneof![Just(String::new()), Just("portfolio".to_owned()), ".*"],
        words in proptest::collection::vec(".*", 12),
        mut lists in proptest::collection::vec(proptest::collection::vec(".*", 0..3), 5),
    ) -> SpecificationDraft {
        let mut next = words.into_iter();
        let mut word = || next.next().unwrap();
        let mut list = || lists.pop().unwrap();
        SpecificationDraft {
            desk,
            name: word(),
            portfolio: word(),
            panels: list(),
            window: word(),
            deliverables: list(),
            regions: list(),
            links: list(),
            cadence: word(),
            tier: word(),
            seats: word(),
            watchlist: word(),
            title: word(),
            sections: list(),
            signal_map: word(),
            evidence_appendix: word(),
            minimum_strength: word(),
            language: word(),
        }
    }
}

proptest! {
    #[test]
    fn a_specification_shown_in_the_form_is_checked_to_itself(specification in valid()) {
        let draft = SpecificationDraft::from(&specification);
        let quote = partial_quote(&draft);
        prop_assert_eq!(check(&draft), Ok(specification.clone()));
        let Specification { scope, cadence, tier, seats, .. } = &specification;
        prop_assert_eq!(quote, Some(crate::price::quote(scope, *cadence, *tier, *seats)));
    }

    #[test]
    fn arbitrary_text_is_refused_and_never_panics(draft in any_draft()) {
        let errors = check(&draft).unwrap_err();
        prop_assert!(errors.iter().all(|error| error.message.chars().count() < 600));
        let _ = partial_quote(&draft);
    }
}
