//! Items that wait for an administrator: looking at them, and deciding.

use super::collect::facts_of;
use crate::{Actor, Orchestrator, Refusal, UseCaseError, specification::reason_given};
use desk::{
    date::{self, FirstPublication},
    entity::EntityTable,
    item::{self, DeskItem, HeldAt},
    pack,
};
use domain::evidence::{DateConfidence, DateSource, HeldCause, HeldDecision, HeldState};
use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use storage::{
    PgConnection, audit,
    held_item::{self, HeldDecisionRow, HeldFilter, HeldRow, NewDecision},
    setup, source, tenancy,
};

/// Items on a page.
const PAGE_SIZE: i64 = 25;

/// Decisions shown of an item.
const DECISIONS_MAX: i64 = 50;

/// Older than any source of the desk.
const EARLIEST: Date = jiff::civil::date(1990, 1, 1);

/// A page of held items.
#[derive(Clone, Debug)]
pub struct HeldList {
    pub rows: Vec<HeldRow>,
    pub total: i64,
    /// From 1.
    pub page: i64,
    pub pages: i64,
    /// Of all items, whatever was looked for.
    pub states: Vec<(HeldState, i64)>,
    /// ISO 639-1; the unknown one is empty.
    pub languages: Vec<String>,
}

/// A held item with its history.
#[derive(Clone, Debug)]
pub struct HeldPage {
    pub row: HeldRow,
    /// The newest first.
    pub decisions: Vec<HeldDecisionRow>,
    /// The date that may be confirmed as it stands.
    pub releasable: Option<(Date, DateSource)>,
}

/// What somebody typed into the form of a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldForm {
    pub decision: String,
    /// Of first publication, as year-month-day; never filled in by us.
    pub date: String,
    pub reason: String,
}

/// An answer of the form that needs mending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldField {
    Date,
    Reason,
}

impl HeldForm {
    /// What needs mending before it can be decided by, as of a civil date (UTC): all of
    /// it at once.
    pub fn problems(&self, as_of: Date) -> Vec<(HeldField, Refusal)> {
        let mut problems = Vec::new();
        if self.decision == HeldDecision::Dated.id() && self.dated(as_of).is_none() {
            problems.push((HeldField::Date, Refusal::HeldDate));
        }
        if reason_given(&self.reason).is_err() {
            problems.push((HeldField::Reason, Refusal::ReasonLength));
        }
        problems
    }

    /// Not later than tomorrow, which is today somewhere.
    fn dated(&self, as_of: Date) -> Option<Date> {
        let date: Date = self.date.trim().parse().ok()?;
        let latest = as_of.tomorrow().ok()?;
        (EARLIEST..=latest).contains(&date).then_some(date)
    }
}

impl Orchestrator {
    /// Searches what is held, or was.
    pub async fn held_items(
        &self,
        actor: &Actor,
        filter: &HeldFilter,
        page: i64,
    ) -> Result<HeldList, UseCaseError> {
        actor.require_admin()?;
        let mut conn = self.pool.acquire().await?;
        let page = page.clamp(1, 10_000);
        let offset = (page - 1) * PAGE_SIZE;
        let (rows, total) = held_item::search(&mut conn, filter, None, offset, PAGE_SIZE).await?;
        Ok(HeldList {
            rows,
            total,
            page,
            pages: (total + PAGE_SIZE - 1) / PAGE_SIZE,
            states: held_item::count_states(&mut conn).await?,
            languages: held_item::load_languages(&mut conn).await?,
        })
    }

    /// How many items wait for a decision.
    pub async fn held_count(&self, actor: &Actor) -> Result<i64, UseCaseError> {
        actor.require_admin()?;
        let mut conn = self.pool.acquire().await?;
        let states = held_item::count_states(&mut conn).await?;
        Ok(states
            .iter()
            .find(|(state, _)| *state == HeldState::Open)
            .map_or(0, |(_, count)| *count))
    }

