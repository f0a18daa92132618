//! Which way a text points, and which of its figures is the change.

use domain::{
    evidence::{NumberMarks, Quantity, Unit, quantities_in},
    words::Lexicon,
};
use rust_decimal::Decimal;
use std::sync::LazyLock;

pub use domain::evidence::{Change, Direction};

/// Where a text points; none where it points nowhere or both ways.
pub fn direction_in(text: &str) -> Option<Direction> {
    let hits = DIRECTIONS.find(text);
    let first = hits.first()?.value;
    hits.iter().all(|hit| hit.value == first).then_some(first)
}

static DIRECTIONS: LazyLock<Lexicon<Direction>> = LazyLock::new(|| {
    Lexicon::new(
        "no more than, more than, less than, no longer, shut down for good cause, cut flowers",
        &[(Direction::Up, UP), (Direction::Down, DOWN)],
    )
});

const UP: &str = "
    add, adds, added, expand, expands, expanded, expanding, expansion, start up, starts up, startup,
    on stream, onstream, commissions, commissioned, opens, raise, raises, raised, rise, rises, rose,
    higher, increase, increases, increased, lifts, grew, grow, grows, growth, doubles, improves,
    restarts, restart, new plant, new line, second line, debottleneck~, builds, erweitert,
    erweiterung, erhöht, steigen, steigt, neue anlage, augmente, augmentent, hausse, agrandit,
    extension, amplía, ampliación, aumenta, aumentan, suben, sube";

const DOWN: &str = "
    close, closes, closed, closing, closure, shut, shuts, shut down, shutdown, cut, cuts, mothball~,
    dismantl~, halt, halts, halted, stop, stops, stopped, outage, force majeure, trims, reduce,
    reduces, reduced, fall, falls, fell, slip, slips, slipped, lower, decline, declines, declined,
    drop, drops, dropped, weaker, tripped, less, fewer, idles, idled, schließt, schließung, stilllegt, senkt,
    sinken, sinkt, ferme, fermeture, fermera, baisse, baissent, recule, cierra, cierre, reduce la, cae, caen,
    bajan";

/// Figures of a text with a unit, numbers as `marks` write them.
pub fn figures_in(text: &str, marks: NumberMarks) -> Vec<Quantity> {
    let comparable = |quantity: &Quantity| {
        matches!(
            quantity.unit,
            Unit::TonnesPerYear | Unit::Tonnes | Unit::Fraction | Unit::Money(_)
        )
    };
    quantities_in(text, marks).into_iter().filter(comparable).collect()
}

/// What a figure is, by the words around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// "by 120,000 t/y"
    Change,
    /// "to 600,000 t/y", "from 480,000 t/y"
    LevelAfter,
    LevelBefore,
    /// "a plant of 600,000 t/y"
    Stated,
}

/// The change in `unit` that a text states, signed by `direction`.
///
/// A figure behind "by" is the change; a level before and one after give it by
/// subtraction; else the first figure that is no level is it. A text that states levels
/// alone states no change.
pub fn change_in(
    text: &str,
    marks: NumberMarks,
    direction: Option<Direction>,
    unit: fn(Unit) -> bool,
) -> Option<Change> {
    let placed = placed(text, marks);
    let of = |role: Role| placed.iter().find(|one| one.role == role && unit(one.figure.unit));
    let (before, after) = (of(Role::LevelBefore), of(Role::LevelAfter));
    let sign = if direction == Some(Direction::Down) { -Decimal::ONE } else { Decimal::ONE };
    let stated = of(Role::Change).or_else(|| match (before, after) {
        (Some(_), Some(_)) => None,
        _ => of(Role::Stated),
    });
    if let Some(one) = stated {
        let value = one.figure.normal.high.abs() * sign;
        let base = base_of(before, after, value, one.figure.unit);
        let share = share_stated(text, &placed, one)
            .map(|share| share * sign)
            .or_else(|| base.and_then(|base| value.checked_div(base)));
        return Some(change(&one.figure, value, share));
    }
    let (before, after) = (before?, after?);
    if before.figure.unit != after.figure.unit {
        return None;
    }
    let (low, high) = (before.figure.normal.high, after.figure.normal.high);
    let value = high.checked_sub(low)?;
    Some(change(&after.figure, value, value.checked_div(low)))
}

fn change(figure: &Quantity, value: Decimal, share: Option<Decimal>) -> Change {
    Change {
        value: value.normalize(),
        unit: figure.unit,
        written: figure.written.clone(),
        qualifier: figure.qualifier,
        assumed: figure.assumed,
        share: share.map(|share| share.round_dp(6).normalize()),
    }
}

