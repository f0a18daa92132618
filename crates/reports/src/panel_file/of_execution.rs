use super::{Fact, PanelFile, Section, day_words};
use crate::{execution::ExecutionDocument, export::short_commit};
use domain::hash::ContentHash;
use jiff::Timestamp;

impl<'a> PanelFile<'a> {
    pub fn of_execution(document: &'a ExecutionDocument, hash: ContentHash) -> Self {
        let day = day_words(document.asof);
        let portfolio = document.portfolio.as_ref().map(|portfolio| portfolio.name.as_str());
        let pattern = portfolio.map(|_| document.title.clone());
        let commit = document.ledger_commit_hash.as_ref();
        let pack = document.pricing_pack_id.as_deref().unwrap_or("none");
        let ledger = commit.map_or("none", |commit| commit.as_str());
        let (execution, executed) =
            (document.execution_id.to_string(), moment_words(document.executed_at));
        let currency = document.base_currency.as_deref();
        let mut facts = vec![Fact::day("As of", document.asof)];
        facts.extend(currency.map(|code| Fact::text("Base currency", code)));
        let mut named = vec![("Title", document.title.clone())];
        named.extend(portfolio.map(|name| ("Portfolio", name.to_owned())));
        named.extend(currency.map(|code| ("Base currency", code.to_owned())));
        let kind = if portfolio.is_some() { "Portfolio desk" } else { "Execution of a pattern" };
        Self {
            kind: kind.to_owned(),
            title: format!("{}, {day}", document.title),
            name: portfolio.unwrap_or(&document.title),
            about: pattern.into_iter().chain([day]).collect(),
            labels: Vec::new(),
            facts,
            currency,
            sections: vec![Section {
                id: "panels",
                label: None,
                parts: document.panels.iter().collect(),
            }],
            pack,
            ledger,
            foot: vec![
                format!("Pack {pack}"),
                format!("Ledger {}", short_commit(commit)),
                format!("Execution {execution}"),
                format!("Executed {executed}"),
            ],
            made_title: "About this document",
            made: "Computed by the pattern named below from the pack and the ledger named below.",
            colophon: vec![
                Fact::text("Executed", executed),
                Fact::code("Execution", execution),
                Fact::text(
                    "Pattern",
                    format!("{}, version {}", document.pattern_id, document.pattern_version),
                ),
                Fact::code("Pricing pack", pack),
                Fact::code("Ledger commit", ledger),
                Fact::code("Document", hash.to_string()),
            ],
            named,
            moment: document.executed_at,
            hash,
        }
    }
}

pub(super) fn moment_words(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}
