use super::EvidenceItem;
use std::collections::HashMap;

/// How many publishers report something independently of each other. Items with
/// the same excerpt are copies of one text and count as one publisher, whoever
/// prints them. Costs what the items' texts cost to read.
pub fn independent_publishers<'a>(items: impl IntoIterator<Item = &'a EvidenceItem>) -> usize {
    // Items that share a publisher or a text are one voice; a new item may join two
    // that were apart.
    let mut voices: Vec<usize> = Vec::new();
    let mut first_with: HashMap<(bool, String), usize> = HashMap::new();
    for (place, item) in items.into_iter().enumerate() {
        voices.push(place);
        let text = words_of(&item.excerpt);
        let marks = [(true, words_of(&item.publisher)), (false, text)];
        for mark in marks.into_iter().filter(|(publisher, words)| *publisher || !words.is_empty()) {
            let other = *first_with.entry(mark).or_insert(place);
            let (one, other) = (voice_of(&mut voices, place), voice_of(&mut voices, other));
            voices[one.max(other)] = one.min(other);
        }
    }
    voices.iter().enumerate().filter(|(place, voice)| place == *voice).count()
}

/// The first item of a voice, by way of those that it was joined through.
fn voice_of(voices: &mut [usize], mut place: usize) -> usize {
    while voices[place] != place {
        voices[place] = voices[voices[place]];
        place = voices[place];
    }
    place
}

/// Words in lower case, without punctuation.
fn words_of(text: &str) -> String {
    let words = text.split(|character: char| !character.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect::<Vec<_>>().join(" ")
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
