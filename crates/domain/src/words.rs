//! Words of a text by the Unicode rules for word boundaries, and phrases found
//! among them. Never substrings: SEA is not in research, nor Oman in woman.

use std::{cmp::Reverse, collections::HashMap};
use unicode_segmentation::UnicodeSegmentation;

/// One word, without a possessive `'s`.
pub struct Word<'t> {
    pub written: &'t str,
    /// In lower case.
    pub folded: String,
    /// Byte offsets in the text.
    pub start: usize,
    pub end: usize,
    /// It stands in a line of several words that holds capitals only.
    pub shouted: bool,
}

/// Every word of a text, in its order.
pub fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let shouted = is_shouted(line);
        for (place, piece) in line.unicode_word_indices() {
            let written = without_possessive(piece);
            let start = offset + place;
            let end = start + written.len();
            words.push(Word { written, folded: written.to_lowercase(), start, end, shouted });
        }
        offset += line.len();
    }
    words
}

fn is_shouted(line: &str) -> bool {
    let lettered = line.unicode_words().filter(|word| word.contains(char::is_alphabetic)).count();
    lettered > 1 && !line.contains(char::is_lowercase)
}

fn without_possessive(word: &str) -> &str {
    ["'s", "’s", "'S", "’S"].iter().find_map(|suffix| word.strip_suffix(suffix)).unwrap_or(word)
}

/// One or more words in a row, with nothing but blanks and hyphens between.
struct Phrase {
    words: Vec<PhraseWord>,
    /// As written, with capitals.
    exact: bool,
    /// Not where everything is in capitals.
    quiet: bool,
    /// Number of characters: the longest phrase is tried first.
    length: usize,
}

struct PhraseWord {
    text: String,
    /// The beginning of a word suffices.
    stem: bool,
}

impl Phrase {
    /// Notation: plain for any case; `EU*` case-sensitive and ignored in
    /// lines of capitals; `MDI=` case-sensitive everywhere; `recycl~` a stem.
    fn parse(notation: &str) -> Self {
        let quiet = notation.ends_with('*');
        let exact = quiet || notation.ends_with('=');
        let text = notation.trim_end_matches(['*', '=']);
        let cased = |word: &str| if exact { word.to_owned() } else { word.to_lowercase() };
        let words = text
            .split([' ', '-'])
            .map(|word| PhraseWord {
                text: cased(word.trim_end_matches(['~', '.'])),
                stem: word.ends_with('~'),
            })
            .collect();
        Self { words, exact, quiet, length: text.chars().count() }
    }

    fn stands_at(&self, text: &str, words: &[Word<'_>]) -> bool {
        words.len() >= self.words.len()
            && self.words.iter().zip(words).all(|(wanted, word)| self.accepts(wanted, word))
            && words[..self.words.len()]
                .windows(2)
                .all(|pair| gap(text, pair).chars().all(joins_words))
    }

    fn accepts(&self, wanted: &PhraseWord, word: &Word<'_>) -> bool {
        let found = if self.exact { word.written } else { &word.folded };
        let fits = if wanted.stem { found.starts_with(&wanted.text) } else { found == wanted.text };
        fits && !(self.quiet && word.shouted)
    }
}

/// What stands between two words, without the full stop of an abbreviation.
fn gap<'t>(text: &'t str, pair: &[Word<'_>]) -> &'t str {
    let between = &text[pair[0].end..pair[1].start];
    let abbreviated = pair[0].written.contains('.');
    between.strip_prefix('.').filter(|_| abbreviated).unwrap_or(between)
}

fn joins_words(between: char) -> bool {
    between.is_whitespace() || matches!(between, '-' | '\u{2010}' | '\u{2011}' | '–')
}

/// Phrases with what each of them means.
pub struct Lexicon<T> {
    /// Masks first, which mean nothing; then the entries, the longest first.
    phrases: Vec<(Phrase, Option<T>)>,
    /// Places in `phrases` by their first word in lower case, so that a text costs
    /// its own length and not that of the lexicon.
    by_first_word: HashMap<String, Vec<usize>>,
    /// Places of phrases that begin with a stem.
    by_stem: Vec<usize>,
}

/// A phrase that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit<T> {
    pub value: T,
    /// Index of its first word among the words of the text.
    pub word: usize,
    /// Byte offsets of its first word's beginning and its last word's end.
    pub start: usize,
    pub end: usize,
}

impl<T: Copy> Lexicon<T> {
    /// Phrases with commas between, each plain for any case, `EU*` for exact capitals
    /// that do not count in lines of capitals, `MDI=` for exact capitals everywhere,
    /// `recycl~` for the beginning of a word. `masks` are removed first and mean
    /// nothing.
    pub fn new(masks: &str, table: &[(T, &str)]) -> Self {
        let mut entries: Vec<_> = table
            .iter()
            .flat_map(|(value, phrases)| phrases_of(phrases).map(|phrase| (phrase, Some(*value))))
            .collect();
        entries.sort_by_key(|(phrase, _)| Reverse(phrase.length));
        let phrases: Vec<_> =
            phrases_of(masks).map(|phrase| (phrase, None)).chain(entries).collect();
        let mut by_first_word: HashMap<String, Vec<usize>> = HashMap::new();
        let mut by_stem = Vec::new();
        for (place, (phrase, _)) in phrases.iter().enumerate() {
            match phrase.words.first() {
                Some(first) if first.stem => by_stem.push(place),
                Some(first) => {
                    by_first_word.entry(first.text.to_lowercase()).or_default().push(place);
                }
                None => {}
            }
        }
        Self { phrases, by_first_word, by_stem }
    }

