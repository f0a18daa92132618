//! Large exports. Whoever asks gets a job; a worker prints it; it is kept for a time, and
//! whoever fetches it is decided on anew.

use super::{Exportable, Origin, Subject, detail, load_with_licences, record, sealed_print};
use crate::{Actor, Orchestrator, Refusal, UseCaseError, new_id};
use domain::{
    id::{ExportJobId, UserId, WorkspaceId},
    workspace::Role,
};
use jiff::Timestamp;
use reports::export::Meter;
use rights::{Format, Grant, Ruling};
use serde_json::{Value, json};
use std::time::Duration;
use storage::{
    PgPool, StorageError, audit,
    export_job::{self as store, ExportFile, ExportJobRow, ExportStatus, NewExportJob, NewFile},
    tenancy,
};
use tokio::time;

/// How often an export is tried that was broken off. A crash is not the file's fault.
const ATTEMPTS_MAX: i32 = 5;

/// Exports of one workspace that may be made at once.
const WAITING_MAX: i64 = 8;

/// How often whoever waits is told how far it is.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(500);

/// A cell of pages takes about as long as so many of tables.
const CELLS_OF_A_PAGE_CELL: usize = 10;

/// Files that one turn of housekeeping deletes; what is left waits for the next.
const FORGOTTEN_AT_ONCE: i32 = 200;

/// What is printed by workers, how long it is kept, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportLimits {
    /// Tables of more cells are printed by a worker; as PDF of a tenth of them.
    pub cells_at_once: usize,
    pub kept_hours: u16,
    /// Bytes that one workspace keeps at once.
    pub workspace_bytes: i64,
}

impl Default for ExportLimits {
    fn default() -> Self {
        Self { cells_at_once: 50_000, kept_hours: 24, workspace_bytes: 200_000_000 }
    }
}

/// An export as its page shows it.
#[derive(Clone, Debug)]
pub struct ExportView {
    pub id: ExportJobId,
    pub subject: Subject,
    pub title: String,
    pub format: Format,
    pub asked_at: Timestamp,
    pub state: ExportState,
}

#[derive(Clone, Debug)]
pub enum ExportState {
    Queued,
    Printing {
        written: i64,
        cells: i64,
        /// From 1.
        attempt: i32,
    },
    Ready(ExportFile),
    /// In words for whoever asked.
    Failed(String),
    /// Its file is gone.
    Expired,
}

/// A file that may be sent, piece by piece.
#[derive(Debug)]
pub struct FetchedExport {
    pub file: ExportFile,
    pool: PgPool,
    workspace: WorkspaceId,
    job: ExportJobId,
    next: i32,
}

impl FetchedExport {
    /// The next piece; none behind the last.
    pub async fn next_piece(&mut self) -> Result<Option<Vec<u8>>, StorageError> {
        let mut tx = tenancy::begin_workspace(&self.pool, self.workspace).await?;
        let piece = store::load_piece(&mut tx, self.job, self.next).await?;
        tx.commit().await?;
        self.next += 1;
        Ok(piece)
    }
}

impl Orchestrator {
    /// The same with other limits for large exports.
    #[must_use]
    pub fn with_export_limits(self, export_limits: ExportLimits) -> Self {
        Self { export_limits, ..self }
    }

    /// Whether a worker prints it.
    pub(super) fn is_large(
        &self,
        exportable: &Exportable,
        format: Format,
    ) -> Result<bool, UseCaseError> {
        let weight = if format == Format::Pdf { CELLS_OF_A_PAGE_CELL } else { 1 };
        Ok(exportable.cells()?.saturating_mul(weight) > self.export_limits.cells_at_once)
    }

    /// Puts on record that somebody asked, and queues the job, in one transaction. Whoever
    /// asks again is led to the same job as long as it is of the same document.
    pub(super) async fn queue_export(
        &self,
        actor: &Actor,
        workspace: WorkspaceId,
        exportable: &Exportable,
        ruling: &Ruling,
        origin: &Origin,
    ) -> Result<ExportJobId, UseCaseError> {
        let subject = exportable.subject;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let load = store::lock_load(&mut tx, workspace).await?;
        let format = ruling.format();
        if let Some(live) = store::find_live(&mut tx, subject.id(), format, exportable.hash).await?
        {
            return Ok(live);
        }
        if load.waiting >= WAITING_MAX {
            return Err(Refusal::ExportsWaiting.into());
        }
        if load.bytes >= self.export_limits.workspace_bytes {
            return Err(Refusal::ExportStoreFull.into());
        }
        let id = ExportJobId::from_uuid(new_id());
        let cells = i64::try_from(exportable.cells()?).unwrap_or(i64::MAX);
        let title: String = exportable.title().chars().take(300).collect();
        let new = NewExportJob {
            id,
            workspace,
            asked_by: actor.user,
            subject: subject.kind(),
            subject_id: subject.id(),
            title: &title,
            format,
            document_hash: exportable.hash,
            cells,
        };
        store::insert(&mut tx, &new).await?;
        let mut detail = origin.with(detail(ruling, exportable));
        record::add(&mut detail, json!({ "subject": subject.id(), "cells": cells }));
        let entry = audit::Entry {
            action: "export.queued",
            actor: Some(actor.user),
            target: id.to_string(),
            detail,
        };
        let recorded = audit::append(&mut tx, Some(workspace), &entry).await;
        recorded.map_err(UseCaseError::ExportUnrecorded)?;
        tx.commit().await.map_err(|error| UseCaseError::ExportUnrecorded(error.into()))?;
        Ok(id)
    }