    pub async fn view_held(&self, actor: &Actor, id: i64) -> Result<HeldPage, UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let today = today(&mut tx).await?;
        let row = load(&mut tx, id).await?;
        Ok(HeldPage {
            releasable: row.held.releasable(today),
            decisions: held_item::load_decisions(&mut tx, id, DECISIONS_MAX).await?,
            row,
        })
    }

    /// Decides on an item that is held: what it admits enters the next pack, what it drops
    /// enters none, and every decision stays on record.
    ///
    /// # Errors
    /// Among others the refusals of [`HeldForm::problems`], [`Refusal::HeldNoDate`],
    /// [`Refusal::HeldUnrelated`], and [`Refusal::HeldStands`] where it stands so already.
    pub async fn decide_held(
        &self,
        actor: &Actor,
        id: i64,
        form: &HeldForm,
    ) -> Result<(), UseCaseError> {
        actor.require_admin()?;
        let decision: HeldDecision = form.decision.parse().map_err(|_| Refusal::HeldDecision)?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        held_item::lock(&mut tx, id).await?;
        let row = load(&mut tx, id).await?;
        let today = today(&mut tx).await?;
        if let Some((_, refusal)) = form.problems(today).first() {
            return Err((*refusal).into());
        }
        let reason = reason_given(&form.reason)?;
        let admitted = match first_publication(decision, form, &row, today)? {
            Some(dated) => Some(admit(&mut tx, &row, dated).await?),
            None => None,
        };
        let reading = admitted.as_ref().map(pack::reading);
        held_item::insert_decision(
            &mut tx,
            &NewDecision {
                item: id,
                decision,
                admitted: admitted.as_ref().map(|one| &one.item).zip(reading.as_ref()),
                reason: &reason,
                decided_by: actor.user,
            },
        )
        .await?;
        let entry = audit::Entry {
            action: "held_item.decided",
            actor: Some(actor.user),
            target: format!("held:{id}"),
            detail: serde_json::json!({
                "before": row.decision,
                "after": decision,
                "published": admitted.map(|one| one.item.published),
                "reason": reason,
            }),
        };
        audit::append(&mut tx, None, &entry).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn today(tx: &mut PgConnection) -> Result<Date, UseCaseError> {
    Ok(setup::load_now(tx).await?.to_zoned_datetime(TimeZone::UTC).date())
}

async fn load(tx: &mut PgConnection, id: i64) -> Result<HeldRow, UseCaseError> {
    let (rows, _) = held_item::search(tx, &HeldFilter::default(), Some(id), 0, 1).await?;
    rows.into_iter().next().ok_or(UseCaseError::NotFound)
}

/// The date that a decision admits an item under; none where it admits nothing.
fn first_publication(
    decision: HeldDecision,
    form: &HeldForm,
    row: &HeldRow,
    today: Date,
) -> Result<Option<FirstPublication>, Refusal> {
    let after = HeldState::after(Some(decision));
    if after == row.state() && !decision.admits() {
        return Err(Refusal::HeldStands);
    }
    if decision.admits() && row.held.unrelated {
        return Err(Refusal::HeldUnrelated);
    }
    let dated = match decision {
        HeldDecision::Dropped | HeldDecision::Reopened => return Ok(None),
        HeldDecision::Dated => date::decided(form.dated(today).ok_or(Refusal::HeldDate)?),
        HeldDecision::Released => {
            let (date, source) = row.held.releasable(today).ok_or(Refusal::HeldNoDate)?;
            if row.held.cause == HeldCause::NotProven {
                let confidence = match source {
                    DateSource::PageAndFeed => DateConfidence::High,
                    _ => DateConfidence::Medium,
                };
                FirstPublication { date, confidence, source }
            } else {
                date::decided(date)
            }
        }
    };
    if row.published == Some(dated.date) {
        return Err(Refusal::HeldStands);
    }
    Ok(Some(dated))
}

async fn admit(
    tx: &mut PgConnection,
    row: &HeldRow,
    dated: FirstPublication,
) -> Result<DeskItem, UseCaseError> {
    let source = source::load(tx, Some(row.source), 1).await?.pop();
    let source = source.ok_or(UseCaseError::NotFound)?;
    let at = HeldAt { title: &row.title, url: &row.url, canonical_url: &row.canonical_url };
    Ok(item::admit(&row.held, at, &facts_of(&source), dated, EntityTable::built_in()))
}
