-- What an answer of a language model was sent back for is kept with the call that sends it
-- back, whether the second answer is fit or not.
-- Safe beside an older process: it only adds. Such a process keeps no findings.

alter table assistant_calls add column findings text[];
alter table assistant_calls add column findings_count integer;
alter table assistant_calls add constraint assistant_calls_findings_of_repair check (
    num_nulls(findings, findings_count) in (0, 2)
    and (findings is null or question = 'repair')
    and cardinality(findings) between 1 and 100 and findings_count >= cardinality(findings)
    and array_position(findings, null) is null
    and octet_length(array_to_string(findings, '')) between 1 and 400000
) not valid;
alter table assistant_calls validate constraint assistant_calls_findings_of_repair;
comment on column assistant_calls.findings is 'The first of what the answer before was sent back for, in the words of the rules.';
comment on column assistant_calls.findings_count is 'Of all that was found, those that are not kept included.';
