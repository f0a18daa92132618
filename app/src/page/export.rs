use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        digest::Digest,
        icon::Icon,
        moment::Moment,
    },
    ssr::{Request, page},
    view::figure::grouped,
};
use domain::id::ExportJobId;
use jiff::Timestamp;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::hooks::use_params_map;
use orchestrator::{
    Refusal, UseCaseError,
    export::{ExportState, ExportView},
};

/// A large export: how far it is, then its file until that expires. Renews itself while
/// there is something to wait for.
#[component]
pub fn ExportPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("export"));
    page("Export", |request| async move {
        let id: ExportJobId = id.and_then(|id| id.parse().ok()).ok_or(UseCaseError::NotFound)?;
        let view = request.orchestrator.view_export(request.actor()?, id).await?;
        let now = request.orchestrator.now().await?;
        let zone = request.time_zone().to_owned();
        let waits = matches!(view.state, ExportState::Queued | ExportState::Printing { .. });
        let refreshes = waits && request.query("refresh") != Some("off");
        let status = match (&view.state, request.query("refused")) {
            (ExportState::Expired, _) => Some(http::StatusCode::GONE),
            (_, Some(_)) => Some(http::StatusCode::FORBIDDEN),
            _ => None,
        };
        if let (Some(status), Some(response)) = (status, use_context::<ResponseOptions>()) {
            response.set_status(status);
        }
        let refusal = refusal(&request, &view).await?;
        let subject = view.subject.page();
        let heading = format!("{} as {}", view.title, view.format.label());
        let back = subject.clone();
        Ok(view! {
            <div class="page-header">
                <Breadcrumb pages=[step(&subject, &view.title)] />
                <h1 class="page-header__title">{heading}</h1>
                <p class="statement">{statement(&view.state)}</p>
            </div>
            {refusal}
            <Standing view now zone back />
            {waits.then(|| view! { <Refresh refreshes /> })}
        })
    })
}

fn statement(state: &ExportState) -> String {
    match state {
        ExportState::Queued => {
            "Waits for a worker. You may leave this page; the file is made all the same.".to_owned()
        }
        ExportState::Printing { attempt: 1, .. } => {
            "Is being made. You may leave this page; the file is made all the same.".to_owned()
        }
        ExportState::Printing { attempt, .. } => {
            format!("Was broken off and is being made again: attempt {attempt}.")
        }
        ExportState::Ready(_) => "Ready for the members of this workspace.".to_owned(),
        ExportState::Failed(_) => "Could not be made. Nothing was sent.".to_owned(),
        ExportState::Expired => "Is no longer kept.".to_owned(),
    }
}

/// Why a click on the file gave none: what the menu would say now.
async fn refusal(request: &Request, view: &ExportView) -> Result<Option<AnyView>, UseCaseError> {
    if request.query("refused").is_none() {
        return Ok(None);
    }
    let choices = request.orchestrator.export_choices(request.actor()?, view.subject).await?;
    let blocked: Vec<String> = choices
        .into_iter()
        .filter(|choice| choice.format == view.format)
        .flat_map(|choice| choice.decision.blocked().to_vec())
        .map(|one| format!("{} {}", one.reason, one.unblock))
        .collect();
    let why = request.query("why").and_then(Refusal::from_code);
    let words = match why {
        Some(refusal) => refusal.message().to_owned(),
        None if blocked.is_empty() => return Ok(None),
        None => blocked.join(" "),
    };
    Ok(Some(
        view! {
            <div class="notice notice--bad" role="alert">
                <Icon name="blocked" />
                <div class="notice__body">
                    <p class="notice__title">"The file was not sent"</p>
                    <p>{words}</p>
                </div>
            </div>
        }
        .into_any(),
    ))
}

#[component]
fn Standing(
    view: ExportView,
    now: Timestamp,
    zone: String,
    /// Where it can be asked for again.
    back: String,
) -> impl IntoView {
    let again = view! {
        <p>
            <a class="button" href=back>
                "Ask for it again"
            </a>
        </p>
    };
    match view.state {
        ExportState::Queued => view! { <Progress written=0 cells=1 /> }.into_any(),
        ExportState::Printing { written, cells, .. } => {
            view! { <Progress written cells /> }.into_any()
        }
        ExportState::Ready(file) => view! {
            <p>
                <a class="button button--primary" href=format!("/exports/{}/file", view.id)>
                    <Icon name="download" />
                    {format!("Download {}", view.format.label())}
                </a>
            </p>
            <dl class="facts">
                <div class="facts__item">
                    <dt class="facts__term">"File"</dt>
                    <dd>{file.name}</dd>
                </div>
                <div class="facts__item">
                    <dt class="facts__term">"Size"</dt>
                    <dd>{size_words(file.bytes)}</dd>
                </div>
                <div class="facts__item">
                    <dt class="facts__term">"Kept until"</dt>
                    <dd>
                        <Moment at=file.expires_at now zone=zone.clone() />
                    </dd>
                </div>
                <div class="facts__item">
                    <dt class="facts__term">"SHA-256"</dt>
                    <dd>
                        <Digest text=file.hash.to_string() />
                    </dd>
                </div>
            </dl>
            <p>
                "Whether it may leave is decided again at each download. If a licence was \
                 withdrawn meanwhile, it stays here."
            </p>
        }
        .into_any(),
        ExportState::Failed(reason) => view! {
            <div class="notice notice--bad" role="status">
                <Icon name="attention" />
                <div class="notice__body">
                    <p>{reason}</p>
                </div>
            </div>
            {again}
        }
        .into_any(),
        ExportState::Expired => view! {
            <p>
                "A file is kept for a limited time after it was made, or until what its licences \
                 ask for changes. It was deleted."
            </p>
            {again}
        }
        .into_any(),
    }
}

#[component]
fn Progress(written: i64, cells: i64) -> impl IntoView {
    let words = if written == 0 {
        "Nothing is written yet.".to_owned()
    } else {
        format!(
            "{} of {} cells are written.",
            grouped(&written.to_string()),
            grouped(&cells.to_string())
        )
    };
    view! {
        <p>
            <progress class="export-progress" max=cells.to_string() value=written.to_string()>
                {words.clone()}
            </progress>
        </p>
        <p>{words}</p>
    }
}

fn size_words(bytes: i64) -> String {
    let bytes = u64::try_from(bytes).unwrap_or_default();
    match bytes {
        0..100_000 => format!("{} bytes", grouped(&bytes.to_string())),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[component]
fn Refresh(refreshes: bool) -> impl IntoView {
    if refreshes {
        view! {
            <meta http-equiv="refresh" content="2" />
            <p class="field__hint">
                "This page renews itself. "
                <a href="?refresh=off">"Pause refreshing"</a>
            </p>
        }
        .into_any()
    } else {
        view! {
            <p class="field__hint">
                <a href="?">"Renew this page by itself again"</a>
            </p>
        }
        .into_any()
    }
}
