-- What a language model answered, so that its run can be replayed from the record alone.
-- Safe beside an older process: it only adds. Such a process keeps no answers, and the
-- runs that it carries cannot be replayed.

alter table assistant_calls add constraint assistant_calls_workspace_key unique (id, workspace_id);

create table assistant_answers (
    call_id      uuid not null,
    workspace_id uuid not null,
    answer       bytea not null,
    answer_hash  bytea not null,
    constraint assistant_answers_pkey primary key (call_id),
    constraint assistant_answers_call_fkey foreign key (call_id, workspace_id)
        references assistant_calls (id, workspace_id),
    constraint assistant_answers_length check (octet_length(answer) between 1 and 16777216),
    constraint assistant_answers_hash_matches check (answer_hash = sha256(answer))
);
comment on table assistant_answers is 'Answers as they came, before any rule was held against them.';
comment on column assistant_answers.answer is 'UTF-8. Bytes, since a model may say what no text column holds.';

call isolate_by_workspace('assistant_answers');
call make_immutable('assistant_answers');

-- Only a call that was answered has an answer. After the insert, so that a row for
-- another workspace meets row-level security first.
create function require_answered_call() returns trigger
    language plpgsql
as $$
begin
    perform from assistant_calls c where c.id = new.call_id and c.outcome = 'answered';
    if not found then
        raise exception using errcode = 'restrict_violation', constraint = 'assistant_answers_of_answered_call',
            message = format('call %s was not answered', new.call_id);
    end if;
    return null;
end
$$;
create trigger require_answered_call after insert on assistant_answers
    for each row execute function require_answered_call();
