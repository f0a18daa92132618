-- Exports of all workspaces by time, for the administrators' list of them.
-- Safe beside an older process: it only adds an index.

create index audit_log_exports_idx on audit_log (recorded_at desc, chain desc, sequence desc)
    where action = 'report.exported';
