use super::{digest::Digest, moment::Moment};
use crate::view::figure::{grouped, heading_of};
use domain::language_model::Tokens;
use jiff::Timestamp;
use leptos::prelude::*;
use rust_decimal::Decimal;
use storage::assistant_call::CallRow;

/// Calls of a language model: how each ended, what it used and what it cost. A figure
/// that is missing says why.
#[component]
pub fn ModelCalls(
    #[prop(into)] caption: String,
    calls: Vec<CallRow>,
    /// With the run of each call, in a list over several.
    of_several_runs: bool,
    now: Timestamp,
    zone: String,
) -> impl IntoView {
    let rows = calls
        .into_iter()
        .map(|call| view! { <CallLine call of_several_runs now zone=zone.clone() /> })
        .collect_view();
    view! {
        <table class="data-table">
            <caption class="data-table__caption">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Call"</th>
                    <th scope="col">"Sent"</th>
                    <th scope="col">"Outcome"</th>
                    <th scope="col" class="numeric">
                        "Input tokens"
                    </th>
                    <th scope="col" class="numeric">
                        "Output tokens"
                    </th>
                    <th scope="col" class="numeric">
                        "Cost"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn CallLine(call: CallRow, of_several_runs: bool, now: Timestamp, zone: String) -> impl IntoView {
    let again = (call.attempt > 1).then(|| format!(", attempt {}", call.attempt));
    let run = of_several_runs.then(|| {
        view! {
            <span class="data-table__sub">
                "Run " <Digest text=call.run.to_string() />
            </span>
        }
    });
    let sent_back = (!call.findings.is_empty())
        .then(|| view! { <SentBack findings=call.findings.clone() count=call.findings_count /> });
    let tokens = call.end.as_ref().and_then(|end| end.tokens);
    let outcome = call
        .end
        .as_ref()
        .map_or_else(|| "No end on record".to_owned(), |end| heading_of(&end.outcome));
    let set_aside = tokens.is_none().then(|| {
        let tokens = grouped(&call.reserved_tokens.to_string());
        view! { <span class="data-table__sub">{format!("{tokens} tokens set aside")}</span> }
    });
    let part = |tokens: Option<Tokens>, whole: fn(Tokens) -> u64, part: fn(Tokens) -> u64, word| {
        let Some(tokens) = tokens else { return "Not counted".into_any() };
        let (whole, part) = (whole(tokens), part(tokens));
        let part = (part > 0).then(|| format!("{} {word}", grouped(&part.to_string())));
        view! {
            {grouped(&whole.to_string())}
            {part.map(|part| view! { <span class="data-table__sub">{part}</span> })}
        }
        .into_any()
    };
    let cost = match &call.end {
        None => "Not known yet".into_any(),
        Some(end) => match (end.cost, call.currency.as_deref()) {
            (Ok(cost), Some(currency)) => money_words(cost, currency).into_any(),
            // Nothing was used, so no price is needed to say what it cost.
            (Ok(cost), None) => cost.normalize().to_string().into_any(),
            (Err(why), _) => view! {
                "Not available"
                <span class="data-table__sub data-table__sub--reason">
                    {format!("because {}", why.label())}
                </span>
            }
            .into_any(),
        },
    };
    view! {
        <tr>
            <th scope="row">
                {call.question.label()} {again} {run}
                <span class="data-table__sub">{call.model.clone()}</span> {sent_back}
            </th>
            <td data-label="Sent">
                <Moment at=call.sent_at now zone />
            </td>
            <td data-label="Outcome">{outcome} {set_aside}</td>
            <td data-label="Input tokens" class="numeric">
                {part(tokens, |tokens| tokens.input, |tokens| tokens.cached, "from the cache")}
            </td>
            <td data-label="Output tokens" class="numeric">
                {part(tokens, |tokens| tokens.output, |tokens| tokens.reasoning, "thought")}
            </td>
            <td data-label="Cost" class="numeric">
                {cost}
            </td>
        </tr>
    }
}

/// What the answer before was sent back for, so that who signs a report knows what its first
/// version would have said.
#[component]
fn SentBack(findings: Vec<String>, count: i32) -> impl IntoView {
    let count = usize::try_from(count).unwrap_or_default();
    let found = super::scope::counted(count, "finding", "findings");
    let more = count.saturating_sub(findings.len());
    let more = (more > 0).then(|| view! { <li>{format!("{more} more, not kept")}</li> });
    let findings =
        findings.into_iter().map(|finding| view! { <li dir="auto">{finding}</li> }).collect_view();
    view! {
        <details class="data-table__sub">
            <summary>{format!("Sent back for {found}")}</summary>
            <ul>{findings} {more}</ul>
        </details>
    }
}

/// At least two decimals, and as many as there are.
pub fn money_words(amount: Decimal, currency: &str) -> String {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    format!("{}\u{a0}{currency}", grouped(&amount.to_string()))
}

/// What the calls of one run used together, in a sentence.
pub fn sum_words(calls: &[CallRow]) -> String {
    let ends = || calls.iter().filter_map(|call| call.end.as_ref());
    let tokens = ends().filter_map(|end| end.tokens).fold(Tokens::NONE, Tokens::plus);
    let uncounted = calls.len() - ends().filter(|end| end.tokens.is_some()).count();
    let mut parts = vec![
        super::scope::counted(calls.len(), "call", "calls"),
        format!(
            "{} input and {} output tokens",
            grouped(&tokens.input.to_string()),
            grouped(&tokens.output.to_string())
        ),
    ];
    if uncounted > 0 {
        parts.push(format!("{uncounted} not counted"));
    }
    let costs: Option<Decimal> = calls
        .iter()
        .map(|call| call.end.as_ref().and_then(|end| end.cost.ok()))
        .try_fold(Decimal::ZERO, |sum, cost| sum.checked_add(cost?));
    let currency = calls.first().and_then(|call| call.currency.clone());
    let one_currency = calls.iter().all(|call| call.currency == currency);
    if let (Some(sum), Some(currency), true) = (costs, currency, one_currency) {
        parts.push(money_words(sum, &currency));
    }
    format!("{}.", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_keeps_every_digit_and_has_two_decimals_at_least() {
        let check = |amount: &str, expected: &str| {
            assert_eq!(money_words(amount.parse().unwrap(), "USD"), expected);
        };
        check("0.003375", "0.003375\u{a0}USD");
        check("1234.5", "1\u{202f}234.50\u{a0}USD");
        check("0", "0.00\u{a0}USD");
    }
}
