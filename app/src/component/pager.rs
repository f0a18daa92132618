use super::icon::Icon;
use leptos::prelude::*;

/// The ways through a list that is read from a cursor on: back to its begin, and on.
#[component]
pub fn CursorPager(
    /// What it pages, for who does not see it.
    label: &'static str,
    newest: Option<String>,
    older: Option<String>,
) -> impl IntoView {
    (newest.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=label>
                {newest
                    .map(|newest| {
                        view! {
                            <a class="button button--small pager__newer" href=newest>
                                <Icon name="chevron" />
                                "Newest"
                            </a>
                        }
                    })}
                {older
                    .map(|older| {
                        view! {
                            <a class="button button--small pager__older" href=older rel="next">
                                "Older"
                                <Icon name="chevron" />
                            </a>
                        }
                    })}
            </nav>
        }
    })
}

/// The ways through a list of counted pages; nothing where there is one.
#[component]
pub fn PagePager<To: Fn(usize) -> String>(
    /// What it pages, for who does not see it.
    label: &'static str,
    page: usize,
    pages: usize,
    /// The address of a page.
    to: To,
    /// The words of the way back.
    before: &'static str,
    /// The words of the way on.
    after: &'static str,
) -> impl IntoView {
    (pages > 1).then(|| {
        let before = (page > 1).then(|| {
            view! {
                <a class="button button--small pager__newer" href=to(page - 1) rel="prev">
                    <Icon name="chevron" />
                    {before}
                </a>
            }
        });
        let after = (page < pages).then(|| {
            view! {
                <a class="button button--small pager__older" href=to(page + 1) rel="next">
                    {after}
                    <Icon name="chevron" />
                </a>
            }
        });
        view! {
            <nav class="pager" aria-label=label>
                {before}
                <span class="pager__place">{format!("Page {page} of {pages}")}</span>
                {after}
            </nav>
        }
    })
}
