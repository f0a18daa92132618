//! A ledger under git and market files, to build pricing packs from.

use domain::pricing_pack::PricingPackId;
use orchestrator::{
    Orchestrator,
    pricing::{BuildError, BuildRequest, Built},
};
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

pub struct Market {
    folder: TempDir,
}

impl Market {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger");
        fs::create_dir(&ledger).unwrap();
        git(&ledger, &["init", "--quiet"]);
        fs::write(ledger.join("main.beancount"), "option \"title\" \"Test\"\n").unwrap();
        git(&ledger, &["add", "."]);
        git(&ledger, &["commit", "--quiet", "--message", "Begin"]);
        Self { folder }
    }

    /// A request for the pack of `date` in which ACME costs `close`; the file lists
    /// it without a price where that is empty.
    pub fn request(&self, date: &str, close: &str) -> BuildRequest {
        let close = if close.is_empty() { "null".to_owned() } else { format!("\"{close}\"") };
        let market_file = self.folder.path().join("market.json");
        let text = format!(
            r#"{{"schema": 1, "sample": true, "policy": "CLOSE_USD", "provider": "Sample",
                "securities": [
                    {{"symbol": "ACME", "exchange": "XNAS", "currency": "USD", "close": {close}, "as_of": "{{{{date}}}}"}},
                    {{"symbol": "MAPL", "exchange": "XTSE", "currency": "CAD", "close": "41.30", "as_of": "{{{{date}}}}"}}
                ],
                "fx": [{{"from": "USD", "to": "CAD", "rate": "1.4012", "as_of": "{{{{date}}}}T00:00:00Z"}}]}}"#
        );
        fs::write(&market_file, text).unwrap();
        BuildRequest {
            date: date.parse().unwrap(),
            market_file,
            ledger: Some(self.folder.path().join("ledger")),
            accept_stale: Vec::new(),
            restates: None,
        }
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
        Built::Unchanged(pack) => panic!("{pack} was there already"),
    }
}

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=Test", "-c", "user.email=test@test.example"];
    let done =
        Command::new("git").arg("-C").arg(folder).args(identity).args(arguments).output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {done:?}");
}
