-- Large exports in the administrators' list of exports: that somebody asked for one, and
-- each attempt of a worker to print it, beside the downloads; and which are being made now.
-- Safe beside an older process: what it asks of the list implies the new index's condition.

create index audit_log_export_stages_idx on audit_log (recorded_at desc, chain desc, sequence desc)
    where action in ('report.exported', 'execution.exported', 'export.queued', 'export.printing');
drop index audit_log_all_exports_idx;

create index export_jobs_pending_idx on export_jobs (asked_at) where status in ('queued', 'printing');
