use domain::evidence::DropReason;
use leptos::prelude::*;

/// Where entries left on their way into packs: a bar for each exit, as long as the share
/// that took it, with the number in words beside it.
#[component]
pub fn FunnelPicture(
    /// Entries at each exit; the kept ones under none.
    exits: Vec<(Option<DropReason>, u64)>,
) -> impl IntoView {
    let total: u64 = exits.iter().map(|(_, count)| count).sum();
    if total == 0 {
        return view! { <p>"Nothing has been read yet, so nothing has gone anywhere."</p> }
            .into_any();
    }
    let rows = exits
        .into_iter()
        .map(|(reason, count)| {
            let words = reason.map_or("Kept for packs", DropReason::label);
            let kept = reason.is_none();
            // Whole thousandths of the drawing's width.
            let width = (count * 1_000 / total).max(u64::from(count > 0) * 4);
            let percent = format!("{} of {total}, {} %", count, count * 100 / total);
            view! {
                <tr>
                    <th scope="row">{words}</th>
                    <td class="numeric" data-label="Entries">
                        {percent}
                    </td>
                    <td class="funnel__cell">
                        <svg
                            class=if kept { "funnel__bar funnel__bar--kept" } else { "funnel__bar" }
                            viewBox="0 0 1000 16"
                            preserveAspectRatio="none"
                            aria-hidden="true"
                        >
                            <rect x="0" y="0" width=width height="16" />
                        </svg>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="data-table funnel">
            <caption class="data-table__caption">
                {format!("{total} entries, each at exactly one exit")}
            </caption>
            <thead>
                <tr>
                    <th scope="col">"Exit"</th>
                    <th scope="col" class="numeric">
                        "Entries"
                    </th>
                    <th scope="col">
                        <span class="visually-hidden">"Share as a bar"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
