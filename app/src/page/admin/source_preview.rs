use leptos::prelude::*;
use orchestrator::evidence::{Preview, PreviewEntry};

/// What a source would give now, and what would become of it.
#[component]
pub fn Previewed(preview: Result<Preview, String>) -> impl IntoView {
    let content = match preview {
        Err(error) => view! {
            <div class="notice notice--bad">
                <div class="notice__body">
                    <p>{format!("It could not be read: {error}.")}</p>
                </div>
            </div>
        }
        .into_any(),
        Ok(preview) => {
            let shown = preview.entries.len();
            let rows = preview.entries.into_iter().map(entry_row).collect_view();
            let cut_short = preview.cut_short.map(|cause| {
                view! {
                    <p>
                        {format!("The test did not come to the end of it: {}. ", cause.label())}
                        "A reading goes on where the one before ended."
                    </p>
                }
            });
            view! {
                {cut_short}
                <table class="data-table">
                    <caption class="data-table__caption">
                        {format!("{shown} of {} entries, as they would be read now", preview.read)}
                    </caption>
                    <thead>
                        <tr>
                            <th scope="col">"Title"</th>
                            <th scope="col">"Published"</th>
                            <th scope="col">"What would become of it"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            }
            .into_any()
        }
    };
    view! {
        <section class="section" aria-labelledby="test">
            <h2 class="section__title" id="test">
                "Test"
            </h2>
            <p>"Nothing of this is stored."</p>
            {content}
        </section>
    }
}

fn entry_row(entry: PreviewEntry) -> impl IntoView {
    let (published, fate) = match entry.outcome {
        Ok(item) => (
            item.published.to_string(),
            format!("Kept: {}, {} confidence", item.signal.label(), item.date_confidence.label()),
        ),
        Err((reason, held)) => {
            let held = held.map(|held| format!(" ({held})")).unwrap_or_default();
            ("none".to_owned(), format!("{}{held}", reason.label()))
        }
    };
    view! {
        <tr>
            <th scope="row" class="data-table__name">
                {entry.title} <span class="data-table__sub">{entry.url.unwrap_or_default()}</span>
            </th>
            <td data-label="Published">{published}</td>
            <td data-label="Fate">{fate}</td>
        </tr>
    }
}
