use crate::{
    component::{error_summary::FieldProblem, icon::Icon},
    ssr::encode,
};
use domain::{execution::Outcome, id::ExecutionId};
use leptos::prelude::*;
use orchestrator::execution::ExecutionFilter;

pub const PATH: &str = "/execution-log";
/// A pattern's id is shorter.
const PATTERN_CHARACTERS_MAX: usize = 64;

/// What the list is asked for, as it stands in the address, right or wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutionQuery {
    pub pattern: String,
    pub outcome: String,
    /// Id of the last row of the page before.
    pub before: String,
}

impl ExecutionQuery {
    /// `parameter` gives a parameter of the address by its name.
    pub fn read<'a>(parameter: impl Fn(&str) -> Option<&'a str>) -> Self {
        let read = |name| parameter(name).unwrap_or_default().to_owned();
        Self { pattern: read("pattern"), outcome: read("outcome"), before: read("before") }
    }

    pub fn is_filtered(&self) -> bool {
        !self.pattern.is_empty() || !self.outcome.is_empty()
    }

    /// # Errors
    /// Everything that cannot be read, so that nothing is left out in silence.
    pub fn parse(&self) -> Result<ExecutionFilter, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut problem = |field, message: &str| {
            problems.push(FieldProblem { field, message: message.to_owned() });
        };
        if self.pattern.chars().count() > PATTERN_CHARACTERS_MAX || self.pattern.contains('\0') {
            problem(Some("pattern"), "There is no such pattern; choose one from the list.");
        }
        let outcome: Option<Outcome> = self.outcome.parse().ok();
        if outcome.is_none() && !self.outcome.is_empty() {
            problem(Some("outcome"), "There is no such outcome; choose one from the list.");
        }
        let before: Option<ExecutionId> = self.before.parse().ok();
        if before.is_none() && !self.before.is_empty() {
            problem(None, "The link to older executions is not complete.");
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let pattern = Some(self.pattern.clone()).filter(|pattern| !pattern.is_empty());
        Ok(ExecutionFilter { pattern, outcome, before })
    }

    /// Address of the page after `last`, under the same filter.
    pub fn older(&self, last: ExecutionId) -> String {
        let newest = self.newest();
        let join = if newest.contains('?') { '&' } else { '?' };
        format!("{newest}{join}before={last}")
    }

    /// Address of the first page under the same filter.
    pub fn newest(&self) -> String {
        let parameters: Vec<String> = [("pattern", &self.pattern), ("outcome", &self.outcome)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if parameters.is_empty() {
            PATH.to_owned()
        } else {
            format!("{PATH}?{}", parameters.join("&"))
        }
    }
}

/// The form above the list. `GET`, so the filter can be kept and sent on.
#[component]
pub fn ExecutionFilterForm(
    query: ExecutionQuery,
    /// Id and name of the patterns to choose among.
    patterns: Vec<(String, String)>,
    wrong: Vec<&'static str>,
) -> impl IntoView {
    let invalid = move |field: &str| wrong.contains(&field).then_some("true");
    let can_clear = query.is_filtered() || !query.before.is_empty();
    let patterns = patterns
        .into_iter()
        .map(|(id, name)| {
            let selected = id == query.pattern;
            view! {
                <option value=id selected=selected>
                    {name}
                </option>
            }
        })
        .collect_view();
    let outcomes = Outcome::ALL
        .iter()
        .map(|outcome| {
            let selected = outcome.id() == query.outcome;
            view! {
                <option value=outcome.id() selected=selected>
                    {outcome.label()}
                </option>
            }
        })
        .collect_view();
    view! {
        <form class="filter-form" method="get" action=PATH role="search">
            <div class="field filter-form__search">
                <label class="field__label" for="pattern">
                    "Pattern"
                </label>
                <select class="field__select" id="pattern" name="pattern" aria-invalid=invalid("pattern")>
                    <option value="">"Any"</option>
                    {patterns}
                </select>
            </div>
            <div class="field">
                <label class="field__label" for="outcome">
                    "Outcome"
                </label>
                <select class="field__select" id="outcome" name="outcome" aria-invalid=invalid("outcome")>
                    <option value="">"Any"</option>
                    {outcomes}
                </select>
            </div>
            <div class="filter-form__actions">
                <button class="button">
                    <Icon name="search" />
                    "Search"
                </button>
                {can_clear
                    .then(|| view! { <a class="button button--quiet" href=PATH>"Clear"</a> })}
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "019ab2c4-0000-7000-8000-000000000001";

    fn query(pattern: &str, outcome: &str, before: &str) -> ExecutionQuery {
        ExecutionQuery {
            pattern: pattern.to_owned(),
            outcome: outcome.to_owned(),
            before: before.to_owned(),
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_and_never_left_out() {
        let wrong = |query: ExecutionQuery| {
            query.parse().err().unwrap_or_default().into_iter().map(|p| p.field).collect::<Vec<_>>()
        };
        assert_eq!(wrong(query("", "", "")), []);
        assert_eq!(wrong(query("cash_check", "failed", ID)), []);
        assert_eq!(wrong(query("a\0", "done", "x")), [Some("pattern"), Some("outcome"), None]);
    }

    #[test]
    fn a_link_to_older_executions_keeps_the_filter() {
        let asked = query("cash_check", "failed", "");
        assert_eq!(
            asked.older(ID.parse().unwrap()),
            format!("/execution-log?pattern=cash_check&outcome=failed&before={ID}")
        );
        assert_eq!(
            query("", "", "").older(ID.parse().unwrap()),
            format!("/execution-log?before={ID}")
        );
    }
}
