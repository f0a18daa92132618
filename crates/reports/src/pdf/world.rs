//! All that the typesetter can see: the template, the report's values, our fonts.

use std::sync::LazyLock;
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

/// What does not change from one report to the next.
struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
    report: FileId,
}

static PRESS: LazyLock<Press> = LazyLock::new(|| {
    let fonts: Vec<Font> =
        typst_assets::fonts().flat_map(|file| Font::iter(Bytes::new(file))).collect();
    let template = include_str!("../../templates/report.typ").to_owned();
    Press {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        template: Source::new(file_called("report.typ"), template),
        report: file_called("report.json"),
    }
});

fn file_called(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("the names of our two files are paths");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// Whether one of our fonts can print all of these characters.
pub(super) fn some_font_has(characters: &str) -> bool {
    let has =
        |font: &Font| characters.chars().all(|one| font.info().coverage.contains(u32::from(one)));
    PRESS.fonts.iter().any(has)
}

pub(super) struct ReportWorld {
    report: Bytes,
}

impl ReportWorld {
    /// `report` is JSON.
    pub fn of(report: Vec<u8>) -> Self {
        Self { report: Bytes::new(report) }
    }
}

impl World for ReportWorld {
    fn library(&self) -> &LazyHash<Library> {
        &PRESS.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &PRESS.book
    }

    fn main(&self) -> FileId {
        PRESS.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == PRESS.template.id() {
            Ok(PRESS.template.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == PRESS.report { Ok(self.report.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        PRESS.fonts.get(index).cloned()
    }

    /// No report depends on the day on which it is printed.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