    /// Every phrase in the order of the text. A word that a longer phrase has
    /// used counts for no other.
    pub fn find(&self, text: &str) -> Vec<Hit<T>> {
        self.find_among(text, &words(text))
    }

    /// The same for a text whose words are known already.
    pub fn find_among(&self, text: &str, words: &[Word<'_>]) -> Vec<Hit<T>> {
        let mut standing: Vec<(usize, usize)> = Vec::new();
        for (place, word) in words.iter().enumerate() {
            let begun = self.by_first_word.get(&word.folded).into_iter().flatten();
            standing.extend(
                begun
                    .chain(&self.by_stem)
                    .filter(|&&phrase| self.phrases[phrase].0.stands_at(text, &words[place..]))
                    .map(|&phrase| (phrase, place)),
            );
        }
        standing.sort_unstable();
        let mut used = vec![false; words.len()];
        let mut hits = Vec::new();
        for (phrase, place) in standing {
            let (phrase, value) = &self.phrases[phrase];
            let end = place + phrase.words.len();
            if used[place..end].contains(&true) {
                continue;
            }
            used[place..end].fill(true);
            hits.extend(value.map(|value| Hit {
                value,
                word: place,
                start: words[place].start,
                end: words[end - 1].end,
            }));
        }
        hits.sort_by_key(|hit| hit.word);
        hits
    }
}

fn phrases_of(list: &str) -> impl Iterator<Item = Phrase> {
    list.split(',').map(str::trim).filter(|phrase| !phrase.is_empty()).map(Phrase::parse)
}

/// Whether `text` names `name` by whole words. Between the words of a name may
/// stand what names hold: blanks, hyphens, `&`, full stops, commas, apostrophes.
/// A name that is typed with a capital is not found in a common noun: Dow is not
/// in "a dow".
pub fn names(text: &str, name: &str) -> bool {
    let wanted = words(name);
    let found = words(text);
    !wanted.is_empty()
        && found.windows(wanted.len()).any(|run| {
            run.iter().zip(&wanted).all(|(word, wanted)| word.folded == wanted.folded)
                && run.windows(2).all(|pair| {
                    let between = &text[pair[0].end..pair[1].start];
                    between.chars().count() <= 3
                        && between.chars().all(|c| joins_words(c) || "&.,'’+/".contains(c))
                })
                && (is_capital(run[0].written) || !is_capital(wanted[0].written))
        })
}

fn is_capital(word: &str) -> bool {
    word.starts_with(|first: char| first.is_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn words_follow_unicode_boundaries_and_lose_their_possessive() {
        assert_eq!(
            folded("Türkiye’s EU-wide U.S. plant"),
            ["türkiye", "eu", "wide", "u.s", "plant"]
        );
        assert_eq!(folded("Europe: MDI up 1.5 %"), ["europe", "mdi", "up", "1.5"]);
    }

    #[test]
    fn the_longest_phrase_uses_its_words_up() {
        let lexicon =
            Lexicon::new("north sea", &[(1, "american"), (2, "south american"), (3, "sea")]);
        let found: Vec<_> = lexicon
            .find("South-American and American plants, the North Sea, the sea")
            .into_iter()
            .map(|hit| hit.value)
            .collect();
        assert_eq!(found, [2, 1, 3]);
    }

    #[test]
    fn a_phrase_does_not_cross_a_sentence() {
        let lexicon = Lexicon::new("", &[((), "south american")]);
        assert_eq!(lexicon.find("Prices fall in the south. American buyers wait"), []);
    }

    #[test]
    fn starred_phrases_need_their_capitals_and_a_line_that_is_not_shouted() {
        let lexicon = Lexicon::new("", &[((), "US*")]);
        for (text, count) in [
            ("a US plant", 1),
            ("tell us", 0),
            ("JOIN US NOW", 0),
            ("JOIN US NOW\nThe US plant", 1),
        ] {
            assert_eq!(lexicon.find(text).len(), count, "{text}");
        }
    }

    #[test]
    fn a_company_is_named_by_whole_words_only() {
        for (text, name, expected) in [
            ("Example Foam's plant", "Example Foam", true),
            ("EXAMPLE FOAM SHUTS PLANT", "example foam", true),
            ("Example Foams", "Example Foam", false),
            ("Foam & Co. expands", "Foam & Co", true),
            ("for example foam", "Example Foam", false),
            ("an example. Foam is soft", "Example", false),
            ("Shadow", "Dow", false),
            ("anything", "", false),
        ] {
            assert_eq!(names(text, name), expected, "{name} in {text}");
        }
    }
}
