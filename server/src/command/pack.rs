use super::use_cases;
use crate::config::{DatabaseOptions, FileOptions, VendorOptions};
use clap::{Args, Subcommand};
use domain::pricing_pack::{PricingPolicy, Symbol};
use jiff::civil::Date;
use orchestrator::{
    pricing::{BackfillRequest, Backfilled, BuildRequest, Built, Listings, Market},
    rights::Registry,
};
use std::{error::Error, path::PathBuf};

#[derive(Subcommand)]
pub enum PackCommand {
    /// Build the pack of a date from a market file, or by vendors of market data, and make it
    /// fresh.
    Build {
        #[command(flatten)]
        database: DatabaseOptions,
        #[command(flatten)]
        files: FileOptions,
        #[command(flatten)]
        build: BuildOptions,
    },
    /// Build packs of days gone by from a file of many days, for those that have none.
    Backfill {
        #[command(flatten)]
        database: DatabaseOptions,
        #[command(flatten)]
        files: FileOptions,
        #[command(flatten)]
        backfill: BackfillOptions,
    },
    /// List the newest packs, with where they stand.
    List {
        #[command(flatten)]
        database: DatabaseOptions,
        #[command(flatten)]
        files: FileOptions,
        /// Of one policy only, such as `CLOSE_USD`.
        #[arg(long)]
        policy: Option<PricingPolicy>,
        /// How many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=200))]
        limit: u8,
    },
}

#[derive(Args)]
pub struct BuildOptions {
    /// The date that the pack is for.
    #[arg(long)]
    date: Date,
    #[command(flatten)]
    market: MarketOptions,
    #[command(flatten)]
    vendors: VendorOptions,
    /// Replace the fresh pack of the date, for this reason.
    #[arg(long, value_name = "REASON")]
    restate: Option<String>,
    /// Accept a price that is more than five trading days old; once for each symbol.
    #[arg(long, value_name = "SYMBOL")]
    accept_stale: Vec<Symbol>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct MarketOptions {
    /// The market file; samples/prices/README.md says what it holds.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// The file of listings, whose vendors are asked; docs/operations.md says what it holds.
    #[arg(long, value_name = "FILE")]
    listings: Option<PathBuf>,
}

#[derive(Args)]
pub struct BackfillOptions {
    /// The first day.
    #[arg(long)]
    from: Date,
    /// The last day.
    #[arg(long)]
    to: Date,
    /// The file of many days; samples/prices/README.md says what it holds.
    #[arg(long, value_name = "FILE")]
    prices: PathBuf,
}

pub async fn run(command: PackCommand) -> Result<(), Box<dyn Error>> {
    match command {
        PackCommand::Build { database, files, build } => run_build(&database, files, build).await,
        PackCommand::Backfill { database, files, backfill } => {
            run_backfill(&database, files, backfill).await
        }
        PackCommand::List { database, files, policy, limit } => {
            list(&database, &files, policy.as_ref(), limit).await
        }
    }
}

async fn run_build(
    database: &DatabaseOptions,
    files: FileOptions,
    build: BuildOptions,
) -> Result<(), Box<dyn Error>> {
    let use_cases = use_cases(database, &files).await?;
    let market = match (build.market.prices, build.market.listings) {
        (Some(file), _) => Market::File(file),
        (None, Some(listings)) => {
            let registry = Registry::load(&files.rights_registry_path)?;
            let use_cases = use_cases.clone().with_rights(registry);
            let vendors = build.vendors.vendors(use_cases.allowances())?;
            let listings = Listings::read(&listings).await?;
            let quoted = use_cases.quoted_market(&listings, build.date, &vendors).await?;
            Market::Quoted(Box::new(quoted))
        }
        (None, None) => return Err("name a market file or a file of listings".into()),
    };
    let request = BuildRequest {
        date: build.date,
        market,
        ledger: files.ledger_path,
        accept_stale: build.accept_stale,
        restates: build.restate,
    };
    match use_cases.build_pricing_pack(&request).await? {
        Built::New(pack) => println!("{pack} is fresh."),
        Built::Resumed(pack) => println!("{pack} is fresh; a build that had stopped was resumed."),
        Built::Unchanged(pack) => println!("{pack} holds the same already."),
    }
    Ok(())
}

async fn run_backfill(
    database: &DatabaseOptions,
    files: FileOptions,
    backfill: BackfillOptions,
) -> Result<(), Box<dyn Error>> {
    let use_cases = use_cases(database, &files).await?;
    let request = BackfillRequest {
        days: backfill.from..=backfill.to,
        history_file: backfill.prices,
        ledger: files.ledger_path,
    };
    let Backfilled { built, kept } = use_cases.backfill_pricing_packs(&request).await?;
    println!("{built} packs are fresh; {kept} days had one already.");
    Ok(())
}

async fn list(
    database: &DatabaseOptions,
    files: &FileOptions,
    policy: Option<&PricingPolicy>,
    limit: u8,
) -> Result<(), Box<dyn Error>> {
    let use_cases = use_cases(database, files).await?;
    for pack in use_cases.pricing_packs(policy, limit.into()).await? {
        let note = pack.error.or(pack.reason).map_or_else(String::new, |note| format!("  {note}"));
        let sample = if pack.sample { "sample" } else { "" };
        println!("{:<55} {:<10} {sample:<6} {}{note}", pack.id, pack.status.id(), pack.updated_at);
    }
    Ok(())
}
