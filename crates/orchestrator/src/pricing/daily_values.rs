//! What every portfolio is worth by a pack and what it earned since the one before, computed
//! while the pack is built, so that lists of portfolios need not value each of them.

use super::BuildError;
use crate::{Actor, Orchestrator, UseCaseError, workspace_licence};
use analytics::book;
use domain::{
    portfolio::Book,
    pricing_pack::{LedgerCommit, PackContent, PricingPack, PricingPackId},
    workspace::Role,
};
use rights::Screen;
use rust_decimal::Decimal;
use std::fmt;
pub use storage::portfolio::daily_value::{DailyValue, Since, Worth};
use storage::{
    ledger,
    portfolio::{self, daily_value},
    pricing_pack, tenancy, workspace,
};

/// How many portfolios got a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Valued {
    pub valued: usize,
    /// Those that have none, with the reason on record.
    pub without_value: usize,
}

impl fmt::Display for Valued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Portfolios valued: {}", self.valued)?;
        match self.without_value {
            0 => f.write_str("."),
            some => write!(f, "; without a value: {some}."),
        }
    }
}

/// What the portfolios of a workspace are worth by the newest fresh pack.
#[derive(Clone, Debug)]
pub struct NewestValues {
    pub pack: PricingPackId,
    pub ledger_commit: LedgerCommit,
    /// In no order; none of a portfolio that was added after the pack was built.
    pub values: Vec<DailyValue>,
    /// Whose figures may be shown: a part for each provider of the pack.
    pub screen: Screen,
}

impl Orchestrator {
    /// Values every portfolio that values by the policy of a pack. What was computed by the
    /// pack before stays as it was.
    pub(super) async fn value_portfolios(&self, id: &PricingPackId) -> Result<Valued, BuildError> {
        let mut tx = tenancy::begin_platform(&self.pool).await?;
        let workspaces = portfolio::load_workspaces(&mut tx, &id.name().policy).await?;
        let pack = pricing_pack::load_whole(&mut tx, id).await?;
        let pack = pack.ok_or_else(|| BuildError::NoPack(id.clone()))?;
        let before = pricing_pack::load_past(&mut tx, id, 1).await?;
        let before = pricing_pack::load_wholes(&mut tx, &before).await?.pop();
        drop(tx);
        let mut result = Valued::default();
        for workspace in workspaces {
            let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
            for row in portfolio::load_all(&mut tx).await? {
                let book = ledger::load_book(&mut tx, row.id, &pack.ledger_commit).await?;
                let worth = worth_of(book.as_ref(), before.as_ref(), &pack);
                match worth {
                    Ok(_) => result.valued += 1,
                    Err(_) => result.without_value += 1,
                }
                let value = DailyValue { portfolio: row.id, pack: id.clone(), worth };
                daily_value::insert(&mut tx, workspace, &value).await?;
            }
            tx.commit().await?;
        }
        Ok(result)
    }

    /// What the actor's portfolios are worth by the newest fresh pack; none before there is one.
    pub async fn newest_values(&self, actor: &Actor) -> Result<Option<NewestValues>, UseCaseError> {
        let membership = actor.require(Role::Viewer)?;
        let today = self.now().await?.in_tz(&membership.time_zone);
        let today = today.map_err(|error| UseCaseError::Internal(error.to_string()))?.date();
        let mut tx = tenancy::begin_workspace(&self.pool, membership.workspace).await?;
        let policy = workspace::load_pricing_policy(&mut tx, membership.workspace).await?;
        let policy = policy.ok_or(UseCaseError::NotFound)?;
        let Some(row) = pricing_pack::load_last_fresh(&mut tx, &policy, today).await? else {
            return Ok(None);
        };
        let values = daily_value::load_all(&mut tx, &row.id).await?;
        if values.is_empty() {
            return Ok(None);
        }
        let pack =
            pricing_pack::load_whole(&mut tx, &row.id).await?.ok_or(UseCaseError::NotFound)?;
        let licences = workspace_licence::load_today(&mut tx, membership.workspace).await?;
        let screen = self.screen_of_packs(&[&pack], &licences);
        let (pack, ledger_commit) = (row.id, row.ledger_commit);
        Ok(Some(NewestValues { pack, ledger_commit, values, screen }))
    }
}

fn worth_of(
    book: Option<&Book>,
    before: Option<&PricingPack>,
    pack: &PricingPack,
) -> Result<Worth, String> {
    let Some(book) = book else {
        return Err("the ledger was not read at the commit of these prices".to_owned());
    };
    let packs: Vec<&PackContent> =
        before.into_iter().chain([pack]).map(|pack| &pack.content).collect();
    let days = match book::days(book, &packs) {
        Ok(days) => days,
        // A gap of the day before leaves the value of this one.
        Err(_) => book::days(book, &[&pack.content]).map_err(|error| error.to_string())?,
    };
    let since = match days.as_slice() {
        [before, after] => after.earned_since(before).ok().map(|earned| Since {
            flow: after.flow.value(),
            earned: earned.value(),
            earned_fraction: over(earned.value(), before.nav.value()),
        }),
        _ => None,
    };
    // Before its first transaction the book has nothing.
    let nav = days.last().map_or(Decimal::ZERO, |day| day.nav.value());
    Ok(Worth { nav, since })
}

fn over(earned: Decimal, before: Decimal) -> Option<Decimal> {
    (before > Decimal::ZERO).then(|| earned.checked_div(before))?
}
