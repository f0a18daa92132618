use super::{repository::Repository, values::ShownValues};
use crate::{
    action::{AddPortfolio, ReadLedger},
    component::{
        digest::Digest,
        icon::Icon,
        moment::{Moment, moment_words},
        pack_badge::PackBadge,
        scope::counted,
        withheld::Attributions,
    },
    ssr::page,
};
use domain::workspace::Role;
use jiff::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::portfolio::{
    LedgerFault, LedgerPortfolio, LedgerReading, LedgerSnapshot, PortfolioRow, Portfolios,
    ReadingOutcome,
};
use orchestrator::pricing::NewestValues;

/// Faults that the page shows; who has mended these reads the ledger again.
const FAULTS_SHOWN_MAX: usize = 50;

/// The workspace's portfolios, what else the ledger has, and how it was last read.
#[component]
pub fn PortfolioList() -> impl IntoView {
    page("Portfolios", |request| async move {
        let actor = request.actor()?;
        let membership = actor.require(Role::Viewer)?;
        let may_edit = actor.may(Role::Editor);
        let portfolios = request.orchestrator.portfolios(actor).await?;
        let newest = request.orchestrator.newest_values(actor).await?;
        let now = request.orchestrator.now().await?;
        let zone = membership.time_zone.clone();
        let was_refused = request.query("read") == Some("refused");
        let typed = request.typed_repository().await;
        let (workspace, is_owner) = (membership.workspace, actor.may(Role::Owner));
        let Portfolios { added, to_add, reads_ledger, repository, allowed, snapshot, last_reading } =
            portfolios;
        let allowed = allowed.filter(|_| is_owner);
        let may_name = allowed.is_some();
        let zone_here = zone.clone();
        let statement = statement(&added, &membership.workspace_name);
        let is_empty = added.is_empty();
        Ok(view! {
            <div class="page-header">
                <h1 class="page-header__title">"Portfolios"</h1>
                <p class="statement">{statement}</p>
                <p>
                    <a href="/packs">"Pricing packs"</a>
                    ": the prices that they are valued by, and what was corrected."
                </p>
                {(reads_ledger && may_edit)
                    .then(|| {
                        let variant = if is_empty && to_add.is_empty() { "button--primary" } else { "" };
                        view! {
                            <form class="page-header__actions" method="post" action=ReadLedger::PATH>
                                <button class=format!("button {variant}")>
                                    <Icon name="history" />
                                    "Read the ledger"
                                </button>
                            </form>
                        }
                    })}
            </div>
            {if is_empty {
                view! { <NoneYet reads_ledger may_name has_some=!to_add.is_empty() /> }.into_any()
            } else {
                view! { <Added added newest now zone=zone.clone() /> }.into_any()
            }}
            {(may_edit && !to_add.is_empty()).then(|| view! { <ToAdd to_add is_first=is_empty /> })}
            {reads_ledger
                .then(|| view! { <LedgerState snapshot last_reading was_refused now zone /> })}
            {(repository.is_some() || may_name)
                .then(|| {
                    view! {
                        <Repository
                            workspace
                            repository
                            allowed
                            is_owner
                            typed
                            now
                            zone=zone_here
                        />
                    }
                })}
        })
    })
}

fn statement(added: &[PortfolioRow], workspace: &str) -> String {
    match added.len() {
        0 => format!("{workspace} has no portfolio yet."),
        some => format!("{} of {workspace}.", counted(some, "portfolio", "portfolios")),
    }
}

#[component]
fn NoneYet(reads_ledger: bool, may_name: bool, has_some: bool) -> impl IntoView {
    let next = match (reads_ledger, has_some) {
        (false, _) if may_name => {
            "No ledger is connected to this workspace. Name its repository below, or have the \
             operator of the server connect one."
        }
        (false, _) => {
            "No ledger is connected to this workspace. The operator of the server connects one with \
             the command observatory ledger connect."
        }
        (true, false) => {
            "Read the ledger first: then the portfolios that it has stand here to be added."
        }
        (true, true) => "The ledger has portfolios. Add the first one below.",
    };
    view! {
        <div class="empty-state">
            <h2 class="empty-state__title">"No portfolio yet"</h2>
            <p>
                "A portfolio is what accounts of a Beancount ledger hold. It is valued by the day's \
                 prices, and every figure leads back to its prices and to a commit of the ledger."
            </p>
            <p>{next}</p>
        </div>
    }
}

