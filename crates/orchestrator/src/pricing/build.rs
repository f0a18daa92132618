use super::{LedgerError, MarketDay, MarketFileError, ledger_commit, turn::BuildTurn};
use crate::{Orchestrator, UseCaseError};
use domain::{
    hash::ContentHash,
    pricing_pack::{
        BuildStage, Gap, IllegalPackStep, InvalidText, LedgerCommit, PackStatus, PricingPack,
        PricingPackId, Symbol, gaps,
    },
};
use jiff::{SignedDuration, civil::Date};
use std::path::PathBuf;
use storage::{
    PgConnection, StorageError, audit,
    pricing_pack::{self, PricingPackRow, Restatement},
    tenancy,
};

/// A build that has not moved for this long has lost its process. Nothing in a stage
/// takes a few minutes.
const BUILD_LEASE: SignedDuration = SignedDuration::from_mins(15);

/// What is said of a build that was given up for another.
const STOPPED: &str = "The build stopped without finishing.";

/// What somebody asks to be built.
#[derive(Clone, Debug)]
pub struct BuildRequest {
    pub date: Date,
    pub market: Market,
    /// Top folder of the ledger's git repository.
    pub ledger: Option<PathBuf>,
    /// Securities whose old price is accepted.
    pub accept_stale: Vec<Symbol>,
    /// Why the fresh pack of the date is replaced; needed if there is one.
    pub restates: Option<String>,
}

