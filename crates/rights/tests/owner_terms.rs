//! Terms of the owners of sources bind beside the licences of providers.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

use domain::evidence::{OwnerTerms, SourceReading};
use rights::{
    Decision, DocumentLineage, Format, Owner, Part, Registry, Right, RightsProfile,
    WorkspaceLicences,
};

fn registry() -> Registry {
    Registry::parse("x", include_str!("../../../.ops/RIGHTS_REGISTRY.yaml")).unwrap()
}

fn reading(name: &str, redistribution: bool) -> SourceReading {
    SourceReading {
        name: name.to_owned(),
        publisher: format!("Publisher of {name}"),
        tier: 2.try_into().unwrap(),
        provider: Some("Manual".parse().unwrap()),
        terms: Some(OwnerTerms {
            excerpt: true,
            redistribution,
            attribution: format!("Courtesy of {name}"),
        }),
        entries: 1,
        error: None,
    }
}

/// A part of each source; of the provider `Manual`, which allows everything.
fn document(sources: &[SourceReading]) -> DocumentLineage {
    let part = |source: &SourceReading| Part {
        key: source.name.clone(),
        title: source.name.to_uppercase(),
        providers: ["Manual".parse().unwrap()].into(),
        owners: Owner::of(sources, &source.name, false).into_iter().collect(),
    };
    DocumentLineage { parts: sources.iter().map(part).collect() }
}

fn decide(lineage: &DocumentLineage, format: Format, licences: &WorkspaceLicences) -> Decision {
    registry().decide(lineage, format, RightsProfile::Production, licences)
}

#[test]
fn what_may_not_be_redistributed_goes_to_no_third_party_and_on_screen_and_into_files_as_before() {
    let lineage = document(&[reading("open", true), reading("closed", false)]);
    let none = WorkspaceLicences::none();
    for format in Format::ALL {
        let decision = decide(&lineage, *format, &none);
        if format.right() != Right::Redistribute {
            assert!(matches!(decision, Decision::Allowed(_)), "{format:?}: {decision:?}");
            continue;
        }
        let [blocked] = decision.blocked() else { panic!("{format:?}: {decision:?}") };
        let label = format.label();
        assert_eq!(
            blocked.reason,
            format!(
                "The terms of Publisher of closed do not allow to pass on to third parties ({label})."
            )
        );
        assert!(blocked.unblock.contains("Publisher of closed"), "{blocked:?}");
    }
    // Where parts are left out, it is those of the owner who forbids.
    let demo = registry().decide(&lineage, Format::Redistribute, RightsProfile::Demo, &none);
    let Decision::Redacted { removed, terms, .. } = demo else { panic!("{demo:?}") };
    assert_eq!(removed, ["closed".to_owned()].into());
    let texts: Vec<&str> = terms.attributions.iter().map(|one| one.text.as_str()).collect();
    assert!(texts.contains(&"Courtesy of open") && !texts.contains(&"Courtesy of closed"));
}

#[test]
fn a_licence_of_the_workspace_stands_above_the_terms_that_were_read_for_all() {
    let lineage = document(&[reading("closed", false)]);
    let own = |right| WorkspaceLicences::from_iter([("Manual".parse().unwrap(), right)]);
    let decided = |right| decide(&lineage, Format::Redistribute, &own(right));
    assert!(matches!(decided(Right::Redistribute), Decision::Allowed(_)));
    assert!(matches!(decided(Right::Pdf), Decision::Denied(_)));
}

#[test]
fn the_owners_words_stand_with_what_is_theirs_once_and_on_screen_too() {
    let sources = [reading("open", true), reading("other", true)];
    let mut lineage = document(&sources);
    lineage.parts.push(Part { key: "again".to_owned(), ..lineage.parts[0].clone() });
    let screen = registry().screen(&lineage, &WorkspaceLicences::none());
    let texts = |attributions: &[rights::Attribution]| -> Vec<String> {
        let texts = attributions.iter().map(|one| one.text.clone());
        texts.filter(|text| text.starts_with("Courtesy")).collect()
    };
    assert_eq!(texts(&screen.terms.attributions), ["Courtesy of open", "Courtesy of other"]);
    let Decision::Allowed(terms) = decide(&lineage, Format::Pdf, &WorkspaceLicences::none()) else {
        panic!()
    };
    assert_eq!(texts(&terms.attributions), ["Courtesy of open", "Courtesy of other"]);
}

#[test]
fn samples_and_packs_of_before_have_no_owner_on_record() {
    let before = SourceReading { terms: None, ..reading("before", false) };
    assert_eq!(Owner::of(std::slice::from_ref(&before), "before", false), None);
    let sources = [reading("closed", false)];
    assert_eq!(Owner::of(&sources, "closed", true), None);
    assert_eq!(Owner::of(&sources, "another", false), None);
    assert!(Owner::of(&sources, "closed", false).is_some());
}
