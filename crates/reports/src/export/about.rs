//! What a file of tables says of itself in words, above each CSV table and on the
//! first sheet of a workbook.

use super::{manifest::Manifest, parts};
use domain::{package::InstructionReference, report::ReportDocument};

/// Name and value, in reading order. What the licences ask for comes first.
pub(super) fn about(document: &ReportDocument, manifest: &Manifest) -> Vec<(&'static str, String)> {
    let scope = &document.scope;
    let terms = &manifest.terms;
    let mut rows = Vec::new();
    rows.extend(terms.watermarks.iter().map(|one| ("Watermark", one.text.clone())));
    rows.extend(terms.attributions.iter().map(|one| ("Attribution", one.text.clone())));
    let withheld = parts::labels(document, &manifest.withheld);
    rows.extend(withheld.into_values().map(|part| ("Left out for its licence", part.to_owned())));
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
    rows.extend([
        ("Run", manifest.run_id.to_string()),
        ("Evidence pack", manifest.pack_hash.to_string()),
        ("Run package", manifest.package_hash.to_string()),
        ("Document", manifest.document_hash.to_string()),
        ("Sealed at", manifest.sealed_at.to_string()),
        ("Rights profile", manifest.rights_profile.id().to_owned()),
        ("Rights version", manifest.rights_version.to_string()),
    ]);
    rows
}
