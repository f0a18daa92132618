//! Names in a text, by whole words and on the day of the text.

use super::table::{Alias, EntityTable, TableError};
use domain::{
    evidence::{Ambiguous, CompanyId, SiteId},
    words::{Word, words},
};
use jiff::civil::Date;
use std::collections::{BTreeSet, HashMap};

/// Characters between two words of one name: a blank, a hyphen, `&`, a full stop.
const GAP_CHARACTERS_MAX: usize = 3;

/// What a text names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// In the order of the text, each company once.
    pub mentions: Vec<Mention>,
    /// Sites of companies that are named, too.
    pub sites: BTreeSet<SiteId>,
    /// Names of several companies, for an administrator to decide; none of them is
    /// taken for meant.
    pub ambiguous: Vec<Ambiguous>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub company: CompanyId,
    /// As the text has it, the first time.
    pub written: String,
    /// Byte offset of that.
    pub start: usize,
}

#[derive(Debug, Default)]
pub(super) struct Aliases {
    /// By the first word of a name, in lower case; the longest names first.
    by_first_word: HashMap<String, Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    words: Vec<String>,
    /// The name begins with a capital, and so does whoever is meant: Dow is not a dow.
    capital: bool,
    meaning: Meaning,
    from: Date,
    to: Date,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Meaning {
    Nobody,
    Company(CompanyId),
    Site(SiteId),
}

impl Aliases {
    pub(super) fn add(&mut self, id: &CompanyId, alias: &Alias) -> Result<(), TableError> {
        let meaning = if alias.mask { Meaning::Nobody } else { Meaning::Company(id.clone()) };
        self.insert(&alias.name, meaning, alias.from, alias.to)
            .ok_or_else(|| TableError::Nameless(id.to_string()))
    }

    pub(super) fn add_place(&mut self, id: &SiteId, place: &str) -> Result<(), TableError> {
        self.insert(place, Meaning::Site(id.clone()), Date::MIN, Date::MAX)
            .ok_or_else(|| TableError::Nameless(id.to_string()))
    }

    fn insert(&mut self, name: &str, meaning: Meaning, from: Date, to: Date) -> Option<()> {
        let found = words(name);
        let first = found.first()?;
        let capital = is_capital(first);
        let folded: Vec<String> = found.iter().map(|word| word.folded.clone()).collect();
        let entries = self.by_first_word.entry(folded[0].clone()).or_default();
        entries.push(Entry { words: folded, capital, meaning, from, to });
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.words.len()));
        Some(())
    }

    /// What the longest name at the beginning of `words` may mean, with its length.
    fn meanings<'a>(
        &'a self,
        text: &str,
        words: &[Word<'_>],
        on: Date,
    ) -> (usize, Vec<&'a Meaning>) {
        let entries = self.by_first_word.get(&words[0].folded).into_iter().flatten();
        let fitting: Vec<&Entry> = entries
            .filter(|entry| (entry.from..=entry.to).contains(&on) && entry.stands_at(text, words))
            .collect();
        let length = fitting.first().map_or(0, |entry| entry.words.len());
        let longest = fitting.into_iter().filter(|entry| entry.words.len() == length);
        (length, longest.map(|entry| &entry.meaning).collect())
    }
}

