//! What the administrators' list of exports is asked for, read from its address.

use super::error_summary::FieldProblem;
use crate::ssr::encode;
use jiff::{Timestamp, ToSpan, civil::Date};
use storage::export_record::{ExportCursor, ExportFilter};

/// More than anybody types into a search field.
const TEXT_CHARACTERS_MAX: usize = 200;

/// Asks for what is being made right now.
pub const PENDING_NOW: &str = "now";

/// What the list of exports is asked for, as it stands in the address, right or wrong.
/// Empty fields do not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportQuery {
    pub workspace: String,
    /// A part of somebody's name or address, or a user's id.
    pub user: String,
    /// The id of a run, an execution or a large export.
    pub subject: String,
    pub portfolio: String,
    pub trace: String,
    pub provider: String,
    pub format: String,
    pub outcome: String,
    pub stage: String,
    /// `now` for what is being made.
    pub pending: String,
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
            workspace: read("workspace"),
            user: read("user"),
            subject: read("subject"),
            portfolio: read("portfolio"),
            trace: read("trace"),
            provider: read("provider"),
            format: read("format"),
            outcome: read("outcome"),
            stage: read("stage"),
            pending: read("pending"),
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
        let wrong = &mut problems;
        let filter = ExportFilter {
            workspace: read("workspace", &self.workspace, "There is no such workspace.", wrong),
            user: text("user", &self.user, wrong),
            subject: read(
                "subject",
                &self.subject,
                "Write the whole id of a run, an execution or a large export.",
                wrong,
            ),
            portfolio: read(
                "portfolio",
                &self.portfolio,
                "Write the whole id of a portfolio.",
                wrong,
            ),
            trace: trace("trace", &self.trace, wrong),
            provider: read("provider", &self.provider, "There is no such provider.", wrong),
            format: read("format", &self.format, "There is no such format.", wrong),
            outcome: read("outcome", &self.outcome, "There is no such decision.", wrong),
            stage: read("stage", &self.stage, "There is no such stage.", wrong),
            is_pending: pending("pending", &self.pending, wrong),
            from: day("from", &self.from, zone, 0, wrong),
            until: day("to", &self.to, zone, 1, wrong),
        };
        let before = cursor(&self.before);
        if before.is_none() && !self.before.is_empty() {
            let message = "The link to older attempts is not complete.".to_owned();
            problems.push(FieldProblem { field: None, message });
        }
        if problems.is_empty() { Ok((filter, before)) } else { Err(problems) }
    }

    /// The same list, of what is being made right now.
    #[must_use]
    pub fn pending_now(&self) -> Self {
        let (stage, before) = (String::new(), String::new());
        Self { pending: PENDING_NOW.to_owned(), stage, before, ..self.clone() }
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

    fn filters(&self) -> [(&'static str, &str); 12] {
        [
            ("workspace", &self.workspace),
            ("user", &self.user),
            ("subject", &self.subject),
            ("portfolio", &self.portfolio),
            ("trace", &self.trace),
            ("provider", &self.provider),
            ("format", &self.format),
            ("outcome", &self.outcome),
            ("stage", &self.stage),
            ("pending", &self.pending),
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

/// A part of a name or address, of ordinary characters.
fn text(field: &'static str, text: &str, problems: &mut Vec<FieldProblem>) -> Option<String> {
    if text.chars().count() > TEXT_CHARACTERS_MAX || text.contains('\0') {
        let message = "Search for up to 200 ordinary characters.".to_owned();
        problems.push(FieldProblem { field: Some(field), message });
        return None;
    }
    (!text.is_empty()).then(|| text.to_owned())
}

/// A trace id, however it was written.
fn trace(field: &'static str, text: &str, problems: &mut Vec<FieldProblem>) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let is_trace = text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !is_trace {
        let message = "A trace id has 32 hexadecimal digits.".to_owned();
        problems.push(FieldProblem { field: Some(field), message });
    }
    is_trace.then(|| text.to_ascii_lowercase())
}

fn pending(field: &'static str, text: &str, problems: &mut Vec<FieldProblem>) -> bool {
    if !text.is_empty() && text != PENDING_NOW {
        let message = "Choose what is being made now, or any.".to_owned();
        problems.push(FieldProblem { field: Some(field), message });
    }
    text == PENDING_NOW
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
        let trace = "4BF92F3577B34DA6A3CE929D0E0E4736";
        let readable = [
            ("workspace", WORKSPACE),
            ("user", "o'neill@"),
            ("subject", WORKSPACE),
            ("portfolio", WORKSPACE),
            ("trace", trace),
            ("provider", "NewsAPI"),
            ("stage", "queued"),
            ("pending", "now"),
        ];
        assert_eq!(wrong(&readable), []);
        let (filter, _) = query(&readable).parse("UTC").unwrap();
        assert_eq!(filter.trace, Some(trace.to_ascii_lowercase()));
        assert!(filter.is_pending && filter.subject.is_some() && filter.portfolio.is_some());
        for (field, text) in [
            ("user", "a\0b"),
            ("subject", "019ab2c4"),
            ("portfolio", "Main book"),
            ("trace", "4bf92f3577b34da6"),
            ("trace", "zbf92f3577b34da6a3ce929d0e0e4736"),
            ("stage", "gone"),
            ("pending", "later"),
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

    #[test]
    fn every_filter_stands_in_the_address_of_every_page() {
        let all = ExportQuery {
            workspace: "a".to_owned(),
            user: "b".to_owned(),
            subject: "c".to_owned(),
            portfolio: "d".to_owned(),
            trace: "e".to_owned(),
            provider: "f".to_owned(),
            format: "g".to_owned(),
            outcome: "h".to_owned(),
            stage: "i".to_owned(),
            pending: "j".to_owned(),
            from: "k".to_owned(),
            to: "l".to_owned(),
            before: "m".to_owned(),
        };
        let expected = "/x?workspace=a&user=b&subject=c&portfolio=d&trace=e&provider=f&format=g\
            &outcome=h&stage=i&pending=j&from=k&to=l";
        assert_eq!(all.newest("/x"), expected);
        let now = all.pending_now();
        assert_eq!((now.pending.as_str(), now.stage.as_str(), now.user.as_str()), ("now", "", "b"));
    }
}
