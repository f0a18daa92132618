//! How facts are told, and what becomes of hostile words.

use super::*;

#[test]
fn figures_that_conflict_are_named_with_both_sides() {
    let title = "Acme Foam starts TDI line in Poland";
    let document = report(&capacity_in_emea(vec![
        plant("Alpha", 12, title, "The TDI line of Acme Foam has 150,000 t/y."),
        plant("Beta", 12, title, "Traders put the TDI line of Acme Foam at 120,000 t/y."),
    ]));
    let development = developments(&document)[0];
    let conflict = development.claims.iter().find(|claim| claim.text.contains("conflict")).unwrap();
    for side in ["Alpha", "150,000 t/y", "Beta", "120,000 t/y"] {
        assert!(conflict.text.contains(side), "{side} in {}", conflict.text);
    }
    assert_eq!(conflict.evidence.len(), 2);
}

#[test]
fn a_fact_keeps_publisher_date_figure_and_names_of_its_evidence() {
    let document = report(&capacity_in_emea(vec![plant(
        "Alpha",
        12,
        "Acme Foam adds 400 ktpa of MDI",
        "Acme Foam adds 400 ktpa of MDI at its site in Germany.",
    )]));
    assert_eq!(
        texts(&document, ClaimKind::Fact),
        [
            "Alpha reports (12 November 2026): Acme Foam adds 400 ktpa of MDI at its site in Germany."
        ]
    );
    assert_eq!(developments(&document)[0].signal, SignalType::Capacity);
}

#[test]
fn a_headline_without_text_is_reported_as_a_headline() {
    let document =
        report(&capacity_in_emea(vec![plant("Alpha", 12, "Acme Foam adds 40 ktpa of MDI", "")]));
    assert_eq!(
        texts(&document, ClaimKind::Fact),
        ["Alpha reports (12 November 2026) under the headline “Acme Foam adds 40 ktpa of MDI”."]
    );
}

#[test]
fn no_direction_is_told_that_the_evidence_lacks() {
    let document = report(&capacity_in_emea(vec![plant(
        "Alpha",
        12,
        "Acme Foam reviews its MDI unit",
        "Acme Foam reviews the MDI unit in Germany.",
    )]));
    let told = texts(&document, ClaimKind::Interpretation).join(" ");
    for word in ["more", "less", "higher", "lower"] {
        assert!(!told.contains(word), "{told}");
    }
}

#[test]
fn hostile_evidence_is_quoted_as_harmless_words() {
    let hostile = plant(
        "Alpha <b>",
        12,
        "<script>alert(1)</script> Acme Foam [adds](javascript:alert(2)) MDI \u{202e}now",
        "<img src=x onerror=alert(3)> Acme Foam adds 40 ktpa of MDI. See https://evil.example.com/ and `this`.",
    );
    let document = report(&capacity_in_emea(vec![hostile]));
    let development = developments(&document)[0];
    assert!(
        development.headline.starts_with("‹script›alert(1)‹/script› Acme Foam [adds] (javascript")
    );
    assert!(!development.headline.contains('\u{202e}'));
    // The reference keeps the title as it was; whoever prints it escapes it.
    assert!(document.references[0].title.starts_with("<script>"));
}

#[test]
fn a_long_headline_is_cut_between_words_and_never_within_a_figure() {
    let long = "Acme Foam expands ".to_owned() + &"word ".repeat(28) + "by 120,000 t/y of MDI";
    let document = report(&capacity_in_emea(vec![plant("Alpha", 12, &long, "")]));
    let headline = &developments(&document)[0].headline;
    assert!(headline.chars().count() <= 160 && headline.ends_with(" …"), "{headline}");
}

#[test]
fn of_a_text_that_repeats_another_only_the_new_sentence_is_quoted() {
    let title = "Acme Foam adds MDI";
    let document = report(&capacity_in_emea(vec![
        plant(
            "Alpha",
            12,
            title,
            "Acme Foam will add MDI in Germany. The unit is large. It has a berth.",
        ),
        plant("Beta", 12, title, "Acme Foam will add MDI in Germany. Buyers in Italy wait."),
    ]));
    assert_eq!(
        texts(&document, ClaimKind::Fact)[1],
        "Beta reports (12 November 2026): Buyers in Italy wait."
    );
}
