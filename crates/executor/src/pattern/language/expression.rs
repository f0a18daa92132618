//! Conditions of steps.

use super::{
    evaluate::EvaluationError,
    lexer::TEXT_BYTES_MAX,
    parser::{Node, Parser},
    path::{Names, NotNull, Path, Scope},
};

/// A checked condition.
///
/// Operators from loose to tight: `or`, `and`, `not`, then the comparisons
/// `== != < <= > >=`, `in`, `not in`, `is null`, `is not null`, which do not
/// chain. Operands are paths, numbers, quoted texts, `true`, `false`, lists of
/// these in brackets, and parentheses. `or` and `and` stop at the side that
/// decides.
#[derive(Clone, Debug)]
pub struct Expression {
    node: Node<Path>,
    /// The text in the file, for traces.
    text: String,
}

impl Expression {
    /// Reads and checks a condition against what it may name.
    pub(crate) fn parse(text: &str, names: &Names<'_>) -> Result<Self, String> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(format!("a condition has at most {TEXT_BYTES_MAX} bytes"));
        }
        let written = Parser::new(text, 0)
            .and_then(Parser::expression)
            .map_err(|error| format!("at byte {}: {}", error.at, error.message))?;
        let node = written.check(names)?;
        Ok(Self { node, text: text.to_owned() })
    }

    /// # Errors
    /// When values cannot be compared, or one that is neither true nor false
    /// stands where a truth is expected. It fails the step; it never skips it.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<bool, EvaluationError> {
        self.node.test(scope)
    }

    /// The condition as the file has it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The steps whose values it reads.
    pub fn steps(&self) -> impl Iterator<Item = usize> + '_ {
        self.node.paths().into_iter().filter_map(Path::step)
    }

    /// The paths that are certainly not null where the condition holds.
    pub(crate) fn not_null(&self) -> NotNull {
        self.node.not_null(true)
    }
}

impl Node<Path> {
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Literal(_) | Self::List(_) => Vec::new(),
            Self::Path(path) => vec![path],
            Self::Not(inner) | Self::IsNull(inner) => inner.paths(),
            Self::And(left, right)
            | Self::Or(left, right)
            | Self::Compare(_, left, right, _)
            | Self::In(left, right, _) => {
                let mut paths = left.paths();
                paths.extend(right.paths());
                paths
            }
        }
    }

    /// The paths that are certainly not null when this is `outcome`.
    pub fn not_null(&self, outcome: bool) -> NotNull {
        match self {
            Self::Not(inner) => inner.not_null(!outcome),
            Self::And(left, right) if outcome => &left.not_null(true) | &right.not_null(true),
            Self::Or(left, right) if !outcome => &left.not_null(false) | &right.not_null(false),
            Self::IsNull(inner) if !outcome => match &**inner {
                Self::Path(path) => with_prefixes(path),
                _ => NotNull::new(),
            },
            _ => NotNull::new(),
        }
    }
}

/// What is inside of null is null, so all that leads to a value is not null.
fn with_prefixes(path: &Path) -> NotNull {
    (0..=path.segments.len()).map(|end| path.up_to(end)).collect()
}
