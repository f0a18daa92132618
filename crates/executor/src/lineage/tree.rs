//! The lineage of a JSON value, part by part.

use super::Lineage;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap, fmt};

/// One step into a JSON value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Step {
    Index(usize),
    Name(String),
}

/// Lineage of a whole value and, where they differ, of its parts. What a part
/// says replaces what its whole says; a part that says nothing comes from what
/// the nearest whole around it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineages {
    pub whole: Lineage,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "as_pairs")]
    pub parts: BTreeMap<Step, Lineages>,
}

/// As a list of pairs: the keys of a JSON object could not tell the index 0 from
/// the name `0`.
mod as_pairs {
    use super::{BTreeMap, Lineages, Step};
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(
        parts: &BTreeMap<Step, Lineages>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(parts)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Step, Lineages>, D::Error> {
        Vec::<(Step, Lineages)>::deserialize(deserializer).map(|pairs| pairs.into_iter().collect())
    }
}

impl Lineages {
    pub fn whole(lineage: Lineage) -> Self {
        Self { whole: lineage, parts: BTreeMap::new() }
    }

    /// A value put together from parts that say where they come from.
    pub fn of_parts(parts: impl IntoIterator<Item = (Step, Self)>) -> Self {
        let parts = parts.into_iter().filter(|(_, part)| !part.is_empty()).collect();
        Self { whole: Lineage::default(), parts }
    }

    pub fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.parts.values().all(Self::is_empty)
    }

    /// Says where the part at `path` comes from, with everything in it.
    pub fn insert(&mut self, path: &[Step], lineage: Self) {
        match path {
            [] => *self = lineage,
            [first, rest @ ..] => {
                self.parts.entry(first.clone()).or_default().insert(rest, lineage);
            }
        }
    }

    /// The lineage of the part at `path`.
    #[must_use]
    pub fn at(&self, path: &[Step]) -> Self {
        let mut nearest = &self.whole;
        let mut here = self;
        for step in path {
            let Some(part) = here.parts.get(step) else { return Self::whole(nearest.clone()) };
            here = part;
            if !here.whole.is_empty() {
                nearest = &here.whole;
            }
        }
        Self { whole: nearest.clone(), parts: here.parts.clone() }
    }

    /// Everything that the value and its parts came from.
    #[must_use]
    pub fn everything(&self) -> Lineage {
        let mut all = self.whole.clone();
        self.add_parts_to(&mut all);
        all
    }

    /// The same, without a copy where no part says anything of its own.
    pub(crate) fn everything_borrowed(&self) -> Cow<'_, Lineage> {
        if self.parts.is_empty() {
            Cow::Borrowed(&self.whole)
        } else {
            Cow::Owned(self.everything())
        }
    }

    fn add_parts_to(&self, all: &mut Lineage) {
        for part in self.parts.values() {
            all.extend(&part.whole);
            part.add_parts_to(all);
        }
    }

    /// Calls `each` with the whole and then with every part that says something
    /// of its own, in document order of names and indexes.
    pub fn visit<'l>(
        &'l self,
        path: &mut Vec<&'l Step>,
        each: &mut impl FnMut(&[&'l Step], &'l Lineage),
    ) {
        if !self.whole.is_empty() {
            each(path, &self.whole);
        }
        for (step, part) in &self.parts {
            path.push(step);
            part.visit(path, each);
            path.pop();
        }
    }
}

impl fmt::Display for Step {
    /// As a token of a JSON pointer (RFC 6901).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => index.fmt(f),
            Self::Name(name) => f.write_str(&name.replace('~', "~0").replace('/', "~1")),
        }
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

impl From<&str> for Step {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}
