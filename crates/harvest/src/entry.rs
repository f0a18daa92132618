use desk::date::DateClues;

/// What one entry of a source says, as plain text: not yet judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub title: String,
    /// Absolute, or as the source wrote it where that is no address.
    pub link: Option<String>,
    /// What its page names as its own address.
    pub page_canonical: Option<String>,
    pub dates: DateClues,
    pub text: String,
}

/// What a source held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    pub entries: Vec<Entry>,
    /// Entries beyond the limit, which were not looked at.
    pub beyond_limit: usize,
}
