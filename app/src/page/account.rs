use crate::{
    action::ChangePassword,
    component::{
        error_summary::{ErrorSummary, FieldProblem},
        input_field::InputField,
    },
    ssr::page,
};
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::identity::PasswordProblem;
use storage::user::Membership;

/// Who is signed in, where they belong, and their password.
#[component]
pub fn Account() -> impl IntoView {
    page("Account", |request| async move {
        let actor = request.actor()?;
        let problem = request.query("problem").and_then(PasswordProblem::from_code);
        let summary = problem.map(|problem| {
            let problems =
                vec![FieldProblem { field: Some(field_of(problem)), message: problem.to_string() }];
            view! { <ErrorSummary title="The password was not changed" problems /> }
        });
        Ok(view! {
            {summary}
            <div class="page-header">
                <h1 class="page-header__title">"Account"</h1>
                <p class="statement">{format!("{}, {}", actor.name, actor.email)}</p>
            </div>
            <section class="section" aria-labelledby="memberships">
                <h2 class="section__title" id="memberships">
                    "Workspaces"
                </h2>
                <Memberships memberships=actor.memberships.clone() is_admin=actor.is_admin />
            </section>
            <section class="section" aria-labelledby="password">
                <h2 class="section__title" id="password">
                    "Password"
                </h2>
                <PasswordForm problem />
            </section>
            {actor
                .membership
                .is_some()
                .then(|| {
                    view! {
                        <section class="section" aria-labelledby="programs">
                            <h2 class="section__title" id="programs">
                                "Programs"
                            </h2>
                            <p>
                                "A program acts for you with an "
                                <a href="/account/tokens">"API token"</a>
                                ", with no more than the rights that you choose for it."
                            </p>
                        </section>
                    }
                })}
        })
    })
}

/// Id of the control that a problem is about.
const fn field_of(problem: PasswordProblem) -> &'static str {
    match problem {
        PasswordProblem::CurrentIsWrong => "current",
        PasswordProblem::TooShort | PasswordProblem::TooLong | PasswordProblem::Unchanged => "new",
        PasswordProblem::RepeatDiffers => "repeat",
    }
}

#[component]
fn Memberships(memberships: Vec<Membership>, is_admin: bool) -> impl IntoView {
    let admin = is_admin.then(|| view! { <p>"You are an administrator of the platform."</p> });
    if memberships.is_empty() {
        return view! {
            {admin}
            <p>"You belong to no workspace. An administrator of the platform adds you to one."</p>
        }
        .into_any();
    }
    let rows = memberships
        .into_iter()
        .map(|membership| {
            view! {
                <tr>
                    <th scope="row">{membership.workspace_name}</th>
                    <td data-label="Role">{membership.role.label()}</td>
                    <td data-label="Time zone">{membership.time_zone}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        {admin}
        <table class="data-table">
            <caption class="data-table__caption">"Where you are a member"</caption>
            <thead>
                <tr>
                    <th scope="col">"Workspace"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col">"Time zone"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn PasswordForm(problem: Option<PasswordProblem>) -> impl IntoView {
    let error = move |field: &str| {
        problem.filter(|problem| field_of(*problem) == field).map(|problem| problem.to_string())
    };
    view! {
        <form class="short-form" method="post" action=ChangePassword::PATH>
            <p>
                "All other sessions of yours end with the change; this one goes on with the new password."
            </p>
            <InputField
                kind="password"
                id="current"
                label="Current password"
                autocomplete="current-password"
                error=error("current")
            />
            <InputField
                kind="password"
                id="new"
                label="New password"
                hint="12 to 200 characters; a few unrelated words are good."
                autocomplete="new-password"
                error=error("new")
            />
            <InputField
                kind="password"
                id="repeat"
                label="Repeat the new password"
                autocomplete="new-password"
                error=error("repeat")
            />
            <button class="button button--primary">"Change password"</button>
        </form>
    }
}