impl Entry {
    fn stands_at(&self, text: &str, words: &[Word<'_>]) -> bool {
        let length = self.words.len();
        words.len() >= length
            && (is_capital(&words[0]) || !self.capital)
            && self.words.iter().zip(words).all(|(wanted, word)| *wanted == word.folded)
            && words[..length].windows(2).all(|pair| {
                let between = &text[pair[0].end..pair[1].start];
                between.chars().count() <= GAP_CHARACTERS_MAX
                    && between.chars().all(|c| c.is_whitespace() || "-–&.,'’+/".contains(c))
            })
    }
}

fn is_capital(word: &Word<'_>) -> bool {
    word.written.starts_with(char::is_uppercase)
}

impl EntityTable {
    /// Companies and sites that a text of the day `on` names. The longest name at a
    /// place counts and uses its words up; a place is a site only beside its company,
    /// since many places share a name.
    pub fn resolve(&self, text: &str, on: Date) -> Named {
        let words = words(text);
        let mut named = Named::default();
        let mut places = BTreeSet::new();
        let mut at = 0;
        while at < words.len() {
            let (length, meanings) = self.aliases.meanings(text, &words[at..], on);
            if length == 0 {
                at += 1;
                continue;
            }
            let (start, end) = (words[at].start, words[at + length - 1].end);
            at += length;
            if meanings.contains(&&Meaning::Nobody) {
                continue;
            }
            let mut companies = BTreeSet::new();
            for meaning in meanings {
                match meaning {
                    Meaning::Company(id) => drop(companies.insert(id)),
                    Meaning::Site(id) => drop(places.insert(id)),
                    Meaning::Nobody => {}
                }
            }
            named.take(companies, &text[start..end], start);
        }
        let sites = places.into_iter().filter(|id| {
            self.site(id)
                .is_some_and(|site| named.mentions.iter().any(|m| m.company == site.company))
        });
        named.sites = sites.cloned().collect();
        named
    }
}

impl Named {
    fn take(&mut self, companies: BTreeSet<&CompanyId>, written: &str, start: usize) {
        let written = written.to_owned();
        match companies.first() {
            Some(&company) if companies.len() == 1 => {
                let named = self.mentions.iter().any(|mention| mention.company == *company);
                let mention = Mention { company: company.clone(), written, start };
                self.mentions.extend((!named).then_some(mention));
            }
            Some(_) => {
                let candidates = companies.into_iter().cloned().collect();
                let ambiguous = Ambiguous { written, candidates };
                if !self.ambiguous.contains(&ambiguous) {
                    self.ambiguous.push(ambiguous);
                }
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2025, 1, 15);

    fn companies(text: &str) -> Vec<String> {
        let named = EntityTable::built_in().resolve(text, TODAY);
        named.mentions.iter().map(|mention| mention.company.to_string()).collect()
    }

    // Domain reference, section 6.5.
    #[test]
    fn three_names_of_one_company_are_one() {
        for name in ["Dow", "Dow Inc.", "Dow Chemical", "The Dow Chemical Company", "DOW CHEMICAL"]
        {
            assert_eq!(companies(&format!("{name} to expand, says {name}.")), ["dow"], "{name}");
        }
    }

    #[test]
    fn parts_of_words_and_other_names_are_no_company() {
        for text in ["A shadow", "the dow", "Dow Jones slips", "Sadarayat", "Covestros", "basf"] {
            assert_eq!(companies(text), [] as [String; 0], "{text}");
        }
    }

    #[test]
    fn the_longest_name_wins() {
        assert_eq!(companies("Wanhua-BorsodChem and Wanhua"), ["borsodchem", "wanhua"]);
        assert_eq!(companies("Rheinmark Systems"), ["rheinmark_systems"]);
    }

    #[test]
    fn a_name_of_two_companies_is_left_to_an_administrator() {
        let named = EntityTable::built_in().resolve("Mitsui plans a new MDI line", TODAY);
        assert_eq!(named.mentions, []);
        assert_eq!(named.ambiguous[0].written, "Mitsui");
        assert_eq!(named.ambiguous[0].candidates.len(), 2);
    }

    #[test]
    fn a_former_name_counts_as_long_as_it_was_one() {
        let table = EntityTable::built_in();
        let text = "Bayer MaterialScience raises MDI prices";
        assert_eq!(table.resolve(text, date(2014, 5, 1)).mentions.len(), 1);
        assert_eq!(table.resolve(text, TODAY).mentions.len(), 0);
    }

    #[test]
    fn a_place_is_a_site_beside_its_company_only() {
        let table = EntityTable::built_in();
        let sites = |text| table.resolve(text, TODAY).sites.len();
        assert_eq!(sites("Dow shuts a unit at Stade"), 1);
        assert_eq!(sites("A fair in Stade"), 0);
        let named = table.resolve("BASF and Huntsman at Geismar", TODAY);
        assert_eq!(named.sites.len(), 2);
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,200}") {
            let _ = EntityTable::built_in().resolve(&text, TODAY);
        }
    }
}
