use super::{error_summary::FieldProblem, icon::Icon};
use crate::ssr::encode;
use domain::{
    id::WorkspaceId,
    rights::{ExportOutcome, Format},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use leptos::prelude::*;
use storage::export_record::{ExportCursor, ExportFilter};

/// What the list of exports is asked for, as it stands in the address, right or wrong.
/// Empty fields do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportQuery {
    pub provider: String,
    pub format: String,
    pub outcome: String,
    pub workspace: String,
    /// First and last day, in the reader's zone.
    pub from: String,
    pub to: String,
    /// Where the page begins: `<RFC 3339>~<chain>~<sequence>`; empty for the newest.
    pub before: String,
}

impl ExportQuery {
    /// `parameter` gives a parameter of the address by its name.
    pub fn read<'a>(parameter: impl Fn(&str) -> Option<&'a str>) -> Self {
        let read = |name| parameter(name).unwrap_or_default().to_owned();
        Self {
            provider: read("provider"),
            format: read("format"),
            outcome: read("outcome"),
            workspace: read("workspace"),
            from: read("from"),
            to: read("to"),
            before: read("before"),
        }
    }

    pub fn is_filtered(&self) -> bool {
        self.filters().iter().any(|(_, value)| !value.is_empty())
    }

    /// What the store is asked for; days are those of `zone`.
    ///
    /// # Errors
    /// Everything that cannot be read, so that nothing is left out in silence.
    pub fn parse(
        &self,
        zone: &str,
    ) -> Result<(ExportFilter, Option<ExportCursor>), Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let filter = ExportFilter {
            provider: read("provider", &self.provider, "There is no such provider.", &mut problems),
            format: read("format", &self.format, "There is no such format.", &mut problems),
            outcome: read("outcome", &self.outcome, "There is no such outcome.", &mut problems),
            workspace: read::<WorkspaceId>(
                "workspace",
                &self.workspace,
                "There is no such workspace.",
                &mut problems,
            ),
            from: day("from", &self.from, zone, 0, &mut problems),
            until: day("to", &self.to, zone, 1, &mut problems),
        };
        let before = cursor(&self.before);
        if before.is_none() && !self.before.is_empty() {
            let message = "The link to older attempts is not complete.".to_owned();
            problems.push(FieldProblem { field: None, message });
        }
        if problems.is_empty() { Ok((filter, before)) } else { Err(problems) }
    }

    /// Address of the page that begins after `cursor`, under the same filter.
    pub fn older(&self, path: &str, cursor: ExportCursor) -> String {
        let before = format!("{}~{}~{}", cursor.at, cursor.chain, cursor.sequence);
        let address = self.newest(path);
        let joint = if address.contains('?') { '&' } else { '?' };
        format!("{address}{joint}before={}", encode(&before))
    }

    /// Address of the first page under the same filter.
    pub fn newest(&self, path: &str) -> String {
        let filters = self.filters().into_iter().filter(|(_, value)| !value.is_empty());
        let parameters: Vec<String> =
            filters.map(|(name, value)| format!("{name}={}", encode(value))).collect();
        if parameters.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", parameters.join("&"))
        }
    }

    fn filters(&self) -> [(&'static str, &str); 6] {
        [
            ("provider", &self.provider),
            ("format", &self.format),
            ("outcome", &self.outcome),
            ("workspace", &self.workspace),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
}

/// A field that is empty, or has a form.
fn read<T: std::str::FromStr>(
    field: &'static str,
    text: &str,
    message: &str,
    problems: &mut Vec<FieldProblem>,
) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    let value = text.parse().ok();
    if value.is_none() {
        problems.push(FieldProblem { field: Some(field), message: message.to_owned() });
    }
    value
}

/// The beginning of a day, or of the one `days` after it.
fn day(
    field: &'static str,
    text: &str,
    zone: &str,
    days: i64,
    problems: &mut Vec<FieldProblem>,
) -> Option<Timestamp> {
    let date: Date = read(field, text, "Write a day as 2026-11-23.", problems)?;
    let begins = date
        .checked_add(days.days())
        .and_then(|date| date.in_tz(zone))
        .map(|moment| moment.timestamp());
    // The database does not know every year that a text can name.
    let begins = begins.ok().filter(|begins| *begins >= Timestamp::UNIX_EPOCH);
    if begins.is_none() {
        let message = "Choose a day from 1970 on.".to_owned();
        problems.push(FieldProblem { field: Some(field), message });
    }
    begins
}

fn cursor(text: &str) -> Option<ExportCursor> {
    let (at, rest) = text.split_once('~')?;
    let (chain, sequence) = rest.split_once('~')?;
    let at: Timestamp = at.parse().ok().filter(|at| *at >= Timestamp::UNIX_EPOCH)?;
    Some(ExportCursor { at, chain: chain.parse().ok()?, sequence: sequence.parse().ok()? })
}

/// The form above the list. `GET`, so the filter can be kept and sent on.
#[component]
pub fn ExportFilterForm(
    path: &'static str,
    query: ExportQuery,
    providers: Vec<String>,
    workspaces: Vec<(WorkspaceId, String)>,
    /// Ids of the controls that could not be read.
    wrong: Vec<&'static str>,
) -> impl IntoView {
    let invalid = move |field: &str| wrong.contains(&field).then_some("true");
    let can_clear = query.is_filtered() || !query.before.is_empty();
    let providers = providers.into_iter().map(|id| (id.clone(), id)).collect();
    let formats = Format::ALL.iter().map(|one| (one.id().to_owned(), one.label().to_owned()));
    let outcomes =
        ExportOutcome::ALL.iter().map(|one| (one.id().to_owned(), one.label().to_owned()));
    let workspaces = workspaces.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    view! {
        <form class="filter-form" method="get" action=path role="search">
            <Choice
                id="workspace"
                label="Workspace"
                options=workspaces
                chosen=query.workspace
                invalid=invalid("workspace")
            />
            <Choice
                id="provider"
                label="Provider"
                options=providers
                chosen=query.provider
                invalid=invalid("provider")
            />
            <Choice
                id="format"
                label="Format"
                options=formats.collect()
                chosen=query.format
                invalid=invalid("format")
            />
            <Choice
                id="outcome"
                label="Decision"
                options=outcomes.collect()
                chosen=query.outcome
                invalid=invalid("outcome")
            />
            <DayField id="from" label="From" value=query.from invalid=invalid("from") />
            <DayField id="to" label="To" value=query.to invalid=invalid("to") />
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

#[component]
fn Choice(
    id: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    chosen: String,
    invalid: Option<&'static str>,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            <select class="field__select" id=id name=id aria-invalid=invalid>
                <option value="">"Any"</option>
                {options}
            </select>
        </div>
    }
}

#[component]
fn DayField(
    id: &'static str,
    label: &'static str,
    value: String,
    invalid: Option<&'static str>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            <input class="field__input" id=id name=id type="date" value=value aria-invalid=invalid />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKSPACE: &str = "019ab2c4-0000-7000-8000-00000000000a";

    fn query(parameters: &[(&'static str, &'static str)]) -> ExportQuery {
        ExportQuery::read(|name| {
            parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        })
    }

    fn wrong(parameters: &[(&'static str, &'static str)]) -> Vec<Option<&'static str>> {
        match query(parameters).parse("Europe/Berlin") {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|problem| problem.field).collect(),
        }
    }

    #[test]
    fn an_empty_address_asks_for_all_attempts() {
        let (filter, before) = query(&[]).parse("UTC").unwrap();
        assert_eq!((filter, before), (ExportFilter::default(), None));
    }

    #[test]
    fn both_days_of_a_span_are_within_it_by_the_readers_clock() {
        let asked = query(&[("from", "2026-11-23"), ("to", "2026-11-23")]);
        let (filter, _) = asked.parse("Europe/Berlin").unwrap();
        assert_eq!(filter.from, Some("2026-11-22T23:00:00Z".parse().unwrap()));
        assert_eq!(filter.until, Some("2026-11-23T23:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_cannot_be_read_is_named_and_never_left_out() {
        assert_eq!(wrong(&[("workspace", WORKSPACE), ("provider", "NewsAPI")]), []);
        for (field, text) in [
            ("provider", "no provider"),
            ("format", "docx"),
            ("outcome", "perhaps"),
            ("workspace", "mine"),
            ("from", "yesterday"),
            ("to", "1969-12-01"),
        ] {
            assert_eq!(wrong(&[(field, text)]), [Some(field)], "{field}");
        }
        assert_eq!(wrong(&[("before", "2026-11-23T08:12:00Z~x~1")]), [None]);
    }

    #[test]
    fn a_link_to_older_attempts_keeps_the_filter_and_reads_back() {
        let asked = query(&[("provider", "NewsAPI"), ("outcome", "deny")]);
        let older = ExportCursor {
            at: "2026-11-23T08:12:00.123456Z".parse().unwrap(),
            chain: WORKSPACE.parse().unwrap(),
            sequence: 7,
        };
        let address = asked.older("/admin/exports", older);
        let before = format!("2026-11-23T08:12:00.123456Z~{WORKSPACE}~7");
        let begins = "/admin/exports?provider=NewsAPI&outcome=deny&before=";
        assert_eq!(address, format!("{begins}{}", encode(&before)));
        assert_eq!(cursor(&before), Some(older));
    }
}
