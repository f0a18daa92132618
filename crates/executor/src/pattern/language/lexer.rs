//! Text to tokens, each with its place.

use rust_decimal::Decimal;

/// Longest template or expression: several lines of prose with values in it.
pub(crate) const TEXT_BYTES_MAX: usize = 4096;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Text(String),
    Number(Decimal),
    /// `. [ ] ( ) , | == != < <= > >= }}`
    Symbol(&'static str),
    End,
}

/// A fault in the text, at a byte of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub at: usize,
    pub message: String,
}

/// Longer ones first: the first that fits is taken.
const SYMBOLS: [&str; 14] =
    ["}}", "==", "!=", "<=", ">=", "<", ">", ".", "[", "]", "(", ")", ",", "|"];

pub(super) struct Lexer<'a> {
    text: &'a str,
    /// The next byte to read.
    at: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    /// The next token with the byte that it begins at.
    pub fn next(&mut self) -> Result<(usize, Token), SyntaxError> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        let (start, rest) = (self.at, self.rest());
        let Some(first) = rest.chars().next() else { return Ok((start, Token::End)) };
        if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
            self.at += symbol.len();
            return Ok((start, Token::Symbol(symbol)));
        }
        let token = match first {
            '"' | '\'' => self.string(first)?,
            '-' | '0'..='9' => self.number()?,
            'a'..='z' | 'A'..='Z' | '_' => {
                let name = rest
                    .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .next()
                    .unwrap_or_default();
                self.at += name.len();
                Token::Name(name.to_owned())
            }
            other => return Err(self.error(format!("“{other}” means nothing here"))),
        };
        Ok((start, token))
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError { at: self.at, message: message.into() }
    }

    /// A quoted text; a backslash stands before a quote or a backslash.
    fn string(&mut self, quote: char) -> Result<Token, SyntaxError> {
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((at, char)) = chars.next() {
            match char {
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\'' | '\\'))) => text.push(escaped),
                    _ => return Err(self.error("a backslash stands before a quote or a backslash")),
                },
                end if end == quote => {
                    self.at += at + 1;
                    return Ok(Token::Text(text));
                }
                other => text.push(other),
            }
        }
        Err(self.error("this quoted text does not end"))
    }

    /// Digits, with a sign before and a fraction behind if need be.
    fn number(&mut self) -> Result<Token, SyntaxError> {
        let rest = self.rest();
        let sign = usize::from(rest.starts_with('-'));
        let end = rest[sign..]
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '.')
            .map_or(rest.len(), |at| at + sign);
        match read_decimal(&rest[..end]) {
            Some(number) => {
                self.at += end;
                Ok(Token::Number(number))
            }
            None => Err(self.error(format!(
                "“{}” is not a number of at most 28 digits, such as -0.25",
                &rest[..end]
            ))),
        }
    }
}

/// A number written plainly (`-12.50`), exactly or not at all.
pub(crate) fn read_decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (plain(whole) && plain(fraction)).then(|| Decimal::from_str_exact(text).ok()).flatten()
}
