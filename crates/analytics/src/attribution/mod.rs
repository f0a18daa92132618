//! Where a return came from: which holding, which currency, which sector.

mod contribution;
mod currency;
mod linking;
mod sector;

pub use contribution::{ContributionDay, Contributions, Part, contributions};
pub use currency::{
    AttributedDay, CurrencyAttribution, CurrencyParts, PositionDay, RESIDUAL_MAX,
    currency_attribution,
};
pub use linking::Linking;
pub use sector::{Allocation, Sector, SectorWeight, ValuedPosition, sector_allocation};
