-- Every call of a language model: a row before it is sent, its end once. What a call
-- may use at most is set aside with the row, so that workers together keep to a budget.
-- Safe beside an older process: it only adds a table, which such a process does not write.

create table assistant_calls (
    id               uuid not null,
    workspace_id     uuid not null,
    run_id           uuid not null,
    fencing_token    bigint not null,
    ordinal          integer not null,
    question         text not null,
    request_id       text not null,
    attempt          integer not null,
    engine           text not null,
    model            text not null,
    prompt_hash      bytea not null,
    reserved_tokens  bigint not null,
    reserved_cost    numeric,
    currency         char(3),
    sent_at          timestamptz not null default clock_timestamp(),
    finished_at      timestamptz,
    outcome          text,
    answered_model   text,
    input_tokens     bigint,
    cached_tokens    bigint,
    output_tokens    bigint,
    reasoning_tokens bigint,
    cost             numeric,
    cost_missing     text,
    constraint assistant_calls_pkey primary key (id),
    constraint assistant_calls_ordinal_key unique (run_id, ordinal),
    constraint assistant_calls_attempt_key unique (run_id, request_id, attempt),
    constraint assistant_calls_run_fkey foreign key (run_id, workspace_id) references runs (id, workspace_id),
    constraint assistant_calls_numbered check (ordinal >= 1 and attempt between 1 and ordinal),
    constraint assistant_calls_question_known check (question in ('compose', 'repair')),
    constraint assistant_calls_names_length check (
        char_length(request_id) between 1 and 200 and char_length(engine) between 1 and 100
        and char_length(model) between 1 and 200 and char_length(answered_model) between 1 and 100
    ),
    constraint assistant_calls_prompt_hash_length check (octet_length(prompt_hash) = 32),
    constraint assistant_calls_reserved check (reserved_tokens > 0 and reserved_cost >= 0),
    constraint assistant_calls_money_has_currency check (
        (reserved_cost is null and cost is null) or currency is not null
    ),
    constraint assistant_calls_ended_with_outcome check (
        (finished_at is null) = (outcome is null) and finished_at >= sent_at
    ),
    constraint assistant_calls_counted_whole check (
        num_nulls(input_tokens, cached_tokens, output_tokens, reasoning_tokens) in (0, 4)
        and cached_tokens between 0 and input_tokens and reasoning_tokens between 0 and output_tokens
    ),
    constraint assistant_calls_cost_or_reason check (
        num_nonnulls(cost, cost_missing) = case when outcome is null then 0 else 1 end
        and cost >= 0 and cost_missing in ('no_price', 'no_usage', 'out_of_range')
    ),
    constraint assistant_calls_cost_of_tokens check (cost is null or input_tokens is not null)
);
comment on table assistant_calls is 'Calls of a language model. One whose end is not written down counts for what was set aside.';
comment on column assistant_calls.fencing_token is 'Of the worker''s hold on the run that made the call.';
comment on column assistant_calls.ordinal is '1 for the first call of the run, whichever worker made it.';
comment on column assistant_calls.request_id is 'As the server is told it; the same for every repetition of a question.';
comment on column assistant_calls.attempt is '1 for the first time that this request was sent.';
comment on column assistant_calls.model is 'The model that was asked for, whose price counts.';
comment on column assistant_calls.prompt_hash is 'SHA-256 over the hashes of everything that was sent as text.';
comment on column assistant_calls.reserved_cost is 'The most that the call can cost; null where no price is known.';
comment on column assistant_calls.outcome is 'answered, or the code of the failure.';
comment on column assistant_calls.input_tokens is 'As the server counted, cached ones included; null where it did not say.';
comment on column assistant_calls.output_tokens is 'As the server counted, thoughts included.';

create index assistant_calls_month_idx on assistant_calls (workspace_id, sent_at desc, id desc);

call isolate_by_workspace('assistant_calls');
grant select, insert on assistant_calls to observatory_app;
grant update (
    finished_at, outcome, answered_model, input_tokens, cached_tokens, output_tokens, reasoning_tokens, cost, cost_missing
) on assistant_calls to observatory_app;
grant select on assistant_calls to observatory_verifier;

create trigger refuse_row_delete before delete on assistant_calls for each row execute function refuse_change();
create trigger refuse_truncate before truncate on assistant_calls for each statement execute function refuse_change();

-- Only the worker that carries a run calls for it, and nothing has ended yet. The share
-- lock holds off another worker until the row is committed. After the insert, so that a
-- row for another workspace meets row-level security first.
create function require_carried_run() returns trigger
    language plpgsql
as $$
begin
    perform from runs r
    where r.id = new.run_id and r.status = 'running' and r.fencing_token = new.fencing_token
    for share;
    if not found then
        raise exception using errcode = 'restrict_violation', constraint = 'assistant_calls_of_holder',
            message = format('run %s is not carried under token %s', new.run_id, new.fencing_token);
    end if;
    if new.outcome is not null then
        raise exception using errcode = 'restrict_violation', constraint = 'assistant_calls_begin_open',
            message = format('call %s is written down before it is sent', new.id);
    end if;
    return null;
end
$$;
create trigger require_carried_run after insert on assistant_calls
    for each row execute function require_carried_run();

-- What was sent stays as it was sent. It ends once.
create function guard_assistant_call() returns trigger
    language plpgsql
as $$
declare
    ending text[] := array['finished_at', 'outcome', 'answered_model', 'input_tokens', 'cached_tokens',
                           'output_tokens', 'reasoning_tokens', 'cost', 'cost_missing'];
begin
    if to_jsonb(new) - ending <> to_jsonb(old) - ending then
        raise exception using errcode = 'restrict_violation', constraint = 'assistant_calls_as_sent',
            message = format('call %s stays as it was sent', old.id);
    end if;
    if old.outcome is not null or new.outcome is null then
        raise exception using errcode = 'restrict_violation', constraint = 'assistant_calls_one_end',
            message = format('call %s ends once', old.id);
    end if;
    return new;
end
$$;
create trigger guard_assistant_call before update on assistant_calls
    for each row execute function guard_assistant_call();
