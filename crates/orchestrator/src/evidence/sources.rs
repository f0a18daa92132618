//! What administrators do with sources.

use super::collect::{in_words, is_read, read_entries};
use crate::{Actor, Orchestrator, Refusal, UseCaseError, new_id};
use domain::{
    evidence::{DropReason, EvidenceItem, Selectors, SourceKind, Terms, TrustTier},
    id::SourceId,
};
use harvest::{Collected, Entries, IMPORT_BYTES_MAX, read_import, read_list};
use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};
use storage::{
    StorageError, audit, setup,
    source::{self, FetchRow, NewSource, Outcome, SourceRow},
    source_item::{self, NewItem},
    tenancy,
};
use url::Url;

/// Entries that a test shows, of those that it reads.
pub const PREVIEW_MAX: usize = 15;
const PREVIEW_READ_MAX: usize = 20;

/// Sources shown at once.
const LIST_MAX: i64 = 500;

/// Readings shown of a source.
const FETCHES_SHOWN: i64 = 20;

/// What somebody typed into the form of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one for each box of a form")]
pub struct SourceForm {
    pub name: String,
    pub kind: String,
    pub publisher: String,
    pub url: String,
    pub language: String,
    pub country: String,
    pub tier: String,
    pub polyurethane_only: bool,
    pub provider: String,
    pub interval_minutes: String,
    pub selectors: Selectors,
    /// Who read the terms; nobody did where it is empty, and nobody enables the source then.
    pub terms_checked_by: String,
    pub terms_checked_on: String,
    pub terms_excerpt: bool,
    pub terms_full_text: bool,
    pub terms_redistribution: bool,
    pub terms_attribution: String,
}

/// A source with its readings, and where its items went.
#[derive(Clone, Debug)]
pub struct SourcePage {
    pub row: SourceRow,
    pub fetches: Vec<FetchRow>,
    /// Items at each exit; the kept ones under none.
    pub exits: Vec<(Option<DropReason>, i64)>,
}

