//! What a template's value came from, part by part.

use super::{
    path::{Path, Segment},
    template::{Node, Template},
};
use crate::lineage::{Lineage, Lineages, Step};
use std::sync::Arc;

impl Template {
    /// Lineage of the value that [`Self::render`] gives, from the lineages of
    /// the steps by index. A lone reference passes on the parts of what it names;
    /// text comes from all that it refers to.
    pub fn lineages(&self, state: &[Option<Arc<Lineages>>]) -> Lineages {
        self.node.lineages(state)
    }
}

impl Node {
    fn lineages(&self, state: &[Option<Arc<Lineages>>]) -> Lineages {
        match self {
            Self::Literal(_) => Lineages::default(),
            Self::Reference(path) => path.lineages(state),
            Self::Text(_) => {
                let mut paths = Vec::new();
                self.paths(&mut paths);
                let mut whole = Lineage::default();
                for path in paths {
                    whole.extend(&path.lineages(state).everything());
                }
                Lineages::whole(whole)
            }
            Self::List(items) => Lineages::of_parts(
                items.iter().enumerate().map(|(at, item)| (Step::Index(at), item.lineages(state))),
            ),
            Self::Object(fields) => Lineages::of_parts(
                fields
                    .iter()
                    .map(|(name, field)| (Step::Name(name.clone()), field.lineages(state))),
            ),
        }
    }
}

impl Path {
    fn lineages(&self, state: &[Option<Arc<Lineages>>]) -> Lineages {
        let step = self.step().and_then(|index| state.get(index)?.as_deref());
        let Some(lineages) = step else { return Lineages::default() };
        if lineages.parts.is_empty() {
            return lineages.clone();
        }
        let path: Vec<Step> = self
            .segments
            .iter()
            .map(|segment| match segment {
                Segment::Name(name) => Step::Name(name.clone()),
                Segment::Index(index) => Step::Index(*index),
            })
            .collect();
        lineages.at(&path)
    }
}
