//! What vendors are asked besides prices: which dividends and splits are announced of listed
//! securities. It comes after the prices and keeps no pack back: what nobody told is said to be so.

use super::listings::{Listing, Listings, told};
use domain::pricing_pack::{
    AnnouncedDividend, AnnouncedOf, AnnouncedSplit, Announcements, ProviderId, Told,
};
use harvest::quote::{QuoteError, Vendors};
use jiff::civil::Date;
use std::time::Duration;
use tokio::time::Instant;

/// The pack waits for it, and is to be there ten minutes after the prices were asked for.
const PATIENCE: Duration = Duration::from_mins(3);
const NO_TIME: &str = "there was no time left to ask";

impl Listings {
    /// Asks of each security the providers that quote it, in order, until one tells.
    pub(super) async fn ask_announced(&self, vendors: &Vendors, date: Date) -> Announcements {
        let until = Instant::now() + PATIENCE;
        let mut securities = Vec::with_capacity(self.securities.len());
        for listing in &self.securities {
            securities.push(if Instant::now() < until {
                listing.ask_announced(vendors, date).await
            } else {
                listing.untold()
            });
        }
        Announcements::new(securities)
    }
}

impl Listing {
    async fn ask_announced(&self, vendors: &Vendors, date: Date) -> AnnouncedOf {
        let (mut dividends, mut splits) = (Asked::default(), Asked::default());
        for (provider, name) in self.names() {
            if dividends.is_open() {
                dividends.hear(&provider, vendors.dividends(&provider, &name, date).await);
            }
            if splits.is_open() {
                splits.hear(&provider, vendors.splits(&provider, &name, date).await);
            }
        }
        let dividends = dividends.with(|row: AnnouncedDividend| self.in_own_currency(row));
        AnnouncedOf {
            symbol: self.symbol.clone(),
            exchange: self.exchange.clone(),
            dividends: dividends.told(date),
            splits: splits.told(date),
        }
    }

    /// Companies that are listed in the United States pay in dollars; elsewhere the currency of
    /// trading need not be that of the dividend, and one that nobody named stays unknown.
    fn in_own_currency(&self, row: AnnouncedDividend) -> AnnouncedDividend {
        let own = self.is_american().then(|| self.currency.clone());
        AnnouncedDividend { currency: row.currency.or(own), ..row }
    }

    fn untold(&self) -> AnnouncedOf {
        AnnouncedOf {
            symbol: self.symbol.clone(),
            exchange: self.exchange.clone(),
            dividends: Told::<AnnouncedDividend>::Nobody { reason: NO_TIME.to_owned() },
            splits: Told::<AnnouncedSplit>::Nobody { reason: NO_TIME.to_owned() },
        }
    }
}

/// What was heard so far of one kind.
struct Asked<T> {
    told: Option<(ProviderId, Vec<T>)>,
    reasons: Vec<String>,
}

impl<T> Default for Asked<T> {
    fn default() -> Self {
        Self { told: None, reasons: Vec::new() }
    }
}

impl<T> Asked<T> {
    fn is_open(&self) -> bool {
        self.told.is_none()
    }

    fn hear(&mut self, provider: &ProviderId, answer: Result<Vec<T>, QuoteError>) {
        match answer {
            Ok(rows) => self.told = Some((provider.clone(), rows)),
            Err(error) => self.reasons.push(told(provider, &error)),
        }
    }

    fn with(mut self, change: impl FnMut(T) -> T) -> Self {
        self.told =
            self.told.map(|(provider, rows)| (provider, rows.into_iter().map(change).collect()));
        self
    }
}

impl<T: domain::pricing_pack::Dated> Asked<T> {
    fn told(self, date: Date) -> Told<T> {
        match self.told {
            Some((provider, rows)) => Told::after(date, provider, rows),
            None => Told::Nobody { reason: self.reasons.join("; ") },
        }
    }
}
