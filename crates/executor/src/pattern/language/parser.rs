//! Tokens to paths and expressions: a Pratt parser within bounds.

use super::{
    lexer::{Lexer, SyntaxError, Token},
    path::{Segment, WrittenPath},
};
use rust_decimal::Decimal;

/// Parentheses and `not` inside each other.
const DEPTH_MAX: usize = 32;
/// Operands and operators of one expression.
const NODES_MAX: usize = 256;
/// Parts of one path.
const SEGMENTS_MAX: usize = 16;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Boolean(bool),
    Number(Decimal),
    Text(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// An expression whose paths are `P`: as written, or resolved.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node<P> {
    Literal(Literal),
    List(Vec<Literal>),
    Path(P),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    /// The flag: both sides are numbers or decimals by their declared types, so
    /// text is compared as the decimal that it writes.
    Compare(Comparison, Box<Self>, Box<Self>, bool),
    In(Box<Self>, Box<Self>, bool),
    IsNull(Box<Self>),
}

pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    /// The next token.
    next: (usize, Token),
    depth: usize,
    nodes: usize,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str, at: usize) -> Result<Self, SyntaxError> {
        let mut lexer = Lexer::new(text, at);
        let next = lexer.next()?;
        Ok(Self { lexer, next, depth: 0, nodes: 0 })
    }

    pub fn peek(&self) -> &Token {
        &self.next.1
    }

    /// Takes the next token.
    pub fn take(&mut self) -> Result<Token, SyntaxError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.next, next).1)
    }

    /// The `}}` that ends a template, and the byte behind it; nothing behind it
    /// is read.
    pub fn close(self) -> Result<usize, SyntaxError> {
        match self.next {
            (at, Token::Symbol("}}")) => Ok(at + "}}".len()),
            (at, _) => Err(SyntaxError { at, message: "expected }}".to_owned() }),
        }
    }

    pub fn error<T>(&self, message: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError { at: self.next.0, message: message.into() })
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Token::Symbol(next) if *next == symbol)
    }

    fn is_name(&self, name: &str) -> bool {
        matches!(self.peek(), Token::Name(next) if next == name)
    }

    pub fn expect(&mut self, symbol: &str) -> Result<(), SyntaxError> {
        if !self.is_symbol(symbol) {
            return self.error(format!("expected {symbol}"));
        }
        self.take().map(drop)
    }

    /// `a.b[0]["c"]`; whoever calls has seen a name.
    pub fn path(&mut self) -> Result<WrittenPath, SyntaxError> {
        let at = self.next.0;
        let Token::Name(root) = self.take()? else {
            return self.error("expected inputs, state or ctx");
        };
        let mut segments = Vec::new();
        loop {
            let segment = if self.is_symbol(".") {
                self.take()?;
                match self.peek().clone() {
                    Token::Name(name) => Segment::Name(name),
                    _ => return self.error("expected a name behind the dot"),
                }
            } else if self.is_symbol("[") {
                self.take()?;
                let segment = match self.peek() {
                    Token::Text(name) => Segment::Name(name.clone()),
                    Token::Number(number) => match usize::try_from(*number) {
                        Ok(index) if number.is_integer() => Segment::Index(index),
                        _ => return self.error("an index is a whole number from 0"),
                    },
                    _ => return self.error("expected an index or a quoted name"),
                };
                self.take()?;
                if !self.is_symbol("]") {
                    return self.error("expected ]");
                }
                segment
            } else {
                return Ok(WrittenPath { at, root, segments });
            };
            segments.push(segment);
            if segments.len() > SEGMENTS_MAX {
                return self.error(format!("a path has at most {SEGMENTS_MAX} parts"));
            }
            self.take()?;
        }
    }

    /// A whole expression, to the end of the text.
    pub fn expression(mut self) -> Result<Node<WrittenPath>, SyntaxError> {
        let node = self.binary(0)?;
        match self.peek() {
            Token::End => Ok(node),
            _ => self.error("expected an operator or the end"),
        }
    }

    /// Operators that bind at least as tightly as `least`: or 1, and 2,
    /// comparison 4 (between them stands `not`, which is a prefix).
    fn binary(&mut self, least: u8) -> Result<Node<WrittenPath>, SyntaxError> {
        let mut left = self.prefix()?;
        let mut compared = false;
        loop {
            let power = match self.peek() {
                Token::Name(name) if name == "or" => 1,
                Token::Name(name) if name == "and" => 2,
                Token::Name(name) if ["in", "is", "not"].contains(&name.as_str()) => 4,
                Token::Symbol("==" | "!=" | "<" | "<=" | ">" | ">=") => 4,
                _ => return Ok(left),
            };
            if power < least {
                return Ok(left);
            }
            self.count()?;
            left = match power {
                1 => {
                    self.take()?;
                    Node::Or(Box::new(left), Box::new(self.binary(2)?))
                }
                2 => {
                    self.take()?;
                    Node::And(Box::new(left), Box::new(self.binary(3)?))
                }
                _ if compared => {
                    return self.error("comparisons do not chain: join two of them with and");
                }
                _ => {
                    compared = true;
                    self.comparison(left)?
                }
            };
        }
    }

    fn prefix(&mut self) -> Result<Node<WrittenPath>, SyntaxError> {
        self.count()?;
        if !self.is_name("not") {
            return self.operand();
        }
        self.take()?;
        self.nested(|parser| Ok(Node::Not(Box::new(parser.binary(3)?))))
    }

    fn comparison(&mut self, left: Node<WrittenPath>) -> Result<Node<WrittenPath>, SyntaxError> {
        let left = Box::new(left);
        let operator = match self.take()? {
            Token::Symbol("==") => Comparison::Equal,
            Token::Symbol("!=") => Comparison::NotEqual,
            Token::Symbol("<") => Comparison::Less,
            Token::Symbol("<=") => Comparison::LessOrEqual,
            Token::Symbol(">") => Comparison::Greater,
            Token::Symbol(">=") => Comparison::GreaterOrEqual,
            Token::Name(name) if name == "is" => return self.is_null(left),
            Token::Name(name) if name == "in" => {
                return Ok(Node::In(left, Box::new(self.operand()?), false));
            }
            _ if self.is_name("in") => {
                self.take()?;
                let list = Box::new(self.operand()?);
                return Ok(Node::Not(Box::new(Node::In(left, list, false))));
            }
            _ => return self.error("expected in behind not"),
        };
        Ok(Node::Compare(operator, left, Box::new(self.operand()?), false))
    }

    fn is_null(&mut self, left: Box<Node<WrittenPath>>) -> Result<Node<WrittenPath>, SyntaxError> {
        let negated = self.is_name("not");
        if negated {
            self.take()?;
        }
        if !self.is_name("null") {
            return self.error("expected null: the tests are “is null” and “is not null”");
        }
        self.take()?;
        let test = Node::IsNull(left);
        Ok(if negated { Node::Not(Box::new(test)) } else { test })
    }

    fn operand(&mut self) -> Result<Node<WrittenPath>, SyntaxError> {
        if self.is_symbol("(") {
            self.take()?;
            return self.nested(|parser| {
                let inner = parser.binary(0)?;
                parser.expect(")")?;
                Ok(inner)
            });
        }
        if self.is_symbol("[") {
            self.take()?;
            return self.list();
        }
        if let Some(literal) = self.literal()? {
            return Ok(Node::Literal(literal));
        }
        match self.peek() {
            Token::Name(name) if name == "null" => {
                self.error("null is not compared: write “is null” or “is not null”")
            }
            Token::Name(name) if ["and", "or", "not", "in", "is"].contains(&name.as_str()) => {
                let message = format!("expected a value, found {name}");
                self.error(message)
            }
            Token::Name(_) => {
                let path = self.path()?;
                if self.is_symbol("(") {
                    return self.error("nothing can be called here");
                }
                Ok(Node::Path(path))
            }
            Token::End => self.error("the expression ends where a value is expected"),
            _ => self.error("expected a value"),
        }
    }

    fn literal(&mut self) -> Result<Option<Literal>, SyntaxError> {
        let literal = match self.peek() {
            Token::Text(text) => Literal::Text(text.clone()),
            Token::Number(number) => Literal::Number(*number),
            Token::Name(name) if name == "true" => Literal::Boolean(true),
            Token::Name(name) if name == "false" => Literal::Boolean(false),
            _ => return Ok(None),
        };
        self.take()?;
        Ok(Some(literal))
    }

    fn list(&mut self) -> Result<Node<WrittenPath>, SyntaxError> {
        let mut items = Vec::new();
        while !self.is_symbol("]") {
            if !items.is_empty() {
                self.expect(",")?;
            }
            self.count()?;
            match self.literal()? {
                Some(literal) => items.push(literal),
                None => return self.error("a list holds texts, numbers, true and false"),
            }
        }
        self.take()?;
        Ok(Node::List(items))
    }

    fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        if self.depth == DEPTH_MAX {
            return self.error(format!("nested more than {DEPTH_MAX} deep"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn count(&mut self) -> Result<(), SyntaxError> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return self.error(format!("more than {NODES_MAX} operands and operators"));
        }
        Ok(())
    }
}
