use leptos::prelude::*;

/// The fillings of parts and bars, once a page: drawings refer to them as
/// `url(#part-0)` and so on, so that no part is told by its colour alone.
#[component]
pub fn Hatches() -> impl IntoView {
    let marks = [
        "M0 0h8v8h-8z",
        "M-2 2l4 -4M0 8l8 -8M6 10l4 -4",
        "M0 4h8",
        "M4 0v8",
        "M-2 6l4 4M0 0l8 8M6 -2l4 4",
        "M0 0l8 8M0 8l8 -8",
    ];
    let patterns = marks
        .into_iter()
        .enumerate()
        .map(|(at, mark)| {
            view! {
                <pattern
                    id=format!("part-{at}")
                    class=format!("hatch hatch--{at}")
                    width="8"
                    height="8"
                    patternUnits="userSpaceOnUse"
                >
                    <rect class="hatch__ground" width="8" height="8"></rect>
                    <path class="hatch__mark" d=mark></path>
                </pattern>
            }
        })
        .collect_view();
    view! {
        <svg class="hatches" width="0" height="0" aria-hidden="true">
            <defs>{patterns}</defs>
        </svg>
    }
}
