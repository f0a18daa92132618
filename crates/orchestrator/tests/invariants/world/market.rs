//! A ledger under git and market files, to build pricing packs from.

use super::{Tenant, World};
use domain::{id::PortfolioId, pricing_pack::PricingPackId};
use jiff::civil::date;
use orchestrator::{
    Orchestrator,
    portfolio::Read,
    pricing::{BackfillRequest, BuildError, BuildRequest, Built, Market as Prices},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use storage::{ledger, ledger_repository, tenancy};
use tempfile::TempDir;

/// The portfolio of [`LEDGER`].
pub const PORTFOLIO: &str = "07d2399e-5d6a-427d-ad14-f4d2dbf22670";

/// A book in dollars: 100 ACME bought at 250, 50 MAPL at 40 Canadian dollars, and money.
pub const LEDGER: &str = r#"
2025-01-01 commodity ACME
  exchange: "XNAS"
  currency: "USD"
  sector: "Industrials"
2025-01-01 commodity MAPL
  exchange: "XTSE"
  currency: "CAD"
2025-01-01 open Assets:Portfolio:Main:Cash:USD USD
  portfolio-id: "07d2399e-5d6a-427d-ad14-f4d2dbf22670"
  base: "USD"
2025-01-01 open Assets:Portfolio:Main:Cash:CAD CAD
  portfolio-id: "07d2399e-5d6a-427d-ad14-f4d2dbf22670"
  base: "USD"
2025-01-01 open Assets:Portfolio:Main:ACME ACME "FIFO"
  portfolio-id: "07d2399e-5d6a-427d-ad14-f4d2dbf22670"
  base: "USD"
2025-01-01 open Assets:Portfolio:Main:MAPL MAPL "FIFO"
  portfolio-id: "07d2399e-5d6a-427d-ad14-f4d2dbf22670"
  base: "USD"
2025-01-01 open Equity:Contributions
2025-01-02 * "Deposit"
  Assets:Portfolio:Main:Cash:USD  40000.00 USD
  Equity:Contributions
2025-01-03 * "USD into CAD"
  Assets:Portfolio:Main:Cash:CAD  2800.00 CAD @@ 2000.00 USD
  Assets:Portfolio:Main:Cash:USD  -2000.00 USD
2025-01-06 * "Buy"
  trade-fx: 1
  Assets:Portfolio:Main:ACME  100 ACME {250.00 USD}
  Assets:Portfolio:Main:Cash:USD
2025-01-07 * "Buy"
  trade-fx: 0.7142857143
  Assets:Portfolio:Main:MAPL  50 MAPL {40.00 CAD}
  Assets:Portfolio:Main:Cash:CAD
"#;

pub struct Market {
    folder: TempDir,
}

impl Market {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger");
        fs::create_dir(&ledger).unwrap();
        git(&ledger, &["init", "--quiet"]);
        let market = Self { folder };
        market.commit("main.beancount", "option \"title\" \"Test\"\n");
        market
    }

    /// The same with a ledger that has the portfolio of [`PORTFOLIO`].
    pub fn with_portfolio() -> Self {
        let market = Self::new();
        market.commit("main.beancount", LEDGER);
        market
    }

    pub fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    /// Writes a file of the ledger and commits it.
    pub fn commit(&self, file: &str, text: &str) {
        fs::write(self.ledger().join(file), text).unwrap();
        git(&self.ledger(), &["add", "."]);
        git(&self.ledger(), &["commit", "--quiet", "--message", "Change"]);
    }

    /// The use cases with this ledger.
    pub fn app(&self, world: &World) -> Orchestrator {
        world.orchestrator.clone().with_ledger(Some(&self.ledger()))
    }

    /// Connects the ledger to a workspace, reads it and adds its portfolio.
    pub async fn add_portfolio(&self, world: &World, tenant: &Tenant) -> PortfolioId {
        let app = self.app(world);
        app.connect_ledger(tenant.workspace, true).await.unwrap();
        let read = app.read_ledger(&tenant.editor).await.unwrap();
        assert!(matches!(read, Read::Stored(_)), "{read:?}");
        let id = PORTFOLIO.parse().unwrap();
        app.add_portfolio(&tenant.editor, id, "Main book").await.unwrap();
        id
    }

    /// Names a repository of the workspace's own, and pins the commit that was read.
    pub async fn pin(&self, world: &World, tenant: &Tenant, pack: &PricingPackId) {
        let (workspace, owner) = (tenant.workspace, tenant.owner.user);
        let mut tx = tenancy::begin_workspace(world.orchestrator.pool(), workspace).await.unwrap();
        let read = ledger::load_newest_snapshot(&mut tx).await.unwrap().unwrap();
        ledger_repository::insert(&mut tx, workspace, Some("ledger"), owner).await.unwrap();
        ledger_repository::insert_pin(&mut tx, workspace, pack, &read.commit).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A request for the pack of `date` in which ACME costs `close`, and for which a dividend of
    /// it is announced five days later; the file lists it without a price where that is empty.
    pub fn request(&self, date: &str, close: &str) -> BuildRequest {
        let close = if close.is_empty() { "null".to_owned() } else { format!("\"{close}\"") };
        let market_file = self.folder.path().join("market.json");
        let text = format!(
            r#"{{"schema": 1, "sample": true, "policy": "CLOSE_USD", "provider": "Sample",
                "securities": [
                    {{"symbol": "ACME", "exchange": "XNAS", "currency": "USD", "close": {close}, "as_of": "{{{{date}}}}"}},
                    {{"symbol": "MAPL", "exchange": "XTSE", "currency": "CAD", "close": "41.30", "as_of": "{{{{date}}}}"}}
                ],
                "fx": [{{"from": "USD", "to": "CAD", "rate": "1.4012", "as_of": "{{{{date}}}}T00:00:00Z"}}],
                "announced": [{{"symbol": "ACME", "exchange": "XNAS", "dividends": [
                    {{"ex_date": "{{{{date+5}}}}", "pay_date": null, "amount": "0.24", "currency": "USD"}}]}}]}}"#
        );
        fs::write(&market_file, text).unwrap();
        BuildRequest {
            date: date.parse().unwrap(),
            market: Prices::File(market_file),
            ledger: Some(self.folder.path().join("ledger")),
            accept_stale: Vec::new(),
            restates: None,
        }
    }

    /// A request for the packs of the days given, each with the close of ACME; null where
    /// that is empty.
    pub fn past(&self, days: &[(&str, &str)]) -> BackfillRequest {
        let history_file = self.folder.path().join("history.json");
        let row = |(day, close): &(&str, &str)| {
            let close = if close.is_empty() { "null".to_owned() } else { format!("\"{close}\"") };
            format!(r#"["{day}", [{close}], ["1.4012"]]"#)
        };
        let text = format!(
            r#"{{"schema": 1, "sample": true, "policy": "CLOSE_USD", "provider": "Sample",
                "securities": [{{"symbol": "ACME", "exchange": "XNAS", "currency": "USD"}}],
                "fx": [{{"from": "USD", "to": "CAD"}}],
                "days": [{}]}}"#,
            days.iter().map(row).collect::<Vec<_>>().join(",")
        );
        fs::write(&history_file, text).unwrap();
        let ledger = Some(self.folder.path().join("ledger"));
        let days = date(2000, 1, 1)..=date(2099, 12, 31);
        BackfillRequest { days, history_file, ledger }
    }

    /// Prices checked and stored, the gate still closed.
    pub async fn begin(&self, app: &Orchestrator, date: &str, close: &str) -> PricingPackId {
        new(app.begin_pricing_pack(&self.request(date, close)).await)
    }

    /// A fresh pack.
    pub async fn build(&self, app: &Orchestrator, date: &str, close: &str) -> PricingPackId {
        new(app.build_pricing_pack(&self.request(date, close)).await)
    }
}

fn new(built: Result<Built, BuildError>) -> PricingPackId {
    match built.unwrap() {
        Built::New(pack) => pack,
        Built::Resumed(pack) | Built::Unchanged(pack) => panic!("{pack} was there already"),
    }
}

/// What git prints, without the last line break.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=Test", "-c", "user.email=test@test.example"];
    let done =
        Command::new("git").arg("-C").arg(folder).args(identity).args(arguments).output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {done:?}");
    String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
}
