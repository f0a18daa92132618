//! A JSON text with the line of every value in it.

use super::fault::join;
use serde_json::Value;
use std::collections::BTreeMap;

/// Largest pattern file. A thousand steps with arguments fit.
pub(crate) const FILE_BYTES_MAX: usize = 1 << 20;
/// Lists and objects inside each other, in the whole file.
const DEPTH_MAX: usize = 32;

/// A place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Values in the order of the text.
    pub order: usize,
    /// From 1.
    pub line: usize,
}

#[derive(Debug)]
pub(crate) struct Document {
    pub value: Value,
    places: BTreeMap<String, Place>,
    /// Pointers of keys that stand twice in one object.
    pub repeated: Vec<String>,
}

impl Document {
    /// Reads the text.
    ///
    /// # Errors
    /// Line and message, when it is too large, too deep or not JSON.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        if text.len() > FILE_BYTES_MAX {
            return Err((1, format!("the file has more than {FILE_BYTES_MAX} bytes")));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let text = error.to_string();
            let message = text.split(" at line ").next().unwrap_or(&text);
            (error.line(), format!("not JSON: {message}, at column {}", error.column()))
        })?;
        let mut scan = Scan { text, at: 0, line: 1, places: BTreeMap::new(), repeated: Vec::new() };
        scan.value("", 0)?;
        Ok(Self { value, places: scan.places, repeated: scan.repeated })
    }

    /// The place of what the pointer names, or of the nearest thing around it.
    pub fn place(&self, pointer: &str) -> Place {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.places.get(pointer) {
                return *place;
            }
            match pointer.rsplit_once('/') {
                Some((around, _)) => pointer = around,
                None => return Place { order: 0, line: 1 },
            }
        }
    }
}

/// Walks a text that is known to be JSON.
struct Scan<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    places: BTreeMap<String, Place>,
    repeated: Vec<String>,
}

impl Scan<'_> {
    fn value(&mut self, pointer: &str, depth: usize) -> Result<(), (usize, String)> {
        self.space();
        if depth > DEPTH_MAX {
            return Err((self.line, format!("nested more than {DEPTH_MAX} deep")));
        }
        let place = Place { order: self.places.len(), line: self.line };
        if self.places.insert(pointer.to_owned(), place).is_some() {
            self.repeated.push(pointer.to_owned());
        }
        match self.peek() {
            Some(b'{') => self.members(b'}', |scan, _| {
                let name = scan.string();
                scan.space();
                scan.at += 1; // the colon
                scan.value(&join(pointer, name), depth + 1)
            }),
            Some(b'[') => self.members(b']', |scan, at| scan.value(&join(pointer, at), depth + 1)),
            Some(b'"') => {
                self.string();
                Ok(())
            }
            _ => {
                while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
                {
                    self.at += 1;
                }
                Ok(())
            }
        }
    }

    /// What stands between brackets, one `member` after the other.
    fn members(
        &mut self,
        end: u8,
        mut member: impl FnMut(&mut Self, usize) -> Result<(), (usize, String)>,
    ) -> Result<(), (usize, String)> {
        self.at += 1;
        for index in 0.. {
            self.space();
            match self.peek() {
                Some(byte) if byte == end => break,
                Some(b',') => {
                    self.at += 1;
                    self.space();
                }
                Some(_) => {}
                None => return Ok(()),
            }
            member(self, index)?;
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        let quoted = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(quoted).unwrap_or_default()
    }

    fn space(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.line += usize::from(byte == b'\n');
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_its_line_and_what_is_missing_that_of_what_is_around() {
        let text = "{\n \"a\": [1, \"x\\\"]\",\n  {\"b/c\": -1.5e3}],\n \"d\": {}\n}";
        let document = Document::parse(text).unwrap();
        let line = |pointer| document.place(pointer).line;
        assert_eq!(
            [line(""), line("/a"), line("/a/1"), line("/a/2/b~1c"), line("/d"), line("/d/e/f")],
            [1, 2, 2, 3, 4, 4]
        );
        assert_eq!(document.value["a"][1], "x\"]");
    }

    #[test]
    fn a_key_that_stands_twice_is_noticed() {
        let document = Document::parse(r#"{"a": 1, "b": {"a": 2, "a": 3}}"#).unwrap();
        assert_eq!(document.repeated, ["/b/a"]);
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_line() {
        let (line, message) = Document::parse("{\n\"a\": 1,\n}").unwrap_err();
        assert_eq!((line, message.starts_with("not JSON: trailing comma")), (3, true), "{message}");
        let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
        assert!(Document::parse(&deep).unwrap_err().1.contains("nested"));
    }
}
