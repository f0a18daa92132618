use super::{Field, Specification};
use serde::{Deserialize, Serialize};

/// One difference between two versions, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub field: Field,
    /// The whole value, lists with commas; `none` for an empty list.
    pub before: String,
    pub after: String,
    /// What a list has gained. Empty for single values, and for a list that was
    /// only put into another order.
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

/// Every difference, in the order of the form. Empty for equal specifications.
pub fn diff(before: &Specification, after: &Specification) -> Vec<Change> {
    Field::ALL
        .iter()
        .filter_map(|field| change(*field, &value_of(*field, before), &value_of(*field, after)))
        .collect()
}

/// Whether going from `before` to `after` needs activation: another scope, links,
/// cadence, tier, seats or watchlist does; name and report options do not, nor
/// does the order of the watchlist.
pub fn needs_activation(before: &Specification, after: &Specification) -> bool {
    fn ordered(of: &Specification) -> impl PartialEq {
        let mut watchlist = of.watchlist.clone();
        watchlist.sort();
        (of.scope.clone(), of.cadence, of.tier, of.seats, watchlist)
    }
    ordered(before) != ordered(after)
}

/// What one field of a specification says, in words.
#[derive(PartialEq)]
struct Value {
    /// One of a single value.
    entries: Vec<String>,
    is_list: bool,
}

fn value_of(field: Field, of: &Specification) -> Value {
    fn list<T: ToString>(values: impl IntoIterator<Item = T>) -> Value {
        let entries = values.into_iter().map(|value| value.to_string()).collect();
        Value { entries, is_list: true }
    }
    fn one(value: impl ToString) -> Value {
        Value { entries: vec![value.to_string()], is_list: false }
    }
    fn included(value: bool) -> Value {
        one(if value { "included" } else { "left out" })
    }
    let (scope, options) = (&of.scope, &of.options);
    match field {
        Field::Name => one(&of.name),
        Field::Deliverables => list(&scope.deliverables),
        Field::Regions => list(&scope.regions),
        Field::Links => list(&scope.links),
        Field::Cadence => one(of.cadence),
        Field::Tier => one(of.tier),
        Field::Seats => one(of.seats),
        Field::Watchlist => list(&of.watchlist),
        Field::Title => one(&options.title),
        Field::Sections => list(&options.sections),
        Field::SignalMap => included(options.signal_map),
        Field::EvidenceAppendix => included(options.evidence_appendix),
        Field::MinimumStrength => one(options.minimum_strength),
        Field::Language => one(options.language),
    }
}

fn change(field: Field, before: &Value, after: &Value) -> Option<Change> {
    let missing_in = |others: &Value, of: &Value| {
        let entries = of.entries.iter().filter(|entry| of.is_list && !others.entries.contains(entry));
        entries.cloned().collect()
    };
    (before != after).then(|| Change {
        field,
        before: listed(&before.entries),
        after: listed(&after.entries),
        added: missing_in(before, after),
        removed: missing_in(after, before),
    })
}

fn listed(entries: &[String]) -> String {
    if entries.is_empty() { "none".to_owned() } else { entries.join(", ") }
}
