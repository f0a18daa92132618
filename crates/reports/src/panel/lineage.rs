//! Which providers' data each panel holds, by its recorded sources.

use super::part::PanelPart;
use domain::pricing_pack::ProviderId;
use executor::{lineage::SourceName, pattern::PanelDocument};
use rights::{DocumentLineage, Part};
use std::collections::BTreeSet;

/// The lineage of a document of panels: a part for each panel that holds data, under the
/// panel's id. The sources of a panel are those of its cells together, so a part names
/// everybody whose data is in any cell.
pub(crate) fn lineage_of_parts<'a>(
    parts: impl IntoIterator<Item = &'a PanelPart>,
) -> DocumentLineage {
    lineage_of_panels(parts.into_iter().map(|part| (&part.panel, part.sources.as_slice())))
}

/// The same of panels with their sources.
pub fn lineage_of_panels<'a>(
    panels: impl IntoIterator<Item = (&'a PanelDocument, &'a [SourceName])>,
) -> DocumentLineage {
    let parts = panels.into_iter().filter(|(panel, _)| !panel.data.is_null());
    let parts = parts.map(|(panel, sources)| Part {
        key: panel.id.clone(),
        title: panel.title.clone(),
        providers: providers(sources),
        ..Part::default()
    });
    DocumentLineage { parts: parts.collect() }
}

/// A pack's prices name their providers beside it, and what was computed names what it was
/// computed of. The ledger and what somebody entered are the member's own data. One source
/// that says none of this makes it unknown whose data the whole is.
fn providers(sources: &[SourceName]) -> BTreeSet<ProviderId> {
    let mut providers = BTreeSet::new();
    for source in sources {
        let provider = match source.as_str().split_once(':') {
            Some(("provider", id)) => id.parse().ok(),
            Some(("ledger" | "manual", _)) => Some(ProviderId::manual()),
            Some(("pack" | "computed", _)) => continue,
            _ => None,
        };
        match provider {
            Some(provider) => providers.insert(provider),
            None => return BTreeSet::new(),
        };
    }
    providers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(sources: &[&str]) -> Vec<String> {
        let sources: Vec<SourceName> =
            sources.iter().map(|name| SourceName::from((*name).to_owned())).collect();
        providers(&sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn sources_name_their_providers_and_the_ledger_is_the_members_own() {
        let all =
            ["computed:metrics.compute_twr@1.0.0", "ledger:01234567", "pack:PP_1", "provider:FMP"];
        assert_eq!(named(&all), ["FMP", "Manual"]);
        assert_eq!(named(&["manual:somebody"]), ["Manual"]);
    }

    #[test]
    fn what_cannot_be_told_makes_the_whole_unknown() {
        for sources in [
            &[][..],
            &["computed:example.convert@1.0.0"],
            &["pack:PP_1"],
            &["provider:FMP", "evidence:E-1"],
            &["provider:FMP", "hearsay"],
            &["provider:FMP", "provider:no provider"],
        ] {
            assert_eq!(named(sources), [""; 0], "{sources:?}");
        }
    }
}
