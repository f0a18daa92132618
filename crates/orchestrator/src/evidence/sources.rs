//! What administrators do with sources.

use super::{
    collect::{in_words, is_read, read_entries},
    source_form::{SourceForm, SourceProblem},
};
use crate::{Actor, Orchestrator, Refusal, UseCaseError};
use domain::{
    evidence::{CutShort, DropReason, EvidenceItem},
    id::SourceId,
};
use harvest::{Collected, Entries, IMPORT_BYTES_MAX, Known, Read, read_import};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};
use storage::{
    PgConnection, StorageError,
    audit::{self, AuditRow},
    setup,
    source::{self, FetchRow, NewSource, Outcome, SourceRow},
    source_item::{self, NewItem},
    source_known, tenancy,
};

/// Entries that a test shows, of those that it reads.
pub const PREVIEW_MAX: usize = 15;
const PREVIEW_READ_MAX: usize = 20;

/// The most that a test reads for: somebody waits for it, and a server that gives its
/// answer within thirty seconds.
const PREVIEW_TIME: Duration = Duration::from_secs(20);

/// Sources shown at once.
const LIST_MAX: i64 = 500;

/// Readings shown of a source.
const FETCHES_SHOWN: i64 = 20;

/// Changes shown of a source.
const CHANGES_SHOWN: i64 = 50;

/// A source with its readings, and where its items went.
#[derive(Clone, Debug)]
pub struct SourcePage {
    pub row: SourceRow,
    pub fetches: Vec<FetchRow>,
    /// Items at each exit; the kept ones under none.
    pub exits: Vec<(Option<DropReason>, i64)>,
    /// What administrators did to it, the newest first.
    pub changes: Vec<AuditRow>,
}

/// What a source would give now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub read: usize,
    pub entries: Vec<PreviewEntry>,
    /// Why the reading did not come to its end; none: it did.
    #[serde(default)]
    pub cut_short: Option<CutShort>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewEntry {
    pub title: String,
    pub url: Option<String>,
    pub outcome: Result<EvidenceItem, (DropReason, Option<String>)>,
}

impl From<NewItem> for PreviewEntry {
    fn from(item: NewItem) -> Self {
        let NewItem { title, url, outcome, .. } = item;
        let outcome = match outcome {
            Ok((item, _)) => Ok(item),
            Err(exit) => Err((exit.reason, exit.held)),
        };
        Self { title, url, outcome }
    }
}

impl Orchestrator {
    /// All sources by name.
    pub async fn sources(&self, actor: &Actor) -> Result<Vec<SourceRow>, UseCaseError> {
        actor.require_admin()?;
        let mut conn = self.pool.acquire().await?;
        Ok(source::load(&mut conn, None, LIST_MAX).await?)
    }

    pub async fn view_source(
        &self,
        actor: &Actor,
        id: SourceId,
    ) -> Result<SourcePage, UseCaseError> {
        actor.require_admin()?;
        let mut conn = self.pool.acquire().await?;
        let row = source::load(&mut conn, Some(id), 1).await?.pop();
        Ok(SourcePage {
            row: row.ok_or(UseCaseError::NotFound)?,
            fetches: source::load_fetches(&mut conn, id, FETCHES_SHOWN).await?,
            exits: source_item::count_exits(&mut conn, id).await?,
            changes: audit::load_about(&mut conn, &id.to_string(), CHANGES_SHOWN).await?,
        })
    }

    /// Adds a source, switched off.
    pub async fn create_source(
        &self,
        actor: &Actor,
        form: &SourceForm,
    ) -> Result<SourceId, UseCaseError> {
        actor.require_admin()?;
        let source = form.check().map_err(|problems| first(&problems))?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        source::insert(&mut tx, &source).await.map_err(name_taken)?;
        let entry = audit::Entry {
            action: "source.created",
            actor: Some(actor.user),
            target: source.id.to_string(),
            detail: described(&source).into(),
        };
        audit::append(&mut tx, None, &entry).await?;
        tx.commit().await?;
        Ok(source.id)
    }

