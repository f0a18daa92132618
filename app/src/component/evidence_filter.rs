use super::{
    error_summary::FieldErrorText,
    field::described_by,
    search_words::{SearchForm, WORDS_MAX},
    select_field::SelectField,
};
use crate::ssr::encode;
use domain::{
    evidence::{CompanyId, Facet, TrustTier},
    taxonomy::{Region, SignalType, ValueChainLink},
};
use jiff::civil::Date;
use leptos::prelude::*;
use orchestrator::evidence::company_name;
use std::str::FromStr;
use storage::pack_event::{FacetCount, Filter};

/// Where the list stands.
const PATH: &str = "/evidence";

/// Parameters of the address that narrow the list, with what a reader calls them.
const NAMES: [(&str, &str); 9] = [
    ("words", "Words"),
    ("type", "Type"),
    ("region", "Region"),
    ("link", "Position"),
    ("tier", "Trust tier"),
    ("source", "Source"),
    ("company", "Company"),
    ("from", "From"),
    ("to", "To"),
];

/// What is wrong with an answer: the control's id and a sentence.
pub type Problem = (&'static str, &'static str);

/// What the evidence is asked for, as it stands in the address, right or wrong. Empty
/// answers do not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceQuery {
    /// In the order of [`NAMES`].
    values: [String; NAMES.len()],
}

impl EvidenceQuery {
    /// `parameter` gives a parameter of the address by its name.
    pub fn read<'a>(parameter: impl Fn(&str) -> Option<&'a str>) -> Self {
        let value = |(name, _): (&str, &str)| parameter(name).unwrap_or_default().trim().to_owned();
        Self { values: NAMES.map(value) }
    }

    fn value(&self, name: &str) -> &str {
        let place = NAMES.iter().position(|(known, _)| *known == name);
        place.map_or("", |place| &self.values[place])
    }

    /// What the store is asked for.
    ///
    /// # Errors
    /// Everything that cannot be read, so that nothing is left out in silence.
    pub fn parse(&self) -> Result<Filter, Vec<Problem>> {
        let mut problems = Vec::new();
        let words = self.value("words");
        if words.chars().count() > WORDS_MAX || self.values.iter().any(|one| one.contains('\0')) {
            problems.push(("words", "Search for up to 200 ordinary characters."));
        }
        let day = "Give a day as year-month-day, such as 2026-11-01.";
        let tier =
            |text: &str| text.parse::<u8>().ok().and_then(|one| TrustTier::try_from(one).ok());
        let filter = Filter {
            words: text(words),
            signal: self.known("type", &mut problems, "There is no such type."),
            region: self.known("region", &mut problems, "There is no such region."),
            link: self.known("link", &mut problems, "There is no such position in the chain."),
            tier: text(self.value("tier")).and_then(|typed| {
                let tier = tier(&typed);
                if tier.is_none() {
                    problems.push(("tier", "A trust tier is 1, 2, 3 or 4."));
                }
                tier
            }),
            source: text(self.value("source")),
            company: text(self.value("company")),
            from: self.known::<Date>("from", &mut problems, day),
            to: self.known::<Date>("to", &mut problems, day),
        };
        if filter.from.zip(filter.to).is_some_and(|(from, to)| from > to) {
            problems.push(("to", "The last day lies before the first one."));
        }
        if problems.is_empty() { Ok(filter) } else { Err(problems) }
    }

    fn known<T: FromStr>(
        &self,
        name: &'static str,
        problems: &mut Vec<Problem>,
        message: &'static str,
    ) -> Option<T> {
        let typed = text(self.value(name))?;
        let known = typed.parse().ok();
        if known.is_none() {
            problems.push((name, message));
        }
        known
    }

    /// The address of a page of the list.
    pub fn page(&self, page: usize) -> String {
        let mut address = self.address(None);
        address.push(if address.contains('?') { '&' } else { '?' });
        format!("{address}page={page}")
    }

    /// The address of the first page, without one of the filters.
    fn address(&self, without: Option<&str>) -> String {
        let parameters: Vec<String> = NAMES
            .iter()
            .zip(&self.values)
            .filter(|((name, _), value)| !value.is_empty() && Some(*name) != without)
            .map(|((name, _), value)| format!("{name}={}", encode(value)))
            .collect();
        if parameters.is_empty() {
            PATH.to_owned()
        } else {
            format!("{PATH}?{}", parameters.join("&"))
        }
    }

    /// What narrows the list, in words, each with the address of the list without it.
    fn narrowed_by(&self) -> Vec<(String, String)> {
        NAMES
            .iter()
            .zip(&self.values)
            .filter(|(_, value)| !value.is_empty())
            .map(|((name, title), value)| {
                let words = match *name {
                    "type" => label(value, SignalType::label),
                    "region" => label(value, Region::label),
                    "link" => label(value, ValueChainLink::label),
                    "company" => company_name(&CompanyId::of_id(value)),
                    _ => value.clone(),
                };
                (format!("{title}: {words}"), self.address(Some(name)))
            })
            .collect()
    }
}

