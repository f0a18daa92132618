use super::fault::{Fault, Place};
use super::include::{Mention, include_words, mentions};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// More files than a ledger of a lifetime has, and few enough to be read at once.
pub const FILES_MAX: usize = 1_000;
/// About a million transactions.
pub const TEXT_BYTES_MAX: usize = 128 * 1024 * 1024;

/// The files of a ledger as text, by their paths from the root of the repository.
#[derive(Clone, Debug, Default)]
pub struct LedgerFiles {
    /// The file that includes all others.
    pub main: String,
    pub files: BTreeMap<String, String>,
}

/// All included files as one text, and where each of its lines comes from.
#[derive(Debug)]
pub(crate) struct Assembled {
    pub text: String,
    /// Byte at which each line begins.
    starts: Vec<usize>,
    places: Vec<Place>,
}

impl LedgerFiles {
    /// The files that those at hand include and that are not among them. Whoever has the
    /// repository adds what it holds of these, until nothing is asked for that it has.
    pub fn asked_for(&self) -> BTreeSet<String> {
        let includes = self.files.iter().flat_map(|(name, text)| {
            mentions(text).into_iter().filter_map(move |(_, mention)| match mention {
                Mention::Include(path) => resolved(name, &path),
                Mention::Elsewhere => None,
            })
        });
        let named = includes.chain([self.main.clone()]);
        named.filter(|name| !self.files.contains_key(name)).collect()
    }

    /// Follows the includes. Each stands for the text of its file; a file stands in the
    /// result once.
    pub(crate) fn assemble(&self) -> Result<Assembled, Vec<Fault>> {
        let main = Place { file: self.main.as_str().into(), line: 1 };
        let mut assembly = Assembly {
            files: self,
            path: Vec::new(),
            seen: BTreeMap::new(),
            faults: Vec::new(),
            result: Assembled::empty(),
        };
        assembly.follow(&self.main, &main, "");
        let Assembly { mut faults, result, .. } = assembly;
        // A string that one file leaves open could end in the next and bring one to light.
        if faults.is_empty() {
            faults
                .extend(include_words(&result.text).into_iter().map(|at| result.fault(at, ALONE)));
        }
        if faults.is_empty() { Ok(result) } else { Err(faults) }
    }
}

struct Assembly<'a> {
    files: &'a LedgerFiles,
    /// The files that are open, outermost first.
    path: Vec<&'a str>,
    /// Where each file was included.
    seen: BTreeMap<&'a str, Place>,
    faults: Vec<Fault>,
    result: Assembled,
}

impl<'a> Assembly<'a> {
    /// `from`: the place of the include, whose line reads `text`.
    fn follow(&mut self, name: &str, from: &Place, text: &str) {
        let Some((name, content)) = self.files.files.get_key_value(name) else {
            return self.fault(from, text, format!("there is no file {name}"));
        };
        if self.path.contains(&name.as_str()) {
            let way = [&self.path[..], &[name.as_str()]].concat().join(" → ");
            return self.fault(from, text, format!("the includes go in a circle: {way}"));
        }
        if let Some(first) = self.seen.get(name.as_str()) {
            let message = format!("{name} is included a second time; first at {first}");
            return self.fault(from, text, message);
        }
        if self.seen.len() == FILES_MAX || self.result.text.len() + content.len() > TEXT_BYTES_MAX {
            let message = format!(
                "the ledger has more than {FILES_MAX} files or {TEXT_BYTES_MAX} bytes of text"
            );
            return self.fault(from, text, message);
        }
        self.seen.insert(name, from.clone());
        self.path.push(name);
        self.lines(name, content);
        self.path.pop();
    }

    fn lines(&mut self, name: &'a str, content: &'a str) {
        let file: Arc<str> = name.into();
        let mut mentions = mentions(content).into_iter().peekable();
        for (at, line) in content.lines().enumerate() {
            let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let place = Place { file: Arc::clone(&file), line: number };
            match mentions.next_if(|(mentioned, _)| *mentioned == at) {
                None => self.result.push(line, place),
                Some((_, Mention::Include(path))) => match resolved(name, &path) {
                    Some(path) => self.follow(&path, &place, line),
                    None => self.fault(&place, line, OUTSIDE.to_owned()),
                },
                Some((_, Mention::Elsewhere)) => self.fault(&place, line, ALONE.to_owned()),
            }
        }
    }

    fn fault(&mut self, place: &Place, text: &str, message: String) {
        let text = text.trim().to_owned();
        self.faults.push(Fault { place: place.clone(), text, message });
    }
}

const OUTSIDE: &str =
    "an include names one file within the repository, without * and without a leading /";
const ALONE: &str = "an include stands at the beginning of a line, with nothing behind its path";

