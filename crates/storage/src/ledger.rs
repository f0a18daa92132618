//! What was read of a workspace's ledger: snapshots by commit, and every attempt.

use crate::{Day, Moment, StorageError};
use domain::{
    hash::{ContentHash, canonical_json},
    id::{PortfolioId, UserId, WorkspaceId},
    portfolio::Book,
    pricing_pack::{Currency, LedgerCommit},
    taxonomy::UnknownId,
};
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::{collections::BTreeMap, str::FromStr};
use uuid::Uuid;

/// Postings that one statement inserts.
const POSTINGS_AT_ONCE: usize = 5_000;

/// How an attempt to read the ledger ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadingOutcome {
    Stored,
    /// The snapshot of that commit was there already.
    Unchanged,
    /// The ledger has faults.
    Refused,
    /// No commit could be read.
    Unreadable,
}

impl ReadingOutcome {
    pub const fn id(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
        }
    }
}

impl FromStr for ReadingOutcome {
    type Err = UnknownId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Stored, Self::Unchanged, Self::Refused, Self::Unreadable]
            .into_iter()
            .find(|outcome| outcome.id() == text)
            .ok_or_else(|| UnknownId { what: "outcome of a reading", value: text.to_owned() })
    }
}

/// One thing wrong with a ledger, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerFault {
    pub file: String,
    pub line: u32,
    pub text: String,
    pub message: String,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerReading {
    pub commit: Option<LedgerCommit>,
    pub outcome: ReadingOutcome,
    pub problem: Option<String>,
    pub faults: Vec<LedgerFault>,
    pub read_by: Option<UserId>,
    pub read_at: Timestamp,
}

/// A snapshot without its books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerSnapshot {
    pub commit: LedgerCommit,
    pub files: u32,
    pub transactions: u32,
    pub read_at: Timestamp,
}

pub async fn insert_reading(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    reading: &LedgerReading,
) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into ledger_readings (id, workspace_id, ledger_commit, outcome, problem, faults, read_by, read_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        Uuid::now_v7(),
        workspace.as_uuid(),
        reading.commit.as_ref().map(LedgerCommit::as_str),
        reading.outcome.id(),
        reading.problem,
        serde_json::to_value(&reading.faults)?,
        reading.read_by.map(UserId::as_uuid),
        Moment(reading.read_at) as Moment,
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// The last attempt of the transaction's workspace.
pub async fn load_last_reading(
    conn: &mut PgConnection,
) -> Result<Option<LedgerReading>, StorageError> {
    let row = sqlx::query!(
        r#"select
               ledger_commit as "commit: LedgerCommit",
               outcome,
               problem,
               faults,
               read_by as "read_by: UserId",
               read_at as "read_at: Moment"
           from ledger_readings
           order by read_at desc, id desc
           limit 1"#
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let corrupt =
            |error: UnknownId| StorageError::Corrupt(format!("ledger_readings.outcome: {error}"));
        Ok(LedgerReading {
            commit: row.commit,
            outcome: row.outcome.parse().map_err(corrupt)?,
            problem: row.problem,
            faults: serde_json::from_value(row.faults)?,
            read_by: row.read_by,
            read_at: row.read_at.0,
        })
    })
    .transpose()
}

/// Stores a ledger that was read whole, with the book of each portfolio. False when the
/// snapshot of this commit is there already.
pub async fn insert_snapshot(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    snapshot: &LedgerSnapshot,
    books: &BTreeMap<PortfolioId, Book>,
) -> Result<bool, StorageError> {
    let inserted = sqlx::query!(
        "insert into ledger_snapshots (workspace_id, ledger_commit, files, transactions, read_at)
         values ($1, $2, $3, $4, $5)
         on conflict (workspace_id, ledger_commit) do nothing",
        workspace.as_uuid(),
        snapshot.commit.as_str(),
        i32::try_from(snapshot.files).unwrap_or(i32::MAX),
        i32::try_from(snapshot.transactions).unwrap_or(i32::MAX),
        Moment(snapshot.read_at) as Moment,
    )
    .execute(&mut *conn)
    .await
    .map_err(StorageError::from_write)?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    for (portfolio, book) in books {
        insert_book(conn, workspace, &snapshot.commit, *portfolio, book).await?;
    }
    Ok(true)
}

