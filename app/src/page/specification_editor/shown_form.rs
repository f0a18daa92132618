use super::controls::Remarks;
use crate::ssr::Request;
use domain::{
    id::SpecificationId,
    specification::{Field, FieldError, SpecificationDraft, check},
};
use orchestrator::Refusal;

/// What the form shows: the text as it was typed, and what needs mending if
/// that was asked for.
#[derive(Clone, Debug)]
pub(super) struct ShownForm {
    pub draft: SpecificationDraft,
    /// Why the change is made, as far as it was typed.
    pub reason: String,
    /// In the order of the form.
    pub errors: Vec<FieldError>,
}

impl ShownForm {
    /// The form after `?checked=1` says what is wrong; after `?refused=` it also
    /// holds what was sent, since the store holds something older.
    pub async fn load(
        request: &Request,
        specification: Option<SpecificationId>,
        stored: SpecificationDraft,
    ) -> Self {
        let refused = request.query("refused").and_then(Refusal::from_code);
        let is_checked = request.query("checked") == Some("1");
        let is_refused = request.query("refused").is_some();
        if !is_checked && !is_refused {
            return Self { draft: stored, reason: String::new(), errors: Vec::new() };
        }
        let typed = request.typed(specification).await;
        let (sent, reason) = typed.map(|typed| (typed.draft, typed.reason)).unzip();
        // Submitting was refused, not saving: the store has the newest text.
        let draft = if is_refused && !is_checked { sent } else { None }.unwrap_or(stored);
        let errors = errors_of(&draft, refused);
        Self { draft, reason: reason.unwrap_or_default(), errors }
    }

    pub fn remarks(&self, field: Field) -> Remarks {
        let messages: Vec<&str> = self
            .errors
            .iter()
            .filter(|error| error.field == field)
            .map(|error| error.message.as_str())
            .collect();
        Remarks { field, error: (!messages.is_empty()).then(|| messages.join(" ")) }
    }
}

/// That a name is taken is known to the database alone.
fn errors_of(draft: &SpecificationDraft, refused: Option<Refusal>) -> Vec<FieldError> {
    let mut errors = check(draft).err().unwrap_or_default();
    if refused == Some(Refusal::NameTaken) {
        errors.insert(0, FieldError::new(Field::Name, Refusal::NameTaken.message()));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(draft: &SpecificationDraft, refused: Option<Refusal>, expected: &[&str]) {
        let errors = errors_of(draft, refused);
        let fields: Vec<&str> = errors.iter().map(|error| error.field.id()).collect();
        assert_eq!(fields, expected);
    }

    #[test]
    fn a_taken_name_is_an_error_of_the_name_whatever_else_is_wrong() {
        let blank = SpecificationDraft::blank();
        let gaps = ["name", "deliverables", "regions", "cadence"];
        check(&blank, None, &gaps);
        check(&blank, Some(Refusal::NameTaken), &[&["name"], &gaps[..]].concat());
    }

    #[test]
    fn the_errors_of_one_field_are_read_together() {
        let form = ShownForm {
            draft: SpecificationDraft::blank(),
            reason: String::new(),
            errors: vec![
                FieldError::new(Field::Watchlist, "One."),
                FieldError::new(Field::Seats, "Two."),
                FieldError::new(Field::Watchlist, "Three."),
            ],
        };
        assert_eq!(form.remarks(Field::Watchlist).error.as_deref(), Some("One. Three."));
        assert_eq!(form.remarks(Field::Name).error, None);
    }
}
