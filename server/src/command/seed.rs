use super::use_cases;
use crate::config::{DatabaseOptions, FileOptions};
use domain::{
    cadence::{Cadence, local_date},
    price::Tier,
    pricing_pack::PricingPolicy,
    workspace::{Entitlement, Role},
};
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use orchestrator::{
    Orchestrator, Refusal, UseCaseError,
    identity::{NewAccount, generate_password},
    portfolio::Read,
    pricing::{BackfillRequest, Backfilled, BuildRequest, Built, Gate, Market, gate},
};
use std::error::Error;

const WORKSPACE: &str = "Sample Foams";
/// The portfolios of `samples/ledger`, by the ids that its accounts carry.
const PORTFOLIOS: [(&str, &str); 2] = [
    ("07d2399e-5d6a-427d-ad14-f4d2dbf22670", "Sample in dollars"),
    ("5b1f6f0c-8a3e-4f0e-9d57-3c1f2e6a7b90", "Sample Rhine"),
];
/// The first row of `samples/prices/history.json`.
const HISTORY_FROM: Date = jiff::civil::date(2022, 1, 3);
const TIME_ZONE: &str = "Europe/Berlin";
const SUBSCRIBER: (&str, &str) = ("subscriber@observatory.example", "Sample Subscriber");
const ADMIN: (&str, &str) = ("admin@observatory.example", "Sample Admin");

/// Adds what is missing of the samples, and prints the sign-ins of people it
/// adds: their passwords are generated, and stored only as hashes.
pub async fn seed(database: &DatabaseOptions, files: &FileOptions) -> Result<(), Box<dyn Error>> {
    let use_cases = use_cases(database, files).await?;
    if use_cases.find_workspace(WORKSPACE).await?.is_none() {
        let workspace = use_cases.add_workspace(WORKSPACE, TIME_ZONE).await?;
        let today = local_date(TIME_ZONE, use_cases.now().await?)?;
        let entitlement = Entitlement {
            cadence: Cadence::Daily,
            tier: Tier::Enterprise,
            company_news: true,
            value_chain_links: true,
            seats: 10,
            valid_from: today,
            valid_until: today.checked_add(1.year())?,
        };
        use_cases.seed_entitlement(workspace, &entitlement).await?;
        println!(
            "Sign-ins of the samples. They are shown this once; the passwords are stored only as hashes."
        );
        for ((email, name), is_admin) in [(SUBSCRIBER, false), (ADMIN, true)] {
            let password = generate_password();
            let account = NewAccount {
                email,
                name,
                password: password.clone(),
                is_admin,
                joins: (!is_admin).then_some((workspace, Role::Owner)),
            };
            use_cases.add_account(account).await?;
            println!("  {email}  {password}");
        }
    } else {
        println!("The samples are there already; their people keep their passwords.");
    }
    let reading = use_cases.read_evidence(&files.feeds_dir()).await?;
    println!(
        "Sample evidence: {} items kept, {} left out, {} sources failed.",
        reading.items, reading.dropped, reading.failed_sources
    );
    // Prices of days gone by serve portfolios alone, and are no part of the past of a pack
    // that is there before them.
    if seed_portfolios(&use_cases, files).await? {
        seed_price_history(&use_cases, files).await?;
    }
    seed_pricing_pack(&use_cases, files).await
}

/// Builds the sample packs of the days since the ledger begins, up to the last weekday
/// before today's pack, so that a portfolio has a past.
async fn seed_price_history(
    use_cases: &Orchestrator,
    files: &FileOptions,
) -> Result<(), Box<dyn Error>> {
    let Some(ledger) = files.ledger_path.clone() else { return Ok(()) };
    let today = use_cases.now().await?.to_zoned_datetime(TimeZone::UTC).date();
    let request = BackfillRequest {
        days: HISTORY_FROM..=last_weekday(today)?.yesterday()?,
        history_file: files.sample_history(),
        ledger: Some(ledger),
    };
    let Backfilled { built, kept } = use_cases.backfill_pricing_packs(&request).await?;
    println!("Sample prices of days gone by: {built} packs built, {kept} there already.");
    Ok(())
}

/// Builds the sample pack of the last weekday up to today in UTC, unless that day
/// has a fresh one.
async fn seed_pricing_pack(
    use_cases: &Orchestrator,
    files: &FileOptions,
) -> Result<(), Box<dyn Error>> {
    let Some(ledger) = files.ledger_path.clone() else {
        println!("No sample pricing pack: LEDGER_PATH does not name the ledger's repository.");
        return Ok(());
    };
    let today = use_cases.now().await?.to_zoned_datetime(TimeZone::UTC).date();
    let date = last_weekday(today)?;
    let state = use_cases.pack_state(&PricingPolicy::usual(), date).await?;
    let standing = state.filter(|state| gate(Some(state), true, Role::Owner) == Gate::Open);
    if let Some(standing) = standing.filter(|standing| standing.pack.date == date) {
        println!("Sample prices: {} is there already.", standing.pack.id);
        return Ok(());
    }
    let request = BuildRequest {
        date,
        market: Market::File(files.sample_prices()),
        ledger: Some(ledger),
        accept_stale: Vec::new(),
        restates: None,
    };
    let (Built::New(pack) | Built::Resumed(pack) | Built::Unchanged(pack)) =
        use_cases.build_pricing_pack(&request).await?;
    println!("Sample prices: {pack} is fresh.");
    Ok(())
}

/// Connects the sample ledger to the sample workspace and adds the portfolios that it has.
/// Whether the workspace has any then.
async fn seed_portfolios(
    use_cases: &Orchestrator,
    files: &FileOptions,
) -> Result<bool, Box<dyn Error>> {
    let workspace = use_cases.find_workspace(WORKSPACE).await?;
    let (Some(workspace), Some(_)) = (workspace, &files.ledger_path) else { return Ok(false) };
    use_cases.connect_ledger(workspace, true).await?;
    match use_cases.read_ledger_of(workspace, None).await? {
        Read::Stored(_) | Read::Unchanged(_) => {}
        Read::Refused(faults) => {
            return Err(format!("the sample ledger has {} faults", faults.len()).into());
        }
        Read::Unreadable(problem) => return Err(problem.into()),
    }
    let mut added = 0;
    for (id, name) in PORTFOLIOS {
        match use_cases.add_portfolio_to(workspace, id.parse()?, name, None).await {
            Ok(()) => added += 1,
            // It is there already.
            Err(UseCaseError::Refused(Refusal::NotInLedger | Refusal::PortfolioNameTaken)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    println!("Sample portfolios: {added} added.");
    Ok(use_cases.has_portfolios(workspace).await?)
}

fn last_weekday(today: Date) -> Result<Date, jiff::Error> {
    let mut day = today;
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.yesterday()?;
    }
    Ok(day)
}
