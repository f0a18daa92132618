use super::{
    figures::in_currency,
    ground::Ground,
    positions::{NoArgs, PositionRow, of_book},
};
use analytics::{
    attribution::{Sector, ValuedPosition, sector_allocation as allocate},
    book::Valuation,
};
use domain::{
    measure::{Available, Fraction},
    money::Money,
};
use executor::capability::{Fault, Output};
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Debug, Serialize, JsonSchema)]
pub struct SectorAllocation {
    /// By name, cash last; empty where there are no weights.
    pub sectors: Vec<SectorRow>,
    /// Sum of the squared weights of the sectors; a fraction.
    pub herfindahl: Available<Fraction>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SectorRow {
    pub name: String,
    pub value: Money,
    /// Value / net asset value.
    pub weight: Fraction,
}

pub fn sector_allocation(_: &NoArgs, ground: &Ground) -> Result<Output<SectorAllocation>, Fault> {
    let (rows, valuation) = of_book(ground)?;
    let mut lineage = ground.of_ledger();
    for row in &rows {
        lineage.extend(&ground.of_price(&row.symbol, &row.exchange, &row.currency));
    }
    let allocation = allocate(&with_sectors(&rows, &valuation));
    let (sectors, summary) = match &allocation {
        Ok(allocation) => {
            let rows = allocation.sectors.iter().map(|one| SectorRow {
                name: one.sector.to_string(),
                value: in_currency(one.value, ground.base()),
                weight: one.weight,
            });
            (rows.collect(), format!("{} sectors.", allocation.sectors.len()))
        }
        Err(reason) => (Vec::new(), format!("No weights: {reason}.")),
    };
    let herfindahl = allocation.map(|allocation| allocation.herfindahl).into();
    Ok(Output::from_source(SectorAllocation { sectors, herfindahl }, lineage, summary))
}

/// Securities and money of the book, each with its sector.
pub fn with_sectors(rows: &[PositionRow], valuation: &Valuation) -> Vec<ValuedPosition> {
    let securities = rows.iter().zip(&valuation.holdings).map(|(row, valued)| ValuedPosition {
        symbol: Some(row.symbol.clone()),
        sector: row.sector.clone().map_or(Sector::Unclassified, Sector::Named),
        value: valued.value.clone(),
    });
    let money = valuation.balances.iter().map(|one| ValuedPosition {
        symbol: None,
        sector: Sector::Cash,
        value: one.value.clone(),
    });
    securities.chain(money).collect()
}