async fn insert_book(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    commit: &LedgerCommit,
    portfolio: PortfolioId,
    book: &Book,
) -> Result<(), StorageError> {
    let content = canonical_json(book)?;
    let hash = ContentHash::of_bytes(content.as_bytes());
    sqlx::query!(
        "insert into ledger_books (
             workspace_id, ledger_commit, portfolio_id, name, base_currency, content, content_hash
         ) values ($1, $2, $3, $4, $5, $6, $7)",
        workspace.as_uuid(),
        commit.as_str(),
        portfolio.as_uuid(),
        book.name.0,
        book.base.as_str(),
        content,
        hash.as_bytes()
    )
    .execute(&mut *conn)
    .await
    .map_err(StorageError::from_write)?;
    for rows in movements(book).chunks(POSTINGS_AT_ONCE) {
        insert_postings(conn, workspace, commit, portfolio, rows).await?;
    }
    Ok(())
}

struct Movement<'a> {
    transaction: i32,
    /// Within its transaction.
    place: i32,
    date: Date,
    kind: &'static str,
    account: &'static str,
    commodity: &'a str,
    units: Decimal,
    lot: Option<(Decimal, Date)>,
}

fn movements(book: &Book) -> Vec<Movement<'_>> {
    let mut rows = Vec::new();
    for (transaction, one) in (0..).zip(&book.transactions) {
        let row = |place, account, commodity, units, lot| Movement {
            transaction,
            place,
            date: one.date,
            kind: one.kind.id(),
            account,
            commodity,
            units,
            lot,
        };
        let lots = one.lots.iter().map(|lot| {
            ("position", lot.symbol.as_str(), lot.units, Some((lot.unit_cost, lot.acquired)))
        });
        let cash = one.cash.iter().map(|one| ("cash", one.currency.as_str(), one.amount, None));
        let owed = one
            .receivable
            .iter()
            .map(|one| ("receivable", one.currency.as_str(), one.amount, None));
        let all = lots.chain(cash).chain(owed);
        for (place, (account, commodity, units, lot)) in (0..).zip(all) {
            rows.push(row(place, account, commodity, units, lot));
        }
    }
    rows
}

async fn insert_postings(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    commit: &LedgerCommit,
    portfolio: PortfolioId,
    rows: &[Movement<'_>],
) -> Result<(), StorageError> {
    let texts = |of: fn(&Movement<'_>) -> String| rows.iter().map(of).collect::<Vec<_>>();
    let dates: Vec<Day> = rows.iter().map(|row| Day(row.date)).collect();
    let acquired: Vec<Option<Day>> = rows.iter().map(|row| row.lot.map(|lot| Day(lot.1))).collect();
    let costs: Vec<Option<String>> =
        rows.iter().map(|row| row.lot.map(|lot| lot.0.to_string())).collect();
    sqlx::query!(
        "insert into ledger_postings (
             workspace_id, ledger_commit, portfolio_id, transaction, posting, date, kind, account,
             commodity, units, unit_cost, acquired
         )
         select $1, $2, $3, transaction, posting, date, kind, account, commodity, units::numeric,
             unit_cost::numeric, acquired
         from unnest($4::int[], $5::int[], $6::date[], $7::text[], $8::text[], $9::text[],
                     $10::text[], $11::text[], $12::date[])
             as posted (transaction, posting, date, kind, account, commodity, units, unit_cost, acquired)",
        workspace.as_uuid(),
        commit.as_str(),
        portfolio.as_uuid(),
        &rows.iter().map(|row| row.transaction).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.place).collect::<Vec<_>>(),
        dates as _,
        &texts(|row| row.kind.to_owned()),
        &texts(|row| row.account.to_owned()),
        &texts(|row| row.commodity.to_owned()),
        &texts(|row| row.units.to_string()),
        costs as _,
        acquired as _
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// The newest snapshot of the transaction's workspace.
pub async fn load_newest_snapshot(
    conn: &mut PgConnection,
) -> Result<Option<LedgerSnapshot>, StorageError> {
    let row = sqlx::query!(
        r#"select
               ledger_commit as "commit: LedgerCommit",
               files,
               transactions,
               read_at as "read_at: Moment"
           from ledger_snapshots
           order by read_at desc
           limit 1"#
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let count = |value: i32| {
            u32::try_from(value)
                .map_err(|_| StorageError::Corrupt(format!("ledger_snapshots of {}", row.commit)))
        };
        Ok(LedgerSnapshot {
            files: count(row.files)?,
            transactions: count(row.transactions)?,
            commit: row.commit.clone(),
            read_at: row.read_at.0,
        })
    })
    .transpose()
}

/// Whether the transaction's workspace has the snapshot of a commit.
pub async fn has_snapshot(
    conn: &mut PgConnection,
    commit: &LedgerCommit,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from ledger_snapshots where ledger_commit = $1) as "there!""#,
        commit.as_str()
    )
    .fetch_one(conn)
    .await?)
}