/// The words of an id; of what is none, itself.
fn label<T: FromStr>(id: &str, words: fn(T) -> &'static str) -> String {
    id.parse().map_or_else(|_| id.to_owned(), |known| words(known).to_owned())
}

fn text(typed: &str) -> Option<String> {
    Some(typed.to_owned()).filter(|typed| !typed.is_empty())
}

/// The form that narrows the list; each choice says how many events of the pack have it.
///
/// Accessibility: a search of plain controls with labels and hints; a wrong answer is named
/// beside its control and in the summary above.
#[component]
pub fn EvidenceSearch(
    query: EvidenceQuery,
    facets: Vec<FacetCount>,
    problems: Vec<Problem>,
) -> impl IntoView {
    let error = move |name: &str| {
        problems.iter().find(|(field, _)| *field == name).map(|(_, message)| *message)
    };
    let select = |facet: Facet, hint: &'static str, any: &str, names: &dyn Fn(&str) -> String| {
        let id = facet.id();
        let chosen = query.value(id).to_owned();
        let options = options(&facets, facet, &chosen, any, names);
        let error = error(id);
        view! { <SelectField id name=id label=facet.label() hint options chosen error width="" /> }
    };
    let plain = |value: &str| value.to_owned();
    let tier = |value: &str| format!("Tier {value}");
    let company = |value: &str| company_name(&CompanyId::of_id(value));
    let of_type = |value: &str| label(value, SignalType::label);
    let of_region = |value: &str| label(value, Region::label);
    let of_link = |value: &str| label(value, ValueChainLink::label);
    let day = |name: &'static str, label, hint| {
        let value = query.value(name).to_owned();
        view! { <DayField name label hint value error=error(name) /> }
    };
    let words = query.value("words").to_owned();
    let words_error = error("words");
    let fields = [
        select(Facet::Type, "As reports label it.", "Any type", &of_type).into_any(),
        select(Facet::Region, "Where it happens.", "Any region", &of_region).into_any(),
        select(Facet::Link, "Whom it concerns.", "Any position", &of_link).into_any(),
        select(Facet::Company, "Named by a report.", "Any company", &company).into_any(),
        select(Facet::Source, "Where it was read.", "Any source", &plain).into_any(),
        select(Facet::Tier, "Of its sources.", "Any tier", &tier).into_any(),
        day("from", "From", "First day of publication.").into_any(),
        day("to", "To", "Last day of publication.").into_any(),
    ]
    .collect_view();
    view! {
        <SearchForm
            action=PATH
            hint="All of them, in title, excerpt or publisher."
            words
            error=words_error
        >
            {fields}
        </SearchForm>
    }
}

/// Anything, then each value with its number; one that is asked for and that no event has
/// stays, so that the form says what the address does.
fn options(
    facets: &[FacetCount],
    facet: Facet,
    chosen: &str,
    any: &str,
    names: &dyn Fn(&str) -> String,
) -> Vec<(String, String)> {
    let of_facet = facets.iter().filter(|one| one.facet == facet);
    let mut options: Vec<(String, String)> = of_facet
        .map(|one| (one.value.clone(), format!("{} ({})", names(&one.value), one.events)))
        .collect();
    options.sort_by_cached_key(|(_, words)| words.to_lowercase());
    if !chosen.is_empty() && options.iter().all(|(value, _)| value != chosen) {
        options.push((chosen.to_owned(), format!("{} (0)", names(chosen))));
    }
    options.insert(0, (String::new(), any.to_owned()));
    options
}

#[component]
fn DayField(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    error: Option<&'static str>,
) -> impl IntoView {
    let is_wrong = error.is_some();
    view! {
        <div class="field filter-form__day">
            <label class="field__label" for=name>
                {label}
            </label>
            <p class="field__hint" id=format!("{name}-hint")>
                {hint}
            </p>
            {error.map(|message| view! { <FieldErrorText id=format!("{name}-error") message /> })}
            <input
                class="field__input"
                id=name
                name=name
                type="date"
                value=value
                aria-describedby=described_by(name, is_wrong)
                aria-invalid=is_wrong.then_some("true")
            />
        </div>
    }
}

