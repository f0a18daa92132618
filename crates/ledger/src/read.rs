use super::accounts::Accounts;
use super::balance::difference;
use super::booking::{BalanceTolerance, Inventory, book_transaction, holdings};
use super::dates::civil;
use super::fault::Fault;
use super::files::{Assembled, LedgerFiles};
use super::kind::kind_of;
use super::model::{Account, Commodity, Ledger, Price, Transaction};
use beancount_parser_lima::{
    self as parser, BeancountParser, BeancountSources, Directive, DirectiveVariant, MetaValue,
    ParseError, ParseSuccess, Report, SimpleValue, Spanned,
};
use domain::pricing_pack::Currency;
use jiff::civil::Date;
use limabean_booking::{Booking, LimaTolerance};
use std::collections::BTreeMap;

/// Reads, books and checks a ledger.
///
/// # Errors
/// All faults that were found, by their places in the order of the text. Faults of the
/// includes or of the syntax hide those of the bookings.
pub fn read(files: &LedgerFiles) -> Result<Ledger, Vec<Fault>> {
    let text = files.assemble()?;
    let sources = BeancountSources::from(text.text.as_str());
    let parsed = BeancountParser::new(&sources);
    match parsed.parse() {
        Ok(success) => Reading::new(&text, &success).ledger(&success),
        Err(ParseError { errors, .. }) => {
            let fault = |error: &parser::Error| {
                text.fault(error.span().start, format!("{}: {}", error.message(), error.reason()))
            };
            Err(sorted(errors.iter().map(fault).collect()))
        }
    }
}

fn sorted(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort();
    faults.dedup();
    faults
}

struct Reading<'a> {
    text: &'a Assembled,
    tolerance: BalanceTolerance<'a>,
    accounts: Accounts<'a>,
    inventory: Inventory<'a>,
    ledger: Ledger,
    faults: Vec<Fault>,
}

impl<'a> Reading<'a> {
    fn new(text: &'a Assembled, success: &ParseSuccess<'a>) -> Self {
        Self {
            text,
            tolerance: BalanceTolerance(LimaTolerance::from(&success.options)),
            accounts: Accounts::default(),
            inventory: Inventory::new(),
            ledger: Ledger::default(),
            faults: Vec::new(),
        }
    }

    fn ledger(mut self, success: &ParseSuccess<'a>) -> Result<Ledger, Vec<Fault>> {
        for plugin in &success.plugins {
            let name = plugin.module_name();
            let message = format!(
                "the plugin {} is not run here, so that the ledger would mean something else",
                name.item()
            );
            self.fault(name.span().start, message);
        }
        // Whether a commodity is declared does not depend on the date.
        for directive in &success.directives {
            if let DirectiveVariant::Commodity(commodity) = directive.variant() {
                let name = commodity.currency().item().to_string();
                let metadata = texts(directive.metadata());
                let place = self.text.locate(directive.span().start).0;
                self.ledger.commodities.insert(name, Commodity { metadata, place });
            }
        }
        for directive in &success.directives {
            self.take(directive);
        }
        if !self.faults.is_empty() {
            return Err(sorted(self.faults));
        }
        self.ledger.holdings = holdings(&self.inventory);
        self.ledger.accounts = self.accounts.into_model().collect();
        Ok(self.ledger)
    }

