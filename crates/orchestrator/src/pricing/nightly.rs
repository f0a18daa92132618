//! The pack of the day gone by, built every night by vendors.

use super::{
    BuildError, BuildRequest, Built, Listings, ListingsError, Market, build::may_be_resumed,
    listings::is_over, turn::BuildTurn,
};
use crate::Orchestrator;
use domain::pricing_pack::{PackStatus, PricingPackId};
use harvest::quote::Vendors;
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use std::path::PathBuf;
use storage::{
    pricing_pack::{self, PricingPackRow},
    tenancy,
};

/// After midnight by the zone of the prices: domain reference, section 8.
const BEGINS_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// Packs of a day that may fail before somebody has to see to it.
const FAILURES_MAX: usize = 5;
/// After the first failure; as much longer after each further one. What a vendor did not
/// have at five past it may have at ten past, and the day is to be done by a quarter past.
const FAILED_PAUSE: SignedDuration = SignedDuration::from_mins(3);
/// A build that has not moved for this long may have lost its process: then it is taken up.
const STILL_PAUSE: SignedDuration = SignedDuration::from_mins(2);

/// What a worker builds packs with.
#[derive(Debug)]
pub struct Nightly {
    pub listings: PathBuf,
    pub vendors: Vendors,
    /// Whose midnight ends a day.
    pub zone: TimeZone,
}

/// What was done of the day that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Night {
    Built(Built),
    /// Nothing: it has a pack, or will be tried again later.
    Waiting,
    /// Nothing, for it failed too often.
    GivenUp(Date),
}

#[derive(Debug, thiserror::Error)]
pub enum NightlyError {
    #[error("the vendors were not asked")]
    Listings(#[from] ListingsError),
    #[error("no pack was built for {date}")]
    Build { date: Date, source: BuildError },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Decision {
    Build,
    /// Go on with a pack whose process was lost after its values were stored.
    TakeUp(PricingPackId),
    Wait,
    GiveUp,
}

impl Orchestrator {
    /// Builds the pack of the last weekday that ended, if it is due and has none. Called
    /// again and again, it goes on with a build whose process was lost, at the stage where it
    /// was, and tries a pack that failed a few times more.
    ///
    /// # Errors
    /// [`NightlyError`]; what a pack lacks is stored with it as well.
    pub async fn build_due_pack(&self, nightly: &Nightly) -> Result<Night, NightlyError> {
        let listings = Listings::read(&nightly.listings).await?;
        let now = self.now().await.map_err(|error| ListingsError::Clock(Box::new(error)))?;
        let Some(date) = due(now, &nightly.zone) else { return Ok(Night::Waiting) };
        match self.decide_on(&listings, date, now).await {
            Ok(Decision::Wait) => return Ok(Night::Waiting),
            Ok(Decision::GiveUp) => return Ok(Night::GivenUp(date)),
            Ok(Decision::Build | Decision::TakeUp(_)) => {}
            Err(source) => return Err(NightlyError::Build { date, source }),
        }
        // Whoever has the turn asks the vendors, so that workers that all have listings ask
        // them once. It is held until the pack is there.
        let failed = |source: BuildError| NightlyError::Build { date, source };
        let turn = BuildTurn::take(&self.pool, date).await;
        let Some(turn) = turn.map_err(|error| failed(error.into()))? else {
            return Ok(Night::Waiting);
        };
        let night = Box::pin(self.build_due_in_turn(nightly, &listings, date));
        let night = turn.hold(night).await;
        night.map_err(|error| failed(error.into()))?
    }

    /// For who has the turn: decides anew, since another may have had it a moment ago.
    async fn build_due_in_turn(
        &self,
        nightly: &Nightly,
        listings: &Listings,
        date: Date,
    ) -> Result<Night, NightlyError> {
        let failed = |source: BuildError| NightlyError::Build { date, source };
        let now = self.now().await.map_err(|error| ListingsError::Clock(Box::new(error)))?;
        match self.decide_on(listings, date, now).await.map_err(failed)? {
            Decision::Wait => return Ok(Night::Waiting),
            Decision::GiveUp => return Ok(Night::GivenUp(date)),
            Decision::TakeUp(pack) => {
                // What is stored is what the vendors said; they are not asked again.
                self.finish_pricing_pack(&pack).await.map_err(failed)?;
                return Ok(Night::Built(Built::Resumed(pack)));
            }
            Decision::Build => {}
        }
        let quoted = self.quoted_market(listings, date, &nightly.vendors).await?;
        let request = BuildRequest {
            date,
            market: Market::Quoted(Box::new(quoted)),
            ledger: self.ledger.as_deref().map(PathBuf::from),
            accept_stale: Vec::new(),
            restates: None,
        };
        match self.build_in_turn(&request).await {
            Ok(built) => Ok(Night::Built(built)),
            // Another process was there first; what became of it is seen the next time.
            Err(BuildError::Busy(_) | BuildError::Lost | BuildError::NeedsReason(_)) => {
                Ok(Night::Waiting)
            }
            Err(error) => Err(failed(error)),
        }
    }

    async fn decide_on(
        &self,
        listings: &Listings,
        date: Date,
        now: Timestamp,
    ) -> Result<Decision, BuildError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let versions = pricing_pack::load_versions(&mut tx, listings.policy(), date).await?;
        Ok(decide(&versions, now))
    }
}

/// The last weekday before today by the clock of `zone`, once its closes are there.
fn due(now: Timestamp, zone: &TimeZone) -> Option<Date> {
    let today = now.checked_sub(BEGINS_AFTER).ok()?.to_zoned_datetime(zone.clone()).date();
    let mut day = today.yesterday().ok()?;
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.yesterday().ok()?;
    }
    is_over(day, now).then_some(day)
}

