//! Pricing packs: the list, one pack with all that it holds, and what a restatement changed.

mod build;
mod changes;
mod detail;
mod list;

pub use changes::PackChangesPage;
pub use detail::PricingPackPage;
pub use list::PricingPackList;

use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        state::State,
    },
    view::figure::Shown,
};
use domain::pricing_pack::{PackStatus, PricingPackId, ProviderId};
use executor::pattern::Format;
use jiff::civil::Date;
use leptos::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;

fn address(pack: &PricingPackId) -> String {
    format!("/packs/{pack}")
}

fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// In the place of a figure whose provider does not give the right to show it.
const NOT_SHOWN: &str = "Not shown";

/// A figure of which no provider is on record is nobody's to show.
fn is_hidden(provider: Option<&ProviderId>, hidden: &BTreeSet<String>) -> bool {
    provider.is_none_or(|provider| hidden.contains(provider.as_str()))
}

/// A close, with two decimals at least.
fn close(value: &str) -> String {
    let decimals = value.split_once('.').map_or("", |(_, decimals)| decimals);
    let is_short = decimals.trim_end_matches('0').len() < 2;
    figure(&value, if is_short { Format::Decimal2 } else { Format::Number }, None).text()
}

/// An exact decimal as the reader sees it.
fn figure(value: &impl ToString, format: Format, currency: Option<&str>) -> Shown {
    Shown::of(&Value::from(value.to_string()), Some(format), currency)
}

#[component]
fn PackState(status: PackStatus) -> impl IntoView {
    let (tone, icon) = match status {
        PackStatus::Building | PackStatus::Warming => ("live", "clock"),
        PackStatus::Fresh => ("good", "check"),
        PackStatus::Failed => ("bad", "cross"),
        PackStatus::Superseded => ("", "history"),
    };
    view! { <State tone icon label=status.label() /> }
}

/// Where the reader is, below the list of packs.
#[component]
fn Crumbs(
    /// The pack that the page belongs to, of a page below its own.
    #[prop(default = None)]
    pack: Option<PricingPackId>,
) -> impl IntoView {
    let of_pack = pack.map(|pack| {
        let name = format!("Prices of {}, version {}", day(pack.date()), pack.name().version);
        (address(&pack), name)
    });
    let pages: Vec<_> = std::iter::once(step("/packs", "Pricing packs")).chain(of_pack).collect();
    view! { <Breadcrumb pages /> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_has_its_cents_and_no_digit_less() {
        let closes =
            [("41.3", "41.30"), ("41", "41.00"), ("262.770", "262.77"), ("0.12345", "0.12345")];
        for (value, words) in closes {
            assert_eq!(close(value), words);
        }
    }

    #[test]
    fn what_nobody_is_known_to_have_given_is_not_shown() {
        let known: ProviderId = "FMP".parse().expect("an id");
        assert!(is_hidden(None, &BTreeSet::new()) && !is_hidden(Some(&known), &BTreeSet::new()));
        assert!(is_hidden(Some(&known), &BTreeSet::from(["FMP".to_owned()])));
    }
}
