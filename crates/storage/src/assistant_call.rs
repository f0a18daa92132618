//! Calls of a language model: each written down before it is sent, ended once, and
//! added up for budgets.

pub mod answer;
pub mod resumed;

use crate::{Moment, StorageError, run::Lease};
use domain::{
    hash::ContentHash,
    id::{ModelCallId, RunId, WorkspaceId},
    language_model::{Charged, CostMissing, Question, Tokens, Worst},
};
use jiff::Timestamp;
use rust_decimal::Decimal;
use sqlx::PgConnection;

/// A call about to be sent.
pub struct NewCall<'a> {
    pub id: ModelCallId,
    /// Of the worker that carries the run.
    pub lease: Lease,
    pub question: Question,
    /// What the answer before is sent back for.
    pub findings: &'a [String],
    pub request_id: &'a str,
    pub engine: &'a str,
    pub model: &'a str,
    pub prompt_hash: ContentHash,
    pub reserved: Worst,
    /// Of the table of prices, where there is one.
    pub currency: Option<&'a str>,
}

/// Has calls of one workspace opened one after the other, until the transaction ends.
pub async fn lock_book(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
) -> Result<(), StorageError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))",
        format!("language model calls of {workspace}")
    )
    .fetch_one(conn)
    .await?;
    Ok(())
}

/// What counts for the budget of a run, and for that of its workspace in this month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub run: Charged,
    pub month: Charged,
}

/// Adds up what was used, and what is set aside where that is not known. Months are
/// those of UTC. Costs in another currency than the given one are not known.
pub async fn load_standing(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    run: RunId,
    currency: Option<&str>,
) -> Result<Standing, StorageError> {
    let row = sqlx::query!(
        r#"with charged as (
               select
                   run_id = $2 as of_run,
                   sent_at >= date_trunc('month', clock_timestamp(), 'UTC') as of_month,
                   coalesce(input_tokens + output_tokens, reserved_tokens) as tokens,
                   case when currency = $3 then coalesce(cost, reserved_cost) end as cost
               from assistant_calls
               where workspace_id = $1
                 and (run_id = $2 or sent_at >= date_trunc('month', clock_timestamp(), 'UTC'))
           )
           select
               count(*) filter (where of_run) as "run_calls!",
               coalesce(sum(tokens) filter (where of_run), 0)::text as "run_tokens!",
               coalesce(sum(cost) filter (where of_run), 0)::text as "run_cost!",
               count(*) filter (where of_run and cost is null) as "run_unpriced!",
               count(*) filter (where of_month) as "month_calls!",
               coalesce(sum(tokens) filter (where of_month), 0)::text as "month_tokens!",
               coalesce(sum(cost) filter (where of_month), 0)::text as "month_cost!",
               count(*) filter (where of_month and cost is null) as "month_unpriced!"
           from charged"#,
        workspace.as_uuid(),
        run.as_uuid(),
        currency
    )
    .fetch_one(conn)
    .await?;
    Ok(Standing {
        run: charged(row.run_calls, &row.run_tokens, &row.run_cost, row.run_unpriced),
        month: charged(row.month_calls, &row.month_tokens, &row.month_cost, row.month_unpriced),
    })
}

/// Sums that no number holds count as the largest, which no budget covers.
fn charged(calls: i64, tokens: &str, cost: &str, unpriced: i64) -> Charged {
    Charged {
        calls: u64::try_from(calls).unwrap_or_default(),
        tokens: tokens.parse().unwrap_or(u64::MAX),
        cost: Decimal::from_str_exact(cost).ok().filter(|_| unpriced == 0),
    }
}

/// Writes a call down as the next of its run, and gives its ordinal.
///
/// # Errors
/// Refused by `assistant_calls_of_holder` when another worker carries the run.
pub async fn insert(conn: &mut PgConnection, call: &NewCall<'_>) -> Result<u32, StorageError> {
    let findings = kept_of(call.findings);
    let findings_count = i32::try_from(call.findings.len()).unwrap_or(i32::MAX);
    let ordinal = sqlx::query_scalar!(
        "insert into assistant_calls (
             id, workspace_id, run_id, fencing_token, ordinal, question, request_id, attempt, engine,
             model, prompt_hash, reserved_tokens, reserved_cost, currency, findings, findings_count
         )
         select $1, $2, $3, $4, 1 + count(*), $5, $6, 1 + count(*) filter (where c.request_id = $6), $7,
             $8, $9, $10, $11::text::numeric, $12, $13, $14
         from assistant_calls c
         where c.run_id = $3
         returning ordinal",
        call.id.as_uuid(),
        call.lease.workspace.as_uuid(),
        call.lease.run.as_uuid(),
        call.lease.token,
        call.question.id(),
        call.request_id,
        call.engine,
        call.model,
        call.prompt_hash.as_bytes(),
        i64::try_from(call.reserved.tokens).unwrap_or(i64::MAX),
        call.reserved.cost.map(|cost| cost.to_string()),
        call.currency,
        findings.as_deref(),
        findings.as_ref().map(|_| findings_count)
    )
    .fetch_one(conn)
    .await
    .map_err(StorageError::from_write)?;
    u32::try_from(ordinal)
        .map_err(|_| StorageError::Corrupt(format!("assistant_calls.ordinal {ordinal}")))
}

