use super::{figures::in_currency, ground::Ground};
use crate::{
    market::{BookPast, Market, PastKey, PricingPacks},
    pack::{pack_lineage, price_lineage},
};
use analytics::{
    book::{BookDay, DayError, days, nav_history},
    metrics::Metrics,
    performance::{chain, whole},
    series::Series,
};
use domain::{
    measure::{Available, Reason},
    money::Money,
    pricing_pack::{PackContent, PricingPack, ProviderId},
};
use executor::{
    capability::{Fault, FaultKind, Output},
    lineage::Lineage,
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// Trading days of four years: longer windows would keep more packs in memory than one
/// process holds.
pub const LOOKBACK_DAYS_MAX: usize = 1_260;

/// Arguments that name a window.
pub trait Windowed {
    /// Daily returns back from the last; trading days, that is days with a pack.
    fn lookback_days(&self) -> usize;
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowArgs {
    /// Trading days back from the last, 1 to 1,260.
    #[serde(default = "usual_days")]
    pub lookback_days: usize,
}

pub const fn usual_days() -> usize {
    252
}

impl Windowed for WindowArgs {
    fn lookback_days(&self) -> usize {
        self.lookback_days
    }
}

/// The book at the end of each day of a window.
pub struct Past<'a> {
    pub ground: &'a Ground,
    shared: Arc<BookPast>,
}

impl<'a> Past<'a> {
    pub async fn load(
        market: &'a dyn Market,
        ground: &'a Ground,
        lookback_days: usize,
    ) -> Result<Self, Fault> {
        if !(1..=LOOKBACK_DAYS_MAX).contains(&lookback_days) {
            let message = format!("A window has 1 to {LOOKBACK_DAYS_MAX} trading days.");
            return Err(Fault::new(FaultKind::InvalidInput, message));
        }
        let key = PastKey {
            workspace: ground.workspace,
            portfolio: ground.portfolio,
            commit: ground.commit.clone(),
            pack: ground.pack.id.clone(),
            lookback_days,
        };
        let computed = Box::pin(compute(market, ground, lookback_days));
        Ok(Self { ground, shared: market.share_past(key, computed).await? })
    }

    pub fn days(&self) -> Result<&[BookDay], Reason> {
        self.shared.days.as_deref().map_err(Clone::clone)
    }

    pub fn metrics(&self) -> &Result<Metrics, Reason> {
        self.shared.metrics()
    }

    pub fn output<T>(&self, value: T, summary: String) -> Output<T> {
        Output::from_source(value, self.shared.lineage.clone(), summary)
    }
}

async fn compute(
    market: &dyn Market,
    ground: &Ground,
    lookback_days: usize,
) -> Result<Arc<BookPast>, Fault> {
    let mut packs = PricingPacks::load_before(market, &ground.pack.id, lookback_days)
        .await
        .map_err(|error| {
            Fault::new(FaultKind::Unavailable, "The pricing packs cannot be read at present.")
                .with_reasons(vec![error.to_string()])
        })?;
    packs.push(Arc::clone(&ground.pack));
    let lineage = lineage(ground, &packs);
    let contents: Vec<&PackContent> = packs.iter().map(|pack| &pack.content).collect();
    let days = match days(&ground.book, &contents) {
        Ok(days) => Ok(days),
        Err(DayError::NoValue { reason, .. }) => Err(reason),
        Err(DayError::Book(error)) => {
            return Err(Fault::internal(format!("The book does not add up: {error}.")));
        }
    };
    Ok(Arc::new(BookPast::new(days, lineage, lookback_days)))
}

/// Packs of days gone by are final: what is made of them is as old as the last.
fn lineage(ground: &Ground, packs: &[Arc<PricingPack>]) -> Lineage {
    let mut lineage = ground.of_ledger();
    let mut providers: BTreeSet<&ProviderId> = BTreeSet::new();
    for pack in packs {
        providers.extend(pack.sources.prices.iter().map(|price| &price.source));
        providers.extend(pack.sources.fx.iter().map(|rate| &rate.source));
        if pack.sources.sample {
            lineage = lineage.warn("Sample data, not market data.");
        }
    }
    lineage.extend(&pack_lineage(&ground.pack));
    for provider in providers {
        lineage.extend(&price_lineage(&ground.pack, provider, ground.day()));
    }
    lineage
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct HistoricalNav {
    /// One for each trading day, oldest first; none where a day has no value.
    pub points: Vec<NavPoint>,
    /// Why there are no points, or no index.
    pub nav: Available<Money>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct NavPoint {
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: Date,
    /// Net asset value.
    pub nav: Money,
    /// What the owner brought (+) or took (-).
    pub flow: Money,
    /// Product of 1 + daily return since the first day; 1 there. Null where returns begin
    /// anew within the window.
    pub index: Option<f64>,
}

pub fn historical_nav(_: &WindowArgs, past: &Past<'_>) -> Output<HistoricalNav> {
    let base = past.ground.base();
    let points = past.days().map(|days| {
        let periods = chain(&nav_history(days)).ok();
        let index = periods
            .as_deref()
            .and_then(|periods| whole(periods).ok())
            .map(|period| period.returns.index());
        let mut levels = index.iter().flat_map(Series::points).peekable();
        let point = |day: &BookDay| NavPoint {
            date: day.date,
            nav: in_currency(day.nav, base),
            flow: in_currency(day.flow, base),
            index: levels.next_if(|level| level.date == day.date).map(|level| level.value),
        };
        days.iter().map(point).collect::<Vec<_>>()
    });
    let nav = match &points {
        Ok(points) => points
            .last()
            .map(|last| last.nav.clone())
            .ok_or(Reason::TooFewObservations { needed: 1, found: 0 }),
        Err(reason) => Err(reason.clone()),
    };
    let points = points.unwrap_or_default();
    let summary = format!("{} days.", points.len());
    past.output(HistoricalNav { points, nav: nav.into() }, summary)
}
