//! Templates: JSON in which texts refer to values.

use super::{
    evaluate::{EvaluationError, exact_decimal, word_of},
    lexer::{SyntaxError, TEXT_BYTES_MAX, Token},
    parser::Parser,
    path::{Names, NotNull, Path, Root, Scope, WrittenPath},
    typing::fits_text,
};
use crate::pattern::{fault::join, shape::Sort};
use serde_json::{Map, Value};

/// References in one text.
const REFERENCES_MAX: usize = 64;

/// A checked template. A text that is wholly one `{{reference}}` gives the value
/// with its type; in longer text each reference is written out: decimals and
/// numbers plainly and without trailing zeros, dates as ISO 8601, booleans as
/// `true` and `false`, null as what `| default("…")` says. Lists and objects are
/// walked. `{{ "{{" }}` is a text of two braces.
#[derive(Clone, Debug)]
pub struct Template {
    pub(in crate::pattern) node: Node,
}

#[derive(Clone, Debug)]
pub(in crate::pattern) enum Node {
    /// Holds no reference.
    Literal(Value),
    Reference(Path),
    Text(Vec<Piece>),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

#[derive(Clone, Debug)]
pub(in crate::pattern) enum Piece {
    Text(String),
    Reference {
        path: Path,
        default: Option<String>,
        /// Its type says decimal, so text is written as the decimal it is.
        decimal: bool,
    },
}

/// A text as the file has it, in pieces.
enum Written {
    Text(String),
    Reference(WrittenPath, Option<String>),
}

impl Template {
    /// Reads a JSON value in which texts may refer to `names`. Faults carry the
    /// JSON pointer below `pointer`.
    pub(crate) fn parse(
        value: &Value,
        pointer: &str,
        names: &Names<'_>,
        not_null: &NotNull,
        faults: &mut Vec<(String, String)>,
    ) -> Self {
        let node = match value {
            Value::String(text) => match parse_text(text, names, not_null, false) {
                Ok(node) => node,
                Err(message) => {
                    faults.push((pointer.to_owned(), message));
                    Node::Literal(Value::Null)
                }
            },
            Value::Array(items) => Node::List(
                items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| {
                        Self::parse(item, &join(pointer, at), names, not_null, faults).node
                    })
                    .collect(),
            ),
            Value::Object(fields) => Node::Object(
                fields
                    .iter()
                    .map(|(name, field)| {
                        let pointer = join(pointer, name);
                        let field = Self::parse(field, &pointer, names, not_null, faults);
                        (name.clone(), field.node)
                    })
                    .collect(),
            ),
            scalar => Node::Literal(scalar.clone()),
        };
        Self { node: node.folded() }
    }

    /// Reads a template that always gives text, such as a title.
    pub(crate) fn parse_title(text: &str, names: &Names<'_>) -> Result<Self, String> {
        let node = parse_text(text, names, &NotNull::new(), true)?;
        Ok(Self { node: node.folded() })
    }

    /// The value, with every reference filled.
    ///
    /// # Errors
    /// When a value has no form where it is referred to.
    pub fn render(&self, scope: &Scope<'_>) -> Result<Value, EvaluationError> {
        self.node.render(scope)
    }

    /// The text of a template that gives text.
    ///
    /// # Errors
    /// When a value has no form within text.
    pub fn render_text(&self, scope: &Scope<'_>) -> Result<String, EvaluationError> {
        match self.node.render(scope)? {
            Value::String(text) => Ok(text),
            other => Err(EvaluationError::NotText {
                path: "the template".to_owned(),
                found: word_of(&other),
            }),
        }
    }

    /// The steps whose values it is made of, each as often as it is referred to.
    pub fn steps(&self) -> impl Iterator<Item = usize> + '_ {
        let mut paths = Vec::new();
        self.node.paths(&mut paths);
        paths.into_iter().filter_map(Path::step)
    }
}

impl Node {
    /// Lists and objects without references become literals.
    fn folded(self) -> Self {
        let literal = |node: &Self| matches!(node, Self::Literal(_));
        let value = |node| match node {
            Self::Literal(value) => value,
            _ => Value::Null,
        };
        match self {
            Self::List(items) if items.iter().all(literal) => {
                Self::Literal(items.into_iter().map(value).collect())
            }
            Self::Object(fields) if fields.iter().all(|(_, field)| literal(field)) => {
                let fields = fields.into_iter().map(|(name, field)| (name, value(field)));
                Self::Literal(Value::Object(fields.collect()))
            }
            other => other,
        }
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Value, EvaluationError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Reference(path) => Ok(path.read(scope)?.into_owned()),
            Self::List(items) => items
                .iter()
                .map(|item| item.render(scope))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array),
            Self::Object(fields) => fields
                .iter()
                .map(|(name, field)| Ok((name.clone(), field.render(scope)?)))
                .collect::<Result<Map<_, _>, _>>()
                .map(Value::Object),
            Self::Text(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    piece.render(scope, &mut text)?;
                }
                Ok(Value::String(text))
            }
        }
    }

    /// The inputs that it is made of.
    pub fn inputs(&self) -> Vec<&str> {
        let mut paths = Vec::new();
        self.paths(&mut paths);
        paths
            .into_iter()
            .filter_map(|path| match &path.root {
                Root::Input(name) => Some(name.as_str()),
                Root::Context(_) | Root::Step(..) => None,
            })
            .collect()
    }

    pub(super) fn paths<'a>(&'a self, found: &mut Vec<&'a Path>) {
        match self {
            Self::Literal(_) => {}
            Self::Reference(path) => found.push(path),
            Self::List(items) => items.iter().for_each(|item| item.paths(found)),
            Self::Object(fields) => fields.iter().for_each(|(_, field)| field.paths(found)),
            Self::Text(pieces) => found.extend(pieces.iter().filter_map(|piece| match piece {
                Piece::Reference { path, .. } => Some(path),
                Piece::Text(_) => None,
            })),
        }
    }
}

