use super::event::Event;
use domain::{evidence::Unit, specification::Strength, taxonomy::SignalType};

/// How far up an event stands, in tenths of a point.
///
/// A thin subset of section 7.4 of the desk's reference, with its weights:
/// density and strength 12 + 12 (stand in for fact quality, which takes signals
/// that this version does not read), source quality 12, specificity 10,
/// value-chain fit 8, any number 6, more than one region 6, impact of the type 5,
/// contradiction 4, no product −8. Whole numbers, so that every machine ranks
/// alike.
pub(super) fn rank(event: &Event<'_>) -> i32 {
    let items = i32::try_from(event.items.len()).unwrap_or(i32::MAX);
    let density = items.min(6) * 20;
    let strength = match event.strength {
        Strength::None => 0,
        Strength::Weak => 40,
        Strength::Moderate => 80,
        Strength::Strong => 120,
    };
    let sources =
        event.items.iter().map(|item| quality(item.tier.into())).sum::<i32>() / items.max(1);
    let number = event
        .items
        .iter()
        .any(|item| super::reading::figures(item).iter().any(|figure| figure.unit != Unit::Plain));
    let present = [!event.companies.is_empty(), event.product.is_some(), number, true];
    let specificity = present.into_iter().filter(|there| *there).count();
    let link = if event.links.is_empty() { 40 } else { 80 };
    let mut score = density + strength + sources + link + impact(event.signal);
    score += 25 * i32::try_from(specificity).unwrap_or(0);
    score += if number { 60 } else { 0 };
    score += if event.regions.len() > 1 { 60 } else { 0 };
    score += if event.conflict.is_some() { 40 } else { 0 };
    score - if event.product.is_none() { 80 } else { 0 }
}

/// Of 12 points: tier 1 counts 1.0, 2 0.8, 3 0.65, 4 0.55.
const fn quality(tier: u8) -> i32 {
    match tier {
        1 => 120,
        2 => 96,
        3 => 78,
        _ => 66,
    }
}

/// Of 5 points.
const fn impact(signal: SignalType) -> i32 {
    match signal {
        SignalType::Capacity | SignalType::Regulation => 47,
        SignalType::Mna | SignalType::Investment | SignalType::Sustainability => 42,
        SignalType::Demand | SignalType::Feedstock | SignalType::Price => 40,
        SignalType::Technology | SignalType::Operational => 37,
        SignalType::Other => 25,
    }
}
