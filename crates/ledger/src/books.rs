//! What of a ledger belongs to each portfolio.

use super::fault::{Fault, Place};
use super::files::LedgerFiles;
use super::kind::{AccountName, kind_of};
use super::model::{Commodity, Ledger, Posting, Transaction};
use domain::id::PortfolioId;
use domain::portfolio::{
    Book, BookTransaction, CashMovement, DividendTerms, LotMovement, PortfolioName, Security,
    TransactionKind,
};
use domain::pricing_pack::{Currency, Symbol};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

/// The book of each portfolio by the id that its accounts carry. `files` are those that
/// the ledger was read from.
///
/// # Errors
/// All that keeps a figure from being computed: accounts without `portfolio-id` or `base`,
/// or that disagree; securities without exchange or currency; trades in another currency
/// without `trade-fx`; dividends without `pay-fx`; units without a cost.
pub fn books(
    ledger: &Ledger,
    files: &LedgerFiles,
) -> Result<BTreeMap<PortfolioId, Book>, Vec<Fault>> {
    let mut reading = Reading { ledger, files, faults: Vec::new() };
    let portfolios = reading.portfolios();
    let mut books = BTreeMap::new();
    for (name, Portfolio { id, base }) in &portfolios {
        books.insert(*id, reading.book(name, base));
    }
    let Reading { mut faults, .. } = reading;
    faults.sort();
    faults.dedup();
    if faults.is_empty() { Ok(books) } else { Err(faults) }
}

struct Portfolio {
    id: PortfolioId,
    base: Currency,
}

