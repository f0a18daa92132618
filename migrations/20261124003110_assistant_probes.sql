-- A server of OpenAI's kind is probed before it is told anything; that is a call too.
-- Safe beside an older process: it only takes more than before.

alter table assistant_calls drop constraint assistant_calls_question_known;
alter table assistant_calls add constraint assistant_calls_question_known
    check (question in ('probe', 'compose', 'repair')) not valid;
alter table assistant_calls validate constraint assistant_calls_question_known;
