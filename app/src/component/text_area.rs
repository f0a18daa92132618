use leptos::prelude::*;

/// Several lines of typed text.
///
/// Leptos writes the children of a `<textarea>` as they are, so the text is
/// escaped here: nothing typed ends the control and becomes markup.
#[component]
pub fn TextArea(
    #[prop(into)] id: String,
    #[prop(into)] name: String,
    rows: u8,
    value: String,
    /// Ids of hint and error.
    #[prop(into)]
    described_by: String,
    #[prop(optional)] invalid: bool,
    /// In characters.
    #[prop(optional)]
    maxlength: Option<u16>,
) -> impl IntoView {
    view! {
        <textarea
            class="field__textarea"
            id=id
            name=name
            rows=rows
            maxlength=maxlength
            aria-invalid=invalid.then_some("true")
            aria-describedby=described_by
            inner_html=escaped(&value)
        ></textarea>
    }
}

/// The first line end of a textarea's content is dropped by browsers, so one
/// more stands before the text.
pub(super) fn escaped(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_markup_stays_text() {
        let html = view! {
            <TextArea
                id="watchlist"
                name="draft[watchlist]"
                rows=5
                value="</textarea><script>alert(1)</script> &amp;".to_owned()
                described_by="watchlist-hint"
            />
        }
        .to_html();
        assert!(html.contains("&lt;/textarea>&lt;script>alert(1)&lt;/script> &amp;amp;"), "{html}");
        assert!(!html.contains("<script"), "{html}");
    }
}
