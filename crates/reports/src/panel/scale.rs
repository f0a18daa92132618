//! From values to places in a drawing.

/// A range of values over a range of places; the places may run backwards, as
/// upwards in a drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    from: (f64, f64),
    to: (f64, f64),
}

impl Scale {
    pub const fn new(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { from, to }
    }

    /// Over round values around `values`, with the zero line among them where
    /// `with_zero`. None without any value.
    pub fn around(
        values: impl Iterator<Item = f64>,
        with_zero: bool,
        to: (f64, f64),
    ) -> Option<Self> {
        let (mut low, mut high) = values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| {
                (low.min(at), high.max(at))
            });
        if low > high {
            return None;
        }
        if with_zero {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        if (high - low).abs() < f64::EPSILON * high.abs().max(1.0) {
            // One value alone stands in the middle of a range of its own size.
            let room = if high == 0.0 { 1.0 } else { high.abs() / 2.0 };
            (low, high) = (low - room, high + room);
        }
        let step = step_of(high - low);
        Some(Self::new(((low / step).floor() * step, (high / step).ceil() * step), to))
    }

    pub fn place(&self, value: f64) -> f64 {
        let share = (value - self.from.0) / (self.from.1 - self.from.0);
        self.to.0 + share * (self.to.1 - self.to.0)
    }

    /// Round values from end to end, five or so.
    pub fn ticks(&self) -> Vec<f64> {
        let step = step_of(self.from.1 - self.from.0);
        let first = (self.from.0 / step).ceil();
        let mut ticks = Vec::new();
        for at in 0..TICKS_MAX {
            let tick = (first + f64::from(at)) * step;
            if tick > self.from.1 + step * 1e-9 {
                break;
            }
            // So that a step of 0.1 never gives 0.30000000000000004.
            let rounded = (tick / step).round() * step;
            ticks.push(if rounded.abs() < step * 1e-9 { 0.0 } else { rounded });
        }
        ticks
    }

    /// Decimals that tell one tick from the next.
    pub fn decimals(&self) -> usize {
        let step = step_of(self.from.1 - self.from.0);
        (0..=9)
            .find(|decimals| step * 10f64.powi(*decimals) >= 0.999)
            .map_or(9, |decimals| usize::try_from(decimals).unwrap_or_default())
    }

    /// Whether zero lies inside, so that its line can be drawn.
    pub fn holds_zero(&self) -> bool {
        self.from.0 <= 0.0 && self.from.1 >= 0.0
    }
}

/// More than five or so never happen; a bound against values without a step.
const TICKS_MAX: u32 = 12;

/// 1, 2 or 5 times a power of ten, so that a range has four to eight of it.
fn step_of(range: f64) -> f64 {
    let rough = range / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    match rough / power {
        share if share < 1.5 => power,
        share if share < 3.5 => 2.0 * power,
        share if share < 7.5 => 5.0 * power,
        _ => 10.0 * power,
    }
}

/// A place with one decimal: more is invisible, and two drawings of the same
/// values are the same bytes.
pub fn place_text(place: f64) -> String {
    let text = format!("{place:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UP: (f64, f64) = (100.0, 0.0);

    #[track_caller]
    fn ticks(values: &[f64], with_zero: bool, expected: &[f64]) {
        let scale = Scale::around(values.iter().copied(), with_zero, UP).unwrap();
        let ticks = scale.ticks();
        assert_eq!(ticks.len(), expected.len(), "{ticks:?}");
        for (tick, expected) in ticks.iter().zip(expected) {
            assert!((tick - expected).abs() < 1e-9, "{ticks:?}");
        }
    }

    #[test]
    fn ticks_are_round_and_cover_every_value() {
        ticks(&[3.0, 97.0], false, &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        ticks(&[0.012, 0.048], false, &[0.01, 0.02, 0.03, 0.04, 0.05]);
        ticks(&[-2.0, 3.0], true, &[-2.0, -1.0, 0.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn bars_begin_at_zero_even_where_all_values_are_far_from_it() {
        let scale = Scale::around([90.0, 100.0].into_iter(), true, UP).unwrap();
        assert!(scale.holds_zero());
        assert!((scale.place(0.0) - 100.0).abs() < 1e-9);
    }

    #[test]
    fn one_value_alone_stands_in_the_middle() {
        let scale = Scale::around([4.0].into_iter(), false, UP).unwrap();
        assert!((scale.place(4.0) - 50.0).abs() < 1e-9);
        assert!(Scale::around([0.0, 0.0].into_iter(), false, UP).is_some());
    }

    #[test]
    fn no_value_gives_no_scale() {
        assert_eq!(Scale::around(std::iter::empty(), true, UP), None);
    }

    #[test]
    fn ticks_have_as_many_decimals_as_tell_them_apart() {
        let decimals =
            |low, high| Scale::around([low, high].into_iter(), false, UP).unwrap().decimals();
        assert_eq!(decimals(0.0, 100.0), 0);
        assert_eq!(decimals(0.012, 0.048), 2);
        assert_eq!(decimals(1.0, 1.5), 1);
    }

    #[test]
    fn places_are_short() {
        assert_eq!(place_text(12.0), "12");
        assert_eq!(place_text(12.04), "12");
        assert_eq!(place_text(-0.25), "-0.2");
    }
}
