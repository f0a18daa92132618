//! What an event would mean if its reports hold, and what a reader may want to
//! do about it. Both are conditional, name what they are about, and say nothing
//! of a direction that the evidence does not have.

use super::{
    development::{actor, confidence, names, place, product, weaker},
    event::Event,
    reading,
    writer::Writer,
};
use Direction::{Down, Up};
use domain::{
    evidence::{Direction, Unit},
    report::{Claim, ClaimKind},
    taxonomy::SignalType,
};

pub(super) fn interpretation(event: &Event<'_>, writer: &mut Writer) -> Option<Claim> {
    use SignalType as S;
    let (what, place) = (product(event), place(event));
    let by_whom =
        if event.companies.is_empty() { String::new() } else { format!(" from {}", actor(event)) };
    let source = names(&event.publishers());
    let puts = verb(event, "puts", "put");
    let holds = format!("If this holds as {source} {puts} it,");
    let text = match (event.signal, event.direction) {
        (S::Capacity | S::Investment | S::Operational, Some(Up)) => {
            format!("{holds} more {what}{by_whom} could be available in {place}.")
        }
        (S::Capacity | S::Investment, Some(Down)) => {
            format!("{holds} less {what}{by_whom} could be available in {place}.")
        }
        (S::Operational, Some(Down)) => {
            format!(
                "{holds} {what}{by_whom} could be harder to get in {place} for as long as it lasts."
            )
        }
        (S::Price, Some(Up)) => {
            format!(
                "{holds} buyers of {what} in {place} could face higher costs at their next settlement."
            )
        }
        (S::Price, Some(Down)) => {
            format!(
                "{holds} buyers of {what} in {place} could have more room at their next settlement."
            )
        }
        (S::Feedstock, Some(_)) => {
            format!(
                "{holds} the position of producers in {place} that depend on {what} could shift."
            )
        }
        (S::Demand, Some(Up)) => {
            format!("{holds} suppliers of {what} in {place} could meet more orders.")
        }
        (S::Demand, Some(Down)) => {
            format!("{holds} suppliers of {what} in {place} may compete for fewer orders.")
        }
        (S::Regulation, _) => {
            format!(
                "{holds} those who make, sell or process {what} in {place} could have to show that they comply."
            )
        }
        (S::Mna, _) if !event.companies.is_empty() => {
            format!(
                "{holds} those who deal with {} in {place} could find a changed counterpart.",
                actor(event)
            )
        }
        (S::Technology, _) => {
            format!("{holds} this could become an option for users of {what} in {place}.")
        }
        (S::Sustainability, _) => {
            format!(
                "{holds} and if somebody independent can verify it, buyers of {what} in {place} could count it in their own footprint."
            )
        }
        _ => format!(
            "Whether this moves the market for {what} in {place} depends on details that the reports cited leave open."
        ),
    };
    writer.claim(ClaimKind::Interpretation, text, &event.items, weaker(confidence(event)))
}

/// The first of the candidates that its evidence supports.
pub(super) fn implication(event: &Event<'_>, writer: &mut Writer) -> Option<Claim> {
    let sure = weaker(confidence(event));
    candidates(event)
        .into_iter()
        .find_map(|text| writer.claim(ClaimKind::Implication, text, &event.items, sure))
}

/// With a figure of the evidence where it has one, else without.
fn candidates(event: &Event<'_>) -> Vec<String> {
    let exposed =
        format!("{} with exposure to {} in {}", reader(event.signal), product(event), place(event));
    let named = !event.companies.is_empty();
    let who = actor(event);
    if let Some(conflict) = &event.conflict {
        return vec![format!(
            "{exposed} may want {who} to say whether {} or {} is right before planning on either.",
            conflict.one.figure, conflict.other.figure
        )];
    }
    let source = format!("{} {}", names(&event.publishers()), verb(event, "gives", "give"));
    let figure =
        reading::figures(event.lead()).into_iter().find(|figure| tells(event.signal, figure.unit));
    let figure = figure.map(|figure| figure.written);
    let with_figure = figure.map(|figure| match event.signal {
        SignalType::Capacity | SignalType::Investment => {
            format!("{exposed} could set the {figure} that {source} against their own sourcing plans.")
        }
        SignalType::Price | SignalType::Feedstock => {
            format!("{exposed} could test their own contracts against the {figure} that {source}.")
        }
        SignalType::Demand => {
            format!("{exposed} could compare their own order books with the {figure} that {source}.")
        }
        SignalType::Mna => {
            format!("{exposed} could look for change-of-control terms in their contracts and weigh them against a deal of {figure}.")
        }
        SignalType::Sustainability if named => {
            format!("{exposed} may want to ask {who} how the {figure} was determined.")
        }
        SignalType::Technology if named => {
            format!("{exposed} may want to ask {who} for the trials behind the {figure}.")
        }
        SignalType::Regulation => {
            format!("{exposed} could check now where the {figure} would apply to their sites and products.")
        }
        _ => format!("{exposed} may want to see how the {figure} was determined."),
    });
    let without = match event.signal {
        SignalType::Regulation => {
            format!(
                "{exposed} could check now which of their sites and products would be affected."
            )
        }
        SignalType::Operational if named => {
            format!("{exposed} could ask {who} which deliveries are affected, and for how long.")
        }
        SignalType::Technology | SignalType::Sustainability if named => {
            format!(
                "{exposed} may want to ask {who} for figures, since the reports cited give none that can be compared."
            )
        }
        _ if named => {
            format!(
                "{exposed} may want to ask {who} for the size of the change, since the reports cited do not give it."
            )
        }
        _ => format!(
            "{exposed} may want to look for a figure before acting, since the reports cited give none that can be compared."
        ),
    };
    with_figure.into_iter().chain([without]).collect()
}

/// Whether a figure of this unit is what a development of this type is about.
const fn tells(signal: SignalType, unit: Unit) -> bool {
    match signal {
        SignalType::Capacity | SignalType::Investment => {
            matches!(unit, Unit::TonnesPerYear | Unit::Tonnes | Unit::Money(_))
        }
        SignalType::Price | SignalType::Feedstock => {
            matches!(unit, Unit::Money(_) | Unit::Fraction)
        }
        SignalType::Mna => matches!(unit, Unit::Money(_)),
        SignalType::Demand
        | SignalType::Technology
        | SignalType::Sustainability
        | SignalType::Regulation => matches!(unit, Unit::Fraction),
        SignalType::Operational | SignalType::Other => false,
    }
}

/// One publisher gives, several give.
fn verb(event: &Event<'_>, one: &'static str, several: &'static str) -> &'static str {
    if event.publishers().len() == 1 { one } else { several }
}

/// Whose business a type of development is.
const fn reader(signal: SignalType) -> &'static str {
    match signal {
        SignalType::Capacity | SignalType::Investment | SignalType::Feedstock => {
            "Procurement teams"
        }
        SignalType::Price => "Buyers and sellers",
        SignalType::Demand | SignalType::Mna => "Commercial leads",
        SignalType::Regulation => "Regulatory owners",
        SignalType::Sustainability => "Sustainability owners",
        SignalType::Technology => "Technical teams",
        SignalType::Operational => "Supply-chain teams",
        SignalType::Other => "Teams",
    }
}