/// What a source would give now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub read: usize,
    pub entries: Vec<PreviewEntry>,
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
    /// All sources by name, with the exits of all their items.
    pub async fn sources(
        &self,
        actor: &Actor,
    ) -> Result<(Vec<SourceRow>, Vec<(Option<DropReason>, i64)>), UseCaseError> {
        actor.require_admin()?;
        let mut conn = self.pool.acquire().await?;
        let sources = source::load(&mut conn, None, LIST_MAX).await?;
        Ok((sources, source_item::count_exits(&mut conn, None).await?))
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
            exits: source_item::count_exits(&mut conn, Some(id)).await?,
        })
    }

    /// Adds a source, switched off.
    pub async fn create_source(
        &self,
        actor: &Actor,
        form: &SourceForm,
    ) -> Result<SourceId, UseCaseError> {
        actor.require_admin()?;
        let source = parsed(form)?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        source::insert(&mut tx, &source).await.map_err(name_taken)?;
        let entry = audit::Entry {
            action: "source.created",
            actor: Some(actor.user),
            target: source.id.to_string(),
            detail: serde_json::json!({
                "name": source.name,
                "kind": source.kind,
                "url": source.url,
                "tier": source.tier,
                "terms": source.terms,
            }),
        };
        audit::append(&mut tx, None, &entry).await?;
        tx.commit().await?;
        Ok(source.id)
    }

    /// Writes down what the owner of a source allows, as somebody read it.
    pub async fn set_source_terms(
        &self,
        actor: &Actor,
        id: SourceId,
        form: &SourceForm,
    ) -> Result<(), UseCaseError> {
        actor.require_admin()?;
        let terms = terms(form)?.ok_or(Refusal::SourceForm)?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        if !source::set_terms(&mut tx, id, &terms).await? {
            return Err(UseCaseError::NotFound);
        }
        let entry = audit::Entry {
            action: "source.changed",
            actor: Some(actor.user),
            target: id.to_string(),
            detail: serde_json::json!({ "terms": terms }),
        };
        audit::append(&mut tx, None, &entry).await?;
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
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let mut row =
            source::load(&mut tx, Some(id), 1).await?.pop().ok_or(UseCaseError::NotFound)?;
        let entry = audit::Entry {
            action: "source.tested",
            actor: Some(actor.user),
            target: id.to_string(),
            detail: serde_json::json!({}),
        };
        audit::append(&mut tx, None, &entry).await?;
        let today = setup::load_now(&mut tx).await?.to_zoned_datetime(TimeZone::UTC).date();
        tx.commit().await?;
        // What was read last does not matter here: the whole answer is wanted.
        (row.health.etag, row.health.last_modified) = (None, None);
        let read = self.read_source(&row, &BTreeSet::new()).await;
        let entries =
            match read.map_err(|error| UseCaseError::SourceUnreadable(in_words(&error)))? {
                Collected::Read { entries, .. } => entries,
                Collected::NotModified => Entries::default(),
            };
        let read = entries.entries.len().min(PREVIEW_READ_MAX);
        let first = Entries {
            entries: entries.entries.into_iter().take(PREVIEW_READ_MAX).collect(),
            ..Entries::default()
        };
        let shown = read_entries(&row, first, today).into_iter().take(PREVIEW_MAX);
        Ok(Preview { read, entries: shown.map(PreviewEntry::from).collect() })
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

fn parsed(form: &SourceForm) -> Result<NewSource, Refusal> {
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let bounded = |text: &str| filled(text).filter(|text| text.chars().count() <= 120);
    let kind: SourceKind = form.kind.parse().map_err(|_| Refusal::SourceForm)?;
    let url = match (is_read(kind), filled(&form.url)) {
        (true, Some(url)) if is_web(&url) => Some(url),
        (true, _) => return Err(Refusal::SourceAddress),
        (false, _) => None,
    };
    let selectors = (kind == SourceKind::HtmlList).then(|| form.selectors.clone());
    if let (Some(selectors), Some(url)) = (&selectors, &url) {
        let page = Url::parse(url).map_err(|_| Refusal::SourceAddress)?;
        read_list("", &page, selectors).map_err(|_| Refusal::SourceSelectors)?;
    }
    let tier = form.tier.parse::<u8>().ok().and_then(|tier| TrustTier::try_from(tier).ok());
    let interval_minutes = form.interval_minutes.trim().parse().unwrap_or(60);
    Ok(NewSource {
        id: SourceId::from_uuid(new_id()),
        name: bounded(&form.name).ok_or(Refusal::SourceForm)?,
        kind,
        publisher: bounded(&form.publisher).ok_or(Refusal::SourceForm)?,
        url,
        language: filled(&form.language),
        country: filled(&form.country),
        tier: tier.ok_or(Refusal::SourceForm)?,
        polyurethane_only: form.polyurethane_only,
        provider: form.provider.trim().parse().map_err(|_| Refusal::SourceProvider)?,
        selectors,
        terms: terms(form)?,
        interval_minutes: Some(interval_minutes)
            .filter(|minutes| (5..=10_080).contains(minutes))
            .ok_or(Refusal::SourceForm)?,
    })
}

fn terms(form: &SourceForm) -> Result<Option<Terms>, Refusal> {
    let checked_by = form.terms_checked_by.trim();
    if checked_by.is_empty() {
        return Ok(None);
    }
    let checked_on: Date = form.terms_checked_on.trim().parse().map_err(|_| Refusal::SourceForm)?;
    Ok(Some(Terms {
        excerpt: form.terms_excerpt,
        full_text: form.terms_full_text,
        redistribution: form.terms_redistribution,
        attribution: form.terms_attribution.trim().to_owned(),
        checked_by: checked_by.to_owned(),
        checked_on,
    }))
}

fn is_web(url: &str) -> bool {
    url.len() <= 2_000
        && Url::parse(url).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none()
        })
}
