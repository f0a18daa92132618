use crate::view::price::PriceLine;
use leptos::prelude::*;

/// The steps from the base price to the total, one line each.
#[component]
pub fn PriceLines(lines: Vec<PriceLine>) -> impl IntoView {
    let lines = lines.into_iter().map(|line| view! { <Line line /> }).collect_view();
    view! { <dl class="price-panel__lines">{lines}</dl> }
}

#[component]
fn Line(line: PriceLine) -> impl IntoView {
    let class =
        if line.is_sum { "price-panel__line price-panel__line--sum" } else { "price-panel__line" };
    let detail = match line.detail {
        Some(detail) => detail.into_any(),
        None => view! {
            <span aria-hidden="true">"–"</span>
            <span class="visually-hidden">"does not count"</span>
        }
        .into_any(),
    };
    view! {
        <div class=class>
            <dt>{line.label}</dt>
            <dd class="numeric">{detail}</dd>
        </div>
    }
}
