//! The rates at which cash flows balance: all of them, each found with certainty.
//!
//! The present value at the continuous rate s is `sum c_k e^(-s t_k)`. On an interval
//! its positive and its negative terms are each monotonic, so that their ends bound
//! it, and likewise its slope. An interval whose bounds exclude zero holds no root;
//! one whose slope keeps its sign holds at most one; any other is halved.

/// Halvings after which two roots count as one that cannot be told apart. A plain
/// history needs a few dozen.
const INTERVALS_MAX: usize = 20_000;
/// Steps of a search within an interval that holds one root; halving alone needs 60.
const STEPS_MAX: usize = 200;
const PRECISION: f64 = 1e-13;

/// A cash flow, and the years from the first one to it.
#[derive(Clone, Copy)]
pub struct Term {
    pub years: f64,
    pub amount: f64,
}

#[derive(Debug, PartialEq)]
pub enum Roots {
    None,
    One(f64),
    /// At least two, or so close to it that they cannot be told apart.
    Several,
}

/// Roots of the present value for annual rates strictly between `least` (above -1)
/// and `most`, as annual rates. Terms in any order.
pub fn annual_rates(terms: &[Term], least: f64, most: f64) -> Roots {
    let length = terms.iter().fold(0.0_f64, |longest, term| longest.max(term.years));
    // Below zero the powers would overflow; seen from the end they do not.
    let from_the_end: Vec<Term> =
        terms.iter().map(|term| Term { years: length - term.years, ..*term }).collect();
    let mut roots = Vec::new();
    let mut isolated = isolate(terms, most.ln_1p(), &mut roots);
    let upward = roots.len();
    isolated &= isolate(&from_the_end, -least.ln_1p(), &mut roots);
    let downward = roots.split_off(upward);
    // Zero is the beginning of both sides.
    roots.extend(downward.into_iter().filter(|root| *root > 0.0).map(|root| -root));
    match roots.as_slice() {
        _ if !isolated => Roots::Several,
        [] => Roots::None,
        [only] => Roots::One(only.exp_m1()),
        _ => Roots::Several,
    }
}

/// Appends the roots of [0, `end`) in ascending order, at most two; false if an
/// interval could not be decided.
fn isolate(terms: &[Term], end: f64, roots: &mut Vec<f64>) -> bool {
    let wanted = roots.len() + 2;
    let mut waiting = vec![(0.0, end)];
    for _ in 0..INTERVALS_MAX {
        let Some((from, to)) = waiting.pop() else { return true };
        if !may_vanish(terms, from, to, value) {
            continue;
        }
        if !may_vanish(terms, from, to, slope) {
            roots.extend(single_root(terms, from, to));
            if roots.len() == wanted {
                return true;
            }
            continue;
        }
        let middle = f64::midpoint(from, to);
        if middle <= from || middle >= to {
            return false;
        }
        waiting.push((middle, to));
        waiting.push((from, middle));
    }
    false
}

fn value(term: &Term, rate: f64) -> f64 {
    term.amount * (-rate * term.years).exp()
}

fn slope(term: &Term, rate: f64) -> f64 {
    -term.years * value(term, rate)
}

/// Whether the sum can be zero between two rates. Each term shrinks towards zero as
/// the rate grows, so that its largest and least values are at the ends.
fn may_vanish(terms: &[Term], from: f64, to: f64, of: fn(&Term, f64) -> f64) -> bool {
    let (mut least, mut most) = (0.0, 0.0);
    for term in terms {
        let (early, late) = (of(term, from), of(term, to));
        least += early.min(late);
        most += early.max(late);
    }
    least <= 0.0 && most >= 0.0
}

/// The root of [from, to) where the sum is monotonic: Newton's steps, halving where
/// one would leave what is known to hold it.
fn single_root(terms: &[Term], from: f64, to: f64) -> Option<f64> {
    let at = |rate| terms.iter().map(|term| value(term, rate)).sum::<f64>();
    let (mut low, mut high) = (from, to);
    let first = at(low);
    if first == 0.0 {
        return Some(low);
    }
    let last = at(high);
    if last == 0.0 || first.is_sign_positive() == last.is_sign_positive() {
        return None;
    }
    let mut rate = f64::midpoint(low, high);
    for _ in 0..STEPS_MAX {
        let here = at(rate);
        if here == 0.0 {
            break;
        }
        if here.is_sign_positive() == first.is_sign_positive() {
            low = rate;
        } else {
            high = rate;
        }
        let newton = rate - here / terms.iter().map(|term| slope(term, rate)).sum::<f64>();
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        let step = (next - rate).abs();
        rate = next;
        if step < PRECISION || high - low < PRECISION {
            break;
        }
    }
    Some(rate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::close;

    fn rates(flows: &[(f64, f64)]) -> Roots {
        let terms: Vec<Term> =
            flows.iter().map(|(years, amount)| Term { years: *years, amount: *amount }).collect();
        annual_rates(&terms, -0.9999, 10.0)
    }

    #[track_caller]
    fn check(flows: &[(f64, f64)], rate: f64) {
        match rates(flows) {
            Roots::One(found) => close(found, rate, 1e-11),
            other => panic!("{other:?} for {flows:?}"),
        }
    }

    #[test]
    fn one_flow_out_and_one_in_balance_at_their_growth() {
        check(&[(0.0, -100.0), (1.0, 110.0)], 0.10);
        check(&[(0.0, -100.0), (2.0, 25.0)], -0.5);
        check(&[(0.0, -100.0), (1.0, 100.0)], 0.0);
        check(&[(0.0, -100.0), (1.0, 0.02)], -0.9998);
        check(&[(0.0, -100.0), (0.5, 300.0)], 8.0);
        // Forty years at -99.98 % a year: e^340 seen from the beginning.
        check(&[(0.0, -1e150), (40.0, 1e150 * 0.0002_f64.powi(40))], -0.9998);
    }

    #[test]
    fn rates_beyond_the_bounds_are_none() {
        assert_eq!(rates(&[(0.0, -100.0), (1.0, 1200.0)]), Roots::None);
        assert_eq!(rates(&[(0.0, -100.0), (1.0, 0.001)]), Roots::None);
        assert_eq!(rates(&[(0.0, -100.0), (1.0, -10.0)]), Roots::None);
    }

    // (1.1 - x)(1.3 - x) with x = 1 + r: -1.43 + 2.4 x - x^2, largest power first.
    #[test]
    fn two_rates_are_several_and_not_the_nearest() {
        assert_eq!(rates(&[(0.0, -1.0), (1.0, 2.4), (2.0, -1.43)]), Roots::Several);
        // Rates of zero and 10 %, one at the border of the two searches.
        assert_eq!(rates(&[(0.0, -1.0), (1.0, 2.1), (2.0, -1.1)]), Roots::Several);
        // A double root cannot be told from two.
        assert_eq!(rates(&[(0.0, -1.0), (1.0, 2.4), (2.0, -1.44)]), Roots::Several);
    }

    // (1.1 - x)(x^2 + 1): three changes of sign, one rate.
    #[test]
    fn several_changes_of_sign_may_have_one_rate() {
        check(&[(0.0, -1.0), (1.0, 1.1), (2.0, -1.0), (3.0, 1.1)], 0.10);
    }
}
