use leptos::prelude::*;
use orchestrator::evidence::{FunnelPlace, FunnelStep};

/// A section of a page that holds the picture of a funnel.
#[component]
pub fn FunnelSection(
    title: &'static str,
    steps: Vec<FunnelStep>,
    /// What follows the address of a place's list; no links without.
    #[prop(default = None)]
    lists: Option<String>,
) -> impl IntoView {
    view! {
        <section class="section" aria-labelledby="funnel">
            <h2 class="section__title" id="funnel">
                {title}
            </h2>
            <FunnelPicture steps lists />
        </section>
    }
}

/// The address of the list of the entries at a place.
pub fn list_of(place: FunnelPlace, lists: &str) -> String {
    format!("/admin/funnel/{}{lists}", place.id)
}

/// Where entries left on their way: a drawing of the stations, and a table of the same
/// numbers in which every exit leads to its entries.
#[component]
fn FunnelPicture(steps: Vec<FunnelStep>, lists: Option<String>) -> impl IntoView {
    let total = steps.first().map_or(0, |step| step.reached);
    if total == 0 {
        return view! { <p>"Nothing has been read yet, so nothing has gone anywhere."</p> }
            .into_any();
    }
    let drawing = view! { <Drawing steps=steps.clone() total /> };
    let rows = steps
        .into_iter()
        .enumerate()
        .flat_map(|(at, step)| {
            let (reached, label) = (step.reached, step.label);
            let exits = step.exits.into_iter().map(|exit| exit_row(exit, total, lists.as_deref()));
            let exits: Vec<AnyView> = exits.collect();
            exits.into_iter().chain([step_row(at, label, reached, total)])
        })
        .collect_view();
    view! {
        {drawing}
        <table class="data-table funnel">
            <caption class="data-table__caption">
                {format!("{total} entries, each at exactly one exit")}
            </caption>
            <thead>
                <tr>
                    <th scope="col">"Station or exit"</th>
                    <th scope="col" class="numeric">
                        "Entries"
                    </th>
                    <th scope="col" class="numeric">
                        "Of all, %"
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn step_row(at: usize, label: &'static str, reached: u64, total: u64) -> AnyView {
    view! {
        <tr id=format!("funnel-{at}") class="funnel__step">
            <th scope="row">{label}</th>
            <td class="numeric" data-label="Entries">
                {reached}
            </td>
            <td class="numeric" data-label="Of all, %">
                {percent(reached, total)}
            </td>
        </tr>
    }
    .into_any()
}

fn exit_row((place, count): (FunnelPlace, u64), total: u64, lists: Option<&str>) -> AnyView {
    let words = match lists {
        Some(lists) => view! { <a href=list_of(place, lists)>{place.label}</a> }.into_any(),
        None => view! { {place.label} }.into_any(),
    };
    view! {
        <tr class="funnel__exit">
            <th scope="row">
                <span class="visually-hidden">"Left: "</span>
                {words}
            </th>
            <td class="numeric" data-label="Entries">
                {format!("−{count}")}
            </td>
            <td class="numeric" data-label="Of all, %">
                {percent(count, total)}
            </td>
        </tr>
    }
    .into_any()
}

/// In tenths, a half rounded up; what is there at all is never called nothing.
fn percent(count: u64, total: u64) -> String {
    let total = total.max(1);
    let tenths = count.saturating_mul(1_000).saturating_add(total / 2) / total;
    if tenths == 0 && count > 0 {
        "< 0.1".to_owned()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// Lengths in the drawing's own units, which a phone shows about as they are.
const WIDTH: u64 = 400;
const STEP_HEIGHT: usize = 52;
const BAR_HEIGHT: usize = 20;

/// The stations as bars about one axis, each leading to its row of the table.
#[component]
fn Drawing(steps: Vec<FunnelStep>, total: u64) -> impl IntoView {
    let height = steps.len() * STEP_HEIGHT;
    let widths: Vec<u64> = steps.iter().map(|step| width(step.reached, total)).collect();
    let shapes = steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let top = at * STEP_HEIGHT;
            let own = widths[at];
            let left = (WIDTH - own) / 2;
            let words = format!("{}: {}", step.label, step.reached);
            let slope = widths.get(at + 1).map(|next| {
                let (from, to) = (top + 20 + BAR_HEIGHT, top + STEP_HEIGHT + 20);
                let next_left = (WIDTH - next) / 2;
                let points = format!(
                    "{left},{from} {},{from} {},{to} {next_left},{to}",
                    left + own,
                    next_left + next
                );
                view! { <polygon class="funnel__slope" points=points /> }
            });
            view! {
                {slope}
                <a href=format!("#funnel-{at}") class="funnel__link">
                    <rect
                        class="funnel__bar"
                        x=left
                        y=top + 20
                        width=own
                        height=BAR_HEIGHT
                    />
                    <text class="chart__label" x=WIDTH / 2 y=top + 14 text-anchor="middle">
                        {words}
                    </text>
                </a>
            }
        })
        .collect_view();
    view! {
        <svg
            class="funnel__drawing"
            viewBox=format!("0 0 {WIDTH} {height}")
            role="group"
            aria-label="Entries at each station of the way; the table below has the same numbers"
        >
            {shapes}
        </svg>
    }
}

/// Never nothing where something is.
fn width(reached: u64, total: u64) -> u64 {
    (reached.saturating_mul(WIDTH) / total.max(1)).max(u64::from(reached > 0) * 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_told_in_tenths_and_what_is_there_is_never_nothing() {
        for (count, total, words) in [
            (0, 10, "0.0"),
            (1, 72, "1.4"),
            (10, 10, "100.0"),
            (49, 50_000, "0.1"),
            (1, 100_000, "< 0.1"),
        ] {
            assert_eq!(percent(count, total), words);
        }
        assert_eq!((width(0, 10), width(1, 100_000), width(10, 10)), (0, 4, WIDTH));
    }
}