#[component]
fn Added(
    added: Vec<PortfolioRow>,
    newest: Option<NewestValues>,
    now: Timestamp,
    zone: String,
) -> impl IntoView {
    let shown = newest.as_ref().map(ShownValues::of).unwrap_or_default();
    let caption = newest.as_ref().map_or_else(
        || "Portfolios by name".to_owned(),
        |newest| {
            let day = newest.pack.date().strftime("%-d %B %Y");
            format!("Portfolios by name, valued at the close of {day}")
        },
    );
    let made_of = newest.map(|newest| {
        let (pack, commit) = (newest.pack.to_string(), newest.ledger_commit.to_string());
        view! {
            <PackBadge pack=Some(pack) ledger_commit=Some(commit) />
            <Attributions terms=newest.screen.terms />
        }
    });
    let rows = added
        .into_iter()
        .map(|row| {
            let value = shown.value(&row);
            let earned = shown.earned(&row);
            let href = format!("/portfolios/{}", row.id);
            let transactions = format!("{href}/transactions");
            view! {
                <tr>
                    <th scope="row" class="data-table__name">
                        <a href=href>{row.name.clone()}</a>
                    </th>
                    <td data-label="Currency">{row.base.to_string()}</td>
                    <td data-label="Value" class="numeric">
                        {value}
                    </td>
                    <td data-label="Last day" class="numeric">
                        {earned}
                    </td>
                    <td data-label="Added">
                        <Moment at=row.added_at now zone=zone.clone() />
                    </td>
                    <td>
                        <a href=transactions>
                            "Transactions" <span class="visually-hidden">{format!(" of {}", row.name)}</span>
                        </a>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        {made_of}
        <table class="data-table">
            <caption class="data-table__caption">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Currency"</th>
                    <th scope="col" class="numeric">
                        "Value"
                    </th>
                    <th scope="col" class="numeric">
                        "Last day"
                    </th>
                    <th scope="col">"Added"</th>
                    <th scope="col">
                        <span class="visually-hidden">"More"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn ToAdd(to_add: Vec<LedgerPortfolio>, is_first: bool) -> impl IntoView {
    let forms = to_add
        .into_iter()
        .enumerate()
        .map(|(at, found)| {
            let id = format!("name-{at}");
            let hint = format!("{id}-hint");
            let variant = if is_first && at == 0 { "button--primary" } else { "" };
            view! {
                <li class="portfolio-list__item">
                    <form class="portfolio-list__form" method="post" action=AddPortfolio::PATH>
                        <input type="hidden" name="portfolio" value=found.id.to_string() />
                        <div class="field">
                            <label class="field__label" for=id.clone()>
                                {format!("Name of the portfolio {}", found.name)}
                            </label>
                            <p class="field__hint" id=hint.clone()>
                                {format!("In {}. As it shall stand here; at most 100 characters.", found.base)}
                            </p>
                            <input
                                class="field__input"
                                id=id
                                name="name"
                                type="text"
                                required
                                maxlength="100"
                                autocomplete="off"
                                value=found.name.clone()
                                aria-describedby=hint
                            />
                        </div>
                        <button class=format!("button {variant}")>
                            "Add" <span class="visually-hidden">{format!(" {}", found.name)}</span>
                        </button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="to-add">
            <h2 class="section__title" id="to-add">
                "In the ledger, not added"
            </h2>
            <ul class="portfolio-list">{forms}</ul>
        </section>
    }
}

#[component]
fn LedgerState(
    snapshot: Option<LedgerSnapshot>,
    last_reading: Option<LedgerReading>,
    was_refused: bool,
    now: Timestamp,
    zone: String,
) -> impl IntoView {
    let newest = match snapshot {
        Some(snapshot) => {
            let words = format!(
                "{} of {}, read {}, commit ",
                counted(snapshot.transactions as usize, "transaction", "transactions"),
                counted(snapshot.files as usize, "file", "files"),
                moment_words(snapshot.read_at, now, &zone)
            );
            view! {
                <p>
                    {words} <Digest text=snapshot.commit.to_string() /> "."
                </p>
            }
            .into_any()
        }
        None => view! { <p>"It was not read yet."</p> }.into_any(),
    };
    let wrong = last_reading
        .filter(|reading| {
            matches!(reading.outcome, ReadingOutcome::Refused | ReadingOutcome::Unreadable)
        })
        .map(|reading| view! { <Wrong reading was_refused now zone /> });
    view! {
        <section class="section" aria-labelledby="ledger">
            <h2 class="section__title" id="ledger">
                "The ledger"
            </h2>
            {newest}
            {wrong}
        </section>
    }
}

/// Why the last reading stored nothing.
#[component]
fn Wrong(reading: LedgerReading, was_refused: bool, now: Timestamp, zone: String) -> impl IntoView {
    let LedgerReading { problem, faults, commit, read_at, .. } = reading;
    let role = if was_refused { "alert" } else { "status" };
    let at = moment_words(read_at, now, &zone);
    let of_commit = commit.map(|commit| format!(" Commit {}.", commit.short())).unwrap_or_default();
    let title = match faults.len() {
        0 => "The ledger could not be read".to_owned(),
        some => format!("The ledger has {}", counted(some, "fault", "faults")),
    };
    let words = problem.unwrap_or_else(|| {
        "Nothing of it was stored, and what was read before goes on holding. Mend these, commit, and \
         read it again."
            .to_owned()
    });
    let has_faults = !faults.is_empty();
    view! {
        <div class="notice notice--bad" role=role tabindex="-1">
            <Icon name="attention" />
            <div class="notice__body">
                <p class="notice__title">{title}</p>
                <p>{words}</p>
                <p>{format!("Tried {at}.{of_commit}")}</p>
            </div>
        </div>
        {has_faults.then(|| view! { <Faults faults /> })}
    }
}

#[component]
fn Faults(faults: Vec<LedgerFault>) -> impl IntoView {
    let more = faults.len().saturating_sub(FAULTS_SHOWN_MAX);
    let rows = faults
        .into_iter()
        .take(FAULTS_SHOWN_MAX)
        .map(|fault| {
            view! {
                <tr>
                    <th scope="row" class="data-table__name">
                        {format!("{}:{}", fault.file, fault.line)}
                    </th>
                    <td data-label="What is wrong" class="data-table__name">
                        {fault.message}
                    </td>
                    <td data-label="Line" class="data-table__name">
                        <code class="digest">{fault.text}</code>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">"Faults, by file and line"</caption>
            <thead>
                <tr>
                    <th scope="col">"Place"</th>
                    <th scope="col">"What is wrong"</th>
                    <th scope="col">"Line"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {(more > 0).then(|| view! { <p>{format!("And {more} more.")}</p> })}
    }
}
