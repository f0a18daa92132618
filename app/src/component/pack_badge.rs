use leptos::prelude::*;

/// What an execution was valued with: the pricing pack, and the state of the
/// ledger as eight digits of its commit.
#[component]
pub fn PackBadge(pack: Option<String>, ledger_commit: Option<String>) -> impl IntoView {
    let pack = match pack {
        Some(pack) => {
            let href = format!("/packs/{pack}");
            view! {
                <a href=href>
                    <code class="digest">{pack}</code>
                </a>
            }
            .into_any()
        }
        None => "no pricing pack".into_any(),
    };
    let ledger = ledger_commit.map(|commit| {
        let short: String = commit.chars().take(COMMIT_DIGITS).collect();
        view! {
            <span class="pack-badge__part">
                <span class="pack-badge__term">"Ledger"</span>
                <code class="digest" title=commit>
                    {short}
                </code>
            </span>
        }
    });
    view! {
        <p class="pack-badge">
            <span class="pack-badge__part">
                <span class="pack-badge__term">"Pack"</span>
                {pack}
            </span>
            {ledger}
        </p>
    }
}

/// As the sources of values write a commit.
const COMMIT_DIGITS: usize = 8;
