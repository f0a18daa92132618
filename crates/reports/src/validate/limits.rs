use super::{Finding, FindingCode, structure::repeated, subject::Subject};
use domain::report::ReportDocument as Document;

/// Upper bounds of section 8.3 of the desk's reference.
pub(super) fn limits(subject: &Subject<'_>) -> Vec<Finding> {
    let document = subject.document;
    let mut findings = Vec::new();
    let mut at_most = |place: &str, what: &str, n: usize, max: usize| {
        if n > max {
            findings.push(Finding::new(
                FindingCode::Limit,
                format!("{place} exceeds its limit of {max} {what}."),
            ));
        }
    };
    for section in &document.sections {
        let n = section.developments.len().max(section.statements.len());
        at_most(section.kind.label(), "developments", n, Document::DEVELOPMENTS_PER_SECTION_MAX);
    }
    for (place, claim) in document.claims() {
        at_most(
            place,
            "characters a claim",
            claim.text.chars().count(),
            Document::CLAIM_CHARACTERS_MAX,
        );
    }
    for (_, development) in subject.developments() {
        let n = development.headline.chars().count();
        at_most("A headline", "characters", n, Document::CLAIM_CHARACTERS_MAX);
    }
    let bullets = &document.executive_summary;
    at_most("Executive summary", "bullets", bullets.len(), Document::SUMMARY_BULLETS_MAX);
    for bullet in bullets {
        let n = bullet.text.split_whitespace().count();
        at_most("Executive summary", "words a bullet", n, Document::BULLET_WORDS_MAX);
    }
    if !repeated(bullets.iter().map(|bullet| (bullet.theme, bullet.theme.label()))).is_empty() {
        at_most("Executive summary", "bullet a theme", 2, 1);
    }
    let decision =
        document.decision_summary.iter().map(|claim| claim.text.split_whitespace().count());
    at_most("Decision summary", "words", decision.sum(), Document::DECISION_SUMMARY_WORDS_MAX);
    at_most("Monitoring advice", "pieces", document.monitoring.len(), Document::MONITORING_MAX);
    for advice in &document.monitoring {
        let n = advice.text.chars().count();
        at_most("Monitoring advice", "characters each", n, Document::CLAIM_CHARACTERS_MAX);
    }
    at_most(
        "The reference list",
        "references",
        document.references.len(),
        Document::REFERENCES_MAX,
    );
    findings
}
