use super::{
    breadcrumb::{Breadcrumb, step},
    icon::Icon,
};
use domain::{hash::ContentHash, id::RunId};
use leptos::prelude::*;
use storage::run::RunRow;

/// A sealed report alone in its frame, under a slim bar. Nothing of it is part of the page around
/// it: the frame loads it from a route that checks its hash.
#[component]
pub fn ReportPreview(
    id: RunId,
    run: RunRow,
    /// Of the page in the frame; none where what is shown is not what was sealed.
    hash: Option<ContentHash>,
    /// Beside *Open to print*.
    #[prop(optional, into)]
    actions: ViewFn,
    /// Beside the frame where there is room, else below it.
    #[prop(optional, into)]
    beside: ViewFn,
    /// Between the bar and the frame.
    children: Children,
) -> impl IntoView {
    let title = format!("{}, {}", run.specification_name, run.period.key);
    let frame_title = format!("Report {title}");
    let artifact = format!("/runs/{id}/artifact");
    let of_run = (format!("/runs/{id}"), format!("Run for {}", run.period.key));
    view! {
        <div class="report-preview">
            <div class="report-preview__bar">
                <Breadcrumb pages=[step("/history", "History"), of_run] />
                <h1 class="report-preview__title">{title}</h1>
                <p>{run.period.label()}</p>
                {hash.map(|hash| view! { <SealDigest hash /> })}
                <div class="report-preview__actions">
                    {actions.run()}
                    <a
                        class="button button--small"
                        href=artifact.clone()
                        target="_blank"
                        rel="noopener"
                    >
                        <Icon name="print" />
                        "Open to print"
                        <span class="visually-hidden">" in a new tab"</span>
                    </a>
                </div>
            </div>
            {children()}
            <div class="report-preview__body">
                <iframe
                    class="report-preview__frame"
                    src=artifact
                    title=frame_title
                    sandbox="allow-popups allow-popups-to-escape-sandbox"
                ></iframe>
                {beside.run()}
            </div>
        </div>
    }
}

/// Short on screen, whole in its title.
#[component]
fn SealDigest(hash: ContentHash) -> impl IntoView {
    view! {
        <p class="digest" title=format!("SHA-256 {hash}")>
            <Icon name="seal" />
            <span class="visually-hidden">"Sealed, SHA-256 begins with "</span>
            {hash.short()}
        </p>
    }
}
