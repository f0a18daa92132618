use crate::{
    specification::Scope,
    taxonomy::{Region, ValueChainLink, vocabulary},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, ops::RangeInclusive};

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

vocabulary! {
    /// Why a reading of a source ended before its end. What it did not come to is left to
    /// the next.
    CutShort, "end of a reading" {
        Time = "time", "the time of a whole reading was over";
        Bytes = "bytes", "it sent as much as a whole reading may take";
        Requests = "requests", "it took as many requests as a whole reading may";
        Busy = "busy", "its server asked to be left alone";
        Failing = "failing", "something of it could not be read for now";
        Pages = "pages", "as many pages were opened as one reading may";
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

/// What a source reports on, as an administrator says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covers {
    /// None: all.
    pub regions: BTreeSet<Region>,
    /// None: all.
    pub links: BTreeSet<ValueChainLink>,
}

impl Covers {
    /// Whether it reports on something that a scope asks for.
    pub fn concerns(&self, scope: &Scope) -> bool {
        let regions = self.regions.is_empty() || !self.regions.is_disjoint(&scope.regions);
        let links = self.links.is_empty()
            || scope.links.is_empty()
            || !self.links.is_disjoint(&scope.links);
        regions && links
    }
}

/// Bounds of one source's readings, closer than the platform's; none: the platform's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SourceLimits {
    /// For one answer, 1 to 15.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u8>,
    /// Of one answer, 10 to 5000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kilobytes: Option<u16>,
    /// Of one reading, 1 to 200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<u16>,
    /// Between two requests to its host, 1 to 60.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause_seconds: Option<u8>,
}

impl SourceLimits {
    pub const SECONDS: RangeInclusive<u8> = 1..=15;
    pub const KILOBYTES: RangeInclusive<u16> = 10..=5_000;
    pub const ENTRIES: RangeInclusive<u16> = 1..=200;
    pub const PAUSE_SECONDS: RangeInclusive<u8> = 1..=60;
}
