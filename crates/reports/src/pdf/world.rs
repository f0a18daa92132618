//! All that the typesetter can see: the templates, the document's values, our fonts.

use std::sync::{LazyLock, OnceLock};
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    layout::Abs,
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{
        Font, FontBook, FontInstance, FontStretch, FontStyle, FontVariant, FontVariations,
        FontWeight,
    },
    utils::LazyHash,
};

/// What does not change from one document to the next.
struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    /// The same fonts, opened to look their glyphs up.
    faces: Vec<FontInstance>,
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
        faces: fonts.iter().map(face).collect(),
        fonts,
        common: source("common.typ", include_str!("../../templates/common.typ")),
        report: source("report.typ", include_str!("../../templates/report.typ")),
        panels: source("panels.typ", include_str!("../../templates/panels.typ")),
        document: file_called("document.json"),
    }
});

fn face(font: &Font) -> FontInstance {
    font.clone().instantiate(font.info().variant, Abs::pt(10.0), &FontVariations::default())
}

fn file_called(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("the names of our files are paths");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// What `common.typ` sets text in, in the order in which the typesetter tries it.
const FAMILIES: [&str; 3] = ["libertinus serif", "dejavu sans mono", "new computer modern"];
/// The same for what is copied: ids and hashes.
const MONO: [&str; 1] = ["dejavu sans mono"];

/// Each style that the templates set somebody's words in.
const STYLES: [(&[&str], FontVariant); 5] = [
    (&FAMILIES, variant(FontStyle::Normal, FontWeight::REGULAR)),
    (&FAMILIES, variant(FontStyle::Normal, FontWeight::SEMIBOLD)),
    (&FAMILIES, variant(FontStyle::Normal, FontWeight::BOLD)),
    (&FAMILIES, variant(FontStyle::Italic, FontWeight::REGULAR)),
    (&MONO, variant(FontStyle::Normal, FontWeight::REGULAR)),
];

const fn variant(style: FontStyle, weight: FontWeight) -> FontVariant {
    FontVariant { style, weight, stretch: FontStretch::NORMAL }
}

/// Whether the typesetter finds a font for what a reader takes for one letter, wherever a
/// template may set it: it tries the families, then the one font that it likes best of
/// those that have the first character, and no other.
pub(super) fn prints_everywhere(letter: &str) -> bool {
    STYLES.iter().all(|(families, variant)| {
        let book = &PRESS.book;
        let listed = || families.iter().filter_map(|family| book.select(family, *variant));
        let like = listed().next().and_then(|first| book.info(first));
        listed().any(|font| has(font, letter))
            || book.select_fallback(like, *variant, letter).is_some_and(|font| has(font, letter))
    })
}

/// By its glyphs: what a font says it covers counts letters that it has no form for.
fn has(font: usize, letter: &str) -> bool {
    let Some(face) = PRESS.faces.get(font) else { return false };
    letter.chars().all(|one| face.ttf().glyph_index(one).is_some_and(|glyph| glyph.0 != 0))
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
