//! The form of a schedule that was refused, kept for the page after it.

use super::Request;
use domain::{id::SpecificationId, schedule::ScheduleDraft};
use serde::{Deserialize, Serialize};

const SESSION_TYPED_SCHEDULE: &str = "typed_schedule";
/// In bytes, of each answer. None that can be right is longer, and none that is
/// longer is kept.
const ANSWER_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedSchedule {
    pub specification: SpecificationId,
    pub draft: ScheduleDraft,
}

impl Request {
    /// Keeps a refused form until it is shown again.
    pub async fn keep_typed_schedule(&self, typed: &TypedSchedule) {
        let ScheduleDraft { at, weekday, month_day, missed } = &typed.draft;
        let fits = |answer: &String| answer.len() <= ANSWER_MAX && !answer.contains('\0');
        if [at, weekday, month_day, missed].into_iter().all(fits)
            && let Err(error) = self.session.insert(SESSION_TYPED_SCHEDULE, typed).await
        {
            tracing::warn!(error = %error, "a refused form could not be kept");
        }
    }

    /// What was last typed for this specification, when the address says that it was
    /// refused.
    pub async fn typed_schedule(&self, specification: SpecificationId) -> Option<ScheduleDraft> {
        self.query("checked")?;
        let typed: TypedSchedule = self.session.get(SESSION_TYPED_SCHEDULE).await.ok().flatten()?;
        (typed.specification == specification).then_some(typed.draft)
    }

    pub async fn forget_typed_schedule(&self) {
        if let Err(error) = self.session.remove_value(SESSION_TYPED_SCHEDULE).await {
            tracing::warn!(error = %error, "a kept form could not be removed");
        }
    }
}