struct Reading<'a> {
    ledger: &'a Ledger,
    files: &'a LedgerFiles,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    /// By their names in the ledger.
    fn portfolios(&mut self) -> BTreeMap<String, Portfolio> {
        let mut found: BTreeMap<String, Portfolio> = BTreeMap::new();
        for (account, opened) in &self.ledger.accounts {
            let Some(name) = portfolio_of(account) else { continue };
            let id = opened.metadata.get("portfolio-id").and_then(|id| id.parse().ok());
            let base = opened.metadata.get("base").and_then(|base| base.parse().ok());
            let (Some(id), Some(base)) = (id, base) else {
                let message = format!(
                    "{account} needs the metadata “portfolio-id”, a UUID, and “base”, a currency"
                );
                self.fault(&opened.place, message);
                continue;
            };
            match found.get(name) {
                Some(known) if (known.id, &known.base) != (id, &base) => {
                    let message = format!("accounts of {name} differ in “portfolio-id” or “base”");
                    self.fault(&opened.place, message);
                }
                Some(_) => {}
                None if found.values().any(|known| known.id == id) => {
                    let message = format!("{name} has the “portfolio-id” of another portfolio");
                    self.fault(&opened.place, message);
                }
                None => {
                    found.insert(name.to_owned(), Portfolio { id, base });
                }
            }
        }
        found
    }

    fn book(&mut self, name: &str, base: &Currency) -> Book {
        let ledger = self.ledger;
        let concerns = |one: &&Transaction| {
            one.postings.iter().any(|posting| portfolio_of(&posting.account) == Some(name))
        };
        let transactions: Vec<BookTransaction> = ledger
            .transactions
            .iter()
            .filter(concerns)
            .filter_map(|one| self.transaction(one, name, base))
            .collect();
        let lots = transactions.iter().flat_map(|one| &one.lots);
        let paid = transactions.iter().filter_map(|one| Some(&one.dividend.as_ref()?.symbol));
        let symbols: BTreeSet<Symbol> = lots.map(|lot| &lot.symbol).chain(paid).cloned().collect();
        let securities = symbols
            .into_iter()
            .filter_map(|symbol| Some((symbol.clone(), self.security(&symbol)?)));
        Book {
            schema: Book::SCHEMA,
            name: PortfolioName(name.to_owned()),
            base: base.clone(),
            securities: securities.collect(),
            transactions,
        }
    }

    fn security(&mut self, symbol: &Symbol) -> Option<Security> {
        // What is posted is declared, or the ledger would not have been read.
        let Commodity { metadata, place } = self.ledger.commodities.get(symbol.as_str())?;
        let of = |key: &str| metadata.get(key).cloned();
        let (exchange, currency) = (parsed(metadata, "exchange"), parsed(metadata, "currency"));
        let (Some(exchange), Some(currency)) = (exchange, currency) else {
            let message = format!(
                "{symbol} needs the metadata “exchange”, four letters such as XNAS, and “currency”"
            );
            self.fault(place, message);
            return None;
        };
        Some(Security {
            exchange,
            currency,
            name: of("name"),
            kind: of("type"),
            sector: of("sector"),
            country: of("country"),
            isin: of("isin"),
        })
    }

    fn transaction(
        &mut self,
        one: &Transaction,
        name: &str,
        base: &Currency,
    ) -> Option<BookTransaction> {
        let place = &one.place;
        // Reading has refused what has no kind.
        let kind = kind_of(one).ok()?;
        let mut result = BookTransaction {
            date: one.date,
            kind,
            narration: one.narration.clone(),
            file: place.file.to_string(),
            line: place.line,
            trade_rate: None,
            dividend: None,
            split: (kind == TransactionKind::Split).then(|| split_event(one)),
            settles: parsed(&one.metadata, "settle-date"),
            lots: Vec::new(),
            cash: Vec::new(),
            receivable: Vec::new(),
            fees: Vec::new(),
        };
        for posting in &one.postings {
            match AccountName::of(&posting.account) {
                AccountName::Position { portfolio, .. } if portfolio == name => {
                    match lots(posting) {
                        Some(lots) => result.lots.extend(lots),
                        None => self
                            .fault(place, format!("{} needs a cost in braces", posting.commodity)),
                    }
                }
                AccountName::Cash { portfolio, .. } if portfolio == name => match movement(posting)
                {
                    Some(cash) => result.cash.push(cash),
                    None => self.fault(place, format!("{} is no currency", posting.commodity)),
                },
                AccountName::Receivable { portfolio } if portfolio == name => {
                    match movement(posting) {
                        Some(owed) => result.receivable.push(owed),
                        None => self.fault(place, format!("{} is no currency", posting.commodity)),
                    }
                }
                _ if posting.account.starts_with("Expenses:Fees") => {
                    result.fees.extend(movement(posting));
                }
                _ => {}
            }
        }
        result.kind = own_side(kind, &result.cash);
        self.rates(one, base, &mut result);
        Some(result)
    }

    /// The rates that the ledger has to give.
    fn rates(&mut self, one: &Transaction, base: &Currency, result: &mut BookTransaction) {
        // What comes in kind has a cost in the base, too; a split keeps that of before.
        let moves_lots = !result.lots.is_empty() && result.kind != TransactionKind::Split;
        let mut lots = one.postings.iter().flat_map(|posting| &posting.lots);
        let is_foreign = lots.any(|lot| lot.cost.currency != base.as_str());
        if moves_lots {
            result.trade_rate = above_zero(&one.metadata, "trade-fx")
                .or_else(|| (!is_foreign).then_some(Decimal::ONE));
            if result.trade_rate.is_none() {
                let message = format!("a trade in another currency than {base} needs “trade-fx”");
                self.fault(&one.place, message);
            }
        }
        if result.kind == TransactionKind::Dividend {
            result.dividend = self.dividend(one, base, &result.cash, &result.receivable);
        }
    }

    fn dividend(
        &mut self,
        one: &Transaction,
        base: &Currency,
        cash: &[CashMovement],
        receivable: &[CashMovement],
    ) -> Option<DividendTerms> {
        let income = "Income:Dividends:";
        let symbol =
            one.postings.iter().find_map(|one| one.account.strip_prefix(income)?.parse().ok());
        let own = cash.iter().chain(receivable).all(|paid| paid.currency == *base);
        let pay_rate = above_zero(&one.metadata, "pay-fx").or_else(|| own.then_some(Decimal::ONE));
        let (Some(symbol), Some(pay_rate)) = (symbol, pay_rate) else {
            let message = "a dividend needs the account Income:Dividends:<symbol> and “pay-fx”, \
                           what its currency cost on the day of payment";
            self.fault(&one.place, message.to_owned());
            return None;
        };
        Some(DividendTerms {
            symbol,
            pay_rate,
            gross: parsed(&one.metadata, "gross"),
            withheld: parsed(&one.metadata, "withheld"),
            ex_date: parsed::<Date>(&one.metadata, "ex-date"),
        })
    }

    fn fault(&mut self, place: &Place, message: String) {
        let file = self.files.files.get(&*place.file);
        let line = place.line.saturating_sub(1) as usize;
        let text = file.and_then(|text| text.lines().nth(line)).unwrap_or_default();
        self.faults.push(Fault { place: place.clone(), text: text.trim().to_owned(), message });
    }
}

