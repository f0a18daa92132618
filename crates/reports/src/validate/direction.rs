//! Is a rise said of a fall, or a closure of a start?

use super::{
    Finding, FindingCode,
    grounding::words_of,
    number_words::is_stated,
    subject::Subject,
    text::{sentences, without_quotations, words},
};
use domain::evidence::{EvidenceItem, Figure, Unit, numbers_in};

/// Words of one direction. What a statement is told by is narrow; what speaks for it in the
/// evidence is wide, so that a word of two meanings refuses nothing. Words with blanks between.
struct Side {
    /// Verbs and nouns that mean this and nothing else.
    narrow: &'static str,
    /// Beginnings of words that may mean it.
    wide: &'static str,
}

impl Side {
    fn means(&self, word: &str) -> bool {
        self.narrow.split_ascii_whitespace().any(|known| known == word)
    }

    fn may_be_meant(&self, words: &[String]) -> bool {
        let mut stems = self.wide.split_ascii_whitespace();
        stems.any(|stem| words.iter().any(|word| word.starts_with(stem)))
    }
}

/// Both directions of one thing.
struct Axis {
    up: Side,
    down: Side,
}

const AXES: [Axis; 2] = [
    // Of prices, volumes and rates.
    Axis {
        up: Side {
            narrow: "
                rise rises rose risen rising increase increases increased increasing
                climb climbs climbed climbing surge surges surged grew grows grow
                grown",
            wide: "
                rise rising rose increas climb surg grow grew higher up gain jump
                hik rais lift add more expan boost strong improv recover rebound
                record advanc soar upturn firm rall above exceed peak larger bigger
                extend accelerat double doubl tripl new increment escalat inflat
                tight over upward steig erhöh hausse augment alza sube",
        },
        down: Side {
            narrow: "
                fall falls fell fallen falling decrease decreases decreased
                decreasing decline declines declined declining drop drops dropped
                dropping slump slumps slumped shrank shrinks shrink plunge plunges
                plunged",
            wide: "
                fall fell decreas declin drop slump shr plung lower down cut reduc
                less slid eas weak soft los contract slow dip halv half min below
                under retreat sink sank sunk fewer smaller discount deflat collaps
                tumbl negativ short destock shed trim limit curtail sink rückgang
                gesunken senk baisse recul cae baja",
        },
    },
    // Of plants.
    Axis {
        up: Side {
            narrow: "
                expands expanded opens opened restarts restarted reopens reopened",
            wide: "
                expan open start restart reopen launch commission build built add
                new resum inaugurat stream run invest grow increas extend
                debottleneck erweiter eröffn neu",
        },
        down: Side {
            narrow: "
                closes closed closure closures shuts shutdown mothballs mothballed
                idles idled",
            wide: "
                clos shut mothball idl halt stop outage ceas end cut curtail
                dismantl decommission exit force suspen schließ schliess still ferm
                cierr",
        },
    },
];

/// A sentence that says no to something is not read.
const NEGATIONS: &str = "
    not no never without nor neither instead despite stop stops stopped end ends ended halts
    halt against offset offsets rather after before unless until denies denied rules ruled";

/// What a fact, headline or summary says goes up, opens or grows must not be said by its
/// evidence to do the opposite alone; nor may a figure lose its minus.
pub(super) fn directions(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for passage in subject.passages().into_iter().filter(|passage| is_stated(passage.kind)) {
        let items = subject.items(passage.evidence.iter().copied());
        findings.extend(opposites(passage.text, &items).into_iter().map(|words| {
            Finding::new(
                FindingCode::Contradicted,
                format!("“{words}” in {} is the opposite of the evidence cited.", passage.place),
            )
        }));
    }
    findings
}

/// What of a text says the opposite of the items.
fn opposites(text: &str, items: &[&EvidenceItem]) -> Vec<String> {
    let evidence: Vec<_> = items.iter().map(|item| words_of(item)).collect();
    let said: Vec<_> = evidence.iter().flat_map(|text| words(text)).collect();
    let own = without_quotations(text);
    let mut found = Vec::new();
    for sentence in sentences(&own) {
        let stated = words(sentence);
        let is_negated =
            stated.iter().any(|word| NEGATIONS.split_ascii_whitespace().any(|no| no == word));
        if !is_negated {
            let word = AXES.iter().find_map(|axis| opposite(axis, &stated, &said));
            found.extend(word.or_else(|| opposite_of_figure(sentence, &stated, &evidence)));
        }
        found.extend(signs(sentence, &stated, &evidence, &said));
    }
    found
}

