use super::held_item::{Decide, History};
use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        moment::Moment,
        pager::PagePager,
        search_words::{SearchForm, words_of},
        select_field::SelectField,
        state::State,
    },
    ssr::{encode, page},
};
use domain::{
    evidence::{HeldCause, HeldState},
    id::SourceId,
};
use jiff::Timestamp;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use orchestrator::{
    UseCaseError,
    evidence::{HeldList, HeldPage},
};
use storage::held_item::{HeldFilter, HeldRow};

const PATH: &str = "/admin/held";

/// Items that wait for an administrator, and those that did; what is looked for and the
/// place in the list are the address.
#[component]
pub fn Held() -> impl IntoView {
    page("Held items", |request| async move {
        let query = Query::read(|name| request.query(name));
        let page = request.query("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        let found =
            request.orchestrator.held_items(request.actor()?, &query.filter(), page).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let statement = statement(&found.states);
        let languages = found.languages.clone();
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step("/admin/sources", "Sources")] />
                <h1 class="page-header__title">"Held items"</h1>
                <p class="statement">{statement}</p>
                <p>
                    "An item is held while its date of first publication is not known well enough, or \
                     while it is too short to tell what it is about. It is in no pack until somebody decides."
                </p>
            </div>
            <Search query=query.clone() languages />
            <Found found query now zone />
        })
    })
}

fn statement(states: &[(HeldState, i64)]) -> String {
    let of = |wanted: HeldState| {
        states.iter().find(|(state, _)| *state == wanted).map_or(0, |(_, count)| *count)
    };
    let open = match of(HeldState::Open) {
        0 => "Nothing waits for a decision".to_owned(),
        1 => "1 item waits for a decision".to_owned(),
        count => format!("{count} items wait for a decision"),
    };
    format!("{open}; {} admitted, {} dropped.", of(HeldState::Admitted), of(HeldState::Dropped))
}

/// The search as its address has it. Without a word on the state, what is open is shown.
#[derive(Clone, Debug, Default)]
struct Query {
    words: String,
    state: String,
    cause: String,
    language: String,
    source: String,
}

/// In an address: whatever the state, and of unknown language.
const ANY: &str = "any";
const UNKNOWN: &str = "unknown";

impl Query {
    fn read<'a>(asked: impl Fn(&str) -> Option<&'a str>) -> Self {
        let text = |name: &str| asked(name).unwrap_or_default().trim().to_owned();
        Self {
            words: words_of(asked("words")),
            state: match text("state") {
                state if state.is_empty() => HeldState::Open.id().to_owned(),
                state => state,
            },
            cause: text("cause"),
            language: text("language"),
            source: text("source"),
        }
    }

    fn filter(&self) -> HeldFilter {
        HeldFilter {
            words: Some(self.words.clone()).filter(|words| !words.is_empty()),
            state: self.state.parse::<HeldState>().ok(),
            cause: self.cause.parse::<HeldCause>().ok(),
            source: self.source.parse::<SourceId>().ok(),
            language: match self.language.as_str() {
                "" => None,
                UNKNOWN => Some(String::new()),
                code => Some(code.to_owned()),
            },
        }
    }

    fn to(&self, page: usize) -> String {
        let parts = [
            ("words", &self.words),
            ("state", &self.state),
            ("cause", &self.cause),
            ("language", &self.language),
            ("source", &self.source),
        ];
        let parts = parts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}&", encode(value)));
        format!("{PATH}?{}page={page}", parts.collect::<String>())
    }
}

#[component]
fn Search(query: Query, languages: Vec<String>) -> impl IntoView {
    let of = |id: &str, words: &str| (id.to_owned(), words.to_owned());
    let mut states: Vec<_> =
        HeldState::ALL.iter().map(|state| of(state.id(), state.label())).collect();
    states.push(of(ANY, "Any"));
    let mut causes = vec![of("", "Any cause")];
    causes.extend(HeldCause::ALL.iter().map(|cause| of(cause.id(), cause.label())));
    let mut options = vec![of("", "Any language")];
    options.extend(
        languages
            .iter()
            .map(|code| if code.is_empty() { of(UNKNOWN, "Not known") } else { of(code, code) }),
    );
    view! {
    <SearchForm action=PATH hint="All of them, in title or excerpt." words=query.words>
        <SelectField id="state" name="state" label="State" hint="By the newest decision." options=states chosen=query.state error=None width="" />
        <SelectField id="cause" name="cause" label="Cause" hint="Why it is held." options=causes chosen=query.cause error=None width="" />
        <SelectField id="language" name="language" label="Language" hint="As detected." options chosen=query.language error=None width="" />
        {(!query.source.is_empty())
            .then(|| view! { <input type="hidden" name="source" value=query.source /> })}
    </SearchForm>
    }
}