/// Findings that are kept of one answer, and characters of each.
const FINDINGS_KEPT: usize = 100;
const FINDING_LENGTH_MAX: usize = 1000;

/// As a text column holds them: they quote what a model said, which may be anything.
fn kept_of(findings: &[String]) -> Option<Vec<String>> {
    let kept = findings.iter().take(FINDINGS_KEPT);
    let kept = kept.map(|finding| {
        finding.chars().take(FINDING_LENGTH_MAX).collect::<String>().replace('\0', "\u{fffd}")
    });
    (!findings.is_empty()).then(|| kept.collect())
}

/// How a call ended.
pub struct CallEnd<'a> {
    pub outcome: &'a str,
    pub model: Option<&'a str>,
    pub tokens: Option<Tokens>,
    pub cost: Result<Decimal, CostMissing>,
}

/// Ends a call.
///
/// # Errors
/// Refused by `assistant_calls_one_end` when it had ended before.
pub async fn finish(
    conn: &mut PgConnection,
    id: ModelCallId,
    end: &CallEnd<'_>,
) -> Result<(), StorageError> {
    let count = |part: fn(Tokens) -> u64| {
        end.tokens.map(|tokens| i64::try_from(part(tokens)).unwrap_or(i64::MAX))
    };
    sqlx::query!(
        "update assistant_calls
         set finished_at = clock_timestamp(), outcome = $2, answered_model = $3, input_tokens = $4,
             cached_tokens = $5, output_tokens = $6, reasoning_tokens = $7,
             cost = $8::text::numeric, cost_missing = $9
         where id = $1",
        id.as_uuid(),
        end.outcome,
        end.model,
        count(|tokens| tokens.input),
        count(|tokens| tokens.cached),
        count(|tokens| tokens.output),
        count(|tokens| tokens.reasoning),
        end.cost.as_ref().ok().map(ToString::to_string),
        end.cost.err().map(CostMissing::id)
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// A call as it stands in the book.
#[derive(Clone, Debug)]
pub struct CallRow {
    pub run: RunId,
    pub question: Question,
    /// The first of what the answer before was sent back for.
    pub findings: Vec<String>,
    /// Of all that was found in it.
    pub findings_count: i32,
    pub request_id: String,
    pub attempt: i32,
    pub model: String,
    pub reserved_tokens: i64,
    pub currency: Option<String>,
    pub sent_at: Timestamp,
    /// None where its end is not written down.
    pub end: Option<EndRow>,
}

#[derive(Clone, Debug)]
pub struct EndRow {
    pub at: Timestamp,
    pub outcome: String,
    pub tokens: Option<Tokens>,
    pub cost: Result<Decimal, CostMissing>,
}

/// Whose calls are listed.
#[derive(Clone, Copy, Debug)]
pub enum CallsOf {
    /// In the order in which they were sent.
    Run(RunId),
    /// Of a month in UTC, the newest first.
    Month { workspace: WorkspaceId, from: Timestamp, until: Timestamp },
}

/// The calls of a run, or of a workspace in a span of time.
pub async fn load(
    conn: &mut PgConnection,
    of: CallsOf,
    limit: i64,
) -> Result<Vec<CallRow>, StorageError> {
    let (run, workspace, span) = match of {
        CallsOf::Run(run) => (Some(run.as_uuid()), None, None),
        CallsOf::Month { workspace, from, until } => {
            (None, Some(workspace.as_uuid()), Some((Moment(from), Moment(until))))
        }
    };
    let (from, until) = span.unzip();
    let rows = sqlx::query!(
        r#"select
               run_id as "run: RunId",
               ordinal,
               question as "question: Question",
               findings,
               findings_count,
               request_id,
               attempt,
               model,
               reserved_tokens,
               currency::text as currency,
               sent_at as "sent_at: Moment",
               finished_at as "finished_at: Moment",
               outcome,
               input_tokens,
               cached_tokens,
               output_tokens,
               reasoning_tokens,
               cost::text as cost,
               cost_missing as "cost_missing: CostMissing"
           from assistant_calls
           where run_id = $1
              or (workspace_id = $2 and sent_at >= $3 and sent_at < $4)
           order by case when $1::uuid is null then sent_at end desc, ordinal
           limit $5"#,
        run,
        workspace,
        from as Option<Moment>,
        until as Option<Moment>,
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let corrupt = |what: &str| {
                StorageError::Corrupt(format!("assistant_calls.{what} of {}", row.request_id))
            };
            let count = |count: i64| u64::try_from(count).map_err(|_| corrupt("tokens"));
            let counts = row
                .input_tokens
                .zip(row.cached_tokens)
                .zip(row.output_tokens.zip(row.reasoning_tokens));
            let tokens = counts
                .map(|((input, cached), (output, reasoning))| {
                    Ok::<_, StorageError>(Tokens {
                        input: count(input)?,
                        cached: count(cached)?,
                        output: count(output)?,
                        reasoning: count(reasoning)?,
                    })
                })
                .transpose()?;
            let end = match (row.finished_at, row.outcome.clone()) {
                (Some(at), Some(outcome)) => {
                    let cost = match (&row.cost, row.cost_missing) {
                        (Some(cost), _) => {
                            Ok(Decimal::from_str_exact(cost).map_err(|_| corrupt("cost"))?)
                        }
                        (None, Some(missing)) => Err(missing),
                        (None, None) => return Err(corrupt("cost_missing")),
                    };
                    Some(EndRow { at: at.0, outcome, tokens, cost })
                }
                _ => None,
            };
            Ok(CallRow {
                run: row.run,
                question: row.question,
                findings: row.findings.clone().unwrap_or_default(),
                findings_count: row.findings_count.unwrap_or_default(),
                request_id: row.request_id.clone(),
                attempt: row.attempt,
                model: row.model.clone(),
                reserved_tokens: row.reserved_tokens,
                currency: row.currency.clone(),
                sent_at: row.sent_at.0,
                end,
            })
        })
        .collect()
}

/// What was used in a span of time, and what was set aside besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    pub calls: i64,
    pub tokens: Tokens,
    /// Of calls whose server did not count, or whose end is not written down.
    pub set_aside: u64,
    /// Of all calls that have a cost in the currency given.
    pub cost: Decimal,
    /// Calls without a cost in it.
    pub without_cost: i64,
}

