use super::lot::{Lot, LotLabel, LotNumber};
use super::method::pool;
use super::wash_sale::{PendingLoss, WashRule};
use super::{LotError, LotMethod, Quantity, RealisedGain, Selection};
use domain::money::{Amount, Base, FxRate, Trade};
use domain::pricing_pack::{Currency, Symbol};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// The lots of one security in one portfolio, and what their sales brought.
#[derive(Clone, Debug)]
pub struct LotBook {
    security: Symbol,
    trade: Currency,
    base: Currency,
    wash_rule: WashRule,
    /// Open lots in the order of their acquisition.
    pub(super) lots: Vec<Lot>,
    pub(super) gains: Vec<RealisedGain>,
    /// Losses that a later purchase may still disallow.
    pub(super) pending: Vec<PendingLoss>,
    pub(super) splits: BTreeSet<Box<str>>,
    pub(super) last: Option<Date>,
    methods: BTreeMap<i16, BTreeSet<LotMethod>>,
    elections: BTreeSet<(i16, LotMethod)>,
    purchases: u32,
    sales: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    pub date: Date,
    pub quantity: Quantity,
    /// Of one unit; zero or above.
    pub price: Amount<Trade>,
    /// Zero or above; capitalised, that is part of the cost.
    pub fee: Amount<Trade>,
    /// Of the trade.
    pub rate: FxRate<Trade, Base>,
    pub label: Option<LotLabel>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    pub date: Date,
    pub quantity: Quantity,
    /// Of one unit; zero or above.
    pub price: Amount<Trade>,
    /// Zero or above; it lowers the proceeds.
    pub fee: Amount<Trade>,
    /// Of the trade.
    pub rate: FxRate<Trade, Base>,
    pub selection: Selection,
}

impl LotBook {
    pub const fn new(
        security: Symbol,
        trade: Currency,
        base: Currency,
        wash_rule: WashRule,
    ) -> Self {
        Self {
            security,
            trade,
            base,
            wash_rule,
            lots: Vec::new(),
            gains: Vec::new(),
            pending: Vec::new(),
            splits: BTreeSet::new(),
            last: None,
            methods: BTreeMap::new(),
            elections: BTreeSet::new(),
            purchases: 0,
            sales: 0,
        }
    }

    pub const fn security(&self) -> &Symbol {
        &self.security
    }

    /// Open lots in the order of their acquisition.
    pub fn lots(&self) -> &[Lot] {
        &self.lots
    }

    /// In the order of the sales, and within a sale in that of its lots.
    pub fn gains(&self) -> &[RealisedGain] {
        &self.gains
    }

    /// Units held; zero or above.
    pub fn quantity(&self) -> Decimal {
        self.lots.iter().map(|lot| lot.quantity.get()).sum()
    }

    /// Opens a lot. Cost = price × quantity + fee, in the portfolio's currency at the
    /// rate of the trade.
    pub fn buy(&mut self, purchase: &Purchase) -> Result<LotNumber, LotError> {
        self.in_order(purchase.date)?;
        self.check_trade(purchase.price, purchase.fee, purchase.rate)?;
        let cost = purchase.price.times(purchase.quantity.get())?.plus(purchase.fee)?;
        let number = LotNumber(self.purchases);
        let mut lots = self.lots.clone();
        lots.push(Lot {
            purchase: number,
            label: purchase.label.clone(),
            acquired: purchase.date,
            held_since: purchase.date,
            quantity: purchase.quantity,
            cost,
            cost_base: cost.convert(purchase.rate)?,
            deferred_loss: Amount::ZERO,
            is_replacement: false,
        });
        self.commit(purchase.date, lots, Vec::new())?;
        self.purchases += 1;
        Ok(number)
    }

    /// Takes the quantity from the lots that the selection picks, and adds a gain for
    /// each of them.
    pub fn sell(&mut self, sale: &Sale) -> Result<(), LotError> {
        self.in_order(sale.date)?;
        self.check_trade(sale.price, sale.fee, sale.rate)?;
        self.check_method(sale)?;
        let mut lots = self.lots.clone();
        let order = self.selected(sale, &mut lots)?;
        let gains = self.take(sale, &order, &mut lots)?;
        self.commit(sale.date, lots, gains)?;
        self.sales += 1;
        let year = self.methods.entry(sale.date.year()).or_default();
        year.insert(sale.selection.method());
        Ok(())
    }