impl Piece {
    fn render(&self, scope: &Scope<'_>, text: &mut String) -> Result<(), EvaluationError> {
        let (path, default, decimal) = match self {
            Self::Text(plain) => {
                text.push_str(plain);
                return Ok(());
            }
            Self::Reference { path, default, decimal } => (path, default, *decimal),
        };
        let value = path.read(scope)?;
        match (&*value, default) {
            (Value::Null, Some(default)) => text.push_str(default),
            (Value::Null, None) => {
                return Err(EvaluationError::NullInText { path: path.to_string() });
            }
            (Value::Bool(truth), _) => text.push_str(if *truth { "true" } else { "false" }),
            (Value::Number(number), _) => text.push_str(&plain(&number.to_string())),
            (Value::String(value), _) if decimal => text.push_str(&plain(value)),
            (Value::String(value), _) => text.push_str(value),
            (other @ (Value::Array(_) | Value::Object(_)), _) => {
                return Err(EvaluationError::NotText {
                    path: path.to_string(),
                    found: word_of(other),
                });
            }
        }
        Ok(())
    }
}

/// The one plain form of a number; as it came when no decimal holds it.
fn plain(number: &str) -> String {
    exact_decimal(number).map_or_else(|| number.to_owned(), |d| d.normalize().to_string())
}

/// A text to a node. `always_text` writes even a lone reference out.
fn parse_text(
    text: &str,
    names: &Names<'_>,
    not_null: &NotNull,
    always_text: bool,
) -> Result<Node, String> {
    if !text.contains("{{") {
        return Ok(Node::Literal(Value::String(text.to_owned())));
    }
    if text.len() > TEXT_BYTES_MAX {
        return Err(format!("a template has at most {TEXT_BYTES_MAX} bytes"));
    }
    let written =
        split(text).map_err(|error| format!("at byte {}: {}", error.at, error.message))?;
    if let ([Written::Reference(path, None)], false) = (written.as_slice(), always_text) {
        return names.resolve(path, not_null).map(|(path, _)| Node::Reference(path));
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in written {
        match (piece, pieces.last_mut()) {
            (Written::Text(more), Some(Piece::Text(text))) => text.push_str(&more),
            (Written::Text(text), _) => pieces.push(Piece::Text(text)),
            (Written::Reference(path, default), _) => {
                pieces.push(reference(&path, default, names, not_null)?);
            }
        }
    }
    match pieces.as_slice() {
        [] => Ok(Node::Literal(Value::String(String::new()))),
        [Piece::Text(text)] => Ok(Node::Literal(Value::String(text.clone()))),
        _ => Ok(Node::Text(pieces)),
    }
}

/// A reference within text.
fn reference(
    written: &WrittenPath,
    default: Option<String>,
    names: &Names<'_>,
    not_null: &NotNull,
) -> Result<Piece, String> {
    let (path, shape) = names.resolve(written, not_null)?;
    fits_text(&shape).map_err(|why| format!("{path} {why}"))?;
    if shape.nullable && default.is_none() {
        return Err(format!(
            "{path} may be null: say what the text shows then, as in {{{{{path} | default(\"none\")}}}}"
        ));
    }
    let decimal = shape.sorts().iter().all(|sort| matches!(sort, Sort::Decimal | Sort::Number));
    Ok(Piece::Reference { path, default, decimal })
}

/// A text to plain text and references.
fn split(text: &str) -> Result<Vec<Written>, SyntaxError> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut references = 0;
    while let Some(open) = text[at..].find("{{") {
        if open > 0 {
            pieces.push(Written::Text(text[at..at + open].to_owned()));
        }
        references += 1;
        if references > REFERENCES_MAX {
            let message = format!("more than {REFERENCES_MAX} references in one text");
            return Err(SyntaxError { at: at + open, message });
        }
        let (piece, end) = placeholder(Parser::new(text, at + open + "{{".len())?)?;
        pieces.push(piece);
        at = end;
    }
    if at < text.len() {
        pieces.push(Written::Text(text[at..].to_owned()));
    }
    Ok(pieces)
}

/// What stands between `{{` and `}}`, and the byte behind it.
fn placeholder(mut parser: Parser<'_>) -> Result<(Written, usize), SyntaxError> {
    let piece = match parser.peek().clone() {
        Token::Text(text) => {
            parser.take()?;
            Written::Text(text)
        }
        Token::Name(_) => {
            let path = parser.path()?;
            let default = if parser.is_symbol("|") { Some(default(&mut parser)?) } else { None };
            Written::Reference(path, default)
        }
        _ => return parser.error("expected a reference such as inputs.name, or a quoted text"),
    };
    Ok((piece, parser.close()?))
}

/// `| default("…")`.
fn default(parser: &mut Parser<'_>) -> Result<String, SyntaxError> {
    parser.expect("|")?;
    if *parser.peek() != Token::Name("default".to_owned()) {
        return parser.error("expected default(\"…\"), the only filter");
    }
    parser.take()?;
    parser.expect("(")?;
    let Token::Text(text) = parser.peek().clone() else {
        return parser.error("expected a quoted text");
    };
    parser.take()?;
    parser.expect(")")?;
    Ok(text)
}
