//! The decision against an independent statement of the rule, for every subset of
//! providers, every format and every profile; and the scenarios of the domain
//! reference (portfolio.md, section 6) one by one.

#![expect(clippy::unwrap_used, reason = "a failed step ends the test")]

use rights::{
    Decision, Denial, DenialReason, DocumentLineage, Format, Part, ProviderId, Registry, Right,
    RightsProfile, WorkspaceLicences,
};
use std::collections::BTreeSet;

/// The table of the domain reference: display, pdf, csv, redistribute; then
/// whether an attribution is required, and the watermark. Sorted by id.
const TABLE: [(&str, [bool; 4], bool, Option<&str>); 8] = [
    ("FMP", [true, true, true, false], true, None),
    ("FRED", [true, true, true, true], true, None),
    ("Manual", [true, true, true, true], false, None),
    ("NewsAPI", [true, false, false, false], true, Some("Internal use only")),
    ("NewsAPI_Business", [true, true, true, false], true, None),
    ("Polygon", [true, true, true, false], true, None),
    ("Sample", [true, true, true, true], true, Some("SAMPLE")),
    // Stands for whoever is not listed.
    ("Unheard_Of", [false, false, false, false], true, None),
];

fn registry() -> Registry {
    Registry::parse("x", include_str!("../../../.ops/RIGHTS_REGISTRY.yaml")).unwrap()
}

fn ids(names: &[&str]) -> BTreeSet<ProviderId> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// A document with a section for each provider.
fn document(names: &[&str]) -> DocumentLineage {
    let part = |name: &&str| Part {
        key: format!("section-{name}"),
        title: (*name).to_owned(),
        providers: ids(&[name]),
        ..Part::default()
    };
    DocumentLineage { parts: names.iter().map(part).collect() }
}

/// What a decision comes to, in the words of the table.
#[derive(Debug, PartialEq)]
enum Verdict {
    Allow { attributed: Vec<String>, watermarks: Vec<String> },
    Redact { removed: Vec<String>, attributed: Vec<String>, watermarks: Vec<String> },
    Deny { no_lineage: bool, blocked: Vec<String> },
}

fn verdict(decision: &Decision) -> Verdict {
    let terms = decision.terms();
    let attributed = terms
        .map(|terms| terms.attributions.iter().map(|one| one.provider.to_string()).collect())
        .unwrap_or_default();
    let watermarks = terms
        .map(|terms| terms.watermarks.iter().map(|one| one.text.clone()).collect())
        .unwrap_or_default();
    let blocked = decision.blocked().iter().map(|one| one.provider.to_string()).collect();
    match decision {
        Decision::Allowed(_) => Verdict::Allow { attributed, watermarks },
        Decision::Redacted { removed, .. } => {
            let removed = removed.iter().map(|key| key.replacen("section-", "", 1)).collect();
            Verdict::Redact { removed, attributed, watermarks }
        }
        Decision::Denied(Denial { reason, .. }) => {
            Verdict::Deny { no_lineage: *reason == DenialReason::NoLineage, blocked }
        }
    }
}

/// The row of whoever is not listed.
const UNLISTED: usize = 7;

/// The rule once more, over the rows of the table and nothing of the crate. A workspace's
/// own licence is a row and a column that it adds.
fn expected(
    rows: &[usize],
    format: &str,
    profile: &str,
    licence: Option<(usize, usize)>,
) -> Verdict {
    if rows.is_empty() {
        return Verdict::Deny { no_lineage: true, blocked: Vec::new() };
    }
    let column = match format {
        "view" => 0,
        "pdf" | "html" => 1,
        "csv" | "xlsx" | "json" => 2,
        "api" | "redistribute" => 3,
        other => panic!("{other}"),
    };
    let names = |rows: &[usize]| rows.iter().map(|row| TABLE[*row].0.to_owned()).collect();
    let bought = |row: usize| row != UNLISTED && licence == Some((row, column));
    let allows = |row: &usize| TABLE[*row].1[column] || bought(*row);
    let (good, bad): (Vec<usize>, Vec<usize>) = rows.iter().partition(|row| allows(row));
    let attributed =
        good.iter().filter(|row| TABLE[**row].2).map(|row| TABLE[*row].0.to_owned()).collect();
    let watermarks = good.iter().filter_map(|row| TABLE[*row].3.map(str::to_owned)).collect();
    if bad.is_empty() {
        Verdict::Allow { attributed, watermarks }
    } else if profile == "demo" && !good.is_empty() {
        Verdict::Redact { removed: names(&bad), attributed, watermarks }
    } else {
        Verdict::Deny { no_lineage: false, blocked: names(&bad) }
    }
}

