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
    Orchestrator,
    identity::{NewAccount, generate_password},
    pricing::{BuildRequest, Built, Gate, gate},
};
use std::error::Error;

const WORKSPACE: &str = "Sample Foams";
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
    seed_pricing_pack(&use_cases, files).await
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
        market_file: files.sample_prices(),
        ledger: Some(ledger),
        accept_stale: Vec::new(),
        restates: None,
    };
    let (Built::New(pack) | Built::Unchanged(pack)) =
        use_cases.build_pricing_pack(&request).await?;
    println!("Sample prices: {pack} is fresh.");
    Ok(())
}

fn last_weekday(today: Date) -> Result<Date, jiff::Error> {
    let mut day = today;
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.yesterday()?;
    }
    Ok(day)
}
