use crate::{
    action::SetModelBudget,
    component::{
        breadcrumb::{Breadcrumb, step},
        input_field::InputField,
        model_calls::{ModelCalls, money_words},
        moment::Moment,
        scope::{Fact, counted},
    },
    ssr::{TypedBudget, page},
    view::figure::grouped,
};
use domain::{
    id::WorkspaceId,
    language_model::{Budget, WorkspaceBudget},
};
use jiff::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;
use orchestrator::{
    Refusal, UseCaseError,
    assistant::{ModelUse, UsageMonth},
};

/// What one workspace used of the language model in a month, and of which budget.
#[component]
pub fn LanguageModel() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("workspace"));
    page("Language model", |request| async move {
        let id: WorkspaceId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let month: Option<UsageMonth> = request.parsed("month");
        let used = request.orchestrator.view_model_use(request.actor()?, id, month).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let calls = used.calls.clone();
        let refusal = request.query("refused").and_then(Refusal::from_code);
        let typed = TypedBudget::refused(&request)
            .or_else(|| used.own.as_ref().map(|row| TypedBudget::from(&row.budget)))
            .unwrap_or_default();
        let listed = if calls.is_empty() {
            view! {
                <div class="empty-state">
                    <h2 class="empty-state__title">"No call in this month"</h2>
                    <p>
                        "Calls are on record from the moment before they are sent. The built-in analyst makes none."
                    </p>
                </div>
            }
            .into_any()
        } else {
            let caption = if i64::try_from(calls.len()).is_ok_and(|shown| shown < used.used.calls) {
                format!("The newest {} of {} calls", calls.len(), used.used.calls)
            } else {
                "Calls, the newest first".to_owned()
            };
            view! { <ModelCalls caption calls of_several_runs=true now zone=zone.clone() /> }
                .into_any()
        };
        Ok(view! {
            <Header used=used.clone() />
            <section class="section" aria-labelledby="budget">
                <h2 class="section__title" id="budget">
                    "Use and budget"
                </h2>
                <Account used=used.clone() now zone=zone.clone() />
            </section>
            <section class="section" aria-labelledby="own-budget">
                <h2 class="section__title" id="own-budget">
                    "Budget of this workspace"
                </h2>
                <BudgetForm used typed refusal />
            </section>
            <section class="section" aria-label="Calls">
                {listed}
            </section>
        })
    })
}

#[component]
fn Header(used: ModelUse) -> impl IntoView {
    let ModelUse { workspace, month, current, used, .. } = used;
    let path = format!("/admin/workspaces/{}", workspace.id);
    let calls = counted(usize::try_from(used.calls).unwrap_or_default(), "call", "calls");
    let to_month = |month: UsageMonth, class: &str| {
        let href = format!("{path}/language-model?month={month}");
        let class = format!("button button--small {class}");
        view! {
            <a class=class href=href>
                {month.label()}
            </a>
        }
    };
    let before = month.before().map(|month| to_month(month, "pager__newer"));
    let after = month.after().filter(|after| *after <= current);
    let after = after.map(|month| to_month(month, "pager__older"));
    view! {
        <div class="page-header">
            <Breadcrumb pages=[step("/admin/workspaces", "Workspaces"), step(&path, &workspace.name)] />
            <h1 class="page-header__title">{format!("Language model in {}", month.label())}</h1>
            <p class="statement">
                {format!(
                    "{calls}, {} tokens. Months are those of UTC.",
                    grouped(&used.tokens.total().to_string()),
                )}
            </p>
            <nav class="pager" aria-label="Months">
                {before} {after}
            </nav>
        </div>
    }
}

#[component]
fn Account(used: ModelUse, now: Timestamp, zone: String) -> impl IntoView {
    let ModelUse { account, own, used, .. } = used;
    let number = |count: u64| grouped(&count.to_string());
    let tokens = used.tokens;
    let cost = match account.currency() {
        None => "Not available, because no prices are configured".to_owned(),
        Some(currency) => {
            let cost = money_words(used.cost, currency);
            match used.without_cost {
                0 => cost,
                calls => format!("{cost}, without {calls} calls whose cost is not available"),
            }
        }
    };
    let budget = |budget: &Budget| {
        let tokens = budget.tokens_max.map(|max| format!("{} tokens", number(max)));
        let cost_max = budget.cost_max.zip(account.currency());
        let money = cost_max.map(|(max, currency)| money_words(max, currency));
        match (tokens, money) {
            (None, None) => "None is set".to_owned(),
            (Some(one), None) | (None, Some(one)) => one,
            (Some(tokens), Some(money)) => format!("{tokens} and {money}"),
        }
    };
    let (month_term, month) = match &own {
        None => ("Budget of a workspace for a month", budget(&account.budgets.month)),
        Some(row) => (
            "Budget of this workspace for a month",
            month_words(&row.budget, &account.budgets.month, account.currency()),
        ),
    };
    let set = own.map(|row| {
        view! {
            <p>
                {format!("The budget of this workspace was set by {} ", row.set_by)}
                <Moment at=row.set_at now zone /> "."
            </p>
        }
    });
    let set_aside = if used.set_aside == 0 {
        "Nothing".to_owned()
    } else {
        format!("{} tokens", number(used.set_aside))
    };
    view! {
        <dl class="facts">
            <Fact
                term="Input tokens"
                value=format!(
                    "{}, of which {} from the cache",
                    number(tokens.input),
                    number(tokens.cached),
                )
            />
            <Fact
                term="Output tokens"
                value=format!(
                    "{}, of which {} thought",
                    number(tokens.output),
                    number(tokens.reasoning),
                )
            />
            <Fact term="Cost" value=cost />
            <Fact term="Set aside for calls that were not counted" value=set_aside />
            <Fact term=month_term value=month />
            <Fact term="Budget of a run" value=budget(&account.budgets.run) />
        </dl>
        {set}
        <p>
            "A call is made only where the most that it can use fits into every budget. Prices, and \
             the budgets that are not this workspace's own, are the installation's, as this process \
             was started with."
        </p>
    }
}

