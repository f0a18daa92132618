use crate::component::icon::Icon;
use leptos::prelude::*;

/// A drawing with its figures one click away.
#[component]
pub fn Chart(table: AnyView, children: Children) -> impl IntoView {
    view! {
        <div class="chart">
            {children()}
            <details class="chart__data">
                <summary class="explain__summary">
                    "Data as a table"
                    <Icon name="chevron" />
                </summary>
                {table}
            </details>
        </div>
    }
}

/// What a drawing leaves out, and where it is.
#[component]
pub fn LeftOut(count: usize, one: &'static str, many: &'static str) -> impl IntoView {
    (count > 0).then(|| {
        let what = crate::component::scope::counted(count, one, many);
        view! { <p class="chart__note">{format!("{what} more in the table.")}</p> }
    })
}