/// Where the prices and rates of a pack come from.
#[derive(Clone, Debug)]
pub enum Market {
    File(PathBuf),
    /// Asked of vendors; [`Orchestrator::quoted_market`] did it before the build began, which
    /// so waits for nobody.
    Quoted(Box<MarketDay>),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Built {
    New(PricingPackId),
    /// A build of the same values that lost its process was brought to its end.
    Resumed(PricingPackId),
    /// The fresh pack of the date holds the same already.
    Unchanged(PricingPackId),
}

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("a pricing pack cannot be built without a commit of the ledger")]
    Ledger(#[from] LedgerError),
    #[error("a pricing pack cannot be built from this file")]
    MarketDay(#[from] MarketFileError),
    /// The pack is stored as failed; nothing uses it.
    #[error("pricing pack {pack} is not complete: {}", listed(missing))]
    Incomplete { pack: PricingPackId, missing: Vec<Gap> },
    /// The pack is stored as failed; nothing uses it.
    #[error("pricing pack {pack} is not used, because books do not agree: {}", wrong.join("; "))]
    NotReconciled { pack: PricingPackId, wrong: Vec<String> },
    #[error("the books of portfolios could not be compared")]
    Books(#[source] Box<UseCaseError>),
    #[error("pricing pack {0} of this date is being built already")]
    UnderWay(PricingPackId),
    #[error(
        "pricing pack {0} of this date is fresh and holds other values: say why it is replaced"
    )]
    NeedsReason(PricingPackId),
    #[error("another process builds the prices of {0} at present")]
    Busy(Date),
    #[error("another build of this date was there first")]
    Lost,
    #[error(transparent)]
    Step(#[from] IllegalPackStep),
    #[error("there is no pricing pack {0}")]
    NoPack(PricingPackId),
    #[error("the pack cannot be named")]
    Name(#[from] InvalidText),
    #[error("the store failed")]
    Storage(#[source] StorageError),
}

impl From<StorageError> for BuildError {
    fn from(error: StorageError) -> Self {
        let lost = [pricing_pack::ONE_LIVE, pricing_pack::VERSION, "pricing_packs_pkey"];
        if lost.iter().any(|name| error.is_refused_by(name)) {
            Self::Lost
        } else {
            Self::Storage(error)
        }
    }
}

impl From<UseCaseError> for BuildError {
    fn from(error: UseCaseError) -> Self {
        Self::Books(Box::new(error))
    }
}

impl From<sqlx::Error> for BuildError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl From<serde_json::Error> for BuildError {
    fn from(error: serde_json::Error) -> Self {
        Self::Storage(error.into())
    }
}

fn listed(missing: &[Gap]) -> String {
    missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Orchestrator {
    /// Builds a pack and makes it fresh. The stages commit one by
    /// one, so that the gate and `/health/pack` see each of them. What an earlier build
    /// left when it lost its process goes on at the stage where it was if it holds the same
    /// values, and else it is given up.
    pub async fn build_pricing_pack(&self, request: &BuildRequest) -> Result<Built, BuildError> {
        let turn = BuildTurn::take(&self.pool, request.date).await?;
        let turn = turn.ok_or(BuildError::Busy(request.date))?;
        turn.hold(Box::pin(self.build_in_turn(request))).await?
    }

    /// The same for who has the turn of the date.
    pub(super) async fn build_in_turn(&self, request: &BuildRequest) -> Result<Built, BuildError> {
        let built = match self.begin_pricing_pack(request).await {
            Err(BuildError::UnderWay(left)) => self.take_up(request, &left).await?,
            begun => begun?,
        };
        if let Built::New(pack) | Built::Resumed(pack) = &built {
            self.finish_pricing_pack(pack).await?;
        }
        Ok(built)
    }

    /// Goes on with a build that lost its process: nobody else builds this date.
    async fn take_up(
        &self,
        request: &BuildRequest,
        left: &PricingPackId,
    ) -> Result<Built, BuildError> {
        let (market, commit) = asked_for(request).await?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let (wanted, _) = next_pack(&mut tx, market, commit).await?;
        let row = pricing_pack::load(&mut tx, left).await?;
        let row = row.ok_or_else(|| BuildError::NoPack(left.clone()))?;
        if may_be_resumed(&row) && is_the_same(&mut tx, &row, &wanted).await? {
            return Ok(Built::Resumed(left.clone()));
        }
        drop(tx);
        self.give_up_pricing_pack(left).await?;
        self.begin_pricing_pack(request).await
    }

    /// The first stage: checks and stores everything. The pack is warming then, and
    /// the one that it restates is superseded.
    pub async fn begin_pricing_pack(&self, request: &BuildRequest) -> Result<Built, BuildError> {
        let (market, commit) = asked_for(request).await?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        pricing_pack::sweep_crashed(&mut tx, BUILD_LEASE).await?;
        let (pack, missing) = next_pack(&mut tx, market, commit).await?;
        let standing = load_standing(&mut tx, &pack).await?;
        if let Some(standing) = &standing {
            if is_the_same(&mut tx, standing, &pack).await? {
                tx.commit().await?;
                return Ok(Built::Unchanged(standing.id.clone()));
            }
            if request.restates.is_none() {
                return Err(BuildError::NeedsReason(standing.id.clone()));
            }
        }
        if !missing.is_empty() {
            pricing_pack::insert_failed(&mut tx, &pack, &listed(&missing)).await?;
            pricing_pack::enter_stage(&mut tx, &pack.id, BuildStage::BuildPack).await?;
            record(&mut tx, "pricing_pack.failed", &pack, request.restates.as_deref()).await?;
            tx.commit().await?;
            return Err(BuildError::Incomplete { pack: pack.id, missing });
        }
        if let Some(standing) = &standing {
            step(&mut tx, &standing.id, PackStatus::Fresh, PackStatus::Superseded).await?;
        }
        // A correction that was given up left the pack that it corrects superseded.
        let restated = match standing {
            Some(standing) => Some(standing),
            None => load_superseded(&mut tx, &pack).await?,
        };
        let restated = restated.as_ref().zip(request.restates.as_deref());
        let restatement =
            restated.map(|(standing, reason)| Restatement { supersedes: &standing.id, reason });
        pricing_pack::insert(&mut tx, &pack, restatement).await?;
        pricing_pack::enter_stage(&mut tx, &pack.id, BuildStage::BuildPack).await?;
        pricing_pack::end_stage(&mut tx, &pack.id, BuildStage::BuildPack, &stored(&pack)).await?;
        step(&mut tx, &pack.id, PackStatus::Building, PackStatus::Warming).await?;
        record(&mut tx, "pricing_pack.built", &pack, restated.map(|(_, reason)| reason)).await?;
        tx.commit().await?;
        Ok(Built::New(pack.id))
    }
}

impl Orchestrator {
    /// Ends a build that lost its process and does not go on.
    pub(super) async fn give_up_pricing_pack(&self, id: &PricingPackId) -> Result<(), BuildError> {
        self.fail_pricing_pack(id, STOPPED).await
    }

    pub(super) async fn fail_pricing_pack(
        &self,
        id: &PricingPackId,
        error: &str,
    ) -> Result<(), BuildError> {
        let mut tx = tenancy::begin_global(&self.pool).await?;
        pricing_pack::fail(&mut tx, id, error).await?;
        let entry = audit::Entry {
            action: "pricing_pack.failed",
            actor: None,
            target: id.to_string(),
            detail: serde_json::json!({ "error": error }),
        };
        audit::append(&mut tx, None, &entry).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Whether what was stored of a pack goes on from its first stage. What a process of before
/// these stages left does not: nothing says how far it came.
pub(super) fn may_be_resumed(row: &PricingPackRow) -> bool {
    row.status == PackStatus::Warming
        && usize::try_from(row.stages_total).is_ok_and(|total| total == BuildStage::ALL.len())
}

fn stored(pack: &PricingPack) -> String {
    let (prices, rates) = (pack.content.prices().len(), pack.content.quoted_rates().len());
    format!("Prices and rates stored: {prices} and {rates}.")
}

async fn asked_for(request: &BuildRequest) -> Result<(MarketDay, LedgerCommit), BuildError> {
    let commit = ledger_commit(request.ledger.as_deref()).await?;
    let mut market = match &request.market {
        Market::File(path) => MarketDay::read(path, request.date).await?,
        Market::Quoted(market) => MarketDay::clone(market),
    };
    market.sources.stale_accepted.clone_from(&request.accept_stale);
    market.sources.stale_accepted.sort();
    Ok((market, commit))
}

/// The pack under its next version, with all that it lacks.
async fn next_pack(
    conn: &mut PgConnection,
    market: MarketDay,
    ledger_commit: LedgerCommit,
) -> Result<(PricingPack, Vec<Gap>), BuildError> {
    let MarketDay { content, sources, needed, announced } = market;
    let version = pricing_pack::load_next_version(conn, content.date(), content.policy()).await?;
    let hash = ContentHash::of_json(&content)?;
    let id = PricingPackId::new(content.date(), content.policy(), version, hash)?;
    let missing = gaps(&content, &sources, &needed);
    Ok((PricingPack { id, ledger_commit, content, sources, announced }, missing))
}

/// The fresh pack of the same date and policy.
async fn load_standing(
    conn: &mut PgConnection,
    pack: &PricingPack,
) -> Result<Option<PricingPackRow>, BuildError> {
    let (policy, date) = (pack.content.policy(), pack.content.date());
    let found = pricing_pack::load_as_of(conn, policy, date).await?;
    match found.filter(|found| found.date == date && found.status.is_live()) {
        Some(found) if found.status != PackStatus::Fresh => Err(BuildError::UnderWay(found.id)),
        standing => Ok(standing),
    }
}

/// The newest superseded pack of the same date and policy.
async fn load_superseded(
    conn: &mut PgConnection,
    pack: &PricingPack,
) -> Result<Option<PricingPackRow>, BuildError> {
    let (policy, date) = (pack.content.policy(), pack.content.date());
    let versions = pricing_pack::load_versions(conn, policy, date).await?;
    Ok(versions.into_iter().find(|found| found.status == PackStatus::Superseded))
}

/// By prices, rates and their sources. What was announced since makes no other pack of the same
/// day: the next one has it.
async fn is_the_same(
    conn: &mut PgConnection,
    standing: &PricingPackRow,
    pack: &PricingPack,
) -> Result<bool, BuildError> {
    let stored = pricing_pack::load_whole(conn, &standing.id).await?;
    Ok(stored.is_some_and(|stored| {
        stored.content == pack.content
            && stored.sources == pack.sources
            && stored.ledger_commit == pack.ledger_commit
    }))
}

pub(super) async fn step(
    conn: &mut PgConnection,
    id: &PricingPackId,
    from: PackStatus,
    to: PackStatus,
) -> Result<(), BuildError> {
    if pricing_pack::advance(conn, id, from, to).await? {
        return Ok(());
    }
    let standing = pricing_pack::load(conn, id).await?;
    let from = standing.ok_or_else(|| BuildError::NoPack(id.clone()))?.status;
    Err(IllegalPackStep { pack: id.clone(), from, to }.into())
}

async fn record(
    conn: &mut PgConnection,
    action: &'static str,
    pack: &PricingPack,
    reason: Option<&str>,
) -> Result<(), BuildError> {
    let entry = audit::Entry {
        action,
        actor: None,
        target: pack.id.to_string(),
        detail: serde_json::json!({
            "prices": pack.content.prices().len(),
            "rates": pack.content.quoted_rates().len(),
            "ledger_commit": pack.ledger_commit,
            "stale_accepted": pack.sources.stale_accepted,
            "reason": reason,
        }),
    };
    Ok(audit::append(conn, None, &entry).await?)
}
