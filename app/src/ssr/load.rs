use super::{
    Request,
    answer::{describe, log},
    redirect_to,
};
use crate::{
    component::frame::{Frame, Visitor},
    page::problem::Problem,
};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use orchestrator::UseCaseError;

/// A page of the signed-in application: loads, then shows inside the frame, or
/// shows why it cannot. The whole page is rendered before the first byte goes.
pub fn page<Load, Loading, View>(title: &'static str, load: Load) -> impl IntoView
where
    Load: FnOnce(Request) -> Loading + Send + 'static,
    Loading: Future<Output = Result<View, UseCaseError>> + Send + 'static,
    View: IntoView + 'static,
{
    let request = Request::current();
    view! {
        <Suspense>
            {Suspend::new(async move {
                let request = match request {
                    Ok(request) => request,
                    Err(error) => return problem(None, &error),
                };
                if let Err(error) = request.actor() {
                    return problem(Some(&request), &error);
                }
                match load(request.clone()).await {
                    Ok(content) => {
                        // Erased here, so that the frame is compiled once for all pages.
                        let content = content.into_any();
                        let sample = shows_sample_data(&request).await;
                        view! { <Frame request title sample>{content}</Frame> }.into_any()
                    }
                    Err(error) => problem(Some(&request), &error),
                }
            })}
        </Suspense>
    }
}

/// A page that is open to everybody: inside the frame for who is signed in, with
/// a way home and to the sign-in for others. It shows no workspace's data.
pub fn open_page<View: IntoView + 'static>(
    title: &'static str,
    show: impl FnOnce(&Request) -> View,
) -> impl IntoView {
    let request = match Request::current() {
        Ok(request) => request,
        Err(error) => return problem(None, &error),
    };
    let content = show(&request).into_any();
    if request.signed_in().is_some() {
        view! { <Frame request title>{content}</Frame> }.into_any()
    } else {
        view! { <Visitor title target=request.target.clone()>{content}</Visitor> }.into_any()
    }
}

/// Whether reports are made of sample data at present; every page says so.
async fn shows_sample_data(request: &Request) -> bool {
    match request.orchestrator.current_pack().await {
        Ok(pack) => pack.is_some_and(|pack| pack.sample),
        Err(error) => {
            log(&error, &request.target);
            false
        }
    }
}

/// The page of an error, with its status.
fn problem(request: Option<&Request>, error: &UseCaseError) -> AnyView {
    let target = request.map_or("/", |request| request.target.as_str());
    if matches!(error, UseCaseError::SignedOut) {
        let next = if target == "/" { String::new() } else { format!("?next={}", encode(target)) };
        redirect_to(&format!("/sign-in{next}"));
        return ().into_any();
    }
    log(error, target);
    let (status, _, title) = describe(error);
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
    view! { <Problem request=request.cloned() status=status.as_u16() detail=title /> }.into_any()
}

/// Percent-encodes what may not stand in a query's value.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
