use super::{error_summary::FieldProblem, icon::Icon};
use crate::ssr::encode;
use domain::{
    id::{RunId, SpecificationId},
    run::RunStatus,
};
use jiff::Timestamp;
use leptos::prelude::*;
use storage::run::history::{Cursor, HistoryFilter};

/// More than anybody types into a search field.
const TEXT_CHARACTERS_MAX: usize = 200;

/// What a list of runs is asked for, as it stands in the address, right or
/// wrong. Empty fields do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunQuery {
    pub text: String,
    pub status: String,
    pub specification: String,
    pub period: String,
    /// Where the page begins: `<RFC 3339>~<run id>`; empty for the newest.
    pub before: String,
}

impl RunQuery {
    /// `parameter` gives a parameter of the address by its name.
    pub fn read<'a>(parameter: impl Fn(&str) -> Option<&'a str>) -> Self {
        let read = |name| parameter(name).unwrap_or_default().to_owned();
        Self {
            text: read("text"),
            status: read("status"),
            specification: read("specification"),
            period: read("period"),
            before: read("before"),
        }
    }

    pub fn is_filtered(&self) -> bool {
        self.filters().iter().any(|(_, value)| !value.is_empty())
    }

    /// What the store is asked for.
    ///
    /// `specifications` are those that the reader can choose among.
    ///
    /// # Errors
    /// Everything that cannot be read, so that nothing is left out in silence.
    pub fn parse(
        &self,
        specifications: &[(SpecificationId, String)],
    ) -> Result<(HistoryFilter, Option<Cursor>), Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut problem = |field, message: &str| {
            problems.push(FieldProblem { field, message: message.to_owned() });
        };
        if self.text.chars().count() > TEXT_CHARACTERS_MAX || self.text.contains('\0') {
            problem(Some("text"), "Search for up to 200 ordinary characters.");
        }
        let status: Option<RunStatus> = self.status.parse().ok();
        if status.is_none() && !self.status.is_empty() {
            problem(Some("status"), "There is no such status; choose one from the list.");
        }
        let specification = self
            .specification
            .parse()
            .ok()
            .filter(|id| specifications.iter().any(|(known, _)| known == id));
        if specification.is_none() && !self.specification.is_empty() {
            let field = (!specifications.is_empty()).then_some("specification");
            problem(field, "There is no such specification here.");
        }
        let period = self.period.to_ascii_uppercase();
        if !period.is_empty() && !is_period(&period) {
            problem(Some("period"), "Write a period as 2026, 2026-11, 2026-W48 or 2026-11-23.");
        }
        let before = parse_cursor(&self.before);
        if before.is_none() && !self.before.is_empty() {
            problem(None, "The link to older runs is not complete.");
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let filter = HistoryFilter {
            text: Some(self.text.clone()).filter(|text| !text.is_empty()),
            status,
            period: Some(period).filter(|period| !period.is_empty()),
            specification,
        };
        Ok((filter, before))
    }

    /// Address of the page that begins after `cursor`, under the same filter.
    pub fn older(&self, path: &str, cursor: Cursor) -> String {
        let before = format!("{}~{}", cursor.claimed_at, cursor.run);
        let mut address = self.newest(path);
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str("before=");
        address.push_str(&encode(&before));
        address
    }

    /// Address of the first page under the same filter.
    pub fn newest(&self, path: &str) -> String {
        let parameters: Vec<String> = self
            .filters()
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if parameters.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", parameters.join("&"))
        }
    }

    fn filters(&self) -> [(&'static str, &str); 4] {
        [
            ("text", &self.text),
            ("status", &self.status),
            ("specification", &self.specification),
            ("period", &self.period),
        ]
    }
}

/// A period's key, or its beginning up to a dash; the letter in capitals.
fn is_period(text: &str) -> bool {
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts: Vec<&str> = text.split('-').collect();
    match parts[..] {
        [year] => digits(year, 4),
        [year, part] => digits(year, 4) && digits(part.strip_prefix('W').unwrap_or(part), 2),
        [year, month, day] => digits(year, 4) && digits(month, 2) && digits(day, 2),
        _ => false,
    }
}

fn parse_cursor(text: &str) -> Option<Cursor> {
    let (claimed_at, run) = text.split_once('~')?;
    let claimed_at: Timestamp = claimed_at.parse().ok()?;
    let run: RunId = run.parse().ok()?;
    // No run is older; the database does not know every year that a text can name.
    (claimed_at >= Timestamp::UNIX_EPOCH).then_some(Cursor { claimed_at, run })
}