    /// Records that a second method was chosen for the sales of a year.
    pub fn elect(&mut self, year: i16, method: LotMethod) {
        self.elections.insert((year, method));
    }

    pub(super) fn in_order(&self, date: Date) -> Result<(), LotError> {
        match self.last {
            Some(last) if date < last => Err(LotError::OutOfOrder { last, date }),
            _ => Ok(()),
        }
    }

    fn check_trade(
        &self,
        price: Amount<Trade>,
        fee: Amount<Trade>,
        rate: FxRate<Trade, Base>,
    ) -> Result<(), LotError> {
        if let Some(amount) = [price, fee].into_iter().find(|amount| amount.is_negative()) {
            return Err(LotError::NegativeAmount(amount.value()));
        }
        if self.trade == self.base && rate.value() != Decimal::ONE {
            let (currency, rate) = (self.base.clone(), rate.value());
            return Err(LotError::RateOfOneCurrency { currency, rate });
        }
        Ok(())
    }

    fn check_method(&self, sale: &Sale) -> Result<(), LotError> {
        let (year, wanted) = (sale.date.year(), sale.selection.method());
        let Some(used) = self.methods.get(&year) else { return Ok(()) };
        if used.contains(&wanted) || self.elections.contains(&(year, wanted)) {
            return Ok(());
        }
        let Some(first) = used.first().copied() else { return Ok(()) };
        let security = self.security.clone();
        Err(LotError::MethodMixed { security, year, used: first, wanted })
    }

    fn selected(&self, sale: &Sale, lots: &mut [Lot]) -> Result<Vec<usize>, LotError> {
        let (wanted, held) = (sale.quantity.get(), self.quantity());
        if wanted > held {
            return Err(LotError::OverSold { security: self.security.clone(), wanted, held });
        }
        if sale.selection == Selection::Average {
            pool(lots)?;
        }
        sale.selection.order(&self.security, lots, sale.quantity)
    }

    /// Splits the sale over the lots in their order. The proceeds are shared out by
    /// quantity, and the last share is what is left of them.
    fn take(
        &self,
        sale: &Sale,
        order: &[usize],
        lots: &mut Vec<Lot>,
    ) -> Result<Vec<RealisedGain>, LotError> {
        let mut proceeds = sale.price.times(sale.quantity.get())?.minus(sale.fee)?;
        let mut wanted = Some(sale.quantity);
        let mut rests: Vec<Option<Lot>> = lots.drain(..).map(Some).collect();
        let mut gains = Vec::new();
        for place in order {
            let Some(open) = wanted else { break };
            let Some(lot) = rests[*place].take() else { continue };
            let part = lot.quantity.min(open);
            let (basis, rest) = lot.clone().take(part)?;
            let share = proceeds.share(part.get(), open.get())?;
            gains.push(RealisedGain::of(self.sales, &lot, basis, sale.date, share, sale.rate)?);
            proceeds = proceeds.minus(share)?;
            wanted = open.less(part);
            rests[*place] = rest;
        }
        lots.extend(rests.into_iter().flatten());
        Ok(gains)
    }

    /// Applies the wash-sale rule to what an event made, and takes all of it over.
    fn commit(
        &mut self,
        date: Date,
        lots: Vec<Lot>,
        mut gains: Vec<RealisedGain>,
    ) -> Result<(), LotError> {
        let mut next = super::wash_sale::Matching {
            lots,
            pending: self.pending.clone(),
            disallowed: BTreeMap::new(),
        };
        if self.wash_rule == WashRule::UnitedStates {
            next.expire(date);
            next.add_losses(self.gains.len(), &gains)?;
            next.run()?;
        }
        let mut earlier = Vec::new();
        for (at, amount) in next.disallowed {
            match at.checked_sub(self.gains.len()) {
                Some(new) => gains[new].disallowed_loss = amount,
                None => earlier.push((at, self.gains[at].disallowed_loss.plus(amount)?)),
            }
        }
        // Nothing can fail from here on.
        for (at, disallowed) in earlier {
            self.gains[at].disallowed_loss = disallowed;
        }
        self.gains.extend(gains);
        self.lots = next.lots;
        self.pending = next.pending;
        self.last = Some(date);
        Ok(())
    }
}
