use super::model::Account;
use jiff::civil::Date;
use limabean_booking::Booking;
use std::collections::HashMap;

/// The accounts that were opened so far.
#[derive(Default)]
pub struct Accounts<'a>(HashMap<&'a str, (Account, Booking)>);

impl<'a> Accounts<'a> {
    pub fn open(&mut self, name: &'a str, account: Account, booking: Booking) -> Option<String> {
        if let Some((before, _)) = self.0.get(name) {
            return Some(format!("{name} was opened at {} already", before.place));
        }
        if !limabean_booking::is_supported_method(booking) {
            return Some(format!(
                "{name} is opened with {booking}, which no booking is done by: name lots there, or \
                 open it as FIFO, LIFO, HIFO or STRICT"
            ));
        }
        self.0.insert(name, (account, booking));
        None
    }

    pub fn close(&mut self, name: &str, date: Date) -> Option<String> {
        match self.0.get_mut(name) {
            None => Some(format!("{name} is closed and was never opened")),
            Some((account, _)) => {
                account.closed = Some(date);
                None
            }
        }
    }

    /// Why a posting of that commodity cannot stand in the account on that day.
    pub fn refusal(&self, name: &str, date: Date, commodity: &str) -> Option<String> {
        let Some((account, _)) = self.0.get(name) else {
            return Some(format!("{name} is not open"));
        };
        if account.closed.is_some_and(|closed| closed < date) {
            return Some(format!("{name} is closed"));
        }
        let allowed = &account.currencies;
        let is_allowed = allowed.is_empty() || allowed.iter().any(|one| one == commodity);
        (!is_allowed).then(|| format!("{name} takes no {commodity}, only {}", allowed.join(", ")))
    }

    pub fn booking(&self, name: &str) -> Booking {
        self.0.get(name).map_or(Booking::Strict, |(_, booking)| *booking)
    }

    pub fn into_model(self) -> impl Iterator<Item = (String, Account)> {
        self.0.into_iter().map(|(name, (account, _))| (name.to_owned(), account))
    }
}