fn opposite(axis: &Axis, stated: &[String], said: &[String]) -> Option<String> {
    [(&axis.up, &axis.down), (&axis.down, &axis.up)].into_iter().find_map(|(one, other)| {
        let word = stated.iter().find(|word| one.means(word))?;
        let is_only_opposite = said.iter().any(|word| other.means(word))
            && !one.may_be_meant(said)
            && !other.may_be_meant(stated);
        is_only_opposite.then(|| word.clone())
    })
}

/// A word that says of a percentage the opposite of every clause that has it: evidence may
/// tell of a rise and of a fall.
fn opposite_of_figure(sentence: &str, stated: &[String], evidence: &[String]) -> Option<String> {
    let [Axis { up, down }, _] = &AXES;
    let figures: Vec<_> = numbers_in(sentence).into_iter().filter(is_percentage).collect();
    let clauses: Vec<_> =
        evidence.iter().flat_map(|text| sentences(text)).flat_map(clauses).collect();
    [(up, down), (down, up)].into_iter().find_map(|(one, other)| {
        let word = stated.iter().find(|word| one.means(word))?;
        let is_opposite = |clause: &&str| {
            let words = words(clause);
            words.iter().any(|word| other.means(word)) && !one.may_be_meant(&words)
        };
        let is_turned = figures.iter().any(|figure| {
            let holds = |clause: &&&str| numbers_in(clause).contains(figure);
            let mut places = clauses.iter().filter(holds).peekable();
            places.peek().is_some() && places.all(is_opposite)
        });
        (is_turned && !other.may_be_meant(stated)).then(|| word.clone())
    })
}

/// A sentence in parts that may tell of different things.
fn clauses(sentence: &str) -> Vec<&str> {
    const BETWEEN: [&str; 7] = [", ", "; ", ": ", " while ", " but ", " and ", " whereas "];
    BETWEEN.iter().fold(vec![sentence], |parts, mark| {
        parts.into_iter().flat_map(|part| part.split(mark)).collect()
    })
}

/// Percentages that lost their minus, or got one: the evidence has them with it alone or
/// without it alone, and nothing that is said of them tells of a fall.
fn signs(sentence: &str, stated: &[String], evidence: &[String], said: &[String]) -> Vec<String> {
    let falls = |words: &[String]| AXES.iter().any(|axis| axis.down.may_be_meant(words));
    let is_changed = |figure: &Figure| {
        let texts = evidence.iter().flat_map(|text| sentences(text));
        let places: Vec<_> = texts.filter(|text| numbers_in(text).contains(figure)).collect();
        let is_negative = |place: &&str| is_negative_alone(figure, place);
        if is_negative_alone(figure, sentence) {
            !falls(said) && !places.iter().any(|place| has_minus(place))
        } else {
            !falls(stated) && places.iter().all(is_negative)
        }
    };
    let is_held = |figure: &Figure| evidence.iter().any(|text| numbers_in(text).contains(figure));
    let percentages = numbers_in(sentence).into_iter().filter(is_percentage);
    let changed = percentages.filter(|figure| is_held(figure) && is_changed(figure));
    changed.map(|figure| figure.to_string()).collect()
}

fn is_percentage(figure: &Figure) -> bool {
    matches!(figure.unit, Unit::Fraction | Unit::PercentagePoints) && !figure.value.is_zero()
}

/// Whether the figure has a minus every time that it stands in the text.
fn is_negative_alone(figure: &Figure, text: &str) -> bool {
    let mut without = String::new();
    let mut rest = text;
    while let Some(at) = place_of_minus(rest) {
        without.push_str(&rest[..at]);
        let after = rest[at..].trim_start_matches(['-', '−', '–']);
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
        // What follows has lost its number, and must not join what stands before.
        without.push(' ');
    }
    without.push_str(rest);
    has_minus(text) && !numbers_in(&without).contains(figure)
}

fn has_minus(text: &str) -> bool {
    place_of_minus(text).is_some()
}

