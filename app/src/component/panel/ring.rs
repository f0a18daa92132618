use crate::view::panel::ring::{Ring, SIZE};
use leptos::prelude::*;

/// The pieces by their numbers, so that the list beside them needs no colour.
#[component]
pub fn RingChart(title: String, ring: Ring) -> impl IntoView {
    let sentence = ring.sentence(&title);
    let pieces = ring
        .pieces
        .iter()
        .map(|piece| {
            let number = piece.middle.clone().map(|(x, y)| {
                view! {
                    <text class="chart__number" x=x y=y text-anchor="middle" dy="0.35em">
                        {piece.number}
                    </text>
                }
            });
            view! {
                <path class="chart__piece" d=piece.path.clone()></path>
                {number}
            }
        })
        .collect_view();
    let list = ring
        .pieces
        .into_iter()
        .map(|piece| {
            view! {
                <li class="ring__item">
                    <span class="ring__number">{piece.number}</span>
                    <span class="ring__name">{piece.label}</span>
                    <span class="numeric">{piece.share}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="ring">
            <svg
                class="ring__drawing"
                viewBox=format!("0 0 {SIZE} {SIZE}")
                role="img"
                aria-label=sentence
            >
                {pieces}
            </svg>
            <ol class="ring__list">{list}</ol>
        </div>
    }
}
