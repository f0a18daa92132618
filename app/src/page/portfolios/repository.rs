use crate::{
    action::{RemoveLedgerRepository, SetLedgerRepository},
    component::{
        error_summary::{ErrorSummary, FieldErrorText, FieldProblem},
        field::described_by,
        moment::Moment,
    },
};
use domain::id::WorkspaceId;
use jiff::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};
use orchestrator::{
    Refusal,
    portfolio::{AllowedRepositories, RepositoryRow},
};

/// Which repository the workspace's ledger is read from, and for an owner the form that names
/// it. A refused form comes back as typed.
#[component]
pub(super) fn Repository(
    workspace: WorkspaceId,
    repository: Option<RepositoryRow>,
    /// None when the operator allows none, or the reader is no owner.
    allowed: Option<AllowedRepositories>,
    is_owner: bool,
    typed: Option<(String, Refusal)>,
    now: Timestamp,
    zone: String,
) -> impl IntoView {
    let standing = match &repository {
        Some(own) => view! {
            <p>
                "This workspace reads its ledger from "
                <code class="digest">{own.address.clone()}</code> ", since "
                <Moment at=own.set_at now zone /> "."
            </p>
        }
        .into_any(),
        None => view! {
            <p>"This workspace has no repository of its own."</p>
        }
        .into_any(),
    };
    let removal = (is_owner && repository.is_some()).then(|| {
        view! {
            <form method="post" action=RemoveLedgerRepository::PATH>
                <button class="button">"Take the repository away"</button>
            </form>
        }
    });
    let form = allowed.map(|allowed| view! { <RepositoryForm workspace allowed typed /> });
    view! {
        <section class="section" aria-labelledby="repository">
            <h2 class="section__title" id="repository">
                "Its repository"
            </h2>
            {standing}
            {form}
            {removal}
        </section>
    }
}

#[component]
fn RepositoryForm(
    workspace: WorkspaceId,
    allowed: AllowedRepositories,
    typed: Option<(String, Refusal)>,
) -> impl IntoView {
    let (typed, refusal) = typed.unzip();
    let error = refusal.map(Refusal::message);
    let summary = error.map(|message| {
        let problem = FieldProblem { field: Some("address"), message: message.to_owned() };
        view! { <ErrorSummary title="No repository was named" problems=vec![problem] /> }
    });
    view! {
        <form class="portfolio-repository" method="post" action=SetLedgerRepository::PATH>
            {summary}
            <div class="field">
                <label class="field__label" for="address">
                    "Address of the repository"
                </label>
                <p class="field__hint" id="address-hint">
                    {hint(&allowed, workspace)}
                </p>
                {error.map(|message| view! { <FieldErrorText id="address-error" message /> })}
                <input
                    class="field__input"
                    id="address"
                    name="address"
                    type="text"
                    required
                    maxlength="500"
                    autocomplete="off"
                    value=typed.unwrap_or_default()
                    aria-describedby=described_by("address", error.is_some())
                    aria-invalid=error.map(|_| "true")
                />
            </div>
            <button class="button">"Use this repository"</button>
        </form>
    }
}

/// What may stand there, and what is read of it.
fn hint(allowed: &AllowedRepositories, workspace: WorkspaceId) -> String {
    let hosts = allowed.hosts.join(", ");
    let remote = format!("An address of https on {hosts}");
    let local = format!("the name of a repository in the folder {workspace} on the server");
    let places = match (allowed.hosts.is_empty(), allowed.on_server) {
        (false, true) => format!("{remote}, or {local}."),
        (false, false) => format!("{remote}."),
        (true, true) => format!("{}{}.", "The", &local["the".len()..]),
        (true, false) => "The operator of the server allows none at present.".to_owned(),
    };
    format!(
        "{places} It has to be readable without a password; main.beancount in it includes the \
         rest. Only its newest commit is read, with at most {} MB.",
        allowed.megabytes_max
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_names_what_the_operator_allows_and_nothing_else() {
        let workspace: WorkspaceId = "00000000-0000-0000-0000-000000000000".parse().unwrap();
        let words = |hosts: &[&str], on_server| {
            let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
            hint(&AllowedRepositories { hosts, on_server, megabytes_max: 64 }, workspace)
        };
        assert!(
            words(&["a.example", "b.example"], false)
                .starts_with("An address of https on a.example, b.example. ")
        );
        assert!(
            words(&["a.example"], true)
                .contains("a.example, or the name of a repository in the folder 00000000-")
        );
        assert!(words(&[], true).starts_with("The name of a repository in the folder 00000000-"));
        assert!(words(&[], false).starts_with("The operator of the server allows none"));
    }
}
