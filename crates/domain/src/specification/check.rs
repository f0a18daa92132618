use super::{
    Desk, Field, FieldError, ReportOptions, Scope, SectionKind, Specification, SpecificationDraft,
    check_text::{check_name, check_title, quoted},
    check_watchlist::check_watchlist,
    portfolio,
};
use crate::{
    cadence::Cadence,
    price::{Quote, Tier, quote},
    taxonomy::{Deliverable, UnknownId, ValueChainLink, normalise_regions},
};
use std::{collections::BTreeSet, fmt::Display, ops::RangeInclusive, str::FromStr};

/// Seats that one specification may be ordered for.
pub const SEATS: RangeInclusive<u16> = 1..=500;

/// Makes a specification of what was typed. Browser and server use this same
/// function; there is no other way from input to [`Specification`].
///
/// # Errors
/// Everything that is wrong, in the order of the form; the draft stays as it is.
pub fn check(draft: &SpecificationDraft) -> Result<Specification, Vec<FieldError>> {
    match check_desk(&draft.desk) {
        Ok(Desk::Polyurethane) => check_polyurethane(draft),
        Ok(Desk::Portfolio) => portfolio::check(draft),
        Err(error) => Err(vec![error]),
    }
}

fn check_desk(id: &str) -> Result<Desk, FieldError> {
    if id.is_empty() { Ok(Desk::Polyurethane) } else { one_of(Field::Desk, id, "") }
}

fn check_polyurethane(draft: &SpecificationDraft) -> Result<Specification, Vec<FieldError>> {
    let mut findings = Findings::default();
    let name = findings.keep(check_name(&draft.name));
    let scope = check_scope(draft, &mut findings);
    let cadence = findings.keep(check_cadence(&draft.cadence));
    let tier = findings.keep(check_tier(&draft.tier, scope.as_ref()));
    let seats = findings.keep(check_seats(&draft.seats));
    let watchlist = findings.keep_all(check_watchlist(
        &draft.watchlist,
        draft.deliverables.iter().any(|id| id == Deliverable::CompanyNews.id()),
        tier.flatten(),
    ));
    let options = check_options(draft, scope.as_ref(), &mut findings);
    let whole = (name, scope, cadence, tier.flatten(), seats, watchlist, options);
    match whole {
        (
            Some(name),
            Some(scope),
            Some(cadence),
            Some(tier),
            Some(seats),
            Some(watchlist),
            Some(options),
        ) if findings.0.is_empty() => {
            let portfolio = None;
            Ok(Specification { name, scope, cadence, tier, seats, watchlist, options, portfolio })
        }
        _ => Err(findings.in_form_order()),
    }
}

/// The price as soon as cadence, deliverables, links and regions are chosen
/// validly, whatever the other fields hold. Until seats are valid it is the
/// price of one; until a tier is, that of the smallest which fits.
pub fn partial_quote(draft: &SpecificationDraft) -> Option<Quote> {
    let cadence = check_cadence(&draft.cadence).ok()?;
    if draft.is_portfolio() {
        let seats = check_seats(&draft.seats).unwrap_or(*SEATS.start());
        return Some(quote(&Scope::default(), cadence, Tier::Starter, seats));
    }
    let scope = check_scope(draft, &mut Findings::default())?;
    let tier = check_tier(&draft.tier, Some(&scope)).ok().flatten();
    let seats = check_seats(&draft.seats).unwrap_or(*SEATS.start());
    Some(quote(&scope, cadence, tier.unwrap_or_else(|| smallest_tier(&scope)), seats))
}

/// Errors found so far.
#[derive(Default)]
pub(super) struct Findings(Vec<FieldError>);

impl Findings {
    pub fn keep<T>(&mut self, result: Result<T, FieldError>) -> Option<T> {
        self.keep_all(result.map_err(|error| vec![error]))
    }

    fn keep_all<T>(&mut self, result: Result<T, Vec<FieldError>>) -> Option<T> {
        result.map_err(|errors| self.0.extend(errors)).ok()
    }

    pub fn in_form_order(mut self) -> Vec<FieldError> {
        self.0.sort_by_key(|error| error.field);
        self.0
    }
}

fn check_scope(draft: &SpecificationDraft, findings: &mut Findings) -> Option<Scope> {
    let deliverables =
        findings.keep(chosen::<Deliverable>(Field::Deliverables, &draft.deliverables));
    let links = findings.keep(chosen::<ValueChainLink>(Field::Links, &draft.links));
    let deliverables = findings.keep(with_link_deliverable(deliverables, links.as_ref()));
    let regions = findings.keep(
        normalise_regions(&draft.regions)
            .map_err(|unknown| FieldError::new(Field::Regions, unknown_choice(&unknown)))
            .and_then(|regions| at_least_one(Field::Regions, "region", regions)),
    );
    Some(Scope { deliverables: deliverables.flatten()?, regions: regions?, links: links? })
}

/// The deliverable for links is present exactly when a link is chosen: choosing
/// one adds it, and ticking it without one is an error.
fn with_link_deliverable(
    deliverables: Option<BTreeSet<Deliverable>>,
    links: Option<&BTreeSet<ValueChainLink>>,
) -> Result<Option<BTreeSet<Deliverable>>, FieldError> {
    let Some(mut deliverables) = deliverables else { return Ok(None) };
    let for_links = Deliverable::ValueChainLink;
    if links.is_some_and(|links| !links.is_empty()) {
        deliverables.insert(for_links);
    } else if links.is_some() && deliverables.contains(&for_links) {
        let message =
            format!("Choose at least one link, or leave out the deliverable “{for_links}”.");
        return Err(FieldError::new(Field::Links, message));
    }
    at_least_one(Field::Deliverables, "deliverable", deliverables).map(Some)
}

