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
/// cadence, tier, seats, watchlist or portfolio does; name and report options do not, nor
/// does the order of the watchlist.
pub fn needs_activation(before: &Specification, after: &Specification) -> bool {
    fn ordered(of: &Specification) -> impl PartialEq {
        let mut watchlist = of.watchlist.clone();
        watchlist.sort();
        let portfolio = of.portfolio.as_ref().map(|order| order.portfolio);
        (of.scope.clone(), of.cadence, of.tier, of.seats, watchlist, portfolio)
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
    fn one(value: &impl ToString) -> Value {
        Value { entries: vec![value.to_string()], is_list: false }
    }
    fn included(value: bool) -> Value {
        one(&if value { "included" } else { "left out" })
    }
    let (scope, options) = (&of.scope, &of.options);
    match field {
        Field::Name => one(&of.name),
        Field::Desk => one(&of.desk()),
        Field::Portfolio => list(of.portfolio.iter().map(|order| order.portfolio)),
        Field::Panels => list(of.portfolio.iter().flat_map(|order| &order.panels)),
        Field::Window => list(of.portfolio.iter().map(|order| order.window)),
        Field::Deliverables => list(&scope.deliverables),
        Field::Regions => list(&scope.regions),
        Field::Links => list(&scope.links),
        Field::Cadence => one(&of.cadence),
        Field::Tier => one(&of.tier),
        Field::Seats => one(&of.seats),
        Field::Watchlist => list(&of.watchlist),
        Field::Title => one(&options.title),
        Field::Sections => list(&options.sections),
        Field::SignalMap => included(options.signal_map),
        Field::EvidenceAppendix => included(options.evidence_appendix),
        Field::MinimumStrength => one(&options.minimum_strength),
        Field::Language => one(&options.language),
    }
}

fn change(field: Field, before: &Value, after: &Value) -> Option<Change> {
    let missing_in = |others: &Value, of: &Value| {
        let entries =
            of.entries.iter().filter(|entry| of.is_list && !others.entries.contains(entry));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::specification::{SpecificationDraft, check};

    fn specification(edit: impl FnOnce(&mut SpecificationDraft)) -> Specification {
        let mut draft = SpecificationDraft {
            name: "Weekly PU".to_owned(),
            deliverables: vec!["company_news".to_owned(), "capacity".to_owned()],
            regions: vec!["emea".to_owned()],
            cadence: "weekly".to_owned(),
            tier: "enterprise".to_owned(),
            watchlist: "Acme\nZeta".to_owned(),
            ..SpecificationDraft::blank()
        };
        edit(&mut draft);
        check(&draft).unwrap()
    }

    /// Changes as `Label: before -> after (+added -removed)`.
    fn changes(edit: impl FnOnce(&mut SpecificationDraft)) -> (Vec<String>, bool) {
        let (before, after) = (specification(|_| ()), specification(edit));
        let lines = diff(&before, &after)
            .into_iter()
            .map(|change| {
                let Change { field, before, after, added, removed } = change;
                format!(
                    "{field}: {before} -> {after} (+{} -{})",
                    added.join("+"),
                    removed.join("-")
                )
            })
            .collect();
        (lines, needs_activation(&before, &after))
    }

    #[test]
    fn equal_specifications_have_no_changes() {
        assert_eq!(changes(|_| ()), (Vec::new(), false));
    }

    #[test]
    fn lists_say_what_came_and_what_went() {
        let (lines, _) = changes(|draft| draft.regions = vec!["china".to_owned()]);
        assert_eq!(lines, ["Regions: EMEA -> China (+China -EMEA)"]);
        let (lines, _) = changes(|draft| draft.links = vec!["end_use".to_owned()]);
        assert_eq!(
            lines,
            [
                "Deliverables: Company News Tracking, Capacity & Asset Moves -> Company News \
                 Tracking, Link in the PU Value Chain, Capacity & Asset Moves \
                 (+Link in the PU Value Chain -)",
                "Value-chain links: none -> End use (+End use -)",
            ]
        );
    }

    #[test]
    fn single_values_say_before_and_after() {
        let (lines, _) = changes(|draft| {
            draft.seats = "3".to_owned();
            draft.signal_map = String::new();
        });
        assert_eq!(lines, ["Seats: 1 -> 3 (+ -)", "Signal map: included -> left out (+ -)"]);
    }

    // Domain reference, section 4.1, last paragraph.
    #[test]
    fn name_and_options_need_no_activation_and_the_rest_does() {
        type Edit = fn(&mut SpecificationDraft);
        let without: [Edit; 7] = [
            |draft| draft.name = "Another name".to_owned(),
            |draft| draft.title = "Another title".to_owned(),
            |draft| drop(draft.sections.remove(0)),
            |draft| draft.signal_map = String::new(),
            |draft| draft.evidence_appendix = String::new(),
            |draft| draft.minimum_strength = "strong".to_owned(),
            |draft| draft.watchlist = "Zeta\nAcme".to_owned(),
        ];
        let with: [Edit; 7] = [
            |draft| draft.deliverables.push("sustainability".to_owned()),
            |draft| draft.regions.push("china".to_owned()),
            |draft| draft.links.push("end_use".to_owned()),
            |draft| draft.cadence = "daily".to_owned(),
            |draft| draft.tier = "pro".to_owned(),
            |draft| draft.seats = "2".to_owned(),
            |draft| draft.watchlist.push_str("\nNew Foams"),
        ];
        for (edits, expected) in [(without, false), (with, true)] {
            for edit in edits {
                let (lines, needed) = changes(edit);
                assert!(!lines.is_empty());
                assert_eq!(needed, expected, "{lines:?}");
            }
        }
    }
}
