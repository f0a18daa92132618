use crate::Orchestrator;
use domain::pricing_pack::PricingPack;
use rights::{DocumentLineage, Part, Screen, WorkspaceLicences};
use std::collections::BTreeSet;

impl Orchestrator {
    /// What of the packs' figures a page may show: decided provider by provider, whose id is
    /// the part's key.
    pub(super) fn screen_of_packs(
        &self,
        packs: &[&PricingPack],
        licences: &WorkspaceLicences,
    ) -> Screen {
        let providers: BTreeSet<_> = packs
            .iter()
            .flat_map(|pack| {
                let prices = pack.sources.prices.iter().map(|price| &price.source);
                prices.chain(pack.sources.fx.iter().map(|rate| &rate.source))
            })
            .collect();
        let part = |provider: &domain::pricing_pack::ProviderId| Part {
            key: provider.to_string(),
            title: format!("Prices and rates of {provider}"),
            providers: [provider.clone()].into(),
            ..Part::default()
        };
        let lineage = DocumentLineage { parts: providers.into_iter().map(part).collect() };
        self.rights.current().screen(&lineage, licences)
    }
}
