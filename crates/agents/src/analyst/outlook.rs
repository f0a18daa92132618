//! What looks across developments: decision summary, strategic implications,
//! monitoring advice.

use super::{
    Basis, Event, Written,
    development::{actor, confidence, names, place, product, weaker},
    reading::Gap,
    writer::Writer,
};
use domain::{
    evidence::{Contradiction, ContradictionKind, Direction, Side},
    package::RunPackage,
    report::{Claim, ClaimKind, Confidence, MonitoringAdvice, ReportDocument},
    specification::SectionKind,
    taxonomy::{Deliverable, SignalType},
};
use std::cmp::Reverse;

/// A decision summary names no more than an agenda holds.
const DECISIONS_MAX: usize = 5;

/// Highest rank of the whole report first.
fn by_rank<'w, 'a>(written: &'w [Written<'a>]) -> Vec<&'w Written<'a>> {
    let mut ranked: Vec<_> = written.iter().collect();
    ranked.sort_by_key(|one| Reverse(one.event.rank));
    ranked
}

fn orders(package: &RunPackage, any: &[Deliverable]) -> bool {
    any.iter().any(|deliverable| package.specification.scope.deliverables.contains(deliverable))
}

/// Only with executive briefings: what happened and who says so, then what a
/// decision would have to wait for.
pub(super) fn decision_summary(
    written: &[Written<'_>],
    package: &RunPackage,
    writer: &mut Writer,
) -> Vec<Claim> {
    if !orders(package, &[Deliverable::ExecutiveBriefings]) {
        return Vec::new();
    }
    let mut claims: Vec<Claim> = Vec::new();
    for one in by_rank(written).into_iter().take(DECISIONS_MAX) {
        let event = one.event;
        let sure = confidence(event);
        let fact = format!("{}, as {}.", one.development.headline, reported_by(event));
        let Some(fact) = writer.claim(ClaimKind::Fact, fact, &event.items, sure) else { continue };
        claims.push(fact);
        claims.extend(writer.claim(
            ClaimKind::Implication,
            decision(event),
            &event.items,
            weaker(sure),
        ));
    }
    claims
}

fn reported_by(event: &Event<'_>) -> String {
    let publishers = event.publishers();
    let verb = if publishers.len() == 1 { "reports" } else { "report" };
    format!("{} {verb}", names(&publishers))
}

fn decision(event: &Event<'_>) -> String {
    let subject = format!("{} in {}", product(event), place(event));
    let who = actor(event);
    match (&event.conflict, event.publishers().as_slice()) {
        (Some(conflict), _) => format!(
            "Until {} and {} are reconciled, a decision on {subject} that needs the size of this change could miss by their difference.",
            conflict.one.figure, conflict.other.figure
        ),
        (None, [only]) if event.companies.is_empty() => format!(
            "A decision on {subject} may be premature until somebody besides {} confirms this.",
            names(&[*only])
        ),
        (None, [only]) => format!(
            "A decision on {subject} that depends on {who} may be premature until somebody besides {} confirms this.",
            names(&[*only])
        ),
        (None, publishers) => format!(
            "If the accounts of {} hold, a decision on {subject} that depends on {who} could be prepared now.",
            names(publishers)
        ),
    }
}

/// Joins developments: a company that appears in several, a type that points
/// both ways in different regions. Only where a deliverable asks for it.
pub(super) fn statements(
    written: &[Written<'_>],
    basis: &Basis<'_>,
    writer: &mut Writer,
) -> Vec<Claim> {
    let package = basis.package;
    let asked = orders(
        package,
        &[Deliverable::IndustryContext, Deliverable::EarlyWarning, Deliverable::ExecutiveBriefings],
    );
    let chosen =
        package.specification.options.sections.contains(&SectionKind::StrategicImplications);
    if !asked || !chosen {
        return Vec::new();
    }
    let mut claims = diverging(written, writer);
    claims.extend(contradicted(written, basis.contradictions(), writer));
    claims.extend(recurring(written, writer));
    claims.truncate(ReportDocument::DEVELOPMENTS_PER_SECTION_MAX);
    claims
}

/// What does not fit together: both sides are named by their headlines, and nobody decides
/// between them. Figures that conflict stand with their development, and divergence of
/// regions has sentences of its own.
fn contradicted(
    written: &[Written<'_>],
    contradictions: &[Contradiction],
    writer: &mut Writer,
) -> Vec<Claim> {
    let told = |side: &Side| written.iter().find(|one| *one.event.id == side.event);
    let mut claims = Vec::new();
    for contradiction in contradictions {
        let (Some(one), Some(other)) = (told(&contradiction.one), told(&contradiction.other))
        else {
            continue;
        };
        let (a, b) = (&one.development.headline, &other.development.headline);
        let place = place(other.event);
        let text = match contradiction.kind {
            ContradictionKind::ConflictingFigures | ContradictionKind::RegionalDivergence => {
                continue;
            }
            ContradictionKind::SegmentDivergence => format!(
                "“{a}” and “{b}” point in opposite directions; one segment could prove the exception of the other."
            ),
            ContradictionKind::DemandAheadOfSupply => format!(
                "“{a}” stands against “{b}”; if both hold, demand in {place} could run ahead of supply."
            ),
            ContradictionKind::SustainabilityWithoutCapacity => format!(
                "“{a}” stands against “{b}”; how much of the offer could be supplied in {place} may depend on the capacity that is left."
            ),
            ContradictionKind::InnovationWithoutScaling => format!(
                "“{a}” stands against “{b}”; whether the novelty could reach scale in {place} may depend on the capacity that is left."
            ),
        };
        let items = [one.event.lead(), other.event.lead()];
        claims.extend(writer.claim(ClaimKind::Interpretation, text, &items, Confidence::Low));
    }
    claims
}

/// One product and theme, up in one region and down in another: both sides are
/// named, neither is smoothed away.
fn diverging(written: &[Written<'_>], writer: &mut Writer) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (at, one) in written.iter().enumerate() {
        for other in &written[at + 1..] {
            let (a, b) = (one.event, other.event);
            let (up, down) = match (a.direction, b.direction) {
                (Some(Direction::Up), Some(Direction::Down)) => (a, b),
                (Some(Direction::Down), Some(Direction::Up)) => (b, a),
                _ => continue,
            };
            let (Some(theme), Some(product)) = (theme(a.signal), a.product) else { continue };
            let comparable = self::theme(b.signal) == Some(theme)
                && b.product == Some(product)
                && a.regions.is_disjoint(&b.regions);
            if comparable {
                let text = format!(
                    "Reports on {product} point to {} in {} and {} in {}; if both last, flows between these regions could change.",
                    theme.up,
                    place(up),
                    theme.down,
                    place(down)
                );
                let items = [up.lead(), down.lead()];
                claims.extend(writer.claim(
                    ClaimKind::Interpretation,
                    text,
                    &items,
                    Confidence::Low,
                ));
            }
        }
    }
    claims
}

/// Types whose directions can be set against each other.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Theme {
    up: &'static str,
    down: &'static str,
}

const fn theme(signal: SignalType) -> Option<Theme> {
    match signal {
        SignalType::Capacity | SignalType::Investment | SignalType::Operational => {
            Some(Theme { up: "more supply", down: "less supply" })
        }
        SignalType::Price => Some(Theme { up: "higher prices", down: "lower prices" }),
        SignalType::Demand => Some(Theme { up: "more demand", down: "less demand" }),
        _ => None,
    }
}

/// A company in two developments or more.
fn recurring(written: &[Written<'_>], writer: &mut Writer) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for one in written {
        for company in &one.event.companies {
            if done.contains(company) {
                continue;
            }
            done.push(company);
            let with: Vec<_> =
                written.iter().filter(|other| other.event.companies.contains(company)).collect();
            let [first, second, ..] = with.as_slice() else { continue };
            let text = format!(
                "{} is named under “{}” and under “{}”; those who depend on it may want to weigh both together.",
                super::writer::plain(company),
                first.development.headline,
                second.development.headline
            );
            let items = [first.event.lead(), second.event.lead()];
            claims.extend(writer.claim(ClaimKind::Implication, text, &items, Confidence::Medium));
        }
    }
    claims
}

/// What would settle what the evidence leaves open, for the developments that
/// stand highest.
pub(super) fn monitoring(written: &[Written<'_>], writer: &mut Writer) -> Vec<MonitoringAdvice> {
    let mut advice = Vec::new();
    for one in by_rank(written) {
        if advice.len() == ReportDocument::MONITORING_MAX {
            break;
        }
        if let Some(text) = writer.sentence(watch(one.event), &one.event.items) {
            advice.push(MonitoringAdvice { text, development: one.development.id.clone() });
        }
    }
    advice
}

fn watch(event: &Event<'_>) -> String {
    let subject = format!("{} in {}", product(event), place(event));
    let who = if event.companies.is_empty() { "anybody".to_owned() } else { actor(event) };
    match (&event.conflict, event.gap, event.publishers().as_slice()) {
        (Some(conflict), _, _) => format!(
            "Watch for a statement by {who} that settles {} against {} for {subject}.",
            conflict.one.figure, conflict.other.figure
        ),
        (None, Gap::Figure, _) => {
            format!("Watch whether {who} puts a figure to what is reported on {subject}.")
        }
        (None, Gap::Timing, _) => {
            format!("Watch whether {who} gives dates for what is reported on {subject}.")
        }
        (None, Gap::Nothing, [only]) => {
            format!("Watch for a report on {subject} from somebody other than {}.", names(&[*only]))
        }
        (None, Gap::Nothing, _) if event.companies.is_empty() => {
            format!("Watch whether the figures reported on {subject} hold in the next reports.")
        }
        (None, Gap::Nothing, _) => {
            format!("Watch whether {who} keeps to the figures and dates reported on {subject}.")
        }
    }
}
