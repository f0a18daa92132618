//! Arguments against the schema of a capability.

use super::Faults;
use crate::pattern::{
    fault::join,
    language::{Names, NotNull, Template, TemplateNode as Node},
    shape::{Alternative, Shape, Sort, faults_of},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::LazyLock};

/// The mark of an argument whose value is neither stored nor shown.
const SENSITIVE: &str = "x-sensitive";
/// Levels of a schema that are searched for the mark.
const SEARCH_DEPTH_MAX: usize = 8;

static TEXT: LazyLock<Value> = LazyLock::new(|| json!({ "type": "string" }));

/// Checks one template against one schema.
pub(super) struct Arguments<'c, 'a> {
    pub names: &'c Names<'a>,
    pub not_null: &'c NotNull,
    pub faults: &'c mut Faults,
    /// Inputs that flow into marked arguments.
    pub sensitive: &'c mut BTreeSet<String>,
}

impl Arguments<'_, '_> {
    pub fn check(&mut self, args: &Template, schema: &Value, pointer: &str) {
        self.node(&args.node, &Shape::of(schema), pointer, false);
    }

    /// `sensitive`: a part around this one is marked.
    fn node(&mut self, node: &Node, wanted: &Shape<'_>, pointer: &str, sensitive: bool) {
        match node {
            Node::Literal(value) => self.faults.0.extend(faults_of(value, wanted, pointer)),
            Node::Reference(path) => {
                let given = self.names.shape(path, self.not_null);
                if let Err(why) = given.fits(wanted) {
                    self.faults.push(pointer, format!("{path} {why}"));
                }
                if sensitive || has_mark(wanted, SEARCH_DEPTH_MAX) {
                    self.mark(node);
                }
            }
            Node::Text(_) => {
                if Shape::of(&TEXT).fits(wanted).is_err() {
                    let message = format!("text stands here, expected {}", wanted.words());
                    self.faults.push(pointer, message);
                }
                if sensitive || has_mark(wanted, SEARCH_DEPTH_MAX) {
                    self.mark(node);
                }
            }
            Node::List(items) => {
                self.composite(Sort::List, wanted, pointer, |check, alternative| {
                    let Some(wanted) = alternative.item() else { return };
                    for (at, item) in items.iter().enumerate() {
                        check.node(item, &wanted, &join(pointer, at), sensitive);
                    }
                });
            }
            Node::Object(fields) => {
                self.composite(Sort::Object, wanted, pointer, |check, alternative| {
                    check.fields(fields, alternative, pointer, sensitive);
                });
            }
        }
    }

    /// Checks a list or object against each form that it may have, and keeps the
    /// faults of the form that it misses least.
    fn composite(
        &mut self,
        sort: Sort,
        wanted: &Shape<'_>,
        pointer: &str,
        each: impl Fn(&mut Arguments<'_, '_>, &Alternative<'_>),
    ) {
        if wanted.is_unknown() {
            return;
        }
        let forms = wanted.alternatives.iter().filter(|alternative| alternative.sort == sort);
        let best = forms
            .map(|alternative| {
                let mut faults = Faults::default();
                let mut check = Arguments {
                    names: self.names,
                    not_null: self.not_null,
                    faults: &mut faults,
                    sensitive: &mut *self.sensitive,
                };
                each(&mut check, alternative);
                faults.0
            })
            .min_by_key(Vec::len);
        if let Some(faults) = best {
            self.faults.0.extend(faults);
        } else {
            let message = format!("{} stands here, expected {}", sort.word(), wanted.words());
            self.faults.push(pointer, message);
        }
    }

    fn fields(
        &mut self,
        fields: &[(String, Node)],
        wanted: &Alternative<'_>,
        pointer: &str,
        sensitive: bool,
    ) {
        for (name, field) in fields {
            let pointer = join(pointer, name);
            let named = wanted.properties().find(|(key, _)| key == name).map(|(_, schema)| schema);
            match named.or_else(|| wanted.others()) {
                Some(schema) => {
                    let sensitive = sensitive || schema[SENSITIVE] == true;
                    self.node(field, &Shape::within(wanted.root, schema), &pointer, sensitive);
                }
                None => self.faults.push(pointer, wanted.unknown_field(name)),
            }
        }
        for name in wanted.required() {
            if fields.iter().all(|(key, _)| key != name) {
                self.faults.push(pointer, format!("{name} is missing"));
            }
        }
    }

    fn mark(&mut self, node: &Node) {
        self.sensitive.extend(node.inputs().into_iter().map(str::to_owned));
    }
}

/// Whether a value of this shape may hold a marked part.
fn has_mark(shape: &Shape<'_>, depth: usize) -> bool {
    depth > 0
        && shape.alternatives.iter().any(|alternative| {
            alternative.schema[SENSITIVE] == true
                || alternative
                    .item()
                    .is_some_and(|item| !item.is_unknown() && has_mark(&item, depth - 1))
                || alternative.properties().any(|(_, schema)| {
                    schema[SENSITIVE] == true
                        || has_mark(&Shape::within(alternative.root, schema), depth - 1)
                })
        })
}
