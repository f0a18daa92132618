//! The rules that a composed report must pass before it is published. All are
//! applied to every document, and all findings are reported at once; any one
//! fails the run.
//!
//! The document may come from a language model: nothing in it is trusted, and
//! no content makes a rule panic.

mod direction;
mod finding;
mod grounding;
mod language;
mod limits;
mod names;
mod number_words;
mod relation;
mod scope;
mod structure;
mod subject;
mod text;

#[cfg(test)]
mod tests;

pub use finding::{Finding, FindingCode};
pub use grounding::{unsupported_figures, unsupported_regions};
pub use language::sentence_keys;
pub use text::sentences;

use domain::{evidence::EvidenceItem, package::RunPackage, report::ReportDocument};
use subject::Subject;

/// More findings than this tell a reader nothing new; a hostile document could
/// make thousands.
const FINDINGS_MAX: usize = 100;

type Rule = fn(&Subject<'_>) -> Vec<Finding>;

/// Every rule by the name that a log shows; one may report several codes.
const RULES: &[(&str, Rule)] = &[
    ("the schema version is the one we know", structure::schema_version),
    ("the scope is the package's", structure::scope_mirrors_package),
    ("sections are chosen, ordered and filled", structure::sections),
    ("options decide the optional parts", structure::optional_parts),
    ("developments are what their evidence says", structure::developments),
    ("references number the citations", structure::references),
    ("the report says something", structure::says_something),
    ("every ordered deliverable has its place", scope::deliverables_have_a_place),
    ("nothing lies outside the order", scope::nothing_outside_the_order),
    ("cited evidence lies in the window", scope::dates_in_window),
    ("quiet is true", scope::quiet_is_true),
    ("what was told is not told again", scope::nothing_told_again),
    ("claims cite evidence of the package", grounding::citations),
    ("interpretations rest on facts", grounding::interpretations_rest_on_facts),
    ("figures occur in what they cite", grounding::figures),
    ("numbers in words occur in what they cite", number_words::number_words),
    ("no rise is said of a fall", direction::directions),
    ("statements share words with what they cite", relation::statements_share_words),
    ("what gives orders is not cited", relation::nothing_instructing_is_cited),
    ("names occur in what they cite", grounding::names),
    ("what is written as a name occurs in what is cited", names::names_by_their_capitals),
    ("quotations are words of what they cite", grounding::quotations),
    ("interpretations are conditional", language::mood),
    ("text is plain", language::plain_text),
    ("nothing is said twice", language::nothing_twice),
    ("limits are kept", limits::limits),
];

/// Whether a text is plain: no markup, no address that the items do not hold.
pub fn is_plain(text: &str, items: &[&EvidenceItem]) -> bool {
    !language::has_markup(text) && !language::foreign_address(text, items)
}

/// What keeps `document` from being published as the report of `package`;
/// empty when nothing does.
pub fn validate(document: &ReportDocument, package: &RunPackage) -> Vec<Finding> {
    let subject = Subject::new(document, package);
    let mut findings: Vec<_> = RULES.iter().flat_map(|(_, rule)| rule(&subject)).collect();
    findings.truncate(FINDINGS_MAX);
    findings
}