/// `versions` are the packs of the day, the newest first.
fn decide(versions: &[PricingPackRow], now: Timestamp) -> Decision {
    let built =
        |pack: &PricingPackRow| matches!(pack.status, PackStatus::Fresh | PackStatus::Superseded);
    let Some(newest) = versions.first() else { return Decision::Build };
    if versions.iter().any(built) {
        return Decision::Wait;
    }
    let still_for = now.duration_since(newest.updated_at);
    let pause = match newest.status {
        PackStatus::Failed if versions.len() >= FAILURES_MAX => return Decision::GiveUp,
        PackStatus::Failed => {
            FAILED_PAUSE.saturating_mul(i32::try_from(versions.len()).unwrap_or(i32::MAX))
        }
        _ => STILL_PAUSE,
    };
    if still_for < pause {
        Decision::Wait
    } else if may_be_resumed(newest) {
        Decision::TakeUp(newest.id.clone())
    } else {
        Decision::Build
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::tests_support::state;
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_due_five_minutes_after_its_midnight_and_weekends_have_none() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let due = |now: &str| due(at(now), &berlin).map(|day| day.to_string());
        // 2025-10-21 is a Tuesday; Berlin is two hours ahead of UTC until the 26th.
        assert_eq!(due("2025-10-21T22:04:59Z").as_deref(), Some("2025-10-20"));
        assert_eq!(due("2025-10-21T22:05:00Z").as_deref(), Some("2025-10-21"));
        for weekend in ["2025-10-24T22:05:00Z", "2025-10-26T12:00:00Z", "2025-10-27T12:00:00Z"] {
            assert_eq!(due(weekend).as_deref(), Some("2025-10-24"), "{weekend}");
        }
        // Clocks went back on the 26th.
        assert_eq!(due("2025-10-27T23:05:00Z").as_deref(), Some("2025-10-27"));
    }

    #[test]
    fn east_of_new_york_a_day_waits_until_new_york_has_closed() {
        let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
        // 00:05 in Tokyo is 11:05 of the same day in New York.
        assert_eq!(due(at("2025-10-21T15:05:00Z"), &tokyo), None);
        assert_eq!(due(at("2025-10-21T21:00:00Z"), &tokyo).unwrap().to_string(), "2025-10-21");
    }

    #[test]
    fn a_day_is_built_once_taken_up_when_it_stands_still_and_tried_a_few_times() {
        use PackStatus::{Failed, Fresh, Superseded, Warming};
        // Of 00:05, as all of them.
        let packs = |statuses: &[PackStatus]| {
            statuses.iter().map(|status| state(*status).pack).collect::<Vec<_>>()
        };
        let decided = |statuses: &[PackStatus], minutes: i64| {
            let now = at("2026-01-05T00:05:00Z") + SignedDuration::from_mins(minutes);
            decide(&packs(statuses), now)
        };
        assert_eq!(decided(&[], 0), Decision::Build);
        assert_eq!(decided(&[Fresh], 600), Decision::Wait);
        // A correction that failed is for whoever made it.
        assert_eq!(decided(&[Failed, Superseded], 600), Decision::Wait);
        assert_eq!(decided(&[Warming], 1), Decision::Wait);
        let lost = packs(&[Warming]).remove(0).id;
        assert_eq!(decided(&[Warming], 2), Decision::TakeUp(lost));
        assert_eq!(decided(&[Failed], 2), Decision::Wait);
        assert_eq!(decided(&[Failed], 3), Decision::Build);
        assert_eq!(decided(&[Failed; 4], 11), Decision::Wait);
        assert_eq!(decided(&[Failed; 4], 12), Decision::Build);
        assert_eq!(decided(&[Failed; 5], 600), Decision::GiveUp);
    }
}
