use super::chart::LeftOut;
use crate::view::panel::rows::{Cell, Rows};
use leptos::prelude::*;

/// A panel's rows. The first column names its row where it is no figure.
#[component]
pub fn RowsTable(caption: String, rows: Rows) -> impl IntoView {
    let Rows { heads, rows, left_out } = rows;
    let columns = heads
        .iter()
        .map(|head| {
            let class = head.is_figure.then_some("numeric");
            view! {
                <th scope="col" class=class>
                    {head.title.clone()}
                </th>
            }
        })
        .collect_view();
    let body = rows
        .into_iter()
        .map(|row| {
            let cells = row
                .into_iter()
                .zip(&heads)
                .enumerate()
                .map(|(at, (cell, head))| {
                    let class = head.is_figure.then_some("numeric");
                    if at == 0 && !head.is_figure {
                        view! {
                            <th scope="row">
                                <Figure cell />
                            </th>
                        }
                        .into_any()
                    } else {
                        view! {
                            <td class=class data-label=head.title.clone()>
                                <Figure cell />
                            </td>
                        }
                        .into_any()
                    }
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    let label = format!("{caption}, as a table");
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=label>
            <table class="data-table">
                <caption class="data-table__caption visually-hidden">{caption}</caption>
                <thead>
                    <tr>{columns}</tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
        <LeftOut count=left_out one="row" many="rows" />
    }
}

/// A value with what its colour says, in words or by its sign.
#[component]
pub fn Figure(cell: Cell) -> impl IntoView {
    if let Some(reason) = cell.reason {
        let words = format!("Not available, because {reason}.");
        return view! {
            {cell.shown.text()}
            <span class="figure__reason">{words}</span>
        }
        .into_any();
    }
    match cell.mark {
        None => cell.shown.text().into_any(),
        Some(mark) => {
            let text = if mark.word.is_none() { cell.shown.signed() } else { cell.shown.text() };
            view! {
                <span class=format!("figure figure--{}", mark.tone)>{text}</span>
                {mark.word.map(|word| view! { <MarkWord word /> })}
            }
            .into_any()
        }
    }
}

#[component]
pub fn MarkWord(word: String) -> impl IntoView {
    view! { <span class="figure__word">{word}</span> }
}