/// Adds up the calls of a workspace in a span of time.
pub async fn load_used(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    from: Timestamp,
    until: Timestamp,
    currency: Option<&str>,
) -> Result<Used, StorageError> {
    let row = sqlx::query!(
        r#"select
               count(*) as "calls!",
               coalesce(sum(input_tokens), 0)::text as "input!",
               coalesce(sum(cached_tokens), 0)::text as "cached!",
               coalesce(sum(output_tokens), 0)::text as "output!",
               coalesce(sum(reasoning_tokens), 0)::text as "reasoning!",
               coalesce(sum(reserved_tokens) filter (where input_tokens is null), 0)::text as "set_aside!",
               coalesce(sum(cost) filter (where currency = $4), 0)::text as "cost!",
               count(*) filter (where cost is null or currency is distinct from $4) as "without_cost!"
           from assistant_calls
           where workspace_id = $1 and sent_at >= $2 and sent_at < $3"#,
        workspace.as_uuid(),
        Moment(from) as Moment,
        Moment(until) as Moment,
        currency
    )
    .fetch_one(conn)
    .await?;
    let corrupt = |what: &str| StorageError::Corrupt(format!("the sum of assistant_calls.{what}"));
    let sum = |text: &str, what| text.parse::<u64>().map_err(|_| corrupt(what));
    Ok(Used {
        calls: row.calls,
        tokens: Tokens {
            input: sum(&row.input, "input_tokens")?,
            cached: sum(&row.cached, "cached_tokens")?,
            output: sum(&row.output, "output_tokens")?,
            reasoning: sum(&row.reasoning, "reasoning_tokens")?,
        },
        set_aside: sum(&row.set_aside, "reserved_tokens")?,
        cost: Decimal::from_str_exact(&row.cost).map_err(|_| corrupt("cost"))?,
        without_cost: row.without_cost,
    })
}
