use super::model::{Posting, Transaction};
use domain::portfolio::TransactionKind;
use rust_decimal::Decimal;

/// An account by its meaning: `Assets:Portfolio:<name>:<rest>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountName<'a> {
    Position { portfolio: &'a str, symbol: &'a str },
    Cash { portfolio: &'a str, currency: &'a str },
    Receivable { portfolio: &'a str },
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    #[error("cannot classify this transaction: say what it is with metadata “type”")]
    NoKind,
    #[error(
        "the metadata “type” names none of dividend, interest, split, buy, sell, deposit, \
             withdrawal, fx, fee, tax"
    )]
    UnknownType,
}

impl<'a> AccountName<'a> {
    pub fn of(account: &'a str) -> Self {
        let Some(rest) = account.strip_prefix("Assets:Portfolio:") else { return Self::Other };
        match rest.split(':').collect::<Vec<_>>().as_slice() {
            [portfolio, "Cash", currency] => Self::Cash { portfolio, currency },
            [portfolio, "Receivable"] => Self::Receivable { portfolio },
            [portfolio, symbol] => Self::Position { portfolio, symbol },
            _ => Self::Other,
        }
    }
}

/// What a transaction is to a portfolio: the first kind that fits, in the order of the
/// domain reference, section 9.
pub fn kind_of(transaction: &Transaction) -> Result<TransactionKind, Unclear> {
    let postings = &transaction.postings;
    let touches = |prefix: &str| postings.iter().any(|one| one.account.starts_with(prefix));
    if !touches("Assets:Portfolio:") {
        return Ok(TransactionKind::Other);
    }
    if let Some(stated) = transaction.metadata.get("type") {
        return stated_kind(stated);
    }
    let cash: Vec<&Posting> = postings.iter().filter(|one| is_cash(one)).collect();
    let in_lots = |wanted: fn(Decimal) -> bool| {
        postings.iter().any(|one| one.lots.iter().any(|lot| wanted(lot.units)))
    };
    let only =
        |prefix: &str| postings.iter().all(|one| is_cash(one) || one.account.starts_with(prefix));
    Ok(if touches("Income:Dividends:") {
        TransactionKind::Dividend
    } else if touches("Income:Interest") {
        TransactionKind::Interest
    } else if transaction.tags.iter().any(|tag| tag == "split") {
        TransactionKind::Split
    } else if in_lots(|units| units > Decimal::ZERO) {
        TransactionKind::Buy
    } else if in_lots(|units| units < Decimal::ZERO) {
        TransactionKind::Sell
    } else if touches("Equity:Contributions") && !cash.is_empty() {
        let received = cash.iter().any(|one| one.units > Decimal::ZERO);
        if received { TransactionKind::Deposit } else { TransactionKind::Withdrawal }
    } else if is_exchange(&cash) {
        TransactionKind::Fx
    } else if touches("Expenses:Fees") && only("Expenses:Fees") {
        TransactionKind::Fee
    } else if touches("Expenses:Tax") && only("Expenses:Tax") {
        TransactionKind::Tax
    } else {
        return Err(Unclear::NoKind);
    })
}

fn stated_kind(text: &str) -> Result<TransactionKind, Unclear> {
    let kind = text.to_ascii_lowercase().parse().map_err(|_| Unclear::UnknownType)?;
    if kind == TransactionKind::Other { Err(Unclear::UnknownType) } else { Ok(kind) }
}

fn is_cash(posting: &Posting) -> bool {
    matches!(AccountName::of(&posting.account), AccountName::Cash { .. })
}

fn is_exchange(cash: &[&Posting]) -> bool {
    let first = cash.first().map(|one| &one.commodity);
    cash.iter().any(|one| one.price.is_some())
        && cash.iter().any(|one| Some(&one.commodity) != first)
}