    /// How far an export is.
    ///
    /// # Errors
    /// [`UseCaseError::NotFound`], also for another workspace's.
    pub async fn view_export(
        &self,
        actor: &Actor,
        id: ExportJobId,
    ) -> Result<ExportView, UseCaseError> {
        let (_, row, subject) = self.load_export(actor, id).await?;
        let ExportJobRow { written, cells, attempt, .. } = row;
        let state = match (row.status, row.file) {
            (ExportStatus::Queued, _) => ExportState::Queued,
            (ExportStatus::Printing, _) => ExportState::Printing { written, cells, attempt },
            _ if row.is_expired => ExportState::Expired,
            (ExportStatus::Ready, Some(file)) => ExportState::Ready(file),
            _ => ExportState::Failed(row.failure.unwrap_or_default()),
        };
        Ok(ExportView {
            id,
            subject,
            title: row.title,
            format: row.format,
            asked_at: row.asked_at,
            state,
        })
    }

    async fn load_export(
        &self,
        actor: &Actor,
        id: ExportJobId,
    ) -> Result<(WorkspaceId, ExportJobRow, Subject), UseCaseError> {
        let workspace = actor.require(Role::Viewer)?.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let row = store::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        tx.commit().await?;
        let subject = Subject::of(&row.subject, row.subject_id)?;
        actor.require(subject.least_role())?;
        Ok((workspace, row, subject))
    }

    /// The file of an export, once what it holds may leave by what is decided now. This
    /// attempt is on record before its first byte.
    ///
    /// # Errors
    /// Those of [`download_report`](Self::download_report); [`Refusal::ExportNotReady`],
    /// [`Refusal::ExportExpired`]; [`Refusal::ExportOutdated`] when it would have to
    /// carry other terms by now, which also lets it expire.
    pub async fn fetch_export(
        &self,
        actor: &Actor,
        id: ExportJobId,
        origin: &Origin,
    ) -> Result<FetchedExport, UseCaseError> {
        let (workspace, row, subject) = self.load_export(actor, id).await?;
        if row.is_expired {
            return Err(Refusal::ExportExpired.into());
        }
        let file = row.file.ok_or(Refusal::ExportNotReady)?;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let (exportable, licences) =
            load_with_licences(&mut tx, workspace, subject, row.format).await?;
        tx.commit().await?;
        let ruling = self.rule(&exportable, row.format, &licences);
        let more = json!({ "job": id, "file_hash": file.hash, "file_bytes": file.bytes });
        let (permit, now) =
            self.permit(ruling, &exportable, workspace, actor, origin, more).await?;
        let grant = permit.redeem(row.document_hash, row.format, now).ok();
        if grant.is_none_or(|grant| terms_of(&grant) != file.terms) {
            let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
            store::expire(&mut tx, id).await?;
            tx.commit().await?;
            return Err(Refusal::ExportOutdated.into());
        }
        Ok(FetchedExport { file, pool: self.pool.clone(), workspace, job: id, next: 0 })
    }

