use super::resolve::Aliases;
use crate::region_of;
use domain::{
    evidence::{CompanyId, SiteId},
    taxonomy::{Region, ValueChainLink},
};
use jiff::civil::Date;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

/// A company, or a regulator or association.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
    pub parent: Option<CompanyId>,
    /// Of its head office; what an item says of a place outranks it.
    pub home: Option<Region>,
    /// Its usual positions in the chain, which an item may contradict.
    pub links: BTreeSet<ValueChainLink>,
    /// All its business is polyurethane.
    pub pure_polyurethane: bool,
    /// A regulator or association.
    pub body: bool,
    /// Fictional.
    pub sample: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub id: SiteId,
    pub company: CompanyId,
    pub place: String,
    pub region: Region,
}

/// Why a table is refused; every entry is named by its id.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("the table of companies is not of the expected form")]
    Malformed(#[source] serde_json::Error),
    #[error("two entries have the id “{0}”")]
    RepeatedId(String),
    #[error("“{0}” has a name or alias without a word")]
    Nameless(String),
    #[error("“{0}” has no known country or region")]
    Placeless(String),
    #[error("“{id}” refers to the company “{company}”, which is not in the table")]
    UnknownCompany { id: String, company: String },
    #[error("“{0}” is its own parent, or its parent's parent")]
    ParentInCircle(String),
    #[error("the alias “{alias}” of “{id}” ends before it begins")]
    AliasEndsBeforeBegin { id: String, alias: String },
}

/// The maintained table, checked.
#[derive(Debug)]
pub struct EntityTable {
    pub(super) companies: BTreeMap<CompanyId, Company>,
    pub(super) sites: BTreeMap<SiteId, Site>,
    pub(super) aliases: Aliases,
}

impl EntityTable {
    /// The table of this build, `tables/companies.json`.
    pub fn built_in() -> &'static Self {
        static TABLE: LazyLock<EntityTable> = LazyLock::new(|| {
            EntityTable::parse(include_str!("../../tables/companies.json"))
                .expect("a test parses the table of this build")
        });
        &TABLE
    }

    /// # Errors
    /// The first thing that is wrong with the table. An alias of several companies is
    /// no error: it is ambiguous, and whoever reads a text is told so.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let listed: Listed = serde_json::from_str(text).map_err(TableError::Malformed)?;
        let mut aliases = Aliases::default();
        let mut companies = BTreeMap::new();
        for company in listed.companies {
            let (company, names) = company.checked()?;
            for name in names {
                aliases.add(&company.id, &name)?;
            }
            if let Some(twice) = companies.insert(company.id.clone(), company) {
                return Err(TableError::RepeatedId(twice.id.to_string()));
            }
        }
        check_parents(&companies)?;
        let mut sites = BTreeMap::new();
        for site in listed.sites {
            let region = region_of(&site.country)
                .ok_or_else(|| TableError::Placeless(site.id.to_string()))?;
            let ListedSite { id, company, place, .. } = site;
            if !companies.contains_key(&company) {
                let (id, company) = (id.to_string(), company.to_string());
                return Err(TableError::UnknownCompany { id, company });
            }
            aliases.add_place(&id, &place)?;
            if let Some(twice) = sites.insert(id.clone(), Site { id, company, place, region }) {
                return Err(TableError::RepeatedId(twice.id.to_string()));
            }
        }
        Ok(Self { companies, sites, aliases })
    }

    pub fn company(&self, id: &CompanyId) -> Option<&Company> {
        self.companies.get(id)
    }

    pub fn site(&self, id: &SiteId) -> Option<&Site> {
        self.sites.get(id)
    }

    pub fn sites(&self) -> impl Iterator<Item = &Site> {
        self.sites.values()
    }

    pub fn companies(&self) -> impl Iterator<Item = &Company> {
        self.companies.values()
    }
}