/// The level before the change, where one is stated in the same unit.
fn base_of(
    before: Option<&Placed>,
    after: Option<&Placed>,
    value: Decimal,
    unit: Unit,
) -> Option<Decimal> {
    let level = |one: &Placed| (one.figure.unit == unit).then_some(one.figure.normal.high);
    let base = match (before.and_then(level), after.and_then(level)) {
        (Some(before), _) => before,
        (None, Some(after)) => after.checked_sub(value)?,
        (None, None) => return None,
    };
    (base > Decimal::ZERO).then_some(base)
}

/// "…, 8 % of its capacity": a fraction that the text itself calls a share of capacity.
fn share_stated(text: &str, placed: &[Placed], of: &Placed) -> Option<Decimal> {
    if of.figure.unit == Unit::Fraction {
        return None;
    }
    placed
        .iter()
        .filter(|one| one.figure.unit == Unit::Fraction)
        .find(|one| {
            let rest: String = text[one.end..].chars().take(40).collect::<String>().to_lowercase();
            rest.trim_start().starts_with("of ")
                && ["capacity", "output", "nameplate"].iter().any(|word| rest.contains(word))
        })
        .map(|one| one.figure.normal.high.abs())
}

struct Placed {
    figure: Quantity,
    role: Role,
    end: usize,
}

fn placed(text: &str, marks: NumberMarks) -> Vec<Placed> {
    let mut from = 0;
    let mut placed = Vec::new();
    for figure in figures_in(text, marks) {
        let Some(offset) = text[from..].find(&figure.written) else { continue };
        let start = from + offset;
        let end = start + figure.written.len();
        from = end;
        placed.push(Placed { role: role_of(&text[..start]), figure, end });
    }
    placed
}

fn role_of(before: &str) -> Role {
    const APPROXIMATE: &[&str] =
        &["about", "around", "some", "up", "nearly", "roughly", "rund", "environ"];
    let mut words: Vec<String> = before
        .rsplit(char::is_whitespace)
        .filter(|word| !word.is_empty())
        .take(4)
        .map(str::to_lowercase)
        .collect();
    // "by up to 120,000": what qualifies the figure stands between.
    if words.len() > 2 && words[0] == "to" && words[1] == "up" {
        words.drain(..2);
    } else if words.first().is_some_and(|word| APPROXIMATE.contains(&word.as_str())) {
        words.remove(0);
    }
    match words.first().map(String::as_str) {
        Some("by" | "um" | "de" | "en") => Role::Change,
        Some("to" | "auf" | "à" | "hasta" | "totalling") => Role::LevelAfter,
        Some("from" | "von") => Role::LevelBefore,
        _ => Role::Stated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `expected`: value and share, as text; none where no change is stated.
    fn check(text: &str, expected: Option<(&str, Option<&str>)>) {
        let found = change_in(text, NumberMarks::PointDecimal, direction_in(text), |unit| {
            unit == Unit::TonnesPerYear
        });
        let found =
            found.map(|change| (change.value.to_string(), change.share.map(|s| s.to_string())));
        let expected = expected.map(|(value, share)| (value.to_owned(), share.map(str::to_owned)));
        assert_eq!(found, expected, "{text}");
    }

    // Worked by hand: 120 000 of 480 000 is a quarter; 30 of 400 is 0.075.
    #[test]
    fn the_change_is_told_from_the_levels() {
        check("expands by 120,000 t/y to 600,000 t/y", Some(("120000", Some("0.25"))));
        check("raises capacity from 480 ktpa to 600 ktpa", Some(("120000", Some("0.25"))));
        check("cuts capacity by 30 kt/y from 400 kt/y", Some(("-30000", Some("-0.075"))));
        check("closes a 30,000 t/y unit", Some(("-30000", None)));
        check("adds up to 15,000 t/y", Some(("15000", None)));
        check("cuts 12,000 t/y, 6% of its capacity", Some(("-12000", Some("-0.06"))));
        check("raises output to 600,000 t/y", None);
        check("expands the plant", None);
    }

    #[test]
    fn a_text_that_points_both_ways_points_nowhere() {
        assert_eq!(direction_in("opens one line and closes another"), None);
        assert_eq!(direction_in("closes a line"), Some(Direction::Down));
        assert_eq!(direction_in("a quiet week"), None);
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "[a-z0-9 .,%/]{0,80}|.{0,80}") {
            let _ = change_in(&text, NumberMarks::CommaDecimal, Some(Direction::Down), |_| true);
        }
    }
}