/// A portfolio that a snapshot has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookRow {
    pub portfolio: PortfolioId,
    pub name: String,
    pub base: Currency,
}

/// The portfolios of a snapshot of the transaction's workspace, by their names.
pub async fn load_books(
    conn: &mut PgConnection,
    commit: &LedgerCommit,
) -> Result<Vec<BookRow>, StorageError> {
    Ok(sqlx::query_as!(
        BookRow,
        r#"select
               portfolio_id as "portfolio: PortfolioId",
               name,
               base_currency as "base: Currency"
           from ledger_books
           where ledger_commit = $1
           order by name"#,
        commit.as_str()
    )
    .fetch_all(conn)
    .await?)
}

/// The book of a portfolio at a commit, of the transaction's workspace.
///
/// # Errors
/// [`StorageError::Corrupt`] when it does not match its hash.
pub async fn load_book(
    conn: &mut PgConnection,
    portfolio: PortfolioId,
    commit: &LedgerCommit,
) -> Result<Option<Book>, StorageError> {
    let row = sqlx::query!(
        r#"select content, content_hash as "content_hash: ContentHash"
           from ledger_books
           where portfolio_id = $1 and ledger_commit = $2"#,
        portfolio.as_uuid(),
        commit.as_str()
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if ContentHash::of_bytes(row.content.as_bytes()) != row.content_hash {
        return Err(StorageError::Corrupt(format!("the book of {portfolio} at {commit}")));
    }
    Ok(Some(serde_json::from_str(&row.content)?))
}

/// What the stored movements of a portfolio add up to at the end of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBalance {
    /// A security, or a currency of cash or of what is owed.
    pub commodity: String,
    pub is_position: bool,
    pub units: Decimal,
    /// Of lots: units × unit cost.
    pub cost: Decimal,
}

/// Adds up the postings of the transaction's workspace; balances of zero are left out.
pub async fn load_balances(
    conn: &mut PgConnection,
    portfolio: PortfolioId,
    commit: &LedgerCommit,
    day: Date,
) -> Result<Vec<StoredBalance>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               commodity,
               account = 'position' as "is_position!",
               sum(units)::text as "units!",
               round(coalesce(sum(units * unit_cost), 0), 10)::text as "cost!"
           from ledger_postings
           where portfolio_id = $1 and ledger_commit = $2 and date <= $3
           group by commodity, account = 'position'
           having sum(units) <> 0
           order by 2 desc, 1"#,
        portfolio.as_uuid(),
        commit.as_str(),
        Day(day) as Day
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let number = |text: &str| {
                text.parse::<Decimal>()
                    .map(|number| number.normalize())
                    .map_err(|_| StorageError::Corrupt(format!("ledger_postings: {text}")))
            };
            Ok(StoredBalance {
                units: number(&row.units)?,
                cost: number(&row.cost)?,
                commodity: row.commodity,
                is_position: row.is_position,
            })
        })
        .collect()
}
