//! Recomputes every stored hash. Reads page by page, holds one row at a time,
//! and writes nothing.

use crate::{StorageError, audit};
use domain::hash::ContentHash;
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

/// How many rows one query reads.
const PAGE: i64 = 200;

/// One place where what is stored is not what was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    pub what: &'static str,
    pub id: String,
    pub problem: String,
}

/// What was looked at.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    pub packs: u64,
    pub pricing_packs: u64,
    /// Books of portfolios.
    pub books: u64,
    pub packages: u64,
    pub answers: u64,
    pub artifacts: u64,
    pub audit_entries: u64,
    pub discrepancies: Vec<Discrepancy>,
}

/// Verifies packs, pricing packs, books, packages, recorded answers, artifacts and audit chains. Needs a pool whose
/// connections act as the verifier.
pub async fn verify(pool: &PgPool) -> Result<Verification, StorageError> {
    let mut found = Verification::default();
    verify_packs(pool, &mut found).await?;
    verify_pricing_packs(pool, &mut found).await?;
    verify_books(pool, &mut found).await?;
    verify_packages(pool, &mut found).await?;
    verify_answers(pool, &mut found).await?;
    verify_artifacts(pool, &mut found).await?;
    verify_audit(pool, &mut found).await?;
    verify_successes(pool, &mut found).await?;
    Ok(found)
}

impl Verification {
    fn compare(
        &mut self,
        what: &'static str,
        id: &impl ToString,
        stored: ContentHash,
        text: impl AsRef<[u8]>,
    ) {
        let computed = ContentHash::of_bytes(text.as_ref());
        if computed != stored {
            self.discrepancies.push(Discrepancy {
                what,
                id: id.to_string(),
                problem: format!("stored under {stored}, but its text has {computed}"),
            });
        }
    }
}

