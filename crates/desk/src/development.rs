//! How strong a development is, and how far up it stands: domain reference, section 7.4.

mod rank;

pub use rank::{Rank, Standing, is_reportable, rank};

use crate::{event::Event, signal::Signal};
use domain::{evidence::independent_publishers, specification::Strength};

/// Figures in hundredths of a point, so that every machine ranks alike.
pub type Hundredths = i64;

/// The quality of one fact: 0.35 strength + 0.25 relevance + 0.20 specificity + 0.20
/// direction, each from 1 to 5, in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactQuality {
    /// Independent publishers, five or more counting as five.
    pub strength: u8,
    /// How plainly the item is about polyurethane.
    pub relevance: u8,
    /// One, and one for each of company, site or product, number, date.
    pub specificity: u8,
    /// 5: the headline says which way, and a figure how far; 4: the headline; 3: the text;
    /// 1: neither.
    pub direction: u8,
}

impl FactQuality {
    pub fn hundredths(self) -> Hundredths {
        let of = |value: u8| i64::from(value);
        35 * of(self.strength)
            + 25 * of(self.relevance)
            + 20 * of(self.specificity)
            + 20 * of(self.direction)
    }
}

/// Publishers of an event that do not copy each other.
pub fn publishers(event: &Event) -> usize {
    independent_publishers(event.items().map(|one| &one.item))
}

pub fn strength(event: &Event) -> Strength {
    Strength::of_publishers(publishers(event))
}

/// The quality of each item of an event.
pub fn fact_qualities(event: &Event, signal: &Signal) -> Vec<FactQuality> {
    let strength = u8::try_from(publishers(event).clamp(1, 5)).unwrap_or(5);
    event
        .items()
        .map(|one| {
            let figure = rank::states_a_figure(one);
            let present = [
                !one.companies.is_empty(),
                !one.sites.is_empty() || !one.products.is_empty(),
                figure,
                // Without a date it would not be here.
                true,
            ];
            let specificity = present.into_iter().filter(|there| *there).count();
            FactQuality {
                strength,
                relevance: one.relevance,
                specificity: 1 + u8::try_from(specificity).unwrap_or(4),
                direction: match (one.direction, one.direction_in_title) {
                    (Some(_), true) if signal.change.is_some() && figure => 5,
                    (Some(_), true) => 4,
                    (Some(_), false) => 3,
                    (None, _) => 1,
                },
            }
        })
        .collect()
}
