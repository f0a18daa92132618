//! Models are shut down by their servers. The list of models is looked at every few
//! hours, and administrators are warned while there is time.

use crate::{Actor, Orchestrator, UseCaseError};
use agents::assistant::{Assistant, Identity, Listing, Shutdown};
use domain::language_model::{Listed, days_until, is_near};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use storage::{
    model_listing::{self as store, ListingRow, NewListing},
    setup,
    specification::{self, ActiveRow},
    tenancy,
};

/// A list that was read is looked at again after this; shutdowns are announced months
/// ahead.
const LOOK_AFTER: SignedDuration = SignedDuration::from_hours(6);
/// One that could not be read, so that an outage is not told for longer than it lasts.
const LOOK_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(30);
/// Reason of a look that found the model, and a shutdown in no form that is known here.
const SHUTDOWN_UNREADABLE: &str = "shutdown_unreadable";
/// Active specifications that a page names.
const AFFECTED_LISTED: i64 = 200;

/// A shutdown that is near, or past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retirement {
    pub model: String,
    pub shutdown_on: Date,
    /// From today, in UTC.
    pub days: i32,
    /// Active specifications, whose reports the model writes.
    pub affected: i64,
}

/// What is known of the model that writes reports.
#[derive(Clone, Debug)]
pub struct ModelStanding {
    pub identity: Identity,
    pub server: String,
    /// The newest look; none before the first.
    pub newest: Option<ListingRow>,
    /// The newest that was read whole: an outage takes nothing away from it, nor does a
    /// shutdown that cannot be read.
    pub known: Option<ListingRow>,
    pub retirement: Option<Retirement>,
    /// Active specifications by workspace and name, the first of them.
    pub affected: Vec<ActiveRow>,
}

impl Orchestrator {
    /// The same with the language model that composes its reports.
    #[must_use]
    pub fn with_language_model(self, language_model: Option<Assistant>) -> Self {
        Self { language_model, ..self }
    }

    /// Looks at the server's list of models if that is due, and says whether the shutdown
    /// of the model is near. Processes that look at the same moment leave a look each.
    pub async fn look_after_model(&self) -> Result<Option<Retirement>, UseCaseError> {
        let Some(assistant) = &self.language_model else { return Ok(None) };
        let identity = assistant.identity();
        let (server, model) = (assistant.server(), identity.model.as_str());
        if self.look_is_due(server, model).await? {
            self.look(assistant, server, model).await?;
        }
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let now = setup::load_now(&mut tx).await?;
        let known = store::load_newest(&mut tx, server, model, true).await?;
        let (_, affected) = specification::load_written(&mut tx, 1).await?;
        Ok(known.and_then(|look| retirement(model, &look, now, affected)))
    }

    async fn look_is_due(&self, server: &str, model: &str) -> Result<bool, UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let now = setup::load_now(&mut tx).await?;
        let newest = store::load_newest(&mut tx, server, model, false).await?;
        Ok(newest.is_none_or(|look| is_due(&look, now)))
    }

    /// No transaction is open while the server is asked.
    async fn look(
        &self,
        assistant: &Assistant,
        server: &str,
        model: &str,
    ) -> Result<(), UseCaseError> {
        let listing = assistant.listing().await;
        let (listing, shutdown_on, reason) = match listing {
            Ok(Listing::Listed { shutdown: Shutdown::NotAnnounced }) => {
                (Listed::Listed, None, None)
            }
            Ok(Listing::Listed { shutdown: Shutdown::On(day) }) => {
                (Listed::Listed, Some(day), None)
            }
            Ok(Listing::Listed { shutdown: Shutdown::NotReadable }) => {
                (Listed::Listed, None, Some(SHUTDOWN_UNREADABLE))
            }
            Ok(Listing::NotListed) => (Listed::NotListed, None, None),
            Err(failure) => (Listed::NotKnown, None, Some(failure.terms().code)),
        };
        if let Some(reason) = reason {
            tracing::warn!(model, reason, "what the list of models says could not be read");
        }
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let new = NewListing { server, model, listing, shutdown_on, reason };
        store::insert(&mut tx, &new).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What is known of the model that writes reports, for administrators. None where
    /// rules alone write them.
    pub async fn view_language_model(
        &self,
        actor: &Actor,
    ) -> Result<Option<ModelStanding>, UseCaseError> {
        actor.require_admin()?;
        let Some(assistant) = &self.language_model else { return Ok(None) };
        let (identity, server) = (assistant.identity(), assistant.server().to_owned());
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let now = setup::load_now(&mut tx).await?;
        let newest = store::load_newest(&mut tx, &server, &identity.model, false).await?;
        let known = store::load_newest(&mut tx, &server, &identity.model, true).await?;
        let (affected, count) = specification::load_written(&mut tx, AFFECTED_LISTED).await?;
        let retirement =
            known.as_ref().and_then(|look| retirement(&identity.model, look, now, count));
        Ok(Some(ModelStanding { identity, server, newest, known, retirement, affected }))
    }
}

fn is_due(look: &ListingRow, now: Timestamp) -> bool {
    let after = if look.listing == Listed::NotKnown { LOOK_AGAIN_AFTER } else { LOOK_AFTER };
    now.duration_since(look.looked_at) >= after
}

fn retirement(model: &str, look: &ListingRow, now: Timestamp, affected: i64) -> Option<Retirement> {
    let shutdown_on = look.shutdown_on?;
    let days = days_until(shutdown_on, now.to_zoned_datetime(TimeZone::UTC).date());
    let model = model.to_owned();
    is_near(days).then_some(Retirement { model, shutdown_on, days, affected })
}
