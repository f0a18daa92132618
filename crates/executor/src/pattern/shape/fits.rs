//! Whether every value of one shape is taken where another is asked for.

use super::{Alternative, Shape, Sort};

/// Levels that are compared; deeper ones are taken to fit, which also ends the
/// comparison of schemas that contain themselves.
const DEPTH_MAX: usize = 12;

impl Shape<'_> {
    /// Why values of this shape do not all fit `wanted`, if they do not.
    pub fn fits(&self, wanted: &Shape<'_>) -> Result<(), String> {
        self.fits_within(wanted, DEPTH_MAX)
    }

    fn fits_within(&self, wanted: &Shape<'_>, depth: usize) -> Result<(), String> {
        if depth == 0 || self.is_unknown() || wanted.is_unknown() {
            return Ok(());
        }
        if self.nullable && !wanted.nullable {
            return Err(format!("may be null, expected {}", wanted.words()));
        }
        for given in &self.alternatives {
            let mut refusal = None;
            let fits = wanted.alternatives.iter().any(|wanted| {
                match given.fits(wanted, depth - 1) {
                    Ok(()) => true,
                    Err(why) => {
                        // A reason within the same type says more than a wrong type.
                        if given.sort == wanted.sort || refusal.is_none() {
                            refusal = Some(why);
                        }
                        false
                    }
                }
            });
            if !fits {
                return Err(match refusal {
                    Some(why) if wanted.alternatives.len() == 1 || !why.starts_with("is ") => why,
                    _ => format!("is {}, expected {}", given.words(), wanted.words()),
                });
            }
        }
        Ok(())
    }

    /// For messages: what a value of this shape is.
    pub fn words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for alternative in &self.alternatives {
            let word = alternative.words();
            if !words.contains(&word) {
                words.push(word);
            }
        }
        if self.nullable || words.is_empty() {
            words.push("null".to_owned());
        }
        words.join(" or ")
    }
}

impl Alternative<'_> {
    fn words(&self) -> String {
        match (self.sort, self.format()) {
            (Sort::Text, Some(format @ ("date" | "uuid" | "date-time"))) => format!("a {format}"),
            (Sort::Number, _) if self.integer => "an integer".to_owned(),
            (sort, _) => sort.word().to_owned(),
        }
    }

    fn fits(&self, wanted: &Alternative<'_>, depth: usize) -> Result<(), String> {
        let mismatch = || Err(format!("is {}, expected {}", self.words(), wanted.words()));
        match (self.sort, wanted.sort) {
            (Sort::Number, Sort::Number) if wanted.integer && !self.integer => return mismatch(),
            (Sort::Decimal, Sort::Text) if wanted.format().is_none() => {}
            (given, wanted) if given != wanted => return mismatch(),
            _ => {}
        }
        if let Some(format @ ("date" | "uuid" | "date-time")) = wanted.format()
            && self.format() != Some(format)
            && self.sort == Sort::Text
        {
            return mismatch();
        }
        if let Some(taken) = wanted.choices() {
            let all = taken.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            match self.choices() {
                None => return Err(format!("may be any {}, only {all} are taken", self.bare())),
                Some(given) => {
                    if let Some(other) = given.iter().find(|choice| !taken.contains(choice)) {
                        return Err(format!("may be {other}, only {all} are taken"));
                    }
                }
            }
        }
        match wanted.sort {
            Sort::List => match (self.item(), wanted.item()) {
                (Some(given), Some(wanted)) => given
                    .fits_within(&wanted, depth)
                    .map_err(|why| format!("is a list, of which an element {why}")),
                _ => Ok(()),
            },
            Sort::Object => self.fields_fit(wanted, depth),
            _ => Ok(()),
        }
    }

    /// A whole object is passed on, so fields that nobody asks for are no fault
    /// unless they are forbidden.
    fn fields_fit(&self, wanted: &Alternative<'_>, depth: usize) -> Result<(), String> {
        let open = self.schema.get("properties").is_none();
        for (name, schema) in wanted.properties() {
            let field = match self.properties().find(|(key, _)| *key == name) {
                Some((_, given)) => Shape::within(self.root, given)
                    .or_null(!self.requires(name) && wanted.requires(name)),
                None if wanted.requires(name) && !open => {
                    return Err(format!("has no {name}, which is required"));
                }
                None => continue,
            };
            field
                .fits_within(&Shape::within(wanted.root, schema), depth)
                .map_err(|why| format!("has a field {name} that {why}"))?;
        }
        let closed = wanted.schema.get("additionalProperties").is_some_and(|more| more == false);
        let unwanted = self
            .properties()
            .find(|(name, _)| wanted.properties().all(|(wanted, _)| wanted != *name));
        match unwanted {
            Some((name, _)) if closed => Err(format!("has a field {name} that is not taken")),
            _ => Ok(()),
        }
    }

    const fn bare(&self) -> &'static str {
        match self.sort {
            Sort::Number => "number",
            Sort::Text | Sort::Decimal => "text",
            _ => "value",
        }
    }
}