/// What narrows the list, each with a way out of it; nothing where nothing does.
#[component]
pub fn NarrowedBy(query: EvidenceQuery) -> impl IntoView {
    let filters = query.narrowed_by();
    (!filters.is_empty()).then(|| {
        let all = (filters.len() > 1)
            .then(|| view! { <a class="button button--small button--quiet" href=PATH>"Show all events"</a> });
        let filters = filters
            .into_iter()
            .map(|(words, without)| {
                view! {
                    <li>
                        <a class="button button--small" href=without>
                            <span class="visually-hidden">"Do not narrow by "</span>
                            {words}
                            <span aria-hidden="true">" ×"</span>
                        </a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <div class="narrowed-by">
                <p class="narrowed-by__title" id="narrowed-by">
                    "Narrowed by"
                </p>
                <ul class="narrowed-by__list" aria-labelledby="narrowed-by">
                    {filters}
                </ul>
                {all}
            </div>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(parameters: &[(&'static str, &'static str)]) -> EvidenceQuery {
        EvidenceQuery::read(|name| {
            parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        })
    }

    fn wrong(parameters: &[(&'static str, &'static str)]) -> Vec<&'static str> {
        match query(parameters).parse() {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|(field, _)| field).collect(),
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_and_never_left_out() {
        assert_eq!(wrong(&[]), [""; 0]);
        for (name, value) in [
            ("type", "gossip"),
            ("region", "atlantis"),
            ("link", "middlemen"),
            ("tier", "5"),
            ("tier", "first"),
            ("from", "2026-13-01"),
            ("to", "yesterday"),
            ("words", "a\0b"),
        ] {
            assert_eq!(wrong(&[(name, value)]), [name], "{value}");
        }
        assert_eq!(wrong(&[("from", "2026-11-02"), ("to", "2026-11-01")]), ["to"]);
        assert_eq!(wrong(&[("from", "2026-11-01"), ("to", "2026-11-01")]), [""; 0]);
    }

    #[test]
    fn every_filter_of_the_address_reaches_the_store() {
        let filter = query(&[
            ("words", " MDI "),
            ("type", "capacity"),
            ("region", "emea"),
            ("link", "raw_materials"),
            ("tier", "2"),
            ("source", "Foam Wire"),
            ("company", "basf"),
            ("from", "2026-11-01"),
            ("to", "2026-11-30"),
        ])
        .parse()
        .unwrap();
        assert_eq!(filter.words.as_deref(), Some("MDI"));
        assert_eq!(filter.signal, Some(SignalType::Capacity));
        assert_eq!(filter.region, Some(Region::Emea));
        assert_eq!(filter.link, Some(ValueChainLink::RawMaterials));
        assert_eq!(filter.tier.map(u8::from), Some(2));
        assert_eq!(filter.source.as_deref(), Some("Foam Wire"));
        assert_eq!(filter.company.as_deref(), Some("basf"));
        assert_eq!(filter.from.unwrap().to_string(), "2026-11-01");
        assert_eq!(filter.to.unwrap().to_string(), "2026-11-30");
    }

    #[test]
    fn each_filter_can_be_taken_back_alone_and_pages_keep_all() {
        let asked = query(&[("words", "ä & b"), ("region", "ne_asia"), ("company", "basf")]);
        assert_eq!(
            asked.page(2),
            "/evidence?words=%C3%A4%20%26%20b&region=ne_asia&company=basf&page=2"
        );
        let narrowed = asked.narrowed_by();
        let (words, without) = &narrowed[1];
        assert_eq!(words, "Region: NE Asia");
        assert_eq!(without, "/evidence?words=%C3%A4%20%26%20b&company=basf");
        assert_eq!(narrowed[2].0, "Company: BASF");
        assert_eq!(query(&[]).page(1), "/evidence?page=1");
    }

    #[test]
    fn a_choice_says_how_many_events_have_it_and_what_none_has_stays_if_asked_for() {
        let counted = |value: &str, events| FacetCount {
            facet: Facet::Tier,
            value: value.to_owned(),
            events,
        };
        let facets = [counted("2", 7), counted("1", 3)];
        let words = |chosen: &str| -> Vec<String> {
            let tier = |value: &str| format!("Tier {value}");
            let options = options(&facets, Facet::Tier, chosen, "Any tier", &tier);
            options.into_iter().map(|(_, words)| words).collect()
        };
        assert_eq!(words("2"), ["Any tier", "Tier 1 (3)", "Tier 2 (7)"]);
        assert_eq!(words("4"), ["Any tier", "Tier 1 (3)", "Tier 2 (7)", "Tier 4 (0)"]);
    }
}
