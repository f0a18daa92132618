//! Expressions checked against the shapes of what they name.

use super::{
    lexer::read_decimal,
    parser::{Comparison, Literal, Node},
    path::{Names, NotNull, Path, WrittenPath},
};
use crate::pattern::shape::{Shape, Sort};
use std::collections::BTreeSet;

/// The sorts that an operand may have besides null; empty of a null and
/// nothing else.
type Sorts = BTreeSet<Sort>;

struct Typed {
    node: Node<Path>,
    sorts: Sorts,
    /// Of a list, the sorts of its members.
    members: Sorts,
}

impl Node<WrittenPath> {
    /// Resolves every path and refuses what could never be evaluated.
    pub fn check(self, names: &Names<'_>) -> Result<Node<Path>, String> {
        truth(self, names, &NotNull::new())
    }
}

/// An operand that must be true or false.
fn truth(
    node: Node<WrittenPath>,
    names: &Names<'_>,
    known: &NotNull,
) -> Result<Node<Path>, String> {
    let typed = operand(node, names, known)?;
    if typed.sorts.iter().any(|sort| matches!(sort, Sort::Boolean | Sort::Unknown)) {
        return Ok(typed.node);
    }
    let what = match &typed.node {
        Node::Path(path) => path.to_string(),
        _ => "this".to_owned(),
    };
    Err(format!("{what} is {}, where true or false is expected", words(&typed.sorts)))
}

fn operand(node: Node<WrittenPath>, names: &Names<'_>, known: &NotNull) -> Result<Typed, String> {
    let boolean = |node| Typed { node, sorts: [Sort::Boolean].into(), members: Sorts::new() };
    Ok(match node {
        Node::Literal(literal) => Typed {
            sorts: [sort_of(&literal)].into(),
            node: Node::Literal(literal),
            members: Sorts::new(),
        },
        Node::List(items) => Typed {
            sorts: [Sort::List].into(),
            members: items.iter().map(sort_of).collect(),
            node: Node::List(items),
        },
        Node::Path(written) => {
            let (path, shape) =
                names.resolve(&written, known).map_err(|why| at(written.at, &why))?;
            let members = shape.item().map_or_else(|_| Sorts::new(), |item| item.sorts());
            Typed { node: Node::Path(path), sorts: shape.sorts(), members }
        }
        Node::Not(inner) => boolean(Node::Not(Box::new(truth(*inner, names, known)?))),
        Node::And(left, right) => {
            let left = truth(*left, names, known)?;
            let known = known | &left.not_null(true);
            boolean(Node::And(Box::new(left), Box::new(truth(*right, names, &known)?)))
        }
        Node::Or(left, right) => {
            let left = truth(*left, names, known)?;
            let known = known | &left.not_null(false);
            boolean(Node::Or(Box::new(left), Box::new(truth(*right, names, &known)?)))
        }
        Node::IsNull(inner) => boolean(Node::IsNull(Box::new(operand(*inner, names, known)?.node))),
        Node::Compare(operator, left, right, _) => {
            let (left, right) = (operand(*left, names, known)?, operand(*right, names, known)?);
            let decimal = comparable(operator, &left.node, &left.sorts, &right.node, &right.sorts)?;
            boolean(Node::Compare(operator, Box::new(left.node), Box::new(right.node), decimal))
        }
        Node::In(item, list, _) => {
            let (item, list) = (operand(*item, names, known)?, operand(*list, names, known)?);
            if !list.sorts.iter().any(|sort| matches!(sort, Sort::List | Sort::Unknown)) {
                return Err(format!(
                    "{} stands behind in, where a list is expected",
                    words(&list.sorts)
                ));
            }
            let unknown: Sorts = [Sort::Unknown].into();
            let members = if list.members.is_empty() { &unknown } else { &list.members };
            let decimal =
                comparable(Comparison::Equal, &item.node, &item.sorts, &list.node, members)?;
            boolean(Node::In(Box::new(item.node), Box::new(list.node), decimal))
        }
    })
}

/// Whether the two are compared as decimals, or why they never compare.
fn comparable(
    operator: Comparison,
    left_node: &Node<Path>,
    left: &Sorts,
    right_node: &Node<Path>,
    right: &Sorts,
) -> Result<bool, String> {
    if left.contains(&Sort::Unknown) || right.contains(&Sort::Unknown) {
        return Ok(false);
    }
    let numeric = |sorts: &Sorts| {
        !sorts.is_empty() && sorts.iter().all(|sort| matches!(sort, Sort::Number | Sort::Decimal))
    };
    let left_numeric = numeric(left) || (numeric(right) && writes_decimals(left_node));
    let right_numeric = numeric(right) || (numeric(left) && writes_decimals(right_node));
    if left_numeric && right_numeric {
        return Ok(true);
    }
    let ordered = !matches!(operator, Comparison::Equal | Comparison::NotEqual);
    let family = |sorts: &Sorts| -> BTreeSet<&'static str> {
        sorts
            .iter()
            .filter_map(|sort| match sort {
                Sort::Number => Some("number"),
                Sort::Text | Sort::Decimal => Some("text"),
                Sort::Boolean if !ordered => Some("boolean"),
                Sort::Boolean | Sort::List | Sort::Object | Sort::Unknown => None,
            })
            .collect()
    };
    if family(left).is_disjoint(&family(right)) {
        let how = if ordered { "ordered against" } else { "compared with" };
        return Err(format!("{} cannot be {how} {}", words(left), words(right)));
    }
    Ok(false)
}

/// A quoted text, or a list of such, that stands for decimals.
fn writes_decimals(node: &Node<Path>) -> bool {
    let decimal = |literal: &Literal| match literal {
        Literal::Text(text) => read_decimal(text).is_some(),
        Literal::Number(_) => true,
        Literal::Boolean(_) => false,
    };
    match node {
        Node::Literal(literal) => decimal(literal),
        Node::List(items) => items.iter().all(decimal),
        _ => false,
    }
}

const fn sort_of(literal: &Literal) -> Sort {
    match literal {
        Literal::Boolean(_) => Sort::Boolean,
        Literal::Number(_) => Sort::Number,
        Literal::Text(_) => Sort::Text,
    }
}

fn words(sorts: &Sorts) -> String {
    if sorts.is_empty() {
        return "null".to_owned();
    }
    sorts.iter().map(|sort| sort.word()).collect::<Vec<_>>().join(" or ")
}

fn at(byte: usize, message: &str) -> String {
    format!("at byte {byte}: {message}")
}

/// Whether every value of this shape can stand within text.
pub(super) fn fits_text(shape: &Shape<'_>) -> Result<(), String> {
    let composite = |sort: &Sort| matches!(sort, Sort::List | Sort::Object);
    match shape.sorts().into_iter().find(composite) {
        Some(sort) => Err(format!("is {}, which has no form within text", sort.word())),
        None => Ok(()),
    }
}
