//! What a file of tables says of itself in words, above each CSV table and on the
//! first sheet of a workbook.

use super::{
    manifest::{MadeOf, Manifest},
    parts,
};
use crate::panel_file::PanelFile;
use domain::{package::InstructionReference, report::ReportDocument};

/// Name and value, in reading order. What the licences ask for comes first.
pub(super) type About = Vec<(&'static str, String)>;

pub(super) fn about(document: &ReportDocument, manifest: &Manifest) -> About {
    let scope = &document.scope;
    let withheld = parts::labels(document, &manifest.withheld);
    let mut rows = licence(manifest, withheld.into_values().map(str::to_owned));
    let instruction = scope.engine.instruction.map(|InstructionReference { version, sha256 }| {
        ("Instruction", format!("version {version}, SHA-256 {sha256}"))
    });
    rows.extend([
        ("Report", document.title.clone()),
        ("Specification", scope.specification_name.clone()),
        ("Specification version", scope.specification_version.to_string()),
        ("Period", scope.period.label()),
        ("Published from", scope.window_from.to_string()),
        ("Published to", scope.window_to.to_string()),
        ("Written by", format!("{}, version {}", scope.engine.label, scope.engine.version)),
    ]);
    rows.extend(instruction);
    rows.extend(seals(manifest));
    rows
}

pub(super) fn about_panels(file: &PanelFile<'_>, manifest: &Manifest) -> About {
    let removed = file.parts().filter(|part| manifest.withheld.contains(&part.panel.id));
    let mut rows = licence(manifest, removed.map(|part| part.panel.title.clone()));
    rows.extend(file.named.iter().cloned());
    rows.extend(seals(manifest));
    let warnings = file.warnings(&manifest.withheld);
    rows.extend(warnings.into_iter().map(|one| ("Note", one.to_owned())));
    rows
}

fn licence(manifest: &Manifest, withheld: impl Iterator<Item = String>) -> About {
    let terms = &manifest.terms;
    let mut rows = About::new();
    rows.extend(terms.watermarks.iter().map(|one| ("Watermark", one.text.clone())));
    rows.extend(terms.attributions.iter().map(|one| ("Attribution", one.text.clone())));
    rows.extend(withheld.map(|part| ("Left out for its licence", part)));
    rows
}

/// By what the file and all that it was made of can be found again.
fn seals(manifest: &Manifest) -> About {
    let document = ("Document", manifest.document_hash.to_string());
    let mut rows = match &manifest.made_of {
        MadeOf::Report { run_id, package_hash, pack_hash, sealed_at } => vec![
            ("Run", run_id.to_string()),
            ("Evidence pack", pack_hash.to_string()),
            ("Run package", package_hash.to_string()),
            document,
            ("Sealed at", sealed_at.to_string()),
        ],
        MadeOf::PortfolioReport {
            run_id,
            package_hash,
            asof,
            pricing_pack_id,
            pricing_pack_hash,
            ledger_commit_hash,
            sealed_at,
            ..
        } => vec![
            ("As of", asof.to_string()),
            ("Pricing pack", pricing_pack_id.to_string()),
            ("Pricing pack, SHA-256", pricing_pack_hash.to_string()),
            ("Ledger commit", ledger_commit_hash.to_string()),
            ("Run", run_id.to_string()),
            ("Run package", package_hash.to_string()),
            document,
            ("Sealed at", sealed_at.to_string()),
        ],
        MadeOf::Execution {
            execution_id,
            pattern_id,
            pattern_version,
            asof,
            pricing_pack_id,
            ledger_commit_hash,
            executed_at,
            ..
        } => vec![
            ("As of", asof.to_string()),
            ("Pricing pack", pricing_pack_id.clone().unwrap_or_else(|| "None".to_owned())),
            (
                "Ledger commit",
                ledger_commit_hash.as_ref().map_or_else(|| "None".to_owned(), ToString::to_string),
            ),
            ("Pattern", format!("{pattern_id}, version {pattern_version}")),
            ("Execution", execution_id.to_string()),
            document,
            ("Executed at", executed_at.to_string()),
        ],
    };
    rows.extend([
        ("Rights profile", manifest.rights_profile.id().to_owned()),
        ("Rights version", manifest.rights_version.to_string()),
    ]);
    rows
}