    fn take(&mut self, directive: &Spanned<Directive<'a>>) {
        let at = directive.span().start;
        let Some(date) = civil(*directive.date().item()) else {
            return self.fault(at, "this date has no year of four digits");
        };
        match directive.variant() {
            DirectiveVariant::Transaction(transaction) => {
                self.transaction(directive, date, transaction);
            }
            DirectiveVariant::Open(open) => self.open(directive, date, open),
            DirectiveVariant::Close(close) => {
                let refused = self.accounts.close(close.account().item().into(), date);
                self.faults_of(at, refused);
            }
            DirectiveVariant::Balance(balance) => {
                let difference = difference(balance, &self.inventory);
                self.faults_of(at, difference);
            }
            DirectiveVariant::Price(price) => self.ledger.prices.push(Price {
                date,
                commodity: price.currency().item().to_string(),
                amount: price.amount().number().value(),
                currency: price.amount().currency().item().to_string(),
            }),
            DirectiveVariant::Pad(_) => self.fault(
                at,
                "a pad invents a transaction: write the difference down as one of your own",
            ),
            DirectiveVariant::Commodity(_)
            | DirectiveVariant::Document(_)
            | DirectiveVariant::Note(_)
            | DirectiveVariant::Event(_)
            | DirectiveVariant::Query(_)
            | DirectiveVariant::Custom(_) => {}
        }
    }

    fn open(&mut self, directive: &Spanned<Directive<'a>>, date: Date, open: &parser::Open<'a>) {
        let at = directive.span().start;
        let account = Account {
            opened: date,
            closed: None,
            currencies: open.currencies().map(|one| one.item().to_string()).collect(),
            metadata: texts(directive.metadata()),
            place: self.text.locate(at).0,
        };
        let booking = open.booking().map_or(Booking::Strict, |booking| (*booking.item()).into());
        let refused = self.accounts.open(open.account().item().into(), account, booking);
        self.faults_of(at, refused);
    }

    fn transaction(
        &mut self,
        directive: &Spanned<Directive<'a>>,
        date: Date,
        transaction: &parser::Transaction<'a>,
    ) {
        let at = directive.span().start;
        let written: Vec<_> = transaction.postings().collect();
        let booked = book_transaction(
            *directive.date().item(),
            &written,
            &self.tolerance,
            &mut self.inventory,
            &self.accounts,
        );
        let postings = match booked {
            Ok(postings) => postings,
            Err(refusal) => {
                let posting = refusal.posting.and_then(|at| written.get(at));
                let at = posting.map_or(at, |posting| posting.span().start);
                return self.fault(at, refusal.message);
            }
        };
        for (posting, written) in postings.iter().zip(&written) {
            let refused = self.accounts.refusal(&posting.account, date, &posting.commodity);
            let refused = refused.or_else(|| self.undeclared(&posting.commodity));
            self.faults_of(written.span().start, refused);
        }
        let text = |of: Option<&Spanned<&str>>| of.map(|text| (*text.item()).to_owned());
        let mut tags: Vec<String> =
            directive.metadata().tags().map(|tag| tag.item().as_ref().to_owned()).collect();
        tags.sort();
        let transaction = Transaction {
            date,
            payee: text(transaction.payee()),
            narration: text(transaction.narration()),
            tags,
            metadata: texts(directive.metadata()),
            postings,
            place: self.text.locate(at).0,
        };
        if let Err(unclear) = kind_of(&transaction) {
            self.fault(at, unclear.to_string());
        }
        self.ledger.transactions.push(transaction);
    }

    /// Money needs no declaration; what is no currency of three letters does.
    fn undeclared(&self, commodity: &str) -> Option<String> {
        let known = commodity.parse::<Currency>().is_ok()
            || self.ledger.commodities.contains_key(commodity);
        (!known).then(|| format!("{commodity} is declared by no commodity directive"))
    }

    fn faults_of(&mut self, at: usize, message: Option<String>) {
        if let Some(message) = message {
            self.fault(at, message);
        }
    }

    fn fault(&mut self, at: usize, message: impl Into<String>) {
        let fault = self.text.fault(at, message);
        self.faults.push(fault);
    }
}

/// Metadata as text, without the quotation marks of strings.
pub(crate) fn texts(metadata: &parser::Metadata<'_>) -> BTreeMap<String, String> {
    let text = |value: &MetaValue<'_>| match value {
        MetaValue::Simple(SimpleValue::String(text)) => (*text).to_owned(),
        other => other.to_string(),
    };
    metadata.key_values().map(|(key, value)| (key.item().to_string(), text(value.item()))).collect()
}
