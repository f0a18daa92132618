use super::booking::Inventory;
use beancount_parser_lima::Balance;
use rust_decimal::Decimal;

/// What is wrong with a balance assertion; it speaks of the beginning of its day, and of
/// an account with all below it.
///
/// Tolerance: the one that is written, else the last digit of the number, else none.
/// Source: Beancount, "Precision & Tolerances", balance assertions.
pub fn difference(balance: &Balance<'_>, inventory: &Inventory<'_>) -> Option<String> {
    let account: &str = balance.account().item().into();
    let stated = balance.atol().amount().item();
    let commodity: &str = stated.currency().item().into();
    let number = stated.number().value();
    let held: Decimal = inventory
        .iter()
        .filter(|(name, _)| is_within(name, account))
        .flat_map(|(_, positions)| positions.iter())
        .filter(|position| position.currency == commodity)
        .map(|position| position.units)
        .sum();
    let tolerance = balance.atol().tolerance().map_or_else(
        || if number.scale() == 0 { Decimal::ZERO } else { Decimal::new(1, number.scale()) },
        |stated| *stated.item(),
    );
    ((held - number).abs() > tolerance)
        .then(|| format!("{account} holds {} {commodity} and not {number}", held.normalize()))
}

fn is_within(name: &str, account: &str) -> bool {
    name.strip_prefix(account).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}
