use domain::price::Quote;
use leptos::prelude::*;
use std::fmt::Display;

/// A stored quote with how it came about. The total stands first.
#[component]
pub fn QuotePanel(
    quote: Quote,
    /// When it was stored, or what it is a quote of.
    #[prop(into)]
    note: String,
) -> impl IntoView {
    let lines = quote
        .lines
        .into_iter()
        .map(|line| view! { <Line label=line.label value=line.detail /> })
        .collect_view();
    view! {
        <section class="price-panel" aria-labelledby="quote">
            <h2 class="price-panel__title" id="quote">
                "Quote"
            </h2>
            <p>
                <span class="price-panel__total">{money(quote.month_per_seat)}</span>
                <span class="price-panel__unit">"USD per seat and month, billed yearly"</span>
            </p>
            <dl class="price-panel__lines">
                {lines} <Line label="Per seat and year" value=money(quote.year_per_seat) />
                <Line label="Seats" value=format!("× {}", quote.seats) />
                <div class="price-panel__line price-panel__line--sum">
                    <dt>"Total per year"</dt>
                    <dd class="numeric">{money(quote.year_total)}</dd>
                </div>
            </dl>
            <p class="price-panel__note">
                {note} {format!(" Price list {}.", quote.price_list_version)}
            </p>
        </section>
    }
}

#[component]
fn Line(#[prop(into)] label: String, value: String) -> impl IntoView {
    view! {
        <div class="price-panel__line">
            <dt>{label}</dt>
            <dd class="numeric">{value}</dd>
        </div>
    }
}

/// Both decimals, thousands apart by a narrow no-break space: `2 422.08`.
pub fn money(amount: impl Display) -> String {
    let text = format!("{amount:.2}");
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{cents}")
}

#[cfg(test)]
mod tests {
    use super::money;

    #[test]
    fn amounts_have_both_decimals_and_their_thousands_apart() {
        for (amount, written) in [
            (19.0, "19.00"),
            (807.36, "807.36"),
            (2422.08, "2\u{202f}422.08"),
            (1_927_800.0, "1\u{202f}927\u{202f}800.00"),
        ] {
            assert_eq!(money(amount), written);
        }
    }
}