#[test]
fn every_subset_of_providers_in_every_format_and_profile_is_decided_by_the_rule() {
    let registry = registry();
    let mut seen = 0;
    for subset in 0..1_usize << TABLE.len() {
        let rows: Vec<usize> = (0..TABLE.len()).filter(|row| subset >> row & 1 == 1).collect();
        let names: Vec<&str> = rows.iter().map(|row| TABLE[*row].0).collect();
        for format in Format::ALL {
            for profile in RightsProfile::ALL {
                let decision = registry.decide(
                    &document(&names),
                    *format,
                    *profile,
                    &WorkspaceLicences::none(),
                );
                let expected = expected(&rows, format.id(), profile.id(), None);
                assert_eq!(verdict(&decision), expected, "{names:?} {format:?} {profile:?}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 256 * 8 * 3);
}

/// In the order of the table's columns.
const RIGHTS: [Right; 4] = [Right::Display, Right::Pdf, Right::Csv, Right::Redistribute];

#[test]
fn one_licence_of_a_workspace_adds_one_right_of_one_provider_and_nothing_else() {
    let registry = registry();
    let mut seen = 0;
    for subset in 0..1_usize << TABLE.len() {
        let rows: Vec<usize> = (0..TABLE.len()).filter(|row| subset >> row & 1 == 1).collect();
        let names: Vec<&str> = rows.iter().map(|row| TABLE[*row].0).collect();
        let document = document(&names);
        for (row, column) in (0..TABLE.len()).flat_map(|row| (0..4).map(move |one| (row, one))) {
            let provider: ProviderId = TABLE[row].0.parse().unwrap();
            let licences: WorkspaceLicences = [(provider, RIGHTS[column])].into_iter().collect();
            for format in Format::ALL {
                for profile in RightsProfile::ALL {
                    let decision = registry.decide(&document, *format, *profile, &licences);
                    let licence = Some((row, column));
                    let expected = expected(&rows, format.id(), profile.id(), licence);
                    assert_eq!(verdict(&decision), expected, "{names:?} {format:?} {licence:?}");
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, 256 * 32 * 8 * 3);
}

const FILES: [Format; 5] = [Format::Pdf, Format::Html, Format::Csv, Format::Xlsx, Format::Json];
const STRICT: [RightsProfile; 2] = [RightsProfile::Staging, RightsProfile::Production];

fn decide(names: &[&str], format: Format, profile: RightsProfile) -> Verdict {
    let none = WorkspaceLicences::none();
    verdict(&registry().decide(&document(names), format, profile, &none))
}

/// As PDF, for a workspace without licences of its own.
fn decided(document: &DocumentLineage, profile: RightsProfile) -> Decision {
    registry().decide(document, Format::Pdf, profile, &WorkspaceLicences::none())
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn allow(attributed: &[&str], watermarks: &[&str]) -> Verdict {
    Verdict::Allow { attributed: owned(attributed), watermarks: owned(watermarks) }
}

fn deny(blocked: &[&str]) -> Verdict {
    Verdict::Deny { no_lineage: false, blocked: owned(blocked) }
}

#[test]
fn nothing_on_record_is_denied_everywhere() {
    let denied = Verdict::Deny { no_lineage: true, blocked: Vec::new() };
    for format in Format::ALL {
        for profile in RightsProfile::ALL {
            assert_eq!(decide(&[], *format, *profile), denied);
            // One part that says nothing is enough.
            let mut document = document(&["FRED"]);
            document.parts.push(Part {
                key: "news".to_owned(),
                title: "News".to_owned(),
                providers: BTreeSet::new(),
                ..Part::default()
            });
            let none = WorkspaceLicences::none();
            assert_eq!(verdict(&registry().decide(&document, *format, *profile, &none)), denied);
        }
    }
}

#[test]
fn each_market_provider_alone_is_allowed_with_its_attribution() {
    for name in ["FMP", "Polygon", "FRED", "NewsAPI_Business"] {
        for format in FILES {
            for profile in RightsProfile::ALL {
                assert_eq!(decide(&[name], format, *profile), allow(&[name], &[]));
            }
        }
    }
}

#[test]
fn news_of_the_developer_plan_alone_is_denied_in_every_file() {
    for format in FILES {
        for profile in RightsProfile::ALL {
            assert_eq!(decide(&["NewsAPI"], format, *profile), deny(&["NewsAPI"]));
        }
    }
    assert_eq!(
        decide(&["NewsAPI"], Format::View, RightsProfile::Production),
        allow(&["NewsAPI"], &["Internal use only"])
    );
}

#[test]
fn news_among_others_blocks_the_whole_and_is_left_out_of_a_demonstration() {
    let mixed = ["FMP", "NewsAPI", "Polygon"];
    for format in [Format::Pdf, Format::Csv] {
        for profile in STRICT {
            assert_eq!(decide(&mixed, format, profile), deny(&["NewsAPI"]));
        }
        let redacted = Verdict::Redact {
            removed: owned(&["NewsAPI"]),
            attributed: owned(&["FMP", "Polygon"]),
            watermarks: Vec::new(),
        };
        assert_eq!(decide(&mixed, format, RightsProfile::Demo), redacted);
    }
}

#[test]
fn three_that_allow_it_give_three_attributions() {
    for profile in RightsProfile::ALL {
        let names = ["FMP", "FRED", "Polygon"];
        for format in [Format::Pdf, Format::Csv] {
            assert_eq!(decide(&names, format, *profile), allow(&names, &[]));
        }
    }
}

#[test]
fn the_users_own_data_leaves_without_an_attribution() {
    for format in Format::ALL {
        for profile in RightsProfile::ALL {
            assert_eq!(decide(&["Manual"], *format, *profile), allow(&[], &[]));
        }
    }
}

#[test]
fn sample_data_is_attributed_and_marked_beside_whatever_else() {
    for format in FILES {
        for profile in RightsProfile::ALL {
            assert_eq!(decide(&["Sample"], format, *profile), allow(&["Sample"], &["SAMPLE"]));
            let mixed = decide(&["FRED", "Manual", "Sample"], format, *profile);
            assert_eq!(mixed, allow(&["FRED", "Sample"], &["SAMPLE"]));
        }
    }
}

#[test]
fn whoever_is_not_listed_is_named_in_the_denial() {
    for format in FILES {
        for profile in RightsProfile::ALL {
            assert_eq!(decide(&["Unheard_Of"], format, *profile), deny(&["Unheard_Of"]));
        }
        for profile in STRICT {
            let denied = decide(&["FRED", "Unheard_Of"], format, profile);
            assert_eq!(denied, deny(&["Unheard_Of"]));
        }
        let demo = decide(&["FRED", "Unheard_Of"], format, RightsProfile::Demo);
        assert!(matches!(demo, Verdict::Redact { .. }), "{demo:?}");
    }
    // The name of the file's own default is nobody's.
    assert_eq!(decide(&["default"], Format::Csv, RightsProfile::Production), deny(&["default"]));
}

#[test]
fn only_what_may_be_passed_on_is_passed_on_by_a_link_or_an_api() {
    let open = ["FRED", "Manual", "Sample"];
    let on_profiles = RightsProfile::ALL.iter().copied();
    let cases = on_profiles
        .flat_map(|profile| [Format::Api, Format::Redistribute].map(|format| (format, profile)));
    for (format, profile) in cases {
        for subset in 1..8_usize {
            let names: Vec<&str> =
                (0..3).filter(|at| subset >> at & 1 == 1).map(|at| open[at]).collect();
            let passed_on = decide(&names, format, profile);
            assert!(matches!(passed_on, Verdict::Allow { .. }), "{names:?}");
        }
        for name in ["FMP", "Polygon", "NewsAPI", "NewsAPI_Business"] {
            assert_eq!(decide(&[name], format, profile), deny(&[name]));
        }
    }
}

#[test]
fn a_provider_of_several_parts_is_attributed_once() {
    let mut document = document(&["FMP", "Sample"]);
    document.parts.push(Part {
        key: "risk".to_owned(),
        title: "Risk".to_owned(),
        providers: ids(&["FMP", "Sample"]),
        ..Part::default()
    });
    let decision = decided(&document, RightsProfile::Production);
    assert_eq!(verdict(&decision), allow(&["FMP", "Sample"], &["SAMPLE"]));
}

#[test]
fn a_part_that_touches_a_blocked_provider_is_left_out_with_all_that_it_holds() {
    let mut document = document(&["FMP"]);
    document.parts.push(Part {
        key: "section-impact".to_owned(),
        title: "Impact".to_owned(),
        providers: ids(&["NewsAPI", "Polygon"]),
        ..Part::default()
    });
    let decision = decided(&document, RightsProfile::Demo);
    let redacted = Verdict::Redact {
        removed: owned(&["impact"]),
        attributed: owned(&["FMP"]),
        watermarks: Vec::new(),
    };
    assert_eq!(verdict(&decision), redacted);
}

#[test]
fn a_denial_says_provider_format_reason_and_remedy() {
    let document = document(&["NewsAPI", "Unheard_Of"]);
    let decision = decided(&document, RightsProfile::Production);
    let [news, unheard] = decision.blocked() else { panic!("{decision:?}") };
    assert_eq!((news.provider.as_str(), news.format), ("NewsAPI", Format::Pdf));
    assert_eq!(
        news.reason,
        "The licence of NewsAPI does not allow to hand out as a document (PDF)."
    );
    assert_eq!(
        news.unblock,
        "Remove the news section, or use the business plan (NewsAPI_Business)."
    );
    assert!(unheard.reason.contains("not in the rights registry"), "{unheard:?}");
    assert_eq!(unheard.unblock, "Add the provider to the rights registry.");
}

#[test]
fn a_denial_says_in_a_sentence_why() {
    let (nothing, news) = (document(&[]), document(&["NewsAPI"]));
    for (document, profile, words) in [
        (&nothing, RightsProfile::Production, "It is not recorded where all of this"),
        (&news, RightsProfile::Production, "The document holds data whose licence does not"),
        (&news, RightsProfile::Demo, "All of the document rests on data whose licence does not"),
    ] {
        let decision = decided(document, profile);
        let Decision::Denied(denial) = &decision else { panic!("{decision:?}") };
        assert!(denial.sentence().starts_with(words), "{}", denial.sentence());
    }
}