/// Each bound with whose it is: what a workspace does not set is the installation's.
fn month_words(own: &WorkspaceBudget, all: &Budget, currency: Option<&str>) -> String {
    let tokens = |max: u64| format!("{} tokens", grouped(&max.to_string()));
    let its_own = |bound: String| format!("{bound}, its own");
    let of_all = |bound: String| format!("{bound}, the installation's");
    let tokens = match own.tokens_max {
        Some(max) => Some(its_own(tokens(max))),
        None => all.tokens_max.map(|max| of_all(tokens(max))),
    };
    let money = match &own.cost_max {
        Some((max, currency)) => Some(its_own(money_words(*max, currency))),
        None => {
            all.cost_max.zip(currency).map(|(max, currency)| of_all(money_words(max, currency)))
        }
    };
    tokens.into_iter().chain(money).collect::<Vec<_>>().join("; ")
}

/// Sets what this workspace may use, apart from all others.
#[component]
fn BudgetForm(used: ModelUse, typed: TypedBudget, refusal: Option<Refusal>) -> impl IntoView {
    let ModelUse { workspace, account, .. } = used;
    let error = refusal
        .filter(|refusal| matches!(refusal, Refusal::ModelBudgetForm | Refusal::ModelBudgetPrices))
        .map(|refusal| refusal.message().to_owned());
    let (of_tokens, of_money) = match refusal {
        Some(Refusal::ModelBudgetPrices) => (None, error),
        _ => (error, None),
    };
    let money = account.currency().map_or_else(
        || {
            view! {
                <p class="field__hint">
                    "A budget in money can be set once prices are configured in "
                    <code>"ASSISTANT_PRICES_PATH"</code> "."
                </p>
            }
            .into_any()
        },
        |currency| {
            view! {
                <InputField
                    id="cost_max"
                    label="Most money in a month"
                    hint="Such as 12.50, in the currency of the prices. Empty for the installation's."
                    kind="text"
                    value=typed.cost_max.clone()
                    may_be_empty=true
                    error=of_money
                />
                <p class="field__hint">{format!("Prices are in {currency}.")}</p>
            }
            .into_any()
        },
    );
    view! {
        <p>
            "Each bound takes the place of the installation's of its kind for a month, from the next call \
             on. A field that is empty leaves the installation's bound as it is."
        </p>
        <form class="specification-form" method="post" action=SetModelBudget::PATH>
            <input type="hidden" name="workspace" value=workspace.id.to_string() />
            <div class="specification-form__questions">
                <InputField
                    id="tokens_max"
                    label="Most tokens in a month"
                    hint="A whole number; 0 allows no call. Empty for the installation's."
                    kind="text"
                    value=typed.tokens_max
                    may_be_empty=true
                    error=of_tokens
                />
                {money}
            </div>
            <div class="specification-form__actions">
                <button class="button button--primary">"Set budget"</button>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_that_the_workspace_does_not_set_is_shown_as_the_installations() {
        let all = Budget { tokens_max: Some(90_000), cost_max: Some(10.into()) };
        let check = |own: WorkspaceBudget, expected: &str| {
            assert_eq!(
                month_words(&own, &all, Some("USD")).replace(['\u{a0}', '\u{202f}'], " "),
                expected
            );
        };
        let money = Some((3.into(), "USD".to_owned()));
        check(
            WorkspaceBudget { tokens_max: Some(5000), cost_max: None },
            "5 000 tokens, its own; 10.00 USD, the installation's",
        );
        check(
            WorkspaceBudget { tokens_max: None, cost_max: money.clone() },
            "90 000 tokens, the installation's; 3.00 USD, its own",
        );
        check(
            WorkspaceBudget { tokens_max: Some(0), cost_max: money },
            "0 tokens, its own; 3.00 USD, its own",
        );
    }
}