/// The form above a list of runs. `GET`, so the filter can be kept and sent on.
#[component]
pub fn RunFilterForm(
    path: &'static str,
    query: RunQuery,
    /// To choose among; `None` where the list is not about one workspace.
    specifications: Option<Vec<(SpecificationId, String)>>,
    /// Ids of the controls that could not be read.
    wrong: Vec<&'static str>,
) -> impl IntoView {
    let invalid = move |field: &str| wrong.contains(&field).then_some("true");
    let can_clear = query.is_filtered() || !query.before.is_empty();
    let RunQuery { text, status: chosen_status, specification: chosen, period, .. } = query;
    let statuses = RunStatus::ALL
        .iter()
        .map(|status| {
            let selected = status.id() == chosen_status;
            view! { <option value=status.id() selected=selected>{status.label()}</option> }
        })
        .collect_view();
    let specifications = specifications.map(|specifications| {
        let options = specifications
            .into_iter()
            .map(|(id, name)| {
                let id = id.to_string();
                let selected = id == chosen;
                view! { <option value=id selected=selected>{name}</option> }
            })
            .collect_view();
        view! {
            <div class="field">
                <label class="field__label" for="specification">"Specification"</label>
                <select
                    class="field__select"
                    id="specification"
                    name="specification"
                    aria-invalid=invalid("specification")
                >
                    <option value="">"Any"</option>
                    {options}
                </select>
            </div>
        }
    });
    view! {
        <form class="filter-form" method="get" action=path role="search">
            <div class="field filter-form__search">
                <label class="field__label" for="text">"Search"</label>
                <input
                    class="field__input"
                    id="text"
                    name="text"
                    type="search"
                    maxlength=TEXT_CHARACTERS_MAX.to_string()
                    value=text
                    aria-invalid=invalid("text")
                />
            </div>
            <div class="field">
                <label class="field__label" for="status">"Status"</label>
                <select class="field__select" id="status" name="status" aria-invalid=invalid("status")>
                    <option value="">"Any"</option>
                    {statuses}
                </select>
            </div>
            {specifications}
            <div class="field">
                <label class="field__label" for="period">"Period"</label>
                <input
                    class="field__input"
                    id="period"
                    name="period"
                    placeholder="2026-W48"
                    value=period
                    aria-invalid=invalid("period")
                />
            </div>
            <div class="filter-form__actions">
                <button class="button">
                    <Icon name="search" />
                    "Search"
                </button>
                {can_clear
                    .then(|| view! { <a class="button button--quiet" href=path>"Clear"</a> })}
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "019ab2c4-0000-7000-8000-000000000001";
    const MINE: &str = "019ab2c4-0000-7000-8000-00000000000a";

    fn query(parameters: &[(&'static str, &'static str)]) -> RunQuery {
        RunQuery::read(|name| {
            parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        })
    }

    fn wrong(parameters: &[(&'static str, &'static str)]) -> Vec<Option<&'static str>> {
        let mine = [(MINE.parse().unwrap(), "Mine".to_owned())];
        match query(parameters).parse(&mine) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|problem| problem.field).collect(),
        }
    }

    #[test]
    fn an_empty_address_asks_for_the_newest_runs_of_all() {
        let (filter, before) = query(&[]).parse(&[]).unwrap();
        assert_eq!(before, None);
        assert!(filter.text.is_none() && filter.status.is_none());
        assert!(filter.period.is_none() && filter.specification.is_none());
    }

    #[test]
    fn periods_are_whole_keys_or_their_beginnings_at_a_dash() {
        for good in ["2026", "2026-11", "2026-W48", "2026-w48", "2026-11-23"] {
            assert_eq!(wrong(&[("period", good)]), [], "{good}");
        }
        for bad in ["November", "26", "2026-", "2026-1", "2026-W4", "2026-11-23-1", "2026-WW1"] {
            assert_eq!(wrong(&[("period", bad)]), [Some("period")], "{bad}");
        }
        let (filter, _) = query(&[("period", "2026-w48")]).parse(&[]).unwrap();
        assert_eq!(filter.period.as_deref(), Some("2026-W48"));
    }

    #[test]
    fn what_cannot_be_read_is_named_and_never_left_out() {
        assert_eq!(wrong(&[("status", "done")]), [Some("status")]);
        assert_eq!(wrong(&[("text", "a\0b")]), [Some("text")]);
        assert_eq!(wrong(&[("specification", MINE)]), []);
        assert_eq!(wrong(&[("specification", RUN)]), [Some("specification")]);
        assert_eq!(wrong(&[("before", "yesterday")]), [None]);
        assert_eq!(
            wrong(&[("status", "done"), ("period", "x"), ("before", "~")]),
            [Some("status"), Some("period"), None]
        );
    }

    #[test]
    fn a_page_does_not_begin_before_there_were_runs() {
        assert_eq!(parse_cursor(&format!("-009000-01-01T00:00:00Z~{RUN}")), None);
    }

    #[test]
    fn a_link_to_older_runs_keeps_the_filter_and_reads_back() {
        let asked = query(&[("text", "ä & 50 %"), ("period", "2026-W48")]);
        let cursor = Cursor {
            claimed_at: "2026-11-23T08:12:00.123456Z".parse().unwrap(),
            run: RUN.parse().unwrap(),
        };
        let address = asked.older("/history", cursor);
        assert_eq!(
            address,
            format!(
                "/history?text=%C3%A4%20%26%2050%20%25&period=2026-W48\
                 &before=2026-11-23T08%3A12%3A00.123456Z~{RUN}"
            )
        );
        assert_eq!(parse_cursor(&format!("2026-11-23T08:12:00.123456Z~{RUN}")), Some(cursor));
        assert_eq!(query(&[]).newest("/history"), "/history");
    }
}
