use super::PortfolioReport;
use crate::panel::part::PanelPart;
use domain::{
    package::PortfolioPackage, pricing_pack::PricingPackId, specification::PortfolioPanel,
};
use executor::pattern::PanelKind;
use serde_json::Value;
use std::collections::BTreeSet;

/// By which parts may miss their whole: figures are doubles, and a year has 252 days.
const PARTS_TOLERANCE: f64 = 1e-9;

/// Everything by which a report is not what was ordered, or does not follow from its
/// package; empty for one that may be sealed. Each is a sentence for a subscriber.
pub fn validate(report: &PortfolioReport, package: &PortfolioPackage) -> Vec<String> {
    let mut findings = Vec::new();
    is_of_package(report, package, &mut findings);
    is_as_ordered(report, package, &mut findings);
    for panel in report.panels() {
        has_sources(panel, package, &mut findings);
        has_reasons(panel, &mut findings);
    }
    weights_sum_to_one(report, &mut findings);
    parts_make_the_return(report, &mut findings);
    findings
}

/// The head names the package's own portfolio, prices, ledger and period.
fn is_of_package(report: &PortfolioReport, package: &PortfolioPackage, findings: &mut Vec<String>) {
    let order = package.order();
    let same = [
        ("title", report.title == package.specification.options.title),
        ("specification", report.specification_name == package.specification.name),
        ("version", report.specification_version == package.specification_version),
        ("period", report.period == package.period),
        ("portfolio", report.portfolio_id == package.portfolio.id),
        ("currency", report.base_currency == package.portfolio.base),
        ("window", report.window == order.window),
        ("pricing pack", report.pricing_pack_id == package.pricing_pack),
        ("day of the prices", report.priced_on == package.pricing_pack.date()),
        ("commit of the ledger", report.ledger_commit_hash == package.ledger_commit),
        ("label of sample data", report.sample_data == package.sample),
    ];
    for (what, _) in same.iter().filter(|(_, is_same)| !is_same) {
        findings.push(format!("The {what} is not that of the order."));
    }
}

/// Every ordered part once, in order, with something in it; and no other.
fn is_as_ordered(report: &PortfolioReport, package: &PortfolioPackage, findings: &mut Vec<String>) {
    let given: Vec<PortfolioPanel> = report.sections.iter().map(|section| section.topic).collect();
    let ordered = &package.order().panels;
    for topic in ordered.iter().filter(|topic| !given.contains(topic)) {
        findings.push(format!("The ordered part “{topic}” is missing."));
    }
    for topic in given.iter().filter(|topic| !ordered.contains(topic)) {
        findings.push(format!("The part “{topic}” was not ordered."));
    }
    if given.windows(2).any(|pair| pair[0] >= pair[1]) {
        findings.push("The parts do not stand in their order, each once.".to_owned());
    }
    let mut ids = BTreeSet::new();
    for section in &report.sections {
        if section.panels.is_empty() {
            findings.push(format!("The part “{}” holds nothing.", section.topic));
        }
        for panel in &section.panels {
            if !ids.insert(&panel.panel.id) {
                findings.push(format!("The panel “{}” stands twice.", panel.panel.title));
            }
        }
    }
}

/// Whatever is shown comes from the ledger at the package's commit; prices come from its
/// pack, or from packs of earlier days.
fn has_sources(panel: &PanelPart, package: &PortfolioPackage, findings: &mut Vec<String>) {
    let title = &panel.panel.title;
    let commit = package.ledger_commit.as_str();
    let ledger = format!("ledger:{}", &commit[..8.min(commit.len())]);
    let mut of_ledger = false;
    for source in &panel.sources {
        match source.as_str().split_once(':') {
            Some(("ledger", _)) if source.as_str() == ledger => of_ledger = true,
            Some(("pack", name)) => {
                let of_package = name == package.pricing_pack.as_str();
                let earlier = name.parse::<PricingPackId>().is_ok_and(|pack| {
                    pack.name().policy == package.pricing_pack.name().policy
                        && pack.date() < package.pricing_pack.date()
                });
                if !of_package && !earlier {
                    findings.push(format!("“{title}” rests on {name}, which is not of the order."));
                }
            }
            Some(("provider" | "computed", _)) => {}
            _ => findings.push(format!("“{title}” rests on {source}, which nothing explains.")),
        }
    }
    if !of_ledger {
        findings.push(format!("“{title}” does not name the ledger that it comes from."));
    }
}

/// A figure that is missing says why: it is never empty, and never a zero in its place.
fn has_reasons(panel: &PanelPart, findings: &mut Vec<String>) {
    let document = &panel.panel;
    let mut missing = |what: &str| {
        findings.push(format!("“{}” has no {what}, and does not say why.", document.title));
    };
    if document.data.is_null() {
        if document.reason.is_none() {
            missing("data");
        }
        return;
    }
    if document.kind != PanelKind::MetricsGrid {
        return;
    }
    for column in &document.columns {
        let value = document.data.get(&column.key).unwrap_or(&Value::Null);
        let told = value.pointer("/reason/text").is_some_and(Value::is_string);
        if is_nothing(value) && !told {
            missing(column.title.as_deref().unwrap_or(&column.key));
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.get("value").is_some_and(Value::is_null)
}

/// Weights of holdings and money make one, where all of them are known.
fn weights_sum_to_one(report: &PortfolioReport, findings: &mut Vec<String>) {
    let rows = |id: &str| -> Vec<&Value> {
        let panel = report.panels().find(|panel| panel.panel.id == id);
        panel.and_then(|panel| panel.panel.data.as_array()).into_iter().flatten().collect()
    };
    let weights = |rows: Vec<&Value>| -> Option<Vec<f64>> {
        rows.into_iter().map(|row| row.pointer("/weight/value")?.as_f64()).collect()
    };
    for (ids, what) in [(&["positions", "cash"][..], "holdings and money")] {
        let all: Vec<&Value> = ids.iter().flat_map(|id| rows(id)).collect();
        if all.is_empty() {
            continue;
        }
        if let Some(weights) = weights(all)
            && (weights.iter().sum::<f64>() - 1.0).abs() > PARTS_TOLERANCE
        {
            findings.push(format!("The weights of {what} do not make one."));
        }
    }
    let sectors: Vec<f64> = rows("sectors")
        .into_iter()
        .filter_map(|row| row.get("weight").and_then(Value::as_f64))
        .collect();
    if !sectors.is_empty() && (sectors.iter().sum::<f64>() - 1.0).abs() > PARTS_TOLERANCE {
        findings.push("The weights of sectors do not make one.".to_owned());
    }
}

/// What markets and currencies did, with what is not explained, makes the measured return.
fn parts_make_the_return(report: &PortfolioReport, findings: &mut Vec<String>) {
    let Some(panel) = report.panels().find(|panel| panel.panel.id == "currency") else { return };
    let figure = |name: &str| panel.panel.data.get(name)?.get("value")?.as_f64();
    let parts = [figure("local"), figure("fx"), figure("interaction"), figure("residual")];
    let (Some(parts), Some(total)) =
        (parts.into_iter().collect::<Option<Vec<f64>>>(), figure("total"))
    else {
        return;
    };
    if (parts.iter().sum::<f64>() - total).abs() > PARTS_TOLERANCE {
        findings.push("The parts of the return do not make the return.".to_owned());
    }
}
