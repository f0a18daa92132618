use crate::{
    action::SignIn as SignInAction,
    component::icon::Icon,
    ssr::{Request, local_path, redirect_to, remembered_email},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// The first page of somebody who is not signed in.
#[component]
pub fn SignIn() -> impl IntoView {
    let request = Request::current().ok();
    let query =
        |name: &str| request.as_ref().and_then(|request| request.query(name)).map(str::to_owned);
    let next = query("next").map(|next| local_path(&next).to_owned()).unwrap_or_default();
    if request.as_ref().is_some_and(|request| request.signed_in().is_some()) {
        redirect_to(local_path(&next));
    }
    let problem = query("problem");
    let invalid = (problem.as_deref() == Some("credentials")).then_some("true");
    let retry_after = query("retry_after").and_then(|seconds| seconds.parse().ok());
    view! {
        <Title text="Sign in" />
        <div class="sign-in">
            <main class="sign-in__main" id="main">
                <div class="sign-in__brand brand">
                    <svg class="brand__mark" aria-hidden="true">
                        <use href="#icon-mark"></use>
                    </svg>
                    <span class="brand__name">"Observatory"</span>
                </div>
                <h1>"Sign in"</h1>
                {problem.map(|problem| view! { <SignInNotice problem retry_after /> })}
                <form class="sign-in__form" method="post" action=SignInAction::PATH>
                    <div class="field">
                        <label class="field__label" for="email">
                            "E-mail address"
                        </label>
                        <input
                            class="field__input"
                            id="email"
                            name="email"
                            type="email"
                            autocomplete="username"
                            required
                            maxlength="254"
                            value=remembered_email()
                            aria-invalid=invalid
                        />
                    </div>
                    <div class="field">
                        <label class="field__label" for="password">
                            "Password"
                        </label>
                        <input
                            class="field__input"
                            id="password"
                            name="password"
                            type="password"
                            autocomplete="current-password"
                            required
                            aria-invalid=invalid
                        />
                    </div>
                    <input type="hidden" name="next" value=next />
                    <div>
                        <button class="button button--primary">"Sign in"</button>
                    </div>
                </form>
                <p class="field__hint">
                    "Forgotten it? An administrator of the platform can set a new one."
                </p>
            </main>
        </div>
    }
}

#[component]
fn SignInNotice(problem: String, retry_after: Option<u32>) -> impl IntoView {
    let (tone, icon, role, title, text) = match problem.as_str() {
        "credentials" => (
            "notice notice--bad",
            "attention",
            "alert",
            "That did not work",
            "The e-mail address or the password is not right. Check both and try again.".to_owned(),
        ),
        "limited" => (
            "notice notice--attention",
            "clock",
            "alert",
            "Too many attempts",
            format!(
                "Signing in is paused for this account or address. It is open again in about {} minutes.",
                retry_after.unwrap_or(900).div_ceil(60)
            ),
        ),
        "signed_out" => (
            "notice notice--good",
            "check",
            "status",
            "Signed out",
            "You are signed out on this device.".to_owned(),
        ),
        _ => return None,
    };
    let link = (problem == "credentials").then(
        || view! { " " <a class="notice__link" href="#email">"Go to the e-mail address"</a> },
    );
    Some(view! {
        <div class=tone role=role tabindex="-1">
            <Icon name=icon />
            <div class="notice__body">
                <h2 class="notice__title">{title}</h2>
                <p>{text} {link}</p>
            </div>
        </div>
    })
}
