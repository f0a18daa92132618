//! What is wrong with pattern files, and where.

use std::fmt;

/// One fault, at its place in the file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PlanFault {
    /// RFC 6901.
    pub pointer: String,
    /// From 1; of something that is missing, the line of what it is missing in.
    pub line: usize,
    pub message: String,
}

/// Everything that is wrong with one pattern file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PlanError {
    pub file: String,
    /// In the order of the file.
    pub faults: Vec<PlanFault>,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, PlanFault { pointer, line, message }) in self.faults.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:{line}: ", self.file)?;
            if !pointer.is_empty() {
                write!(f, "{pointer}: ")?;
            }
            f.write_str(message)?;
        }
        Ok(())
    }
}

/// `, did you mean …?` for the known name nearest to `written`, or nothing when
/// none is near.
pub(crate) fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    /// Edits that still look like a slip; short names allow fewer.
    const EDITS_MAX: usize = 3;
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(written, name), name))
        .filter(|(edits, name)| *edits <= EDITS_MAX.min(name.chars().count() / 2))
        .min()
        .map_or_else(String::new, |(_, name)| format!(", did you mean {name}?"))
}

/// `base` with one more reference token, escaped.
pub(crate) fn join(base: &str, token: impl fmt::Display) -> String {
    format!("{base}/{}", token.to_string().replace('~', "~0").replace('/', "~1"))
}

impl PlanError {
    /// A fault of the file as a whole.
    pub(crate) fn whole(file: &str, message: String) -> Self {
        let fault = PlanFault { pointer: String::new(), line: 1, message };
        Self { file: file.to_owned(), faults: vec![fault] }
    }
}