fn check_parents(companies: &BTreeMap<CompanyId, Company>) -> Result<(), TableError> {
    for company in companies.values() {
        let mut seen = BTreeSet::from([&company.id]);
        let mut parent = company.parent.as_ref();
        while let Some(id) = parent {
            let Some(next) = companies.get(id) else {
                let (id, company) = (company.id.to_string(), id.to_string());
                return Err(TableError::UnknownCompany { id, company });
            };
            if !seen.insert(id) {
                return Err(TableError::ParentInCircle(company.id.to_string()));
            }
            parent = next.parent.as_ref();
        }
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    #[expect(dead_code, reason = "read by those who maintain the table")]
    version: u32,
    companies: Vec<ListedCompany>,
    #[serde(default)]
    sites: Vec<ListedSite>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedCompany {
    id: CompanyId,
    name: String,
    #[serde(default)]
    aliases: Vec<ListedAlias>,
    /// What begins with a name of the company and is something else.
    #[serde(default)]
    masks: Vec<String>,
    parent: Option<CompanyId>,
    country: Option<String>,
    /// For bodies of several countries.
    region: Option<Region>,
    #[serde(default)]
    links: BTreeSet<ValueChainLink>,
    #[serde(default)]
    pure_polyurethane: bool,
    #[serde(default)]
    body: bool,
    #[serde(default)]
    sample: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ListedAlias {
    Always(String),
    For { name: String, from: Option<Date>, to: Option<Date> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedSite {
    id: SiteId,
    company: CompanyId,
    place: String,
    country: String,
}

/// A name with the days on which it holds.
pub(super) struct Alias {
    pub name: String,
    /// It means nobody.
    pub mask: bool,
    pub from: Date,
    pub to: Date,
}

impl Alias {
    fn always(name: String, mask: bool) -> Self {
        Self { name, mask, from: Date::MIN, to: Date::MAX }
    }
}

impl ListedCompany {
    fn checked(self) -> Result<(Company, Vec<Alias>), TableError> {
        let home = match (self.country.as_deref(), self.region) {
            (Some(country), _) => {
                let region = region_of(country);
                Some(region.ok_or_else(|| TableError::Placeless(self.id.to_string()))?)
            }
            (None, Some(region)) => Some(region),
            (None, None) if self.body => None,
            (None, None) => return Err(TableError::Placeless(self.id.to_string())),
        };
        let mut names = vec![Alias::always(self.name.clone(), false)];
        names.extend(self.masks.into_iter().map(|mask| Alias::always(mask, true)));
        for alias in self.aliases {
            names.push(match alias {
                ListedAlias::Always(name) => Alias::always(name, false),
                ListedAlias::For { name, from, to } => {
                    let (from, to) = (from.unwrap_or(Date::MIN), to.unwrap_or(Date::MAX));
                    if to < from {
                        let id = self.id.to_string();
                        return Err(TableError::AliasEndsBeforeBegin { id, alias: name });
                    }
                    Alias { name, mask: false, from, to }
                }
            });
        }
        let company = Company {
            id: self.id,
            name: self.name,
            parent: self.parent,
            home,
            links: self.links,
            pure_polyurethane: self.pure_polyurethane,
            body: self.body,
            sample: self.sample,
        };
        Ok((company, names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(companies: &str, sites: &str) -> String {
        let text = format!(r#"{{"version":1,"companies":[{companies}],"sites":[{sites}]}}"#);
        EntityTable::parse(&text).unwrap_err().to_string()
    }

    #[test]
    fn the_table_of_this_build_is_sound() {
        let table = EntityTable::parse(include_str!("../../tables/companies.json")).unwrap();
        assert!(table.companies().any(|company| company.sample));
        assert!(table.companies().any(|company| !company.sample));
    }

    #[test]
    fn an_unsound_table_is_refused_by_the_entry_at_fault() {
        let a = r#"{"id":"a","name":"A","country":"DE"}"#;
        assert_eq!(refusal(&format!("{a},{a}"), ""), "two entries have the id “a”");
        assert_eq!(
            refusal(r#"{"id":"a","name":"…","country":"DE"}"#, ""),
            "“a” has a name or alias without a word"
        );
        assert_eq!(
            refusal(r#"{"id":"a","name":"A","country":"XX"}"#, ""),
            "“a” has no known country or region"
        );
        assert_eq!(
            refusal(r#"{"id":"a","name":"A","country":"DE","parent":"b"}"#, ""),
            "“a” refers to the company “b”, which is not in the table"
        );
        assert_eq!(
            refusal(
                r#"{"id":"a","name":"A","country":"DE","parent":"b"},
                   {"id":"b","name":"B","country":"DE","parent":"a"}"#,
                ""
            ),
            "“a” is its own parent, or its parent's parent"
        );
        assert_eq!(
            refusal(a, r#"{"id":"s","company":"z","place":"P","country":"DE"}"#),
            "“s” refers to the company “z”, which is not in the table"
        );
        assert_eq!(
            refusal(
                r#"{"id":"a","name":"A","country":"DE","aliases":[{"name":"B","from":"2020-01-02","to":"2020-01-01"}]}"#,
                ""
            ),
            "the alias “B” of “a” ends before it begins"
        );
    }
}
