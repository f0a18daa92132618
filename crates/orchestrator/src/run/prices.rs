//! The freshness gate of runs of the portfolio desk, and their package.

use super::package::{Assembled, NotAssembled, slot_ordinal};
use crate::{UseCaseError, evidence::Gate};
use domain::{
    hash::{ContentHash, canonical_json},
    id::WorkspaceId,
    package::{PackagedPortfolio, PatternReference, PortfolioPackage, PreviousRun},
    pricing_pack::{PackStatus, is_stale},
    specification::{Desk, PortfolioOrder},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use storage::{
    PgConnection, StorageError, ledger, ledger_repository, portfolio,
    pricing_pack::{self, PricingPackRow},
    run::RunRow,
    specification::Version,
    workspace,
};

/// Said behind every closed gate.
const STAYS: &str = "Your period's run stays available.";

/// The pack that a run of `day` would take; none where there is none up to that day.
pub(super) async fn load(
    conn: &mut PgConnection,
    workspace: WorkspaceId,
    day: Date,
) -> Result<Option<PricingPackRow>, UseCaseError> {
    let policy = workspace::load_pricing_policy(conn, workspace).await?;
    let policy = policy.ok_or(UseCaseError::NotFound)?;
    Ok(pricing_pack::load_as_of(conn, &policy, day).await?)
}

/// Open for a fresh pack that is at most five trading days old on `day`: what everything
/// else that executes asks for, and that a report of a period is not made of another's
/// prices.
pub(super) fn gate(pack: Option<&PricingPackRow>, day: Date) -> Gate {
    let closed = |reason: String| Gate::Closed { reason: format!("{reason} {STAYS}") };
    let Some(pack) = pack else {
        return closed("There are no prices yet: no pricing pack has been built.".to_owned());
    };
    let of_day = pack.date.strftime("%-d %B %Y");
    match pack.status {
        PackStatus::Fresh if is_stale(pack.date, day) => closed(format!(
            "The newest prices are of {of_day}, more than five trading days before {}.",
            day.strftime("%-d %B %Y")
        )),
        PackStatus::Fresh => Gate::Open,
        PackStatus::Building | PackStatus::Warming | PackStatus::Superseded => {
            closed(format!("The prices of {of_day} are still being prepared."))
        }
        PackStatus::Failed => {
            closed(format!("The prices of {of_day} could not be prepared; the operator is told."))
        }
    }
}

/// The day that a run's prices are chosen for: that of its claim, in its zone.
pub(super) fn day_of(run: &RunRow) -> Result<Date, UseCaseError> {
    local_day(run.claimed_at, &run.period.zone)
}

pub(super) fn local_day(at: Timestamp, zone: &str) -> Result<Date, UseCaseError> {
    let zone = TimeZone::get(zone).map_err(|error| UseCaseError::Internal(error.to_string()))?;
    Ok(at.to_zoned_datetime(zone).date())
}

/// Step 3 for the portfolio desk: behind the gate, the pack and the book by what they hold.
pub(super) async fn assemble(
    tx: &mut PgConnection,
    run: &RunRow,
    version: Version,
    order: &PortfolioOrder,
    pattern: PatternReference,
    previous_runs: Vec<PreviousRun>,
) -> Result<Result<Assembled, NotAssembled>, UseCaseError> {
    let as_of = day_of(run)?;
    let row = load(tx, run.workspace, as_of).await?;
    let row = match (gate(row.as_ref(), as_of), row) {
        (Gate::Open, Some(row)) => row,
        (closed, _) => return Ok(Err(NotAssembled::NotFresh(closed))),
    };
    let pack = match pricing_pack::load_whole(tx, &row.id).await {
        Err(StorageError::Corrupt(_)) => return Ok(Err(NotAssembled::Quarantined)),
        loaded => loaded?.ok_or_else(|| UseCaseError::Internal(format!("{} vanished", row.id)))?,
    };
    let Some(portfolio) = portfolio::load(tx, order.portfolio).await? else {
        let message = "The workspace does not have the portfolio any more.";
        return Ok(Err(NotAssembled::Missing(message.to_owned())));
    };
    let commit = ledger_repository::load_commit(tx, &pack.id, &pack.ledger_commit).await?;
    let book = match ledger::load_book(tx, order.portfolio, &commit).await {
        Err(StorageError::Corrupt(_)) => return Ok(Err(NotAssembled::Quarantined)),
        loaded => loaded?,
    };
    let Some(book) = book else {
        return Ok(Err(NotAssembled::Missing(format!(
            "The ledger was not read at commit {}, which the prices of {} belong to, or the \
             portfolio is not in it. Read the ledger on the page of portfolios, and run again.",
            commit.short(),
            pack.content.date()
        ))));
    };
    let package = PortfolioPackage {
        schema: PortfolioPackage::SCHEMA,
        desk: Desk::Portfolio,
        run_id: run.id,
        specification_id: run.specification,
        specification_version_id: run.version,
        specification_version: version.number,
        specification: version.specification,
        period: run.period.clone(),
        slot_ordinal: slot_ordinal(run)?,
        claimed_at: run.claimed_at,
        as_of,
        portfolio: PackagedPortfolio {
            id: portfolio.id,
            name: portfolio.name,
            base: portfolio.base,
        },
        pricing_pack_hash: ContentHash::of_json(&pack.content)?,
        sources_hash: ContentHash::of_json(&pack.sources)?,
        sample: pack.sources.sample,
        ledger_commit: commit,
        pricing_pack: pack.id,
        book_hash: ContentHash::of_json(&book)?,
        pattern,
        previous_runs,
    };
    let document = canonical_json(&package)?;
    let hash = ContentHash::of_bytes(document.as_bytes());
    let input = format!(
        "Prices {} and the ledger at {}",
        package.pricing_pack,
        package.ledger_commit.short()
    );
    let output = format!(
        "Package {} with {} prices and the book of “{}” is sealed.",
        hash.short(),
        pack.content.prices().len(),
        package.portfolio.name
    );
    Ok(Ok(Assembled { package: package.into(), hash, document, input, output }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::tests_support::state;

    fn reason(status: Option<PackStatus>, day: &str) -> Option<String> {
        let row = status.map(|status| state(status).pack);
        match gate(row.as_ref(), day.parse().unwrap()) {
            Gate::Open => None,
            Gate::Closed { reason } => Some(reason),
        }
    }

    // The pack of the tests is of Monday, 5 January 2026.
    #[test]
    fn only_fresh_prices_of_the_last_five_trading_days_open_the_gate_of_a_run() {
        assert_eq!(reason(Some(PackStatus::Fresh), "2026-01-05"), None);
        assert_eq!(reason(Some(PackStatus::Fresh), "2026-01-12"), None);
        let old = reason(Some(PackStatus::Fresh), "2026-01-13").unwrap();
        assert!(old.contains("of 5 January 2026") && old.contains("stays available"), "{old}");
        for status in [PackStatus::Building, PackStatus::Warming, PackStatus::Failed] {
            assert!(reason(Some(status), "2026-01-05").is_some(), "{status}");
        }
        assert!(reason(None, "2026-01-05").is_some());
    }
}
