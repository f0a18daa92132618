//! All that the typesetter can see: the templates, the document's values, our fonts.

use std::sync::{LazyLock, OnceLock};
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

/// What does not change from one document to the next.
struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    common: Source,
    report: Source,
    panels: Source,
    document: FileId,
}

/// What is typeset.
#[derive(Clone, Copy)]
pub(super) enum Template {
    Report,
    Panels,
}

impl Template {
    fn source(self) -> &'static Source {
        match self {
            Self::Report => &PRESS.report,
            Self::Panels => &PRESS.panels,
        }
    }
}

/// What an operator has besides, for letters that ours lack.
static MORE_FONTS: OnceLock<Vec<Font>> = OnceLock::new();

/// Sets pages with these fonts, too, wherever ours have no form for a letter. To be called
/// once, before the first page is set; each item is the content of a font file.
///
/// # Errors
/// [`FontsRefused`] when a file holds no font, or they come too late.
pub fn add_fonts(files: impl IntoIterator<Item = Vec<u8>>) -> Result<usize, FontsRefused> {
    let mut fonts = Vec::new();
    for file in files {
        let before = fonts.len();
        fonts.extend(Font::iter(Bytes::new(file)));
        if fonts.len() == before {
            return Err(FontsRefused::NoFont);
        }
    }
    let count = fonts.len();
    MORE_FONTS.set(fonts).map_err(|_| FontsRefused::TooLate)?;
    Ok(count)
}

/// Why fonts were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FontsRefused {
    #[error("a file holds no font")]
    NoFont,
    #[error("fonts were chosen already")]
    TooLate,
}

static PRESS: LazyLock<Press> = LazyLock::new(|| {
    let ours = typst_assets::fonts().flat_map(|file| Font::iter(Bytes::new(file)));
    // Whoever comes later is told so.
    let more = MORE_FONTS.get_or_init(Vec::new).iter().cloned();
    let fonts: Vec<Font> = ours.chain(more).collect();
    let source = |name, text: &str| Source::new(file_called(name), text.to_owned());
    Press {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        common: source("common.typ", include_str!("../../templates/common.typ")),
        report: source("report.typ", include_str!("../../templates/report.typ")),
        panels: source("panels.typ", include_str!("../../templates/panels.typ")),
        document: file_called("document.json"),
    }
});

fn file_called(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("the names of our files are paths");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// Whether one of our fonts can print all of these characters.
pub(super) fn some_font_has(characters: &str) -> bool {
    let has =
        |font: &Font| characters.chars().all(|one| font.info().coverage.contains(u32::from(one)));
    PRESS.fonts.iter().any(has)
}

pub(super) struct DocumentWorld {
    template: Template,
    document: Bytes,
}

impl DocumentWorld {
    /// `document` is JSON.
    pub fn of(template: Template, document: Vec<u8>) -> Self {
        Self { template, document: Bytes::new(document) }
    }
}

impl World for DocumentWorld {
    fn library(&self) -> &LazyHash<Library> {
        &PRESS.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &PRESS.book
    }

    fn main(&self) -> FileId {
        self.template.source().id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let known = [self.template.source(), &PRESS.common];
        let found = known.into_iter().find(|source| source.id() == id);
        found.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == PRESS.document { Ok(self.document.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        PRESS.fonts.get(index).cloned()
    }

    /// No document depends on the day on which it is printed.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