/// A path as it is meant in `name`, from the root; none if it leads out of it.
fn resolved(name: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains(['*', '?', '[', '\0']) {
        return None;
    }
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

impl Assembled {
    const fn empty() -> Self {
        Self { text: String::new(), starts: Vec::new(), places: Vec::new() }
    }

    fn push(&mut self, line: &str, place: Place) {
        self.starts.push(self.text.len());
        self.text.push_str(line);
        self.text.push('\n');
        self.places.push(place);
    }

    /// The place of a byte and the line that it belongs to; of the last line for bytes
    /// behind it. Blanks at the byte are passed over.
    pub fn locate(&self, byte: usize) -> (Place, &str) {
        let byte = byte.min(self.text.len());
        let rest = self.text.get(byte..).unwrap_or_default();
        let byte = byte + (rest.len() - rest.trim_start().len());
        let line = self.starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let Some(place) = self.places.get(line) else {
            return (Place { file: "".into(), line: 1 }, "");
        };
        let text = self.text[self.starts[line]..].lines().next().unwrap_or_default();
        (place.clone(), text.trim())
    }

    pub fn fault(&self, byte: usize, message: impl Into<String>) -> Fault {
        let (place, text) = self.locate(byte);
        Fault { place, text: text.to_owned(), message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> LedgerFiles {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        LedgerFiles { main: "main.beancount".to_owned(), files: files.collect() }
    }

    fn faults(of: &[(&str, &str)]) -> Vec<String> {
        files(of).assemble().unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn included_text_stands_at_its_include_and_keeps_its_place() {
        let assembled = files(&[
            ("main.beancount", "one\ninclude \"years/2024.beancount\"\nthree"),
            ("years/2024.beancount", "; two\ninclude \"../more.beancount\""),
            ("more.beancount", "more"),
        ])
        .assemble()
        .unwrap();
        assert_eq!(assembled.text, "one\n; two\nmore\nthree\n");
        let place = |word| assembled.locate(assembled.text.find(word).unwrap()).0.to_string();
        assert_eq!(place("two"), "years/2024.beancount:1");
        assert_eq!(place("more"), "more.beancount:1");
        assert_eq!(place("three"), "main.beancount:3");
    }

    #[test]
    fn a_circle_of_includes_is_named_with_its_way() {
        let found = faults(&[
            ("main.beancount", "include \"a.beancount\""),
            ("a.beancount", "; first\ninclude \"main.beancount\""),
        ]);
        assert_eq!(
            found,
            ["a.beancount:2: the includes go in a circle: main.beancount → a.beancount → \
              main.beancount: include \"main.beancount\""]
        );
    }

    #[test]
    fn a_file_that_is_missing_twice_there_or_outside_is_a_fault_of_its_line() {
        let found = faults(&[
            (
                "main.beancount",
                "include \"a.beancount\"\ninclude \"a.beancount\"\ninclude \"b.beancount\"\n\
                 include \"../c.beancount\"\ninclude \"/etc/passwd\"\ninclude \"*.beancount\"",
            ),
            ("a.beancount", ""),
        ]);
        assert_eq!(found.len(), 5);
        assert!(
            found[0].contains("a.beancount is included a second time; first at main.beancount:1")
        );
        assert!(found[1].starts_with("main.beancount:3: there is no file b.beancount"));
        for (line, fault) in [(4, &found[2]), (5, &found[3]), (6, &found[4])] {
            assert!(
                fault.starts_with(&format!("main.beancount:{line}: an include names one file"))
            );
        }
    }

    #[test]
    fn a_string_that_is_left_open_brings_no_include_to_the_parser() {
        // Apart, the second file's include is within a string; together it would not be.
        let found = faults(&[
            ("main.beancount", "include \"a.beancount\"\ninclude \"b.beancount\""),
            ("a.beancount", "* \"open"),
            ("b.beancount", "* \"\ninclude \"/etc/passwd\" \""),
        ]);
        assert!(!found.is_empty());
        for open in ["* 5\" pipe\ninclude \"/etc/passwd\"", "x\\\" include \"/etc/passwd"] {
            let found = files(&[("main.beancount", open)]).assemble();
            let left = found.map(|found| include_words(&found.text)).unwrap_or_default();
            assert!(left.is_empty(), "{open}");
        }
    }

    #[test]
    fn files_are_asked_for_as_the_includes_name_them_and_within_the_repository_only() {
        let mut ledger = files(&[]);
        assert_eq!(ledger.asked_for(), ["main.beancount".to_owned()].into());
        let main = "include \"a/b.beancount\"\ninclude \"../c\"\ninclude \"/etc/passwd\"\n";
        ledger.files.insert("main.beancount".to_owned(), main.to_owned());
        assert_eq!(ledger.asked_for(), ["a/b.beancount".to_owned()].into());
        ledger.files.insert("a/b.beancount".to_owned(), "include \"../d\"".to_owned());
        assert_eq!(ledger.asked_for(), ["d".to_owned()].into());
    }

    #[test]
    fn a_ledger_without_its_main_file_is_refused() {
        assert!(faults(&[("other", "")])[0].contains("there is no file main.beancount"));
    }
}
