//! The limits of licences, as the rights registry states them, kept to by every process
//! together: the pace of a minute, the requests of a day, the bandwidth of a month.

use crate::{Actor, Orchestrator, UseCaseError, rights::Rights};
use ::rights::{Bandwidth, Licence};
use domain::pricing_pack::ProviderId;
use harvest::quote::{Allowances, Booking, QuoteError, Settling};
use std::{sync::Arc, time::Duration};
pub use storage::provider_use::Used;
use storage::{PgPool, StorageError, provider_use, tenancy};

const BYTES_OF_A_GIGABYTE: f64 = 1e9;

/// Books requests in the database, by the registry as it is at that moment.
#[derive(Clone, Debug)]
struct LicensedUse {
    pool: PgPool,
    rights: Rights,
}

/// What a provider's licence lets us ask, and what of it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderUse {
    pub provider: ProviderId,
    /// Requests; none without a limit.
    pub per_minute: Option<u32>,
    pub per_day: Option<u32>,
    pub gb_per_month: Option<u32>,
    pub used: Used,
    /// Why it is not asked at present; none where it is.
    pub used_up: Option<String>,
}

impl Orchestrator {
    /// What vendors are asked by.
    pub fn allowances(&self) -> Arc<dyn Allowances> {
        Arc::new(LicensedUse { pool: self.pool.clone(), rights: self.rights.clone() })
    }

    /// The providers whose licences have limits, for administrators.
    pub async fn provider_use(&self, actor: &Actor) -> Result<Vec<ProviderUse>, UseCaseError> {
        actor.require_admin()?;
        let registry = self.rights.current();
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let mut all = Vec::new();
        for (provider, listed) in registry.providers() {
            let Licence { rpm, per_day, bandwidth, .. } = listed.licence;
            if rpm.is_none() && per_day.is_none() && bandwidth.is_none() {
                continue;
            }
            let used = provider_use::load_used(&mut tx, provider.as_str()).await?;
            all.push(ProviderUse {
                provider: provider.clone(),
                per_minute: rpm,
                per_day,
                gb_per_month: bandwidth.map(|bandwidth| bandwidth.gb_per_month),
                used,
                used_up: allows(&listed.licence, used).err().map(|error| error.to_string()),
            });
        }
        Ok(all)
    }
}

impl Allowances for LicensedUse {
    fn book<'a>(&'a self, provider: &'a ProviderId, wait_max: Duration) -> Booking<'a> {
        Box::pin(self.book_by_licence(provider, wait_max))
    }

    fn settle<'a>(
        &'a self,
        provider: &'a ProviderId,
        bytes: usize,
        rest: Duration,
    ) -> Settling<'a> {
        Box::pin(async move {
            if let Err(error) = self.settle_by_licence(provider, bytes, rest).await {
                let error: &dyn std::error::Error = &error;
                tracing::error!(%provider, bytes, error, "what a provider sent was not counted");
            }
        })
    }
}

impl LicensedUse {
    async fn book_by_licence(
        &self,
        provider: &ProviderId,
        wait_max: Duration,
    ) -> Result<Duration, QuoteError> {
        let registry = self.rights.current();
        if !registry.is_listed(provider) {
            return Err(QuoteError::Unlisted);
        }
        let licence = &registry.provider(provider).licence;
        let unknown = |error: StorageError| QuoteError::NotBooked(Box::new(error));
        let mut tx = tenancy::begin_global(&self.pool).await.map_err(unknown)?;
        let wait = provider_use::take_turn(&mut tx, provider.as_str()).await.map_err(unknown)?;
        if wait > wait_max {
            return Err(QuoteError::LeftAlone(wait));
        }
        let used = provider_use::load_used(&mut tx, provider.as_str()).await.map_err(unknown)?;
        allows(licence, used)?;
        let pause = pause_of(licence);
        provider_use::book_request(&mut tx, provider.as_str(), pause).await.map_err(unknown)?;
        tx.commit().await.map_err(|error| unknown(error.into()))?;
        Ok(wait)
    }

    async fn settle_by_licence(
        &self,
        provider: &ProviderId,
        bytes: usize,
        rest: Duration,
    ) -> Result<(), StorageError> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let mut tx = tenancy::begin_global(&self.pool).await?;
        if !rest.is_zero() {
            provider_use::leave_alone(&mut tx, provider.as_str(), rest).await?;
        }
        // The row of the turn is locked, so that one process sees each share passed.
        provider_use::take_turn(&mut tx, provider.as_str()).await?;
        provider_use::add_bytes(&mut tx, provider.as_str(), bytes).await?;
        let after = provider_use::load_used(&mut tx, provider.as_str()).await?.bytes_this_month;
        tx.commit().await?;
        let registry = self.rights.current();
        let Some(bandwidth) = registry.provider(provider).licence.bandwidth else { return Ok(()) };
        tell(provider, passed(bandwidth, after.saturating_sub(bytes), after), bandwidth);
        Ok(())
    }
}

