use super::table::Figure;
use crate::view::panel::metrics::Metric;
use leptos::prelude::*;

#[component]
pub fn Metrics(metrics: Vec<Metric>) -> impl IntoView {
    let items = metrics
        .into_iter()
        .map(|metric| {
            let value = view! { <Figure cell=metric.cell /> };
            match metric.name {
                Some(name) => view! {
                    <div class="metrics__item">
                        <dt class="metrics__name">{name}</dt>
                        <dd class="metrics__value">{value}</dd>
                    </div>
                }
                .into_any(),
                None => view! {
                    <div class="metrics__item">
                        <dt class="visually-hidden">"Value"</dt>
                        <dd class="metrics__value metrics__value--only">{value}</dd>
                    </div>
                }
                .into_any(),
            }
        })
        .collect_view();
    view! { <dl class="metrics">{items}</dl> }
}