    /// Writes an edited source: what it is called, where and how it is read. What it held
    /// stays, and stands in later packs under its new name, publisher and tier.
    pub async fn edit_source(
        &self,
        actor: &Actor,
        id: SourceId,
        form: &SourceForm,
    ) -> Result<(), UseCaseError> {
        actor.require_admin()?;
        let edited = form.check().map_err(|problems| first(&problems))?;
        let edited = NewSource { id, ..edited };
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let before = locked(&mut tx, id).await?;
        if before.source == edited {
            return Err(Refusal::SourceUnchanged.into());
        }
        if before.enabled && edited.terms.is_none() {
            return Err(Refusal::SourceTerms.into());
        }
        let is_elsewhere = (&before.source.url, before.source.kind, &before.source.selectors)
            != (&edited.url, edited.kind, &edited.selectors);
        source::update(&mut tx, &edited, is_elsewhere).await.map_err(name_taken)?;
        if is_elsewhere {
            source_known::replace_parts(&mut tx, id, &[]).await?;
        }
        record_changes(&mut tx, actor, &before.source, &edited).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes down what the owner of a source allows, as somebody read it.
    pub async fn set_source_terms(
        &self,
        actor: &Actor,
        id: SourceId,
        form: &SourceForm,
    ) -> Result<(), UseCaseError> {
        actor.require_admin()?;
        let terms = form.check_terms().map_err(|problems| first(&problems))?;
        let terms = terms.ok_or(Refusal::SourceTerms)?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let before = locked(&mut tx, id).await?;
        source::set_terms(&mut tx, id, &terms).await?;
        let after = NewSource { terms: Some(terms), ..before.source.clone() };
        record_changes(&mut tx, actor, &before.source, &after).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Switches a source on or off. Nobody switches on what nobody read the terms of.
    pub async fn set_source_enabled(
        &self,
        actor: &Actor,
        id: SourceId,
        enabled: bool,
    ) -> Result<(), UseCaseError> {
        actor.require_admin()?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let changed = source::set_enabled(&mut tx, id, enabled).await.map_err(|error| {
            if error.is_refused_by("sources_enabled_has_terms") {
                UseCaseError::Refused(Refusal::SourceTerms)
            } else {
                error.into()
            }
        })?;
        if !changed {
            return Err(UseCaseError::NotFound);
        }
        let entry = audit::Entry {
            action: if enabled { "source.enabled" } else { "source.disabled" },
            actor: Some(actor.user),
            target: id.to_string(),
            detail: serde_json::json!({}),
        };
        audit::append(&mut tx, None, &entry).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Reads a source as a job would, shows what would become of its entries, and stores
    /// none of them.
    ///
    /// # Errors
    /// Among others [`UseCaseError::SourceUnreadable`], in words for an administrator.
    pub async fn test_source(&self, actor: &Actor, id: SourceId) -> Result<Preview, UseCaseError> {
        actor.require_admin()?;
        let mut conn = self.pool.acquire().await?;
        let row = source::load(&mut conn, Some(id), 1).await?.pop();
        drop(conn);
        self.preview(actor, row.ok_or(UseCaseError::NotFound)?).await
    }

    /// The same of what is typed, before anybody writes it down; of a source that there
    /// is, or of none yet.
    ///
    /// # Errors
    /// Among others the first of [`SourceForm::problems`].
    pub async fn test_source_form(
        &self,
        actor: &Actor,
        id: Option<SourceId>,
        form: &SourceForm,
    ) -> Result<Preview, UseCaseError> {
        actor.require_admin()?;
        let typed = form.check().map_err(|problems| first(&problems))?;
        let source = NewSource { id: id.unwrap_or(typed.id), ..typed };
        let health = source::Health::default();
        self.preview(actor, SourceRow { source, enabled: false, health }).await
    }

    async fn preview(&self, actor: &Actor, row: SourceRow) -> Result<Preview, UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let entry = audit::Entry {
            action: "source.tested",
            actor: Some(actor.user),
            target: row.source.id.to_string(),
            detail: serde_json::json!({ "url": row.source.url }),
        };
        audit::append(&mut tx, None, &entry).await?;
        let today = setup::load_now(&mut tx).await?.to_zoned_datetime(TimeZone::UTC).date();
        tx.commit().await?;
        // What was read last does not matter here: the whole answer is wanted.
        let read = self
            .read_source(&row, &Known::default(), &BTreeSet::new(), Some(PREVIEW_TIME))
            .await
            .map_err(|error| UseCaseError::SourceUnreadable(in_words(&error)))?;
        let Read { entries, unreached, .. } = match read {
            Collected::Read(read) => read,
            Collected::NotModified => Read::default(),
        };
        let read = entries.entries.len().min(PREVIEW_READ_MAX);
        let first = Entries {
            entries: entries.entries.into_iter().take(PREVIEW_READ_MAX).collect(),
            ..Entries::default()
        };
        let shown = read_entries(&row, first, today).into_iter().take(PREVIEW_MAX);
        let entries = shown.map(PreviewEntry::from).collect();
        Ok(Preview { read, entries, cut_short: unreached.cause })
    }

    /// Items that somebody brings as CSV or JSON for a source that is entered by hand.
    pub async fn import_items(
        &self,
        actor: &Actor,
        id: SourceId,
        file: &[u8],
    ) -> Result<usize, UseCaseError> {
        actor.require_admin()?;
        let mut conn = self.pool.acquire().await?;
        let row =
            source::load(&mut conn, Some(id), 1).await?.pop().ok_or(UseCaseError::NotFound)?;
        drop(conn);
        if is_read(row.source.kind) || !row.enabled {
            return Err(Refusal::SourceNotManual.into());
        }
        let bytes = i32::try_from(file.len().min(IMPORT_BYTES_MAX)).unwrap_or(i32::MAX);
        let read = read_import(file);
        let entries = read.map_err(|error| UseCaseError::SourceUnreadable(in_words(&error)))?;
        let count = i32::try_from(entries.entries.len()).unwrap_or(i32::MAX);
        let outcome = Outcome::Entered { entries: count, bytes };
        let new_items = self.write_reading(&row, outcome, entries, Duration::ZERO).await?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let entry = audit::Entry {
            action: "source.imported",
            actor: Some(actor.user),
            target: id.to_string(),
            detail: serde_json::json!({ "entries": count, "new": new_items }),
        };
        audit::append(&mut tx, None, &entry).await?;
        tx.commit().await?;
        Ok(new_items)
    }
}

fn name_taken(error: StorageError) -> UseCaseError {
    if error.is_refused_by("sources_name_key") {
        UseCaseError::Refused(Refusal::SourceName)
    } else {
        error.into()
    }
}

/// A source as it is, which nobody else changes until this transaction ends.
async fn locked(tx: &mut PgConnection, id: SourceId) -> Result<SourceRow, UseCaseError> {
    source::lock(tx, id).await?;
    source::load(tx, Some(id), 1).await?.pop().ok_or(UseCaseError::NotFound)
}

async fn record_changes(
    tx: &mut PgConnection,
    actor: &Actor,
    before: &NewSource,
    after: &NewSource,
) -> Result<(), UseCaseError> {
    let entry = audit::Entry {
        action: "source.changed",
        actor: Some(actor.user),
        target: before.id.to_string(),
        detail: serde_json::json!({ "changes": changes(before, after) }),
    };
    audit::append(tx, None, &entry).await?;
    Ok(())
}

/// What changed between two states of a source, each with both values: none of it is
/// secret.
fn changes(before: &NewSource, after: &NewSource) -> serde_json::Value {
    let (before, after) = (described(before), described(after));
    let mut changes = serde_json::Map::new();
    for (name, value) in &after {
        if before[name] != *value {
            let change = serde_json::json!({ "before": before[name], "after": value });
            changes.insert(name.clone(), change);
        }
    }
    serde_json::Value::Object(changes)
}

fn described(source: &NewSource) -> serde_json::Map<String, serde_json::Value> {
    let described = serde_json::json!({
        "name": source.name,
        "kind": source.kind,
        "publisher": source.publisher,
        "url": source.url,
        "language": source.language,
        "country": source.country,
        "tier": source.tier,
        "polyurethane_only": source.polyurethane_only,
        "provider": source.provider,
        "selectors": source.selectors,
        "terms": source.terms,
        "interval_minutes": source.interval_minutes,
        "covers": source.covers,
        "limits": source.limits,
    });
    match described {
        serde_json::Value::Object(fields) => fields,
        _ => serde_json::Map::new(),
    }
}

fn first(problems: &[SourceProblem]) -> UseCaseError {
    let refusal = problems.first().map_or(Refusal::SourceForm, |problem| problem.refusal);
    UseCaseError::Refused(if problems.len() > 1 { Refusal::SourceForm } else { refusal })
}
