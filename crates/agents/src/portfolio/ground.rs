use crate::{market::Market, pack};
use domain::{
    id::{PortfolioId, WorkspaceId},
    portfolio::Book,
    pricing_pack::{Currency, Exchange, LedgerCommit, PricingPack, Symbol},
};
use executor::{
    capability::{Call, Fault, FaultKind},
    lineage::{Lineage, PublishingCalendar, Source, SourceName, Ttl},
};
use jiff::{civil::Date, tz::TimeZone};
use std::sync::Arc;

/// What every figure of a portfolio rests on: its book at the commit of the execution, and
/// the pack.
pub struct Ground {
    pub pack: Arc<PricingPack>,
    pub commit: LedgerCommit,
    pub workspace: WorkspaceId,
    pub portfolio: PortfolioId,
    pub book: Arc<Book>,
}

impl Ground {
    /// # Errors
    /// Missing data when the execution has no portfolio or no pack, or when the ledger was
    /// not read at the commit; unavailable when they cannot be read.
    pub async fn load(market: &dyn Market, call: &Call) -> Result<Self, Fault> {
        let missing = |sentence: &str| Fault::new(FaultKind::MissingData, sentence);
        let context = &call.context;
        let portfolio = context
            .portfolio
            .ok_or_else(|| missing("This step needs a portfolio, and the execution has none."))?;
        let pack = pack::of(market, call).await?;
        let commit = match &context.ledger_commit {
            Some(text) => text.parse().map_err(|_| missing("The execution names no commit."))?,
            None => pack.ledger_commit.clone(),
        };
        let book = market.load_book(context.workspace, portfolio, commit.as_str()).await;
        let book = book.map_err(|error| {
            Fault::new(FaultKind::Unavailable, "The books of portfolios cannot be read at present.")
                .with_reasons(vec![error.to_string()])
        })?;
        let book = book.ok_or_else(|| {
            missing(&format!(
                "The ledger was not read at commit {}, which these prices belong to, or the \
                 portfolio is not in it. Read the ledger on the page of portfolios.",
                commit.short()
            ))
        })?;
        Ok(Self { pack, commit, workspace: context.workspace, portfolio, book })
    }

    /// The day that everything is as of: the pack's.
    pub fn day(&self) -> Date {
        self.pack.content.date()
    }

    pub fn base(&self) -> &Currency {
        &self.book.base
    }

    /// What the book itself comes from.
    pub fn of_ledger(&self) -> Lineage {
        let asof = TimeZone::UTC.to_timestamp(self.day().at(0, 0, 0, 0)).ok();
        Lineage::of(Source {
            name: SourceName::ledger(self.commit.as_str()),
            asof,
            ttl: Some(Ttl::Day),
            calendar: PublishingCalendar::Weekdays,
        })
    }

    /// What the pack's price of a security and its conversion into the base come from.
    pub fn of_price(&self, symbol: &Symbol, exchange: &Exchange, currency: &Currency) -> Lineage {
        let mut lineage = self.of_rate(currency);
        let price = self.pack.content.price(symbol, exchange);
        if let Some(known) = price.and_then(|price| self.pack.sources.of_price(price)) {
            lineage.extend(&pack::price_lineage(&self.pack, &known.source, known.as_of));
        }
        lineage
    }

    pub fn of_rate(&self, currency: &Currency) -> Lineage {
        let of_pack = self.of_ledger().and(&pack::pack_lineage(&self.pack));
        match self.pack.content.rate(currency, self.base()) {
            Ok(rate) => of_pack.and(&pack::rate_lineage(&self.pack, &rate)),
            Err(_) => of_pack,
        }
    }
}