    /// Prints an export, for the worker. The decision is made and put on record anew for
    /// every attempt, before anything is printed; an attempt that was broken off has left
    /// nothing but its entry.
    pub async fn make_export(
        &self,
        workspace: WorkspaceId,
        id: ExportJobId,
    ) -> Result<(), UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let attempt = store::begin(&mut tx, id).await?;
        let row = store::load(&mut tx, id).await?;
        tx.commit().await?;
        let (Some(attempt), Some(row)) = (attempt, row) else { return Ok(()) };
        if attempt > ATTEMPTS_MAX {
            return self.fail_export(workspace, id, attempt, GIVEN_UP).await;
        }
        match self.print_export(workspace, &row, attempt).await {
            Ok(()) => Ok(()),
            Err(UseCaseError::RightsBlocked(denial)) => {
                let words =
                    denial.blocked.iter().map(|one| format!(" {} {}", one.reason, one.unblock));
                let words: String =
                    std::iter::once(denial.sentence().to_owned()).chain(words).collect();
                self.fail_export(workspace, id, attempt, &words).await
            }
            Err(UseCaseError::Refused(refusal)) => {
                self.fail_export(workspace, id, attempt, refusal.message()).await
            }
            Err(UseCaseError::NotFound) => {
                self.fail_export(
                    workspace,
                    id,
                    attempt,
                    "What it was to be made of is no longer kept.",
                )
                .await
            }
            Err(UseCaseError::Quarantined) => {
                let words = "What is stored does not match its seal, so it is not printed.";
                self.fail_export(workspace, id, attempt, words).await
            }
            Err(error) => Err(error),
        }
    }

    async fn print_export(
        &self,
        workspace: WorkspaceId,
        row: &ExportJobRow,
        attempt: i32,
    ) -> Result<(), UseCaseError> {
        let subject = Subject::of(&row.subject, row.subject_id)?;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let (exportable, licences) =
            load_with_licences(&mut tx, workspace, subject, row.format).await?;
        tx.commit().await?;
        let ruling = self.rule(&exportable, row.format, &licences);
        let mut detail = detail(&ruling, &exportable);
        let seal_key = self.seal_key().map(|key| key.id());
        record::add(&mut detail, json!({ "attempt": attempt, "seal_key": seal_key }));
        let (recorded, now) = ruling
            .record(self.put_printing(workspace, row.asked_by, row.id, detail))
            .await
            .map_err(UseCaseError::ExportUnrecorded)?;
        let permit =
            recorded.permit(now).map_err(|denial| self.denied(&exportable, row.format, denial))?;
        let (meter, format, stem) = (Meter::default(), row.format, exportable.file_stem());
        let (seal, counted) = (self.seal.clone(), meter.clone());
        let print = move || sealed_print(&exportable, format, permit, now, seal.as_ref(), &counted);
        let printing = self.press.print(format, print, |export| export.bytes.len());
        let export = tokio::select! {
            printed = printing => printed?,
            never = self.tell_progress(workspace, row.id, attempt, &meter) => match never {},
        };
        let terms = terms_of_manifest(&export.manifest.terms, &export.manifest.withheld);
        let name = format!("{stem}.{}", export.extension());
        let file = NewFile {
            name: &name,
            media_type: export.media_type(),
            bytes: &export.bytes,
            hash: export.hash,
            terms: &terms,
            kept_hours: self.export_limits.kept_hours.into(),
        };
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        store::finish(&mut tx, workspace, row.id, attempt, &file).await?;
        // Behind the pieces: whoever asks meanwhile is not to wait for a large file.
        let load = store::lock_load(&mut tx, workspace).await?;
        if load.bytes > self.export_limits.workspace_bytes {
            // Ended here: what tells of it waits for the row.
            tx.rollback().await?;
            return Err(Refusal::ExportStoreFull.into());
        }
        tx.commit().await?;
        Ok(())
    }

    async fn put_printing(
        &self,
        workspace: WorkspaceId,
        asked_by: UserId,
        id: ExportJobId,
        detail: Value,
    ) -> Result<Timestamp, StorageError> {
        self.put_as(workspace, asked_by, "export.printing", id.to_string(), detail).await
    }

    /// Writes down how far an attempt is, until it is dropped. That this fails now and
    /// then costs whoever waits a number.
    async fn tell_progress(
        &self,
        workspace: WorkspaceId,
        id: ExportJobId,
        attempt: i32,
        meter: &Meter,
    ) -> std::convert::Infallible {
        loop {
            time::sleep(PROGRESS_INTERVAL).await;
            let written = i64::try_from(meter.cells()).unwrap_or(i64::MAX);
            let noted = async {
                let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
                store::note_progress(&mut tx, id, attempt, written).await?;
                Ok::<_, StorageError>(tx.commit().await?)
            };
            if let Err(error) = noted.await {
                tracing::debug!(%error, "the progress of an export was not written down");
            }
        }
    }

    async fn fail_export(
        &self,
        workspace: WorkspaceId,
        id: ExportJobId,
        attempt: i32,
        words: &str,
    ) -> Result<(), UseCaseError> {
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        store::fail(&mut tx, id, attempt, words).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes files whose time is over; the worker's housekeeping. Returns how many.
    pub async fn forget_exports(&self) -> Result<i64, UseCaseError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let forgotten = store::forget(&mut tx, FORGOTTEN_AT_ONCE).await?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

const GIVEN_UP: &str = "It was broken off five times, so it is given up. Ask for it again.";

fn terms_of(grant: &Grant) -> Value {
    terms_of_manifest(grant.terms(), grant.removed())
}

fn terms_of_manifest(
    terms: &rights::Terms,
    withheld: &std::collections::BTreeSet<String>,
) -> Value {
    json!({ "attributions": terms.attributions, "watermarks": terms.watermarks, "withheld": withheld })
}
