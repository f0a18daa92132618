//! Packs as members read them, and what a restatement changed: in prices, in rates, and
//! in the values of the reader's portfolios.

use crate::{Actor, Orchestrator, UseCaseError, workspace_licence};
use analytics::book;
use domain::{
    money::{Amount, Base, Money},
    pricing_pack::{PackChanges, PackStatus, PricingPack, PricingPackId},
    workspace::Role,
};
use rights::Screen;
use rust_decimal::Decimal;
use storage::{
    PgConnection, StorageError, ledger, ledger_repository,
    portfolio::{self, PortfolioRow},
    pricing_pack::{self, PricingPackRow, StageRow},
    tenancy, workspace,
};

/// Packs on a page of the list.
const PAGE_ROWS: usize = 50;

/// One page of the packs of the reader's policy, the newest first.
#[derive(Clone, Debug)]
pub struct PackPage {
    pub rows: Vec<PricingPackRow>,
    pub packs: usize,
    pub page: usize,
    pub pages: usize,
}

/// A pack whole, with the other versions of its day.
#[derive(Clone, Debug)]
pub struct PackView {
    pub row: PricingPackRow,
    pub pack: PricingPack,
    /// Of the same policy and date, the newest first, the pack among them.
    pub versions: Vec<PricingPackRow>,
    /// The pack whose figures were shown before it; none of a first version.
    pub before: Option<PricingPackId>,
    /// What stands in its place; none while nothing does.
    pub after: Option<Restated>,
    /// Whose figures may be shown: a part for each provider.
    pub screen: Screen,
    /// Of its build, those that were entered, in their order.
    pub stages: Vec<StageRow>,
}

/// That a pack is superseded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    /// The newest version of the day; it may still be in the making, or have failed.
    pub by: PricingPackRow,
    /// Why; none where the correction was given up and built again without one.
    pub reason: Option<String>,
}

/// How a pack stands to the other versions of its day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrections {
    /// Another version was shown before it.
    pub corrects: bool,
    pub restated: Option<Restated>,
}

/// Two packs of one day side by side.
#[derive(Clone, Debug)]
pub struct Restatement {
    pub before: PricingPackRow,
    pub after: PricingPackRow,
    pub changes: PackChanges,
    /// Every portfolio of the reader's workspace, by name.
    pub portfolios: Vec<NavMove>,
    /// Whose figures may be shown: a part for each provider of either.
    pub screen: Screen,
}

/// The net asset value of a portfolio by both packs, each with its own commit of the ledger.
#[derive(Clone, Debug)]
pub struct NavMove {
    pub portfolio: PortfolioRow,
    pub before: Result<Money, String>,
    pub after: Result<Money, String>,
}

impl NavMove {
    /// After less before; none where either is missing.
    pub fn moved(&self) -> Option<Money> {
        let (before, after) = (self.before.as_ref().ok()?, self.after.as_ref().ok()?);
        let amount = after.amount.checked_sub(before.amount)?;
        Some(Money { amount, currency: after.currency.clone() })
    }

    /// The same over the value before; none where that is not above zero.
    pub fn moved_fraction(&self) -> Option<Decimal> {
        let before = self.before.as_ref().ok()?.amount;
        let moved = self.moved()?.amount;
        (before > Decimal::ZERO).then(|| moved.checked_div(before))?
    }
}

impl Orchestrator {
    /// The packs that the actor's workspace values by.
    pub async fn pack_page(&self, actor: &Actor, page: usize) -> Result<PackPage, UseCaseError> {
        let workspace = actor.require(Role::Viewer)?.workspace;
        let policy = self.pricing_policy(workspace).await?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let packs = pricing_pack::count(&mut tx, &policy).await?;
        let pages = packs.div_ceil(PAGE_ROWS).max(1);
        let page = page.clamp(1, pages);
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let skipped = number((page - 1) * PAGE_ROWS);
        let rows = pricing_pack::load_page(&mut tx, &policy, number(PAGE_ROWS), skipped).await?;
        Ok(PackPage { rows, packs, page, pages })
    }

