use leptos::prelude::*;
use orchestrator::pricing::ProviderUse;

/// What the licences of providers let us ask, and what of it is used.
pub fn provider_use(all: Vec<ProviderUse>) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let rows = all.iter().map(row).collect_view();
    Some(
        view! {
            <section class="section" aria-labelledby="use">
                <h2 class="section__title" id="use">
                    "What is asked of providers"
                </h2>
                <table class="data-table">
                    <caption class="data-table__caption">
                        "By every process together; days and months are those of UTC"
                    </caption>
                    <thead>
                        <tr>
                            <th scope="col">"Provider"</th>
                            <th scope="col" class="numeric">
                                "Requests a minute"
                            </th>
                            <th scope="col" class="numeric">
                                "Requests today"
                            </th>
                            <th scope="col" class="numeric">
                                "Received this month"
                            </th>
                            <th scope="col">"Asked"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any(),
    )
}

fn row(one: &ProviderUse) -> AnyView {
    let pace = one.per_minute.map_or_else(|| "no limit".to_owned(), |rpm| rpm.to_string());
    view! {
        <tr>
            <th scope="row">{one.provider.to_string()}</th>
            <td data-label="Requests a minute" class="numeric">
                {pace}
            </td>
            <td data-label="Requests today" class="numeric">
                {today(one)}
            </td>
            <td data-label="Received this month" class="numeric">
                {month(one)}
            </td>
            <td data-label="Asked">{standing(one)}</td>
        </tr>
    }
    .into_any()
}

fn today(one: &ProviderUse) -> String {
    match one.per_day {
        Some(most) => format!("{} of {most}", one.used.requests_today),
        None => one.used.requests_today.to_string(),
    }
}

/// In megabytes, since a night takes some of them.
fn month(one: &ProviderUse) -> String {
    let megabytes = one.used.bytes_this_month.div_ceil(1_000_000);
    match one.gb_per_month {
        Some(most) => format!("{megabytes} MB of {most} GB"),
        None => format!("{megabytes} MB"),
    }
}

fn standing(one: &ProviderUse) -> String {
    match &one.used_up {
        Some(reason) => format!("Not now: {reason}."),
        None => "Yes".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use orchestrator::pricing::Used;

    #[test]
    fn what_is_used_stands_beside_what_is_allowed() {
        let one = ProviderUse {
            provider: "FMP".parse().expect("a provider"),
            per_minute: Some(120),
            per_day: Some(100),
            gb_per_month: Some(50),
            used: Used { requests_today: 37, bytes_this_month: 12_000_001 },
            used_up: None,
        };
        assert_eq!((today(&one).as_str(), month(&one).as_str()), ("37 of 100", "13 MB of 50 GB"));
        assert_eq!(standing(&one), "Yes");
        let none = ProviderUse { per_day: None, gb_per_month: None, ..one };
        assert_eq!((today(&none).as_str(), month(&none).as_str()), ("37", "13 MB"));
        let used_up = ProviderUse { used_up: Some("it is used up".to_owned()), ..none };
        assert_eq!(standing(&used_up), "Not now: it is used up.");
    }
}
