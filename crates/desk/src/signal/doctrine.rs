use domain::{
    evidence::{Change, Doctrine, Label, Unit, Verdict},
    taxonomy::{Horizon, SignalClass, SignalType},
    words::Lexicon,
};
use rust_decimal::Decimal;
use std::sync::LazyLock;

/// Tonnes a year from which a change of capacity is structural.
const CAPACITY_MIN: Decimal = Decimal::from_parts(20_000, 0, 0, false, 0);

/// The share of the stated base from which a change is structural: 5 %.
const SHARE_MIN: Decimal = Decimal::from_parts(5, 0, 0, false, 2);

/// What the doctrine looks at beside the label.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    pub change: Option<&'a Change>,
    pub words: &'a str,
}

/// The verdict on a proposed label. The proposed one is never lost: the caller keeps
/// both.
pub fn judge(proposed: Label, evidence: &Evidence<'_>) -> Verdict {
    let doctrine = rule(proposed, evidence);
    let with = |horizon, class| Label { horizon, class, ..proposed };
    let (label, material) = match doctrine {
        Doctrine::CapacityAmount
        | Doctrine::CapacityShare
        | Doctrine::DemandOverYears
        | Doctrine::Regulation => (with(Horizon::Structural, SignalClass::Structural), true),
        Doctrine::Demand => (with(Horizon::Cyclical, SignalClass::Cyclical), false),
        Doctrine::ShortTermOperations => (with(Horizon::ShortTerm, SignalClass::Tactical), false),
        Doctrine::AsProposed => (proposed, false),
    };
    Verdict { label, material, doctrine }
}

fn rule(proposed: Label, evidence: &Evidence<'_>) -> Doctrine {
    let rate = evidence.change.filter(|change| change.unit == Unit::TonnesPerYear);
    let share = evidence.change.and_then(|change| match change.unit {
        Unit::Fraction => Some(change.value),
        _ => change.share,
    });
    let large_share = share.is_some_and(|share| share.abs() >= SHARE_MIN);
    match proposed.signal {
        SignalType::Capacity if rate.is_some_and(|rate| rate.value.abs() >= CAPACITY_MIN) => {
            Doctrine::CapacityAmount
        }
        SignalType::Capacity if large_share => Doctrine::CapacityShare,
        SignalType::Demand if large_share && over_years(evidence.words) => {
            Doctrine::DemandOverYears
        }
        SignalType::Demand => Doctrine::Demand,
        SignalType::Regulation => Doctrine::Regulation,
        SignalType::Operational if proposed.horizon == Horizon::ShortTerm => {
            Doctrine::ShortTermOperations
        }
        _ => Doctrine::AsProposed,
    }
}

fn over_years(words: &str) -> bool {
    static YEARS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
        let words = "
            multi year, over two years, over three years, over four years, over five years,
            over ten years, in two years, in three years, in five years, since 2018, since 2019,
            since 2020, since 2021, since 2022, a year through, per year through, annually until,
            for the third year, third year in a row, years in a row, consecutive years, decade";
        Lexicon::new("", &[((), words)])
    });
    !YEARS.find(words).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::taxonomy::Segment;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn label(signal: SignalType) -> Label {
        Label {
            signal,
            segment: Segment::RawMaterials,
            horizon: Horizon::Unknown,
            class: SignalClass::Noise,
        }
    }

    fn change(value: Decimal, unit: Unit, share: Option<Decimal>) -> Change {
        Change { value, unit, written: String::new(), qualifier: None, assumed: false, share }
    }

    #[expect(clippy::needless_pass_by_value, reason = "cases read better without references")]
    fn check(signal: SignalType, change: Option<Change>, words: &str, expected: Doctrine) {
        let verdict = judge(label(signal), &Evidence { change: change.as_ref(), words });
        assert_eq!(verdict.doctrine, expected, "{signal:?} {change:?}");
        let structural = matches!(
            expected,
            Doctrine::CapacityAmount
                | Doctrine::CapacityShare
                | Doctrine::DemandOverYears
                | Doctrine::Regulation
        );
        assert_eq!(verdict.material, structural);
        assert_eq!(verdict.label.class == SignalClass::Structural, structural);
    }

    // Domain reference, section 7.2, with its thresholds from both sides.
    #[test]
    fn capacity_is_structural_from_twenty_thousand_tonnes_or_a_twentieth_of_its_base() {
        let rate = |value, share| Some(change(value, Unit::TonnesPerYear, share));
        check(SignalType::Capacity, rate(dec("20000"), None), "", Doctrine::CapacityAmount);
        check(SignalType::Capacity, rate(dec("-20000"), None), "", Doctrine::CapacityAmount);
        check(SignalType::Capacity, rate(dec("19999"), None), "", Doctrine::AsProposed);
        check(
            SignalType::Capacity,
            rate(dec("5000"), Some(dec("0.05"))),
            "",
            Doctrine::CapacityShare,
        );
        check(
            SignalType::Capacity,
            rate(dec("-5000"), Some(dec("-0.05"))),
            "",
            Doctrine::CapacityShare,
        );
        check(
            SignalType::Capacity,
            rate(dec("5000"), Some(dec("0.0499"))),
            "",
            Doctrine::AsProposed,
        );
        check(SignalType::Capacity, None, "", Doctrine::AsProposed);
    }

    #[test]
    fn an_amount_is_no_rate() {
        let amount = Some(change(dec("50000"), Unit::Tonnes, None));
        check(SignalType::Capacity, amount, "", Doctrine::AsProposed);
    }

    #[test]
    fn demand_is_cyclical_unless_it_moves_for_years() {
        let share = |value| Some(change(value, Unit::Fraction, None));
        check(SignalType::Demand, share(dec("0.09")), "on the year", Doctrine::Demand);
        check(
            SignalType::Demand,
            share(dec("0.05")),
            "over three years",
            Doctrine::DemandOverYears,
        );
        check(
            SignalType::Demand,
            share(dec("-0.05")),
            "over three years",
            Doctrine::DemandOverYears,
        );
        check(SignalType::Demand, share(dec("0.04")), "over three years", Doctrine::Demand);
        check(SignalType::Demand, None, "over three years", Doctrine::Demand);
    }

    #[test]
    fn regulation_needs_no_number_and_operations_pass() {
        check(SignalType::Regulation, None, "", Doctrine::Regulation);
        let operational = Label { horizon: Horizon::ShortTerm, ..label(SignalType::Operational) };
        let verdict = judge(operational, &Evidence { change: None, words: "" });
        assert_eq!(verdict.doctrine, Doctrine::ShortTermOperations);
        assert_eq!(verdict.label.class, SignalClass::Tactical);
        check(SignalType::Price, None, "", Doctrine::AsProposed);
    }
}