pub(super) fn check_cadence(id: &str) -> Result<Cadence, FieldError> {
    one_of(Field::Cadence, id, "Choose how often the report is made.")
}

/// None while the scope, and with it the smallest tier, is not known.
fn check_tier(id: &str, scope: Option<&Scope>) -> Result<Option<Tier>, FieldError> {
    let smallest = scope.map(smallest_tier);
    if id.is_empty() {
        return Ok(smallest);
    }
    let tier: Tier = one_of(Field::Tier, id, "Choose a tier.")?;
    match (smallest, scope) {
        (Some(smallest), Some(scope)) if tier < smallest => Err(FieldError::new(
            Field::Tier,
            format!(
                "{} and {} need at least the {} tier; {} is too small.",
                counted(scope.deliverables.len(), "deliverable"),
                counted(scope.regions.len(), "region"),
                smallest.label(),
                tier.label(),
            ),
        )),
        _ => Ok(smallest.map(|_| tier)),
    }
}

fn smallest_tier(scope: &Scope) -> Tier {
    Tier::smallest_for(scope.deliverables.len(), scope.regions.len())
}

pub(super) fn check_seats(text: &str) -> Result<u16, FieldError> {
    let seats = text.trim().parse().ok().filter(|seats| SEATS.contains(seats));
    seats.ok_or_else(|| {
        let message = format!(
            "Give the number of seats as a whole number from {} to {}.",
            SEATS.start(),
            SEATS.end()
        );
        FieldError::new(Field::Seats, message)
    })
}

fn check_options(
    draft: &SpecificationDraft,
    scope: Option<&Scope>,
    findings: &mut Findings,
) -> Option<ReportOptions> {
    let title = findings.keep(check_title(&draft.title));
    let sections = findings.keep(chosen::<SectionKind>(Field::Sections, &draft.sections));
    if let (Some(sections), Some(scope)) = (&sections, scope) {
        findings.keep(check_places(sections, scope));
    }
    let signal_map = findings.keep(ticked(Field::SignalMap, &draft.signal_map));
    let evidence_appendix =
        findings.keep(ticked(Field::EvidenceAppendix, &draft.evidence_appendix));
    let minimum_strength = findings.keep(one_of(
        Field::MinimumStrength,
        &draft.minimum_strength,
        "Choose how strong a development must be.",
    ));
    let language =
        findings.keep(one_of(Field::Language, &draft.language, "Choose the report's language."));
    Some(ReportOptions {
        title: title?,
        sections: sections?,
        signal_map: signal_map?,
        evidence_appendix: evidence_appendix?,
        minimum_strength: minimum_strength?,
        language: language?,
    })
}

/// Every chosen deliverable needs a section in which it can appear.
fn check_places(sections: &BTreeSet<SectionKind>, scope: &Scope) -> Result<(), FieldError> {
    let homeless: Vec<String> = scope
        .deliverables
        .iter()
        .filter(|deliverable| {
            !SectionKind::serving(**deliverable).iter().any(|section| sections.contains(section))
        })
        .map(|deliverable| {
            let places = SectionKind::serving(*deliverable).iter().map(|section| section.label());
            format!("{} (include {})", deliverable.label(), places.collect::<Vec<_>>().join(" or "))
        })
        .collect();
    if homeless.is_empty() {
        return Ok(());
    }
    let message = format!("No included section has a place for {}.", homeless.join("; "));
    Err(FieldError::new(Field::Sections, message))
}

/// Every id once, all of them known.
pub(super) fn chosen<T>(field: Field, ids: &[String]) -> Result<BTreeSet<T>, FieldError>
where
    T: FromStr<Err = UnknownId> + Ord + Copy + Display,
{
    let mut values = BTreeSet::new();
    for id in ids {
        let value: T =
            id.parse().map_err(|unknown| FieldError::new(field, unknown_choice(&unknown)))?;
        if !values.insert(value) {
            return Err(FieldError::new(field, format!("“{value}” is chosen twice.")));
        }
    }
    Ok(values)
}

pub(super) fn at_least_one<T>(
    field: Field,
    what: &str,
    values: BTreeSet<T>,
) -> Result<BTreeSet<T>, FieldError> {
    if values.is_empty() {
        return Err(FieldError::new(field, format!("Choose at least one {what}.")));
    }
    Ok(values)
}

pub(super) fn one_of<T: FromStr<Err = UnknownId>>(
    field: Field,
    id: &str,
    when_empty: &str,
) -> Result<T, FieldError> {
    if id.is_empty() {
        return Err(FieldError::new(field, when_empty));
    }
    id.parse().map_err(|unknown| FieldError::new(field, unknown_choice(&unknown)))
}

fn ticked(field: Field, text: &str) -> Result<bool, FieldError> {
    match text {
        "on" => Ok(true),
        "" => Ok(false),
        _ => Err(FieldError::new(field, "Tick the box or leave it.")),
    }
}

fn unknown_choice(unknown: &UnknownId) -> String {
    format!("{} is not a known {}.", quoted(&unknown.value), unknown.what)
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