/// A minus stands directly before a digit, and behind no word, figure or percent sign.
fn place_of_minus(text: &str) -> Option<usize> {
    text.match_indices(['-', '−', '–']).map(|(at, _)| at).find(|at| {
        let mark = text[*at..].chars().next().map_or(0, char::len_utf8);
        let joined =
            text[..*at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '%');
        !joined && text[at + mark..].starts_with(|c: char| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use proptest::prelude::*;

    fn found(evidence: &str, text: &str) -> Vec<String> {
        let mut item = fixture::package().pack.items.remove(0);
        item.title = evidence.to_owned();
        item.excerpt = String::new();
        item.publisher = "Sample".to_owned();
        opposites(text, &[&item])
    }

    #[track_caller]
    fn check(evidence: &str, text: &str, expected: &[&str]) {
        assert_eq!(found(evidence, text), expected, "{text} of {evidence}");
    }

    #[test]
    fn a_rise_is_not_said_of_a_fall() {
        check("MDI prices fall by 5 %", "MDI prices rise by 5 %.", &["rise"]);
        check("MDI prices rose by 5 %", "MDI prices declined by 5 %.", &["declined"]);
        check("Acme closes its plant", "Acme expands its plant.", &["expands"]);
        check("Acme expands its plant", "Acme closes its plant.", &["closes"]);
        check("Demand declined", "Stocks are low. Demand grew.", &["grew"]);
        check("MDI rose by 5 %, while TDI fell by 3 %", "TDI rose by 3 %.", &["rose"]);
        check("MDI rose by 5 %, while TDI fell by 3 %", "TDI fell by 3 %.", &[]);
        check("TDI rose by 3 % after a fall by 2 %", "TDI fell by 2 %.", &[]);
        check("TDI fell by 3 %, and rose by 3 % again", "TDI rose by 3 %.", &[]);
    }

    #[test]
    fn the_same_in_other_words_is_no_opposite() {
        check("MDI prices fall by 5 %", "MDI prices decline by 5 %.", &[]);
        check("MDI prices up 5 %", "MDI prices rise by 5 %.", &[]);
        check("Acme adds 400 ktpa", "Acme expands its plant.", &[]);
        check("Prices fall, while demand rises", "Demand grows.", &[]);
        check("Costs fall as output gains", "Output rises.", &[]);
        // Neither side is told by a word of two meanings alone.
        check("Acme cuts its emissions", "Acme increases its use of waste.", &[]);
        check("MDI prices fall", "MDI prices no longer rise.", &[]);
        check("MDI prices fall", "After months of a rise, MDI is cheaper.", &[]);
        check("MDI prices fall", "Whatever is said of “prices that rise”, MDI is cheaper.", &[]);
        check("Offers in China", "Offers rise.", &[]);
    }

    #[test]
    fn a_figure_does_not_lose_its_minus() {
        check("TDI week on week: -5 %", "TDI moved by 5 % week on week.", &["5 %"]);
        check("TDI (−5 %) and MDI (+5 %)", "MDI moved by 5 %.", &[]);
        check("TDI week on week: -5 %", "TDI moved by -5 %.", &[]);
        check("TDI week on week: −5 %", "TDI fell by 5 % week on week.", &[]);
        check("TDI moves 2–5 %", "TDI moves 5 %.", &[]);
        check("TDI in the 5-10 % range", "TDI moved by 10 %.", &[]);
        check("TDI moves 5 %", "TDI moves -5 %.", &["5 %"]);
        check("TDI falls 5 %", "TDI: -5 %.", &[]);
    }

    proptest! {
        /// What the evidence says may be said again, whatever it is.
        #[test]
        fn no_text_is_the_opposite_of_itself(
            picked in prop::collection::vec(prop::sample::select(all_words()), 0..8),
            figures in "( [-+−–]?[0-9]{1,2} %){0,3}",
        ) {
            let text = format!("{}{figures}", picked.join(" "));
            prop_assert_eq!(found(&text, &text), Vec::<String>::new());
        }

        /// Bytes of any kind do no harm.
        #[test]
        fn no_text_breaks_the_rule(evidence in ".{0,60}", text in ".{0,60}") {
            found(&evidence, &text);
        }
    }

    fn all_words() -> Vec<&'static str> {
        let sides = AXES.iter().flat_map(|axis| [&axis.up, &axis.down]);
        let words = sides.flat_map(|side| side.narrow.split_ascii_whitespace());
        words.chain(["prices", "plant", "of", "not"]).collect()
    }
}
