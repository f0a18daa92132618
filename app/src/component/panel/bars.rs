use super::{chart::LeftOut, table::MarkWord};
use crate::view::panel::bars::{BAR, Bar, BarDrawing, ROW, WIDTH};
use leptos::prelude::*;

#[component]
pub fn Bars(title: String, drawing: BarDrawing) -> impl IntoView {
    let sentence = drawing.sentence(&title);
    let BarDrawing { bars, height, zero, parts, has_track, left_out } = drawing;
    let marks = bars.iter().filter_map(|bar| Some((bar.label.clone(), bar.mark.clone()?.word?)));
    let marks =
        marks.map(|(label, word)| view! { <li>{label} ": " <MarkWord word /></li> }).collect_view();
    let rows = bars.into_iter().map(|bar| view! { <Row bar has_track /> }).collect_view();
    let legend = (!parts.is_empty()).then(|| {
        let parts = parts
            .into_iter()
            .enumerate()
            .map(|(at, part)| {
                view! {
                    <li class="chart__key">
                        <svg class="chart__swatch" viewBox="0 0 16 16" aria-hidden="true">
                            <rect width="16" height="16" fill=format!("url(#part-{at})")></rect>
                        </svg>
                        {part}
                    </li>
                }
            })
            .collect_view();
        view! { <ul class="chart__legend">{parts}</ul> }
    });
    view! {
        {legend}
        <svg
            class="chart__drawing"
            viewBox=format!("0 0 {WIDTH} {height}")
            role="img"
            aria-label=sentence
        >
            {rows}
            <line class="chart__grid chart__grid--zero" x1=zero.clone() x2=zero y1="0" y2=height.to_string()></line>
        </svg>
        <ul class="chart__marks">{marks}</ul>
        <LeftOut count=left_out one="row" many="rows" />
    }
}

#[component]
fn Row(bar: Bar, has_track: bool) -> impl IntoView {
    let top = bar.y + ROW - BAR - 6.0;
    let label_y = (bar.y + 16.0).to_string();
    let pieces = bar
        .pieces
        .into_iter()
        .map(|piece| {
            view! {
                <rect
                    x=piece.x
                    y=top.to_string()
                    width=piece.width
                    height=BAR.to_string()
                    fill=format!("url(#part-{})", piece.part)
                ></rect>
            }
        })
        .collect_view();
    let track = has_track.then(|| {
        view! {
            <rect
                class="chart__track"
                x="0"
                y=top.to_string()
                width=WIDTH.to_string()
                height=BAR.to_string()
            ></rect>
        }
    });
    view! {
        {track}
        {pieces}
        <text class="chart__label" x="4" y=label_y.clone()>
            {bar.label}
        </text>
        <text class="chart__label" x="476" y=label_y text-anchor="end">
            {bar.value}
        </text>
    }
}
