use super::*;
use proptest::prelude::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The only quantity of `text`: its normal low end, high end and unit.
fn check(text: &str, low: &str, high: &str, unit: Unit) {
    check_marked(text, NumberMarks::PointDecimal, low, high, unit);
}

fn check_marked(text: &str, marks: NumberMarks, low: &str, high: &str, unit: Unit) {
    let found = quantities_in(text, marks);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    let expected = (Ends { low: decimal(low), high: decimal(high) }, unit);
    assert_eq!((found[0].normal, found[0].unit), expected, "{text}");
}

fn check_rate(text: &str, tonnes: &str) {
    check(text, tonnes, tonnes, Unit::TonnesPerYear);
}

fn check_amount(text: &str, tonnes: &str) {
    check(text, tonnes, tonnes, Unit::Tonnes);
}

// Factors of the domain reference, section 2.5.
#[test]
fn rates_are_tonnes_per_year() {
    for text in [
        "400 ktpa",
        "400ktpa",
        "400-ktpa",
        "400 kta",
        "400 kt/a",
        "400 kt/y",
        "400 KTPA",
        "400,000 tpa",
        "400 000 t/a",
        "400,000 t/y",
        "400,000 TPA",
        "400,000 tonnes per year",
        "400,000 tonnes a year",
        "400,000 metric tons per annum",
        "0.4 million t/y",
        "400 thousand tonnes annually",
        "400,000 mtpa",
        "0.4 MTPA",
    ] {
        check_rate(text, "400000");
    }
}

#[test]
fn an_ambiguous_rate_takes_the_plausible_reading_or_none() {
    check_rate("1.2 MTPA", "1200000");
    check_rate("1,000 mtpa", "1000");
    check_rate("5 mtpa", "5000000");
    check("400 mtpa", "400", "400", Unit::UnresolvedRate);
    check("5.1 mtpa", "5.1", "5.1", Unit::UnresolvedRate);
    check("0.0001 mtpa", "0.0001", "0.0001", Unit::UnresolvedRate);
}

#[test]
fn amounts_are_tonnes_and_mt_differs_from_mt_by_case() {
    check_amount("20,000 t", "20000");
    check_amount("20 000 tonnes", "20000");
    check_amount("30 mt", "30");
    check_amount("30 MT", "30");
    check_amount("30 Mt", "30000000");
    check_amount("3 MMT", "3000000");
    check_amount("3 million tonnes", "3000000");
    check_amount("30 kt", "30000");
    check_amount("100 lb", "0.045359237");
    check_amount("100 short tons", "90.718474");
    check_amount("1 metric ton", "1");
}

#[test]
fn bare_tons_are_tonnes_and_marked_as_assumed() {
    let assumed = |text| quantities_in(text, NumberMarks::PointDecimal)[0].assumed;
    check_amount("500 tons", "500");
    assert!(assumed("500 tons"));
    assert!(!assumed("500 tonnes"));
    assert!(!assumed("500 short tons"));
}

#[test]
fn rates_and_amounts_never_mix() {
    assert!(numbers_in("400 kt").is_disjoint(&numbers_in("400 ktpa")));
    check("500 tonnes per day", "500", "500", Unit::UnresolvedRate);
}

#[test]
fn percent_is_a_fraction_and_points_are_another_unit() {
    for text in ["5%", "5 %", "5 percent", "5 per cent", "5 pct", "5-percent"] {
        check(text, "0.05", "0.05", Unit::Fraction);
    }
    check("2.5 percentage points", "2.5", "2.5", Unit::PercentagePoints);
    check("2.5 pp", "2.5", "2.5", Unit::PercentagePoints);
    check("−5 %", "-0.05", "-0.05", Unit::Fraction);
    check("(-5%)", "-0.05", "-0.05", Unit::Fraction);
}

#[test]
fn marks_follow_the_language_of_the_source() {
    let german = NumberMarks::of_language("de-AT");
    check_marked("20.000 t", german, "20000", "20000", Unit::Tonnes);
    check_marked("1.234,5 t", german, "1234.5", "1234.5", Unit::Tonnes);
    check_marked("2,5 %", german, "0.025", "0.025", Unit::Fraction);
    check_marked("2.5 %", german, "0.025", "0.025", Unit::Fraction);
    assert_eq!(NumberMarks::of_language("en"), NumberMarks::PointDecimal);
    check_amount("20.000 t", "20");
    check_amount("1,234.5 t", "1234.5");
    check_amount("1,20,000 t", "120000");
    check("2,5 %", "0.025", "0.025", Unit::Fraction);
}

#[test]
fn ranges_keep_both_ends() {
    check("10–15 %", "0.10", "0.15", Unit::Fraction);
    check("10-15%", "0.10", "0.15", Unit::Fraction);
    check("10%-15%", "0.10", "0.15", Unit::Fraction);
    check("10 to 15 ktpa", "10000", "15000", Unit::TonnesPerYear);
    check("between 10 and 15 kt", "10000", "15000", Unit::Tonnes);
    check("€300-400 million", "300000000", "400000000", Unit::Money("EUR"));
    check("1-2 million tonnes", "1000000", "2000000", Unit::Tonnes);
}