async fn verify_packs(pool: &PgPool, found: &mut Verification) -> Result<(), StorageError> {
    let mut after = Uuid::nil();
    loop {
        let rows = sqlx::query!(
            r#"select id, content_hash as "hash: ContentHash", document
               from packs where id > $1 order by id limit $2"#,
            after,
            PAGE
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        for row in &rows {
            found.packs += 1;
            found.compare("pack", &row.id, row.hash, &row.document);
        }
    }
}

async fn verify_books(pool: &PgPool, found: &mut Verification) -> Result<(), StorageError> {
    let mut after = (Uuid::nil(), String::new(), Uuid::nil());
    loop {
        let rows = sqlx::query!(
            r#"select
                   b.workspace_id,
                   b.ledger_commit,
                   b.portfolio_id,
                   b.content_hash as "hash: ContentHash",
                   b.content
               from ledger_books b
               where (b.workspace_id, b.ledger_commit::text, b.portfolio_id) > ($1, $2, $3)
               order by b.workspace_id, b.ledger_commit::text, b.portfolio_id
               limit $4"#,
            after.0,
            after.1,
            after.2,
            PAGE
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (last.workspace_id, last.ledger_commit.clone(), last.portfolio_id);
        for row in &rows {
            found.books += 1;
            let id = format!("{} at {}", row.portfolio_id, row.ledger_commit);
            found.compare("book", &id, row.hash, &row.content);
        }
    }
}

/// Also the values beside the documents: a figure is computed from the one, a
/// query reads the other. They are compared only where the document is whole.
async fn verify_pricing_packs(pool: &PgPool, found: &mut Verification) -> Result<(), StorageError> {
    let mut after = String::new();
    loop {
        let rows = sqlx::query!(
            r#"select
                   p.id,
                   p.content_hash as "content_hash: ContentHash",
                   p.content,
                   p.sources_hash as "sources_hash: ContentHash",
                   p.sources,
                   p.announced_hash as "announced_hash: ContentHash",
                   p.announced,
                   case when p.status <> 'error' and p.content_hash = sha256(convert_to(p.content, 'UTF8')) then
                       (
                           select coalesce(jsonb_agg(jsonb_build_array(c.symbol, c.exchange, c.currency, c.close)
                               order by c.symbol collate "C", c.exchange collate "C"), '[]')
                           from pricing_pack_prices c where c.pack_id = p.id
                       ) = (
                           select coalesce(jsonb_agg(jsonb_build_array(d -> 0, d -> 1, d -> 2, (d ->> 3)::numeric) order by at), '[]')
                           from jsonb_array_elements(p.content::jsonb -> 'prices') with ordinality as doc (d, at)
                       ) and (
                           select coalesce(jsonb_agg(jsonb_build_array(r.from_currency, r.to_currency, r.rate)
                               order by r.from_currency collate "C", r.to_currency collate "C"), '[]')
                           from pricing_pack_rates r where r.pack_id = p.id
                       ) = (
                           select coalesce(jsonb_agg(jsonb_build_array(d -> 0, d -> 1, (d ->> 2)::numeric) order by at), '[]')
                           from jsonb_array_elements(p.content::jsonb -> 'fx') with ordinality as doc (d, at)
                       )
                   else true end as "values_agree!"
               from pricing_packs p where p.id > $1 order by p.id limit $2"#,
            after,
            PAGE
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after.clone_from(&last.id);
        for row in &rows {
            found.pricing_packs += 1;
            found.compare("pricing pack", &row.id, row.content_hash, &row.content);
            found.compare("sources of pricing pack", &row.id, row.sources_hash, &row.sources);
            if let Some((hash, text)) = row.announced_hash.zip(row.announced.as_deref()) {
                found.compare("announcements of pricing pack", &row.id, hash, text);
            }
            if !row.values_agree {
                found.discrepancies.push(Discrepancy {
                    what: "pricing pack",
                    id: row.id.clone(),
                    problem: "its prices or rates are not those of its document".to_owned(),
                });
            }
        }
    }
}

async fn verify_answers(pool: &PgPool, found: &mut Verification) -> Result<(), StorageError> {
    let mut after = Uuid::nil();
    loop {
        let rows = sqlx::query!(
            r#"select call_id, answer_hash as "hash: ContentHash", answer
               from assistant_answers where call_id > $1 order by call_id limit $2"#,
            after,
            PAGE
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.call_id;
        for row in &rows {
            found.answers += 1;
            found.compare("answer of call", &row.call_id, row.hash, &row.answer);
        }
    }
}

async fn verify_packages(pool: &PgPool, found: &mut Verification) -> Result<(), StorageError> {
    let mut after = Uuid::nil();
    loop {
        let rows = sqlx::query!(
            r#"select run_id, content_hash as "hash: ContentHash", document
               from run_packages where run_id > $1 order by run_id limit $2"#,
            after,
            PAGE
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.run_id;
        for row in &rows {
            found.packages += 1;
            found.compare("package of run", &row.run_id, row.hash, &row.document);
        }
    }
}

async fn verify_artifacts(pool: &PgPool, found: &mut Verification) -> Result<(), StorageError> {
    let mut after = Uuid::nil();
    loop {
        let rows = sqlx::query!(
            r#"select
                   a.run_id,
                   a.document,
                   a.document_hash as "document_hash: ContentHash",
                   a.html,
                   a.html_hash as "html_hash: ContentHash",
                   a.package_hash as "package_hash: ContentHash",
                   a.pack_hash as "pack_hash: ContentHash",
                   p.content_hash as "stored_package_hash?: ContentHash",
                   coalesce(k.content_hash, prices.content_hash) as "stored_pack_hash?: ContentHash"
               from artifacts a
               left join run_packages p on p.run_id = a.run_id
               left join packs k on k.id = p.pack_id
               left join pricing_packs prices on prices.id = p.pricing_pack_id
               where a.run_id > $1
               order by a.run_id
               limit $2"#,
            after,
            PAGE
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.run_id;
        for row in &rows {
            found.artifacts += 1;
            found.compare("document of run", &row.run_id, row.document_hash, &row.document);
            found.compare("artifact of run", &row.run_id, row.html_hash, &row.html);
            for (named, stored, problem) in [
                (row.package_hash, row.stored_package_hash, "names another package than the run's"),
                (row.pack_hash, row.stored_pack_hash, "names another pack than the package's"),
            ] {
                if stored != Some(named) {
                    found.discrepancies.push(Discrepancy {
                        what: "artifact of run",
                        id: row.run_id.to_string(),
                        problem: problem.to_owned(),
                    });
                }
            }
        }
    }
}

async fn verify_audit(pool: &PgPool, found: &mut Verification) -> Result<(), StorageError> {
    let (mut chain, mut sequence) = (Uuid::nil(), 0_i64);
    let mut previous = (Uuid::nil(), 0_i64, ContentHash::from_array([0; 32]));
    loop {
        let rows = sqlx::query!(
            r#"select
                   chain,
                   sequence,
                   entry,
                   previous_hash as "previous_hash: ContentHash",
                   hash as "hash: ContentHash"
               from audit_log
               where (chain, sequence) > ($1, $2)
               order by chain, sequence
               limit $3"#,
            chain,
            sequence,
            PAGE
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        (chain, sequence) = (last.chain, last.sequence);
        for row in &rows {
            found.audit_entries += 1;
            if row.chain != previous.0 {
                previous = (row.chain, 0, ContentHash::from_array([0; 32]));
            }
            let problem = if row.sequence != previous.1 + 1 {
                Some(format!("entry {} is missing", previous.1 + 1))
            } else if row.previous_hash != previous.2 {
                Some("does not follow the entry before it".to_owned())
            } else if audit::chained(row.previous_hash, &row.entry) != row.hash {
                Some("its text does not have its hash".to_owned())
            } else {
                None
            };
            if let Some(problem) = problem {
                found.discrepancies.push(Discrepancy {
                    what: "audit entry",
                    id: format!("{} of chain {}", row.sequence, row.chain),
                    problem,
                });
            }
            previous = (row.chain, row.sequence, row.hash);
        }
    }
}

/// The seals that the audit entry of a success repeats, so that a report cannot be
/// replaced together with its hashes.
#[expect(clippy::struct_field_names, reason = "the fields of the audit entry")]
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Seals {
    document_hash: ContentHash,
    html_hash: ContentHash,
    package_hash: ContentHash,
}

#[derive(Deserialize)]
struct SuccessEntry {
    detail: Seals,
}

/// Each success has one artifact, and one audit entry that names its hashes.
async fn verify_successes(pool: &PgPool, found: &mut Verification) -> Result<(), StorageError> {
    let mut after = Uuid::nil();
    loop {
        let rows = sqlx::query!(
            r#"select
                   r.id,
                   a.document_hash as "document_hash?: ContentHash",
                   a.html_hash as "html_hash?: ContentHash",
                   a.package_hash as "package_hash?: ContentHash",
                   array(
                       select l.entry from audit_log l
                       where l.target = r.id::text and l.action = 'run.succeeded' limit 2
                   ) as "entries!"
               from runs r
               left join artifacts a on a.run_id = r.id
               where r.status = 'succeeded' and r.id > $1
               order by r.id
               limit $2"#,
            after,
            PAGE
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        for row in rows {
            let stored = row.document_hash.zip(row.html_hash).zip(row.package_hash);
            let stored = stored.map(|((document_hash, html_hash), package_hash)| Seals {
                document_hash,
                html_hash,
                package_hash,
            });
            let problem = match (stored, row.entries.as_slice()) {
                (Some(stored), [entry]) => match serde_json::from_str::<SuccessEntry>(entry) {
                    Ok(entry) if entry.detail == stored => continue,
                    _ => "its audit entry does not name the hashes of its artifact",
                },
                _ => "succeeded without exactly one artifact and one audit entry",
            };
            found.discrepancies.push(Discrepancy {
                what: "run",
                id: row.id.to_string(),
                problem: problem.to_owned(),
            });
        }
    }
}
