use super::*;
use crate::{
    evidence::{DateConfidence, EvidenceId, TrustTier},
    taxonomy::{Region, ValueChainLink},
};
use Deliverable as D;
use SignalType as S;

fn item(signal: SignalType, title: &str) -> EvidenceItem {
    let url = "https://example.com/a".to_owned();
    EvidenceItem {
        id: EvidenceId::of_canonical_url(&url),
        title: title.to_owned(),
        excerpt: String::new(),
        publisher: "Example Trade Journal".to_owned(),
        canonical_url: url.clone(),
        url,
        published: jiff::civil::date(2026, 11, 12),
        date_confidence: DateConfidence::High,
        source: "Example".to_owned(),
        tier: TrustTier::try_from(2).unwrap(),
        regions: BTreeSet::from([Region::Emea]),
        links: BTreeSet::new(),
        signal,
        companies: Vec::new(),
        sample: true,
    }
}

fn scope(deliverables: &[Deliverable]) -> Scope {
    Scope {
        deliverables: deliverables.iter().copied().collect(),
        regions: BTreeSet::from([Region::Emea, Region::China]),
        links: BTreeSet::new(),
    }
}

/// Fit of an item in a scope of these deliverables, watching Acme.
fn fit(deliverables: &[Deliverable], item: &EvidenceItem) -> Result<Vec<Deliverable>, Misfit> {
    scope(deliverables).fit(&["Acme".to_owned()], item).map(|served| served.into_iter().collect())
}

// The column "admits" of the domain reference, section 2.1.
#[test]
fn deliverables_admit_the_types_of_the_table() {
    let all = SignalType::ALL;
    let rows: [(Deliverable, &[SignalType]); 11] = [
        (D::CompanyNews, all),
        (D::RegionalMonitoring, all),
        (
            D::IndustryContext,
            &[S::Capacity, S::Regulation, S::Feedstock, S::Demand, S::Price, S::Technology],
        ),
        (
            D::ValueChain,
            &[S::Capacity, S::Feedstock, S::Demand, S::Price, S::Technology, S::Operational],
        ),
        (D::ValueChainLink, all),
        (
            D::Competitive,
            &[S::Capacity, S::Investment, S::Mna, S::Sustainability, S::Technology, S::Operational],
        ),
        (D::Sustainability, &[S::Regulation, S::Sustainability]),
        (D::Capacity, &[S::Capacity, S::Investment, S::Operational]),
        (D::MAndA, &[S::Investment, S::Mna]),
        (D::EarlyWarning, &[S::Feedstock, S::Demand, S::Price, S::Operational]),
        (D::ExecutiveBriefings, all),
    ];
    for (deliverable, expected) in rows {
        let admitted: Vec<_> =
            all.iter().copied().filter(|signal| deliverable.admits(*signal)).collect();
        assert_eq!(admitted, expected, "{deliverable}");
    }
}

#[test]
fn an_item_serves_every_ordered_deliverable_that_admits_it() {
    let expansion = item(S::Capacity, "An expansion");
    assert_eq!(
        fit(&[D::Capacity, D::ValueChain, D::Sustainability], &expansion),
        Ok(vec![D::ValueChain, D::Capacity])
    );
    assert_eq!(fit(&[D::Sustainability], &expansion), Err(Misfit::DeliverableMismatch));
}

#[test]
fn an_unknown_region_fits_no_regional_filter_not_even_all_of_them() {
    let mut everywhere = scope(&[D::RegionalMonitoring]);
    everywhere.regions = Region::ALL.iter().copied().collect();
    let mut unplaced = item(S::Price, "Prices");
    unplaced.regions.clear();
    assert_eq!(everywhere.fit(&[], &unplaced), Err(Misfit::RegionUnknown));
}

#[test]
fn one_common_region_suffices() {
    let mut placed = item(S::Price, "Prices");
    placed.regions = BTreeSet::from([Region::India, Region::China]);
    assert!(fit(&[D::RegionalMonitoring], &placed).is_ok());
    placed.regions.remove(&Region::China);
    assert_eq!(fit(&[D::RegionalMonitoring], &placed), Err(Misfit::RegionMismatch));
}

#[test]
fn an_unknown_link_is_in_scope_only_while_no_link_is_chosen() {
    let mut with_links = scope(&[D::Capacity, D::ValueChainLink]);
    let mut plant = item(S::Capacity, "A plant");
    assert!(fit(&[D::Capacity], &plant).is_ok());
    with_links.links.insert(ValueChainLink::SystemHouses);
    assert_eq!(with_links.fit(&[], &plant), Err(Misfit::LinkMismatch));
    plant.links.insert(ValueChainLink::EndUse);
    assert_eq!(with_links.fit(&[], &plant), Err(Misfit::LinkMismatch));
    plant.links.insert(ValueChainLink::SystemHouses);
    assert_eq!(with_links.fit(&[], &plant), Ok(BTreeSet::from([D::Capacity, D::ValueChainLink])));
}

#[test]
fn company_news_takes_watched_companies_by_whole_words() {
    let news = |title| fit(&[D::CompanyNews], &item(S::Other, title));
    assert_eq!(news("Acme's new director"), Ok(vec![D::CompanyNews]));
    assert_eq!(news("Acmeville's new director"), Err(Misfit::CompanyMismatch));
    let mut listed = item(S::Other, "A new director");
    assert_eq!(fit(&[D::CompanyNews], &listed), Err(Misfit::CompanyMismatch));
    listed.companies.push("Acme Foams".to_owned());
    assert!(fit(&[D::CompanyNews], &listed).is_ok());
    listed.companies.clear();
    listed.excerpt = "At ACME, a change.".to_owned();
    assert!(fit(&[D::CompanyNews], &listed).is_ok());
}

#[test]
fn competitive_intelligence_requires_a_company() {
    let mut expansion = item(S::Capacity, "An expansion");
    assert_eq!(fit(&[D::Competitive], &expansion), Err(Misfit::CompanyMismatch));
    expansion.companies.push("Zeta".to_owned());
    assert!(fit(&[D::Competitive], &expansion).is_ok());
}

#[test]
fn capacity_takes_outages_and_m_and_a_takes_joint_ventures() {
    let capacity = |title| fit(&[D::Capacity], &item(S::Operational, title));
    assert!(capacity("Unplanned outage at a TDI unit").is_ok());
    assert_eq!(capacity("Freight delays"), Err(Misfit::DeliverableMismatch));
    let deals = |title| fit(&[D::MAndA], &item(S::Investment, title));
    assert!(deals("Joint venture for polyols").is_ok());
    assert_eq!(deals("Investment in polyols"), Err(Misfit::DeliverableMismatch));
}

#[test]
fn executive_briefings_take_what_the_others_admit_and_alone_everything() {
    let price = item(S::Price, "Prices");
    let both = [D::ExecutiveBriefings, D::EarlyWarning];
    assert_eq!(fit(&both, &price), Ok(vec![D::EarlyWarning, D::ExecutiveBriefings]));
    assert_eq!(fit(&[D::ExecutiveBriefings], &price), Ok(vec![D::ExecutiveBriefings]));
    let with_sustainability = [D::ExecutiveBriefings, D::Sustainability];
    assert_eq!(fit(&with_sustainability, &price), Err(Misfit::DeliverableMismatch));
    let with_news = [D::ExecutiveBriefings, D::CompanyNews];
    assert_eq!(fit(&with_news, &price), Err(Misfit::CompanyMismatch));
}