/// Between two requests; none where the licence names no pace.
fn pause_of(licence: &Licence) -> Duration {
    licence.rpm.map_or(Duration::ZERO, |rpm| Duration::from_mins(1) / rpm.max(1))
}

fn allows(licence: &Licence, used: Used) -> Result<(), QuoteError> {
    if let Some(per_day) = licence.per_day
        && used.requests_today >= u64::from(per_day)
    {
        return Err(QuoteError::UsedUpToday(per_day));
    }
    match licence.bandwidth {
        Some(bandwidth) if share(bandwidth, used.bytes_this_month) >= bandwidth.serve_stored => {
            Err(QuoteError::UsedUpThisMonth(bandwidth.gb_per_month))
        }
        _ => Ok(()),
    }
}

/// Of the month's volume, as a fraction.
#[expect(clippy::cast_precision_loss, reason = "a share of gigabytes needs no single byte")]
fn share(bandwidth: Bandwidth, bytes: u64) -> f64 {
    bytes as f64 / (f64::from(bandwidth.gb_per_month) * BYTES_OF_A_GIGABYTE)
}

/// The highest of the shares that somebody is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passed {
    Log,
    PageOperator,
    ServeStored,
}

/// Which share of the month's volume an answer has passed, that took it from `before` to
/// `after` bytes.
fn passed(bandwidth: Bandwidth, before: u64, after: u64) -> Option<Passed> {
    let shares = [
        (Passed::ServeStored, bandwidth.serve_stored),
        (Passed::PageOperator, bandwidth.page_operator),
        (Passed::Log, bandwidth.log),
    ];
    let (before, after) = (share(bandwidth, before), share(bandwidth, after));
    shares.into_iter().find(|(_, at)| before < *at && *at <= after).map(|(passed, _)| passed)
}

fn tell(provider: &ProviderId, passed: Option<Passed>, bandwidth: Bandwidth) {
    let gb_per_month = bandwidth.gb_per_month;
    match passed {
        None => {}
        Some(Passed::Log) => {
            tracing::warn!(%provider, gb_per_month, share = bandwidth.log, "much of a month's bandwidth is used");
        }
        Some(Passed::PageOperator) => tracing::error!(
            %provider,
            gb_per_month,
            share = bandwidth.page_operator,
            "a month's bandwidth is about to be used up: extend the licence, or list another provider"
        ),
        Some(Passed::ServeStored) => tracing::error!(
            %provider,
            gb_per_month,
            share = bandwidth.serve_stored,
            "a month's bandwidth is used up: the provider is not asked before the month ends"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::Registry;

    const GIGABYTE: u64 = 1_000_000_000;

    fn licence(provider: &str) -> Licence {
        let text = include_str!("../../../../.ops/RIGHTS_REGISTRY.yaml");
        let registry = Registry::parse("RIGHTS_REGISTRY.yaml", text).unwrap();
        registry.provider(&provider.parse().unwrap()).licence.clone()
    }

    #[test]
    fn the_pace_of_each_vendor_is_that_of_its_licence() {
        // domain/portfolio.md section 6: FMP 120, Polygon 100, FRED 60 requests a minute.
        for (provider, milliseconds) in [("FMP", 500), ("Polygon", 600), ("FRED", 1000)] {
            assert_eq!(pause_of(&licence(provider)), Duration::from_millis(milliseconds));
        }
        assert_eq!(pause_of(&licence("Manual")), Duration::ZERO);
    }

    #[test]
    fn a_licence_is_used_up_by_the_requests_of_a_day_or_the_bytes_of_a_month() {
        let of = |requests_today, bytes_this_month| Used { requests_today, bytes_this_month };
        // 100 requests a day.
        let news = licence("NewsAPI");
        assert!(allows(&news, of(99, 0)).is_ok());
        assert!(matches!(allows(&news, of(100, 0)), Err(QuoteError::UsedUpToday(100))));
        // 50 GB a month, of which 95 % are asked for.
        let fmp = licence("FMP");
        assert!(allows(&fmp, of(1_000_000, 47 * GIGABYTE)).is_ok());
        let used_up = allows(&fmp, of(0, 475 * GIGABYTE / 10));
        assert!(matches!(used_up, Err(QuoteError::UsedUpThisMonth(50))), "{used_up:?}");
        assert!(allows(&licence("Polygon"), of(u64::MAX, u64::MAX)).is_ok());
    }

    #[test]
    fn each_share_of_a_months_bandwidth_is_told_once_and_the_highest_alone() {
        let fmp = licence("FMP").bandwidth.unwrap();
        let passed = |before, after| passed(fmp, before * GIGABYTE / 10, after * GIGABYTE / 10);
        assert_eq!(passed(0, 349), None);
        assert_eq!(passed(349, 350), Some(Passed::Log));
        assert_eq!(passed(350, 424), None);
        assert_eq!(passed(424, 425), Some(Passed::PageOperator));
        assert_eq!(passed(425, 475), Some(Passed::ServeStored));
        assert_eq!(passed(475, 500), None);
        assert_eq!(passed(0, 500), Some(Passed::ServeStored));
    }
}
