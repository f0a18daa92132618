-- A call that its server goes on with in the background is resumed by the worker that
-- follows on a dead one, under the server's name of the answer.
-- Safe beside an older process: it neither writes the name nor resumes, and makes the call
-- again as before.

alter table assistant_calls add column response_id text;
alter table assistant_calls add constraint assistant_calls_response_id_length
    check (char_length(response_id) between 1 and 200) not valid;
alter table assistant_calls validate constraint assistant_calls_response_id_length;
comment on column assistant_calls.response_id is 'The server''s name of an answer that it goes on with by itself.';
grant update (response_id) on assistant_calls to observatory_app;

-- What was sent stays as it was sent. The server's name of the answer is added once, while
-- the call is open. It ends once.
create or replace function guard_assistant_call() returns trigger
    language plpgsql
as $$
declare
    ending text[] := array['finished_at', 'outcome', 'answered_model', 'input_tokens', 'cached_tokens',
                           'output_tokens', 'reasoning_tokens', 'cost', 'cost_missing', 'response_id'];
begin
    if to_jsonb(new) - ending <> to_jsonb(old) - ending
        or (old.response_id is not null and new.response_id is distinct from old.response_id) then
        raise exception using errcode = 'restrict_violation', constraint = 'assistant_calls_as_sent',
            message = format('call %s stays as it was sent', old.id);
    end if;
    if old.outcome is not null
        or (new.outcome is null and (new.response_id is null or old.response_id is not null)) then
        raise exception using errcode = 'restrict_violation', constraint = 'assistant_calls_one_end',
            message = format('call %s ends once', old.id);
    end if;
    return new;
end
$$;