fn portfolio_of(account: &str) -> Option<&str> {
    match AccountName::of(account) {
        AccountName::Position { portfolio, .. }
        | AccountName::Cash { portfolio, .. }
        | AccountName::Receivable { portfolio } => Some(portfolio),
        AccountName::Other => None,
    }
}

/// Money that goes from one portfolio to another leaves the one and reaches the other.
fn own_side(kind: TransactionKind, cash: &[CashMovement]) -> TransactionKind {
    if !matches!(kind, TransactionKind::Deposit | TransactionKind::Withdrawal) {
        return kind;
    }
    let received = cash.iter().any(|one| one.amount > Decimal::ZERO);
    if received { TransactionKind::Deposit } else { TransactionKind::Withdrawal }
}

/// What a split is known by: its metadata `split`, else its place.
fn split_event(one: &Transaction) -> String {
    one.metadata.get("split").cloned().unwrap_or_else(|| one.place.to_string())
}

/// None where the units have no cost.
fn lots(posting: &Posting) -> Option<Vec<LotMovement>> {
    let symbol: Symbol = posting.commodity.parse().ok()?;
    let booked: Decimal = posting.lots.iter().map(|lot| lot.units).sum();
    if booked != posting.units {
        return None;
    }
    let sold = posting.units < Decimal::ZERO;
    let movement = posting.lots.iter().map(|lot| LotMovement {
        symbol: symbol.clone(),
        units: lot.units.normalize(),
        acquired: lot.cost.acquired,
        unit_cost: lot.cost.per_unit.normalize(),
        label: lot.cost.label.clone(),
        price: posting.price.as_ref().filter(|_| sold).map(|price| price.0.normalize()),
    });
    Some(movement.collect())
}

fn movement(posting: &Posting) -> Option<CashMovement> {
    let currency = posting.commodity.parse().ok()?;
    Some(CashMovement { currency, amount: posting.units.normalize() })
}

fn parsed<T: FromStr>(metadata: &BTreeMap<String, String>, key: &str) -> Option<T> {
    metadata.get(key)?.parse().ok()
}

