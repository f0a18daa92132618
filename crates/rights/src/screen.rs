//! What a page may show: decided part by part, since a page, other than a file, can say
//! in the place of a part why it is not there.

use crate::{Blocked, DocumentLineage, Format, Registry, Terms, WorkspaceLicences};
use serde::Serialize;
use std::collections::BTreeSet;

/// A part that a page leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WithheldPart {
    pub key: String,
    pub title: String,
    /// By provider id; empty when it is not recorded where the part comes from.
    pub blocked: Vec<Blocked>,
}

/// What of a document a page shows, in every profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// Of what is shown.
    pub terms: Terms,
    /// In the document's order.
    pub withheld: Vec<WithheldPart>,
}

impl Screen {
    /// The keys of the parts that are left out.
    pub fn withheld_keys(&self) -> BTreeSet<String> {
        self.withheld.iter().map(|part| part.key.clone()).collect()
    }
}

impl Registry {
    /// What of a document of this lineage may be shown on screen, for a workspace with
    /// these licences of its own. A part is shown if everybody whose data it holds gives
    /// the right to; one of which nothing is recorded is not.
    pub fn screen(&self, lineage: &DocumentLineage, licences: &WorkspaceLicences) -> Screen {
        let mut shown = Vec::new();
        let mut withheld = Vec::new();
        for part in &lineage.parts {
            let blocked = self.blocked([part], Format::View, licences);
            if blocked.is_empty() && !part.providers.is_empty() {
                shown.push(part);
            } else {
                let (key, title) = (part.key.clone(), part.title.clone());
                withheld.push(WithheldPart { key, title, blocked });
            }
        }
        Screen { terms: self.terms(shown), withheld }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Part, Right, registry::tests::registry};

    fn lineage(parts: &[(&str, &[&str])]) -> DocumentLineage {
        let part = |(key, providers): &(&str, &[&str])| Part {
            key: (*key).to_owned(),
            title: (*key).to_uppercase(),
            providers: providers.iter().map(|id| id.parse().unwrap()).collect(),
            ..Part::default()
        };
        DocumentLineage { parts: parts.iter().map(part).collect() }
    }

    #[test]
    fn a_part_of_somebody_who_gives_no_right_to_show_is_withheld_and_the_rest_is_shown() {
        let parts: &[(&str, &[&str])] =
            &[("a", &["FRED"]), ("b", &["FRED", "Unheard_Of"]), ("c", &[]), ("d", &["NewsAPI"])];
        let screen = registry().screen(&lineage(parts), &WorkspaceLicences::none());
        let keys: Vec<&str> = screen.withheld.iter().map(|part| part.key.as_str()).collect();
        assert_eq!(keys, ["b", "c"]);
        assert_eq!(screen.withheld[0].title, "B");
        let blocked = &screen.withheld[0].blocked;
        assert_eq!(blocked.len(), 1);
        assert_eq!(blocked[0].provider.as_str(), "Unheard_Of");
        assert_eq!(blocked[0].unblock, "Add the provider to the rights registry.");
        assert!(screen.withheld[1].blocked.is_empty());
        // Attributions of what is shown alone.
        let named: Vec<&str> =
            screen.terms.attributions.iter().map(|one| one.provider.as_str()).collect();
        assert_eq!(named, ["FRED", "NewsAPI"]);
    }

    #[test]
    fn a_licence_of_the_workspace_to_show_counts() {
        let parts: &[(&str, &[&str])] = &[("a", &["Hidden"])];
        let text = include_str!("../../../.ops/RIGHTS_REGISTRY.yaml").replacen(
            "  FMP:\n    tier: commercial\n    data: [prices, fundamentals, ratios, dividends]\n    rights: {display: true",
            "  Hidden:\n    tier: commercial\n    data: []\n    rights: {display: false, pdf: false, csv: false, redistribute: false}\n    \
             attribution: {required: false, text: null}\n    watermark: null\n    \
             licence: {kind: none, key_env: null, unblock: \"buy it\"}\n  FMP:\n    tier: commercial\n    data: [prices, fundamentals, ratios, dividends]\n    rights: {display: true",
            1,
        );
        let registry = Registry::parse("x", &text).unwrap();
        let without = registry.screen(&lineage(parts), &WorkspaceLicences::none());
        assert_eq!(without.withheld.len(), 1);
        let hidden = ("Hidden".parse().unwrap(), Right::Display);
        let with = registry.screen(&lineage(parts), &WorkspaceLicences::from_iter([hidden]));
        assert!(with.withheld.is_empty());
    }
}
