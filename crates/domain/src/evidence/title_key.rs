use crate::words::words;

/// What makes two titles the same in the search for duplicates and syndicated
/// copies: the words in lower case, without punctuation, possessives and a site's
/// name behind a bar. Figures stay, so that 400 ktpa and 40 ktpa differ.
///
/// A title without a single word is its own key, so that it equals itself only.
pub fn title_key(title: &str) -> String {
    let folded: Vec<String> =
        words(without_site_name(title)).into_iter().map(|word| word.folded).collect();
    if folded.is_empty() { title.trim().to_owned() } else { folded.join(" ") }
}

/// `Headline of some words | Site` without the bar and what follows.
fn without_site_name(title: &str) -> &str {
    title
        .rsplit_once(" | ")
        .map(|(headline, _)| headline)
        .filter(|headline| words(headline).len() >= 3)
        .unwrap_or(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        title_key(one) == title_key(other)
    }

    #[test]
    fn punctuation_case_and_site_names_make_no_difference() {
        assert!(same("Acme’s MDI plant: 400 ktpa more", "ACME MDI PLANT — 400 KTPA MORE!"));
        assert!(same("Acme expands in Poland | PU Journal", "Acme expands in Poland"));
    }

    #[test]
    fn figures_and_words_make_a_difference() {
        assert!(!same("Acme adds 400 ktpa", "Acme adds 40 ktpa"));
        assert!(!same("Acme adds 1.5 ktpa", "Acme adds 15 ktpa"));
        assert!(!same("MDI | Acme expands", "MDI | Acme closes"));
    }

    #[test]
    fn a_title_without_words_equals_itself_only() {
        assert!(same("…", " … "));
        assert!(!same("…", "—"));
    }
}