fn above_zero(metadata: &BTreeMap<String, String>, key: &str) -> Option<Decimal> {
    parsed(metadata, key).filter(|rate| *rate > Decimal::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;

    const OPEN: &str = r#"
2024-01-01 commodity ACME
  exchange: "XNAS"
  currency: "USD"
2024-01-01 open Assets:Portfolio:Main:Cash:USD USD
  portfolio-id: "07d2399e-5d6a-427d-ad14-f4d2dbf22670"
  base: "CAD"
2024-01-01 open Assets:Portfolio:Main:ACME ACME "FIFO"
  portfolio-id: "07d2399e-5d6a-427d-ad14-f4d2dbf22670"
  base: "CAD"
2024-01-01 open Income:Dividends:ACME
2024-01-01 open Expenses:Fees
2024-01-01 open Equity:Contributions
2024-01-02 * "Deposit"
  Assets:Portfolio:Main:Cash:USD  60000.00 USD
  Equity:Contributions
"#;

    fn read_books(text: &str) -> Result<BTreeMap<PortfolioId, Book>, Vec<Fault>> {
        let text = format!("{OPEN}{text}");
        let files = [("main.beancount".to_owned(), text)].into();
        let files = LedgerFiles { main: "main.beancount".to_owned(), files };
        books(&read(&files).unwrap(), &files)
    }

    const BUY: &str = "
2024-03-01 * \"Buy\"
  trade-fx: 1.325
  Assets:Portfolio:Main:ACME  300 ACME {175.00 USD}
  Expenses:Fees  5.00 USD
  Assets:Portfolio:Main:Cash:USD
";

    #[test]
    fn a_purchase_keeps_its_lot_its_rate_and_its_fee() {
        let books = read_books(BUY).unwrap();
        let book = books.values().next().unwrap();
        assert_eq!((book.base.as_str(), book.name.0.as_str()), ("CAD", "Main"));
        let buy = &book.transactions[1];
        assert_eq!(buy.kind, TransactionKind::Buy);
        assert_eq!(buy.trade_rate.unwrap().to_string(), "1.325");
        assert_eq!((buy.lots[0].units, buy.lots[0].unit_cost), (300.into(), 175.into()));
        assert_eq!((buy.cash[0].amount, buy.fees[0].amount), ((-52_505).into(), 5.into()));
        assert_eq!(book.securities[&buy.lots[0].symbol].exchange.as_str(), "XNAS");
        assert_eq!((buy.file.as_str(), buy.lots[0].acquired), ("main.beancount", buy.date));
    }

    #[test]
    fn a_book_comes_back_from_its_json_as_it_was() {
        let books = read_books(BUY).unwrap();
        let book = books.values().next().unwrap();
        let text = domain::hash::canonical_json(book).unwrap();
        assert_eq!(serde_json::from_str::<Book>(&text).unwrap(), *book);
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let faults = read_books(text).unwrap_err();
        let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|one| one.contains(expected)), "{found:?}");
        assert!(faults.iter().all(|one| !one.text.is_empty()), "{found:?}");
    }

    #[test]
    fn what_a_figure_would_need_and_is_not_there_is_a_fault_of_its_line() {
        check(&BUY.replace("  trade-fx: 1.325\n", ""), "needs “trade-fx”");
        check(&BUY.replace("1.325", "-1"), "needs “trade-fx”");
        check(
            "\n2024-03-01 * \"Paid\"\n  Assets:Portfolio:Main:Cash:USD  24.00 USD\n  Income:Dividends:ACME\n",
            "main.beancount:18: a dividend needs",
        );
        check(
            "\n2024-01-01 open Assets:Portfolio:Main:Cash:EUR EUR\n",
            "Assets:Portfolio:Main:Cash:EUR needs the metadata",
        );
        check(
            "\n2024-01-01 open Assets:Portfolio:Main:Cash:EUR EUR\n  base: \"EUR\"\n  \
             portfolio-id: \"07d2399e-5d6a-427d-ad14-f4d2dbf22670\"\n",
            "accounts of Main differ",
        );
        check(
            "\n2024-01-01 open Assets:Portfolio:Two:Cash:EUR EUR\n  base: \"EUR\"\n  \
             portfolio-id: \"07d2399e-5d6a-427d-ad14-f4d2dbf22670\"\n",
            "Two has the “portfolio-id” of another portfolio",
        );
        check(
            "\n2024-03-01 * \"In kind\"\n  type: \"deposit\"\n  Assets:Portfolio:Main:ACME  3 ACME\n  \
             Equity:Contributions  -3 ACME\n",
            "ACME needs a cost in braces",
        );
    }
}
