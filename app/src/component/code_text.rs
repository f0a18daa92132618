use leptos::prelude::*;

/// A sentence in which what stands between backticks is code.
#[component]
pub fn CodeText(#[prop(into)] text: String) -> impl IntoView {
    text.split('`')
        .map(str::to_owned)
        .enumerate()
        .map(|(place, part)| {
            if place % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
        })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_backticks_is_code_and_markup_stays_text() {
        let html = view! { <CodeText text="Send `a <b>` as <i>." /> }.to_html();
        let html = html.replace("<!>", "");
        assert_eq!(html, "Send <code>a &lt;b&gt;</code> as &lt;i&gt;.");
    }
}
