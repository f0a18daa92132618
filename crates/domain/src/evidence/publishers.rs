use super::EvidenceItem;

/// How many publishers report something independently of each other. Items with
/// the same excerpt are copies of one text and count as one publisher, whoever
/// prints them.
pub fn independent_publishers<'a>(items: impl IntoIterator<Item = &'a EvidenceItem>) -> usize {
    // Voices that share a publisher or a text are one; a new item may join two
    // that were apart.
    let mut voices: Vec<Vec<&EvidenceItem>> = Vec::new();
    for item in items {
        let (joined, mut apart): (Vec<_>, Vec<_>) =
            voices.into_iter().partition(|voice| voice.iter().any(|other| same_voice(item, other)));
        let mut voice: Vec<_> = joined.into_iter().flatten().collect();
        voice.push(item);
        apart.push(voice);
        voices = apart;
    }
    voices.len()
}

fn same_voice(a: &EvidenceItem, b: &EvidenceItem) -> bool {
    let copied = !a.excerpt.trim().is_empty() && words_of(&a.excerpt).eq(words_of(&b.excerpt));
    copied || words_of(&a.publisher).eq(words_of(&b.publisher))
}

/// Words in lower case, without punctuation.
fn words_of(text: &str) -> impl Iterator<Item = String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{DateConfidence, EvidenceId, TrustTier};
    use crate::taxonomy::SignalType;
    use jiff::civil::date;
    use std::collections::BTreeSet;

    fn item(publisher: &str, excerpt: &str) -> EvidenceItem {
        let url = format!("https://news.example.com/{publisher}/{excerpt}").replace(' ', "-");
        EvidenceItem {
            id: EvidenceId::of_canonical_url(&url),
            title: excerpt.to_owned(),
            excerpt: excerpt.to_owned(),
            publisher: publisher.to_owned(),
            canonical_url: url.clone(),
            url,
            published: date(2026, 11, 12),
            date_confidence: DateConfidence::High,
            source: publisher.to_owned(),
            tier: TrustTier::try_from(2).unwrap(),
            regions: BTreeSet::new(),
            links: BTreeSet::new(),
            signal: SignalType::Other,
            companies: Vec::new(),
            sample: true,
        }
    }

    fn check(items: &[(&str, &str)], expected: usize) {
        let items: Vec<_> = items.iter().map(|(publisher, text)| item(publisher, text)).collect();
        assert_eq!(independent_publishers(&items), expected);
    }

    #[test]
    fn a_publisher_counts_once_however_much_it_prints() {
        check(&[], 0);
        check(&[("Foam Daily", "First text"), ("FOAM daily", "Second text")], 1);
        check(&[("Foam Daily", "First text"), ("Polyol Post", "Second text")], 2);
    }

    #[test]
    fn copies_of_one_text_are_one_publisher() {
        check(&[("Foam Daily", "A plant opens."), ("Polyol Post", "A plant opens")], 1);
        // Two that had nothing in common become one through the third.
        check(&[("A", "One text"), ("B", "Other text"), ("A", "Other text")], 1);
    }
}