#[test]
fn a_change_between_two_figures_is_no_range() {
    let found = quantities_in("from 10 % to 15 %", NumberMarks::PointDecimal);
    assert_eq!(found.len(), 2);
    check_rate("raised in 2025 to 2,400 tpa", "2400");
    assert_eq!(quantities_in("15 and 10 kt", NumberMarks::PointDecimal).len(), 1);
}

#[test]
fn qualifiers_and_the_text_as_written_are_kept() {
    for (text, qualifier, written) in [
        ("up to 400 ktpa of MDI", Some(Qualifier::UpTo), "400 ktpa"),
        ("Around 5 % less", Some(Qualifier::Around), "5 %"),
        ("more than US$ 30m", Some(Qualifier::MoreThan), "US$ 30m"),
        ("at least 10–15 kt", Some(Qualifier::AtLeast), "10–15 kt"),
        ("handsome 5 %", None, "5 %"),
        ("5 %", None, "5 %"),
    ] {
        let found = &quantities_in(text, NumberMarks::PointDecimal)[0];
        assert_eq!((found.qualifier, found.written.as_str()), (qualifier, written), "{text}");
    }
}

#[test]
fn money_has_a_currency_only_where_the_text_says_it() {
    for text in ["€1.2 billion", "EUR 1,200m", "EUR1.2bn", "1.2 billion euros", "1,200 Mio. Euro"]
    {
        check(text, "1200000000", "1200000000", Unit::Money("EUR"));
    }
    check("$200/t", "200", "200", Unit::Money("USD"));
    assert_eq!(quantities_in("5 m of hose", NumberMarks::PointDecimal), []);
}

#[test]
fn no_number_is_absent_and_never_zero() {
    for text in ["", "no figure", "H12MDI", "in W03", "2025", "CO2"] {
        assert_eq!(quantities_in(text, NumberMarks::PointDecimal), [], "{text}");
    }
}

#[test]
fn figures_of_prose_occur_in_evidence_whatever_their_scale() {
    let supported =
        |prose: &str, evidence: &str| numbers_in(prose).is_subset(&numbers_in(evidence));
    assert!(supported("400,000 t/y", "expands by 400 ktpa"));
    assert!(supported("demand fell by 5 percent", "demand: -5%"));
    assert!(supported("EUR 300 million", "a €300m plant in 2027"));
    assert!(supported("15 %", "10–15 %"));
    assert!(!supported("400 ktpa", "expands by 40 ktpa"));
    assert!(!supported("400 ktpa", "400 workers"));
    assert!(!supported("5 percentage points", "5 %"));
    assert!(!supported("$300m", "€300m"));
    assert!(!supported("in 2026", "in 2027"));
    assert!(!supported("on 2026-11-12", "on 2026-11-13"));
    assert!(supported("no figure at all", ""));
}

#[test]
fn dates_and_versions_do_not_run_together() {
    let values =
        |text| -> Vec<String> { numbers_in(text).iter().map(ToString::to_string).collect() };
    assert_eq!(values("15.01.2025, 12 plants"), ["12", "20250115 (date)"]);
    assert_eq!(numbers_in("on 15.01.2025."), numbers_in("(2025-01-15)"));
    assert_eq!(values("version 1.2.3"), ["1", "2.3"]);
    assert_eq!(values("in 2024, 2025 and 2026"), ["2024", "2025", "2026"]);
    assert_eq!(values("lines 1, 2 and 3"), ["1", "2", "3"]);
}

#[test]
fn a_figure_reads_as_a_reader_would_write_it() {
    let shown = |text| numbers_in(text).first().unwrap().to_string();
    assert_eq!(shown("400 ktpa"), "400000 t/y");
    assert_eq!(shown("5 %"), "5 %");
    assert_eq!(shown("€3m"), "EUR 3000000");
    assert_eq!(shown("12 plants"), "12");
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in ".*") {
        let _ = quantities_in(&text, NumberMarks::PointDecimal);
        let _ = quantities_in(&text, NumberMarks::CommaDecimal);
    }

    #[test]
    fn text_full_of_numbers_never_panics(text in "([0-9]{1,30}|[ .,'%€$–-]| to |t|kt|m|Mio\\.){0,12}") {
        let _ = quantities_in(&text, NumberMarks::PointDecimal);
        let _ = quantities_in(&text, NumberMarks::CommaDecimal);
        let _ = numbers_in(&text);
    }

    #[test]
    fn a_whole_number_of_tonnes_reads_back(value in 0_u32..) {
        let found = quantities_in(&format!("{value} t"), NumberMarks::PointDecimal);
        prop_assert_eq!(found[0].normal.low, Decimal::from(value));
    }
}