    /// One pack of the policy that the actor's workspace values by.
    ///
    /// # Errors
    /// [`UseCaseError::NotFound`], also for a pack of another policy.
    pub async fn view_pricing_pack(
        &self,
        actor: &Actor,
        id: &PricingPackId,
    ) -> Result<PackView, UseCaseError> {
        let workspace = actor.require(Role::Viewer)?.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let policy = workspace::load_pricing_policy(&mut tx, workspace).await?;
        if policy.as_ref() != Some(&id.name().policy) {
            return Err(UseCaseError::NotFound);
        }
        let versions = load_versions(&mut tx, id).await?;
        let own = versions.iter().find(|version| version.id == *id);
        let row = own.cloned().ok_or(UseCaseError::NotFound)?;
        let pack = pricing_pack::load_whole(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        let before = was_shown_before(&versions, &row).map(|version| version.id.clone());
        let after = restated(&versions, &row);
        let licences = workspace_licence::load_today(&mut tx, workspace).await?;
        let screen = self.screen_of_packs(&[&pack], &licences);
        let stages = pricing_pack::load_stages(&mut tx, id).await?;
        Ok(PackView { row, pack, versions, before, after, screen, stages })
    }

    /// Whether figures of a pack have been corrected since, and whether it corrects others.
    pub async fn corrections(
        &self,
        actor: &Actor,
        id: &PricingPackId,
    ) -> Result<Corrections, UseCaseError> {
        actor.require(Role::Viewer)?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let versions = load_versions(&mut tx, id).await?;
        let Some(own) = versions.iter().find(|version| version.id == *id) else {
            return Ok(Corrections::default());
        };
        Ok(Corrections {
            corrects: was_shown_before(&versions, own).is_some(),
            restated: restated(&versions, own),
        })
    }

    /// What a pack says otherwise than the version that was shown before it, and what that
    /// moves.
    ///
    /// # Errors
    /// [`UseCaseError::NotFound`] for a pack that takes no other's place, and for one of
    /// another policy.
    pub async fn restatement(
        &self,
        actor: &Actor,
        id: &PricingPackId,
    ) -> Result<Restatement, UseCaseError> {
        let view = self.view_pricing_pack(actor, id).await?;
        let before = view.before.ok_or(UseCaseError::NotFound)?;
        let workspace = actor.require(Role::Viewer)?.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let earlier =
            pricing_pack::load_whole(&mut tx, &before).await?.ok_or(UseCaseError::NotFound)?;
        let mut portfolios = Vec::new();
        for portfolio in portfolio::load_all(&mut tx).await? {
            let before = worth(&mut tx, &portfolio, &earlier).await?;
            let after = worth(&mut tx, &portfolio, &view.pack).await?;
            portfolios.push(NavMove { portfolio, before, after });
        }
        let licences = workspace_licence::load_today(&mut tx, workspace).await?;
        let screen = self.screen_of_packs(&[&earlier, &view.pack], &licences);
        let before = view.versions.into_iter().find(|version| version.id == before);
        Ok(Restatement {
            before: before.ok_or(UseCaseError::NotFound)?,
            after: view.row,
            changes: earlier.changes_to(&view.pack),
            portfolios,
            screen,
        })
    }
}

async fn load_versions(
    conn: &mut PgConnection,
    id: &PricingPackId,
) -> Result<Vec<PricingPackRow>, StorageError> {
    let name = id.name();
    pricing_pack::load_versions(conn, &name.policy, name.date).await
}

/// The newest version before `own` that readers saw.
fn was_shown_before<'a>(
    versions: &'a [PricingPackRow],
    own: &PricingPackRow,
) -> Option<&'a PricingPackRow> {
    versions.iter().find(|other| other.version < own.version && other.fresh_at.is_some())
}

fn restated(versions: &[PricingPackRow], own: &PricingPackRow) -> Option<Restated> {
    if own.status != PackStatus::Superseded {
        return None;
    }
    let later: Vec<_> = versions.iter().filter(|other| other.version > own.version).collect();
    let live = later.iter().find(|other| other.status.is_live());
    let by = (*live.or_else(|| later.first())?).clone();
    let reason = later.iter().find_map(|other| other.reason.clone());
    Some(Restated { by, reason })
}

/// What a portfolio is worth by a pack, at the commit that it is valued at by it; else why
/// there is no value.
async fn worth(
    conn: &mut PgConnection,
    portfolio: &PortfolioRow,
    pack: &PricingPack,
) -> Result<Result<Money, String>, StorageError> {
    let commit = ledger_repository::load_commit(conn, &pack.id, &pack.ledger_commit).await?;
    let Some(book) = ledger::load_book(conn, portfolio.id, &commit).await? else {
        return Ok(Err("the ledger was not read at the commit of these prices".to_owned()));
    };
    let days = book::days(&book, &[&pack.content]).map_err(|error| error.to_string());
    Ok(days.map(|days| {
        // Before its first transaction the book has nothing.
        let nav = days.last().map_or(Amount::<Base>::ZERO, |day| day.nav);
        nav.in_currency(book.base.clone())
    }))
}
