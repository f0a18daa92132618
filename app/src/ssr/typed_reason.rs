//! A reason that was refused as it was typed. The session keeps it, so that the
//! form after the refusal shows it again; no address can fill it in.

use super::Request;
use domain::{id::SpecificationId, slot_override::OverrideKind};
use orchestrator::{Refusal, UseCaseError};
use serde::{Deserialize, Serialize};

const SESSION_TYPED_REASON: &str = "typed_reason";
/// In bytes of JSON: many times what a reason may have.
const TYPED_MAX: usize = 16 * 1024;

/// What the reason was given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReasonForm {
    Pause,
    Cancel,
    Return,
    Override(Option<OverrideKind>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedReason {
    pub specification: SpecificationId,
    pub form: ReasonForm,
    pub reason: String,
}

impl TypedReason {
    /// What stood in `form`, and what was wrong with it.
    pub fn given(
        typed: Option<&Self>,
        is_form: impl Fn(ReasonForm) -> bool,
        refusal: Option<Refusal>,
    ) -> (String, Option<String>) {
        let Some(typed) = typed.filter(|typed| is_form(typed.form)) else {
            return (String::new(), None);
        };
        let error = refusal.filter(|refusal| *refusal == Refusal::ReasonLength);
        (typed.reason.clone(), error.map(|refusal| refusal.message().to_owned()))
    }
}

impl Request {
    /// Keeps the reason of a decision that was refused, and forgets that of one that
    /// was taken. A session that cannot be written costs the reader this text, which
    /// is no reason to fail the answer.
    pub async fn settle_reason<T>(&self, typed: TypedReason, outcome: &Result<T, UseCaseError>) {
        let written = match outcome {
            Ok(_) => self.session.remove_value(SESSION_TYPED_REASON).await.map(|_| ()),
            Err(UseCaseError::Refused(_) | UseCaseError::Transition(_)) if fits(&typed) => {
                self.session.insert(SESSION_TYPED_REASON, typed).await
            }
            Err(_) => Ok(()),
        };
        if let Err(error) = written {
            tracing::warn!(error = %error, "a refused reason could not be kept");
        }
    }

    /// What was refused just now of this specification.
    pub async fn typed_reason(&self, specification: SpecificationId) -> Option<TypedReason> {
        self.query("refused")?;
        let typed: Option<TypedReason> =
            self.session.get(SESSION_TYPED_REASON).await.ok().flatten();
        typed.filter(|typed| typed.specification == specification)
    }

    /// What the reader was refused just now.
    pub fn refusal(&self) -> Option<Refusal> {
        self.query("refused").and_then(Refusal::from_code)
    }
}

fn fits(typed: &TypedReason) -> bool {
    serde_json::to_string(typed)
        // Postgres stores every character but this one.
        .is_ok_and(|text| text.len() <= TYPED_MAX && !text.contains("\\u0000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_comes_back_to_the_form_that_it_was_typed_into_alone() {
        let typed = TypedReason {
            specification: "019ac000-0000-7000-8000-000000000000".parse().unwrap(),
            form: ReasonForm::Pause,
            reason: "short".to_owned(),
        };
        let given = |form: ReasonForm| {
            TypedReason::given(Some(&typed), |of| of == form, Some(Refusal::ReasonLength))
        };
        let message = Refusal::ReasonLength.message().to_owned();
        assert_eq!(given(ReasonForm::Pause), ("short".to_owned(), Some(message)));
        assert_eq!(given(ReasonForm::Cancel), (String::new(), None));
        let other = TypedReason::given(Some(&typed), |_| true, Some(Refusal::WrongState));
        assert_eq!(other, ("short".to_owned(), None));
    }
}
