use crate::taxonomy::vocabulary;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What a source gives its items as.
    SourceKind, "kind of source" {
        Rss = "rss", "RSS";
        Atom = "atom", "Atom";
        JsonFeed = "json_feed", "JSON Feed";
        Sitemap = "sitemap", "Sitemap";
        HtmlList = "html_list", "List on a page";
        Manual = "manual", "Entered by hand";
    }
}

/// Where a list on a page has what, as CSS selectors; all but `item` are looked for
/// within an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selectors {
    pub item: String,
    /// Of the element with `href`; the item itself where it is empty.
    #[serde(default)]
    pub link: String,
    /// The link's text where it is empty.
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub date: String,
    /// An attribute that is written for machines, such as `datetime`; without it the date
    /// is text that anybody may have put there, and holds the entry.
    #[serde(default)]
    pub date_attribute: String,
}

/// What a source's owner allows, as somebody read it. Without it nothing is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub excerpt: bool,
    pub full_text: bool,
    pub redistribution: bool,
    pub attribution: String,
    pub checked_by: String,
    pub checked_on: Date,
}
