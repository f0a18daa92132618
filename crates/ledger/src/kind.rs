use super::model::{Posting, Transaction};
use rust_decimal::Decimal;
use std::fmt;

/// What a transaction is to a portfolio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TransactionKind {
    Dividend,
    Interest,
    Split,
    Buy,
    Sell,
    Deposit,
    Withdrawal,
    /// Money of one currency for that of another.
    Fx,
    Fee,
    Tax,
    /// No account of a portfolio takes part.
    Other,
}

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

impl TransactionKind {
    /// The first that fits, in the order of the domain reference, section 9.
    pub fn of(transaction: &Transaction) -> Result<Self, Unclear> {
        let postings = &transaction.postings;
        let touches = |prefix: &str| postings.iter().any(|one| one.account.starts_with(prefix));
        if !touches("Assets:Portfolio:") {
            return Ok(Self::Other);
        }
        if let Some(stated) = transaction.metadata.get("type") {
            return Self::stated(stated);
        }
        let cash: Vec<&Posting> = postings.iter().filter(|one| is_cash(one)).collect();
        let in_lots = |wanted: fn(Decimal) -> bool| {
            postings.iter().any(|one| one.lots.iter().any(|lot| wanted(lot.units)))
        };
        let only = |prefix: &str| {
            postings.iter().all(|one| is_cash(one) || one.account.starts_with(prefix))
        };
        Ok(if touches("Income:Dividends:") {
            Self::Dividend
        } else if touches("Income:Interest") {
            Self::Interest
        } else if transaction.tags.iter().any(|tag| tag == "split") {
            Self::Split
        } else if in_lots(|units| units > Decimal::ZERO) {
            Self::Buy
        } else if in_lots(|units| units < Decimal::ZERO) {
            Self::Sell
        } else if touches("Equity:Contributions") && !cash.is_empty() {
            let received = cash.iter().any(|one| one.units > Decimal::ZERO);
            if received { Self::Deposit } else { Self::Withdrawal }
        } else if is_exchange(&cash) {
            Self::Fx
        } else if touches("Expenses:Fees") && only("Expenses:Fees") {
            Self::Fee
        } else if touches("Expenses:Tax") && only("Expenses:Tax") {
            Self::Tax
        } else {
            return Err(Unclear::NoKind);
        })
    }

    fn stated(text: &str) -> Result<Self, Unclear> {
        Ok(match text.to_ascii_lowercase().as_str() {
            "dividend" => Self::Dividend,
            "interest" => Self::Interest,
            "split" => Self::Split,
            "buy" => Self::Buy,
            "sell" => Self::Sell,
            "deposit" => Self::Deposit,
            "withdrawal" => Self::Withdrawal,
            "fx" => Self::Fx,
            "fee" => Self::Fee,
            "tax" => Self::Tax,
            _ => return Err(Unclear::UnknownType),
        })
    }
}

fn is_cash(posting: &Posting) -> bool {
    matches!(AccountName::of(&posting.account), AccountName::Cash { .. })
}

fn is_exchange(cash: &[&Posting]) -> bool {
    let first = cash.first().map(|one| &one.commodity);
    cash.iter().any(|one| one.price.is_some())
        && cash.iter().any(|one| Some(&one.commodity) != first)
}

impl fmt::Display for TransactionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Dividend => "dividend",
            Self::Interest => "interest",
            Self::Split => "split",
            Self::Buy => "buy",
            Self::Sell => "sell",
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
            Self::Fx => "fx",
            Self::Fee => "fee",
            Self::Tax => "tax",
            Self::Other => "other",
        })
    }
}