#[component]
fn Found(found: HeldList, query: Query, now: Timestamp, zone: String) -> impl IntoView {
    let HeldList { rows, page, pages, .. } = found;
    if rows.is_empty() {
        return view! {
            <div class="empty-state">
                <h2 class="empty-state__title">"No held item fits"</h2>
                <p>
                    "Items appear here when a source gives them without a date to rely on. "
                    <a href=format!("{PATH}?state={ANY}")>"Show all, decided ones too"</a>
                </p>
            </div>
        }
        .into_any();
    }
    let rows =
        rows.into_iter().map(|row| view! { <Row row now zone=zone.clone() /> }).collect_view();
    let whole = |number: i64| usize::try_from(number).unwrap_or(1);
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Held items, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Item"</th>
                    <th scope="col">"Why it is held"</th>
                    <th scope="col">"Language"</th>
                    <th scope="col">"Seen"</th>
                    <th scope="col">"State"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <PagePager
            label="Pages of held items"
            page=whole(page)
            pages=whole(pages)
            to=move |page| query.to(page)
            before="Newer"
            after="Older"
        />
    }
    .into_any()
}

#[component]
fn Row(row: HeldRow, now: Timestamp, zone: String) -> impl IntoView {
    let proposed = row.held.proposed.map(|(date, from)| {
        let words = format!("{date}, from: {}", from.label().to_lowercase());
        view! { <span class="data-table__sub">{words}</span> }
    });
    let unrelated = row
        .held
        .unrelated
        .then(|| view! { <span class="data-table__sub">"It is not about polyurethane"</span> });
    let standing = standing(&row);
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                <a href=format!("{PATH}/{}", row.id)>{row.title}</a>
                <span class="data-table__sub">{row.source_name}</span>
            </th>
            <td data-label="Why">
                {row.held.cause.label()} {proposed} {unrelated}
            </td>
            <td data-label="Language">{row.held.language.unwrap_or_else(|| "not known".to_owned())}</td>
            <td data-label="Seen">
                <Moment at=row.seen_at now zone />
            </td>
            <td data-label="State">{standing}</td>
        </tr>
    }
}

fn standing(row: &HeldRow) -> impl IntoView + use<> {
    let state = row.state();
    let (tone, icon) = match state {
        HeldState::Open => ("attention", "clock"),
        HeldState::Admitted => ("good", "check"),
        HeldState::Dropped => ("", "cross"),
    };
    let published = row.published.map(|date| {
        view! { <span class="data-table__sub">{format!("published {date}")}</span> }
    });
    view! {
        <State tone icon label=state.label() />
        {published}
    }
}

/// One held item: what it is, what may be decided, and what was.
#[component]
pub fn HeldItem() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("item"));
    page("Held item", |request| async move {
        let id: i64 = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let found = request.orchestrator.view_held(request.actor()?, id).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let typed = request.typed_held(id).await.unwrap_or_default();
        let today = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let problems = if typed.decision.is_empty() { Vec::new() } else { typed.problems(today) };
        let HeldPage { row, decisions, releasable } = found;
        let decide = view! { <Decide row=row.clone() releasable typed problems /> };
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step("/admin/sources", "Sources"), step(PATH, "Held items")] />
                <h1 class="page-header__title">{row.title.clone()}</h1>
                <p class="page-header__state">{standing(&row)}</p>
                <p class="statement">{format!("{}.", row.held.cause.label())}</p>
            </div>
            <section class="section" aria-labelledby="item">
                <h2 class="section__title" id="item">
                    "What was read"
                </h2>
                <Facts row now zone=zone.clone() />
            </section>
            {decide}
            <section class="section" aria-labelledby="history">
                <h2 class="section__title" id="history">
                    "History"
                </h2>
                <History decisions now zone />
            </section>
        })
    })
}

#[component]
fn Facts(row: HeldRow, now: Timestamp, zone: String) -> impl IntoView {
    let fact = |term: &'static str, words: AnyView| {
        view! {
            <div class="facts__item">
                <dt class="facts__term">{term}</dt>
                <dd>{words}</dd>
            </div>
        }
    };
    let proposed = match row.held.proposed {
        Some((date, from)) => format!("{date}, from: {}", from.label().to_lowercase()),
        None => "None that can be read".to_owned(),
    };
    let about = match (row.held.unrelated, row.held.relevance) {
        (true, _) => "No: its text is long enough to tell".to_owned(),
        (false, Some(relevance)) => format!("{relevance} of 5"),
        (false, None) => "Not looked at".to_owned(),
    };
    let source = view! { <a href=format!("/admin/sources/{}", row.source)>{row.source_name}</a> };
    let address = view! {
        <a href=row.url.clone() rel="noopener noreferrer nofollow" target="_blank">
            {row.url.clone()}
            <span class="visually-hidden">" (opens in a new tab)"</span>
        </a>
    };
    let excerpt = Some(row.held.excerpt).filter(|text| !text.is_empty());
    view! {
        <dl class="facts">
            {fact("Source", source.into_any())} {fact("Address", address.into_any())}
            {fact("Seen", view! { <Moment at=row.seen_at now zone /> }.into_any())}
            {fact("Date that it carries", view! { {proposed} }.into_any())}
            {fact(
                "Language",
                view! { {row.held.language.unwrap_or_else(|| "Not known".to_owned())} }.into_any(),
            )} {fact("About polyurethane", view! { {about} }.into_any())}
        </dl>
        <p>{excerpt.unwrap_or_else(|| "No excerpt was kept of it.".to_owned())}</p>
    }
}
