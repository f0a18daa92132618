//! The pages, opened by others' programs: qpdf, and poppler's pdfinfo, pdffonts and
//! pdftotext.

use super::*;
use crate::{
    export::tests::{export_of, package_with, printed},
    fixture,
};
use domain::{
    evidence::{EvidenceId, EvidenceItem},
    package::RunPackage,
    report::{Claim, ClaimKind, Confidence, Development, signal_map},
    taxonomy::{Region, SignalType},
};
use proptest::prelude::*;
use rights::{Format, RightsProfile};
use std::{fmt::Write, ops::RangeInclusive, path::PathBuf, process::Command};
use tempfile::TempDir;

/// A file on disk for other programs.
pub(crate) struct Opened {
    _folder: TempDir,
    path: PathBuf,
}

impl Opened {
    pub fn new(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.pdf");
        std::fs::write(&path, bytes).unwrap();
        Self { _folder: folder, path }
    }

    async fn report(document: &ReportDocument, package: &RunPackage) -> Self {
        Self::new(&export_of(document, package, Format::Pdf).await.bytes)
    }

    /// What a program prints on the file; it must be content with it.
    pub fn told(&self, program: &str, before: &[&str], after: &[&str]) -> String {
        let done = Command::new(program).args(before).arg(&self.path).args(after).output();
        let done = done.unwrap_or_else(|error| {
            panic!("{program}: {error}; `cargo xtask test tests` installs it")
        });
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(
            done.status.success(),
            "{program}: {said} {}",
            String::from_utf8_lossy(&done.stderr)
        );
        said
    }

    /// By qpdf, which looks at every object and stream.
    pub fn assert_sound(&self) {
        let said = self.told("qpdf", &["--check"], &[]);
        assert!(said.contains("No syntax or stream encoding errors"), "{said}");
    }

    /// As PDF/UA-1, which it says of itself.
    pub fn assert_tagged(&self) {
        assert_eq!(self.info("Tagged"), "yes");
        let metadata = self.told("pdfinfo", &["-meta"], &[]);
        assert!(metadata.contains("<pdfuaid:part>1</pdfuaid:part>"), "{metadata}");
    }

    pub fn text(&self) -> String {
        self.told("pdftotext", &["-layout"], &["-"])
    }

    /// By page, the last one without its form feed.
    pub fn pages(&self) -> Vec<String> {
        let text = self.text();
        let pages = text.trim_end_matches('\u{c}').split('\u{c}');
        pages.map(str::to_owned).collect()
    }

    pub fn info(&self, name: &str) -> String {
        let info = self.told("pdfinfo", &[], &[]);
        let line = info.lines().find_map(|line| line.strip_prefix(&format!("{name}:")));
        line.unwrap_or_else(|| panic!("no {name} in {info}")).trim().to_owned()
    }

    /// All objects in plain sight.
    fn objects(&self) -> String {
        self.told("qpdf", &["--qdf", "--object-streams=disable"], &["-"])
    }
}

/// Words as a reader finds them, whatever line they stand on.
pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn other_programs_find_a_sound_tagged_file_with_its_fonts_and_nothing_active() {
    let opened = Opened::report(&fixture::document(), &fixture::package()).await;
    opened.assert_sound();
    for (name, expected) in [
        ("JavaScript", "no"),
        ("Form", "none"),
        ("Encrypted", "no"),
        ("UserProperties", "no"),
        ("Creator", "Observatory"),
        ("Page size", "595.276 x 841.89 pts (A4)"),
    ] {
        assert_eq!(opened.info(name), expected, "{name}");
    }
    opened.assert_tagged();
    let fonts = opened.told("pdffonts", &[], &[]);
    let fonts: Vec<&str> = fonts.lines().skip(2).collect();
    assert!(!fonts.is_empty());
    for font in fonts {
        // The columns from the right: object (two), unicode, subset, embedded.
        let columns: Vec<&str> = font.split_whitespace().rev().skip(2).take(3).collect();
        assert_eq!(columns, ["yes"; 3], "{font}");
    }
    let objects = opened.objects();
    let active = [
        "/JavaScript",
        "/JS",
        "/OpenAction",
        "/AA",
        "/Launch",
        "/EmbeddedFile",
        "/RichMedia",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/AcroForm",
        "/XFA",
    ];
    for active in active {
        let names = objects.split(|one: char| one.is_whitespace() || "<>[]()".contains(one));
        assert_eq!(names.filter(|name| *name == active).count(), 0, "{active}");
    }
}

#[tokio::test]
async fn every_page_says_whose_data_it_is_which_run_and_which_page_of_how_many() {
    let package = package_with(3, Some("FRED"));
    let opened = Opened::report(&fixture::document(), &package).await;
    let pages = opened.pages();
    assert_eq!(pages.len().to_string(), opened.info("Pages"));
    for (page, number) in pages.iter().zip(1..) {
        let page = words(page);
        for text in [
            "Source: FRED, Federal Reserve Bank of St. Louis",
            "Sample data, not market data",
            "Run 0192f3a0-0000-7000-8000-000000000001",
            &format!("Evidence pack {}", package.pack_hash.short()),
            // 08:12 UTC in the workspace's zone.
            "Sealed Wednesday 2026-11-18 09:12 (Europe/Berlin)",
            &format!("Page {number} of {}", pages.len()),
        ] {
            assert!(page.contains(text), "page {number}: {text} in {page}");
        }
    }
}

/// Pixels of each page, as poppler draws it, in the colour that the template's accent
/// has on white at the opacity of the samples' mark.
fn marked_pixels(opened: &Opened) -> Vec<usize> {
    let prefix = opened.path.with_extension("page");
    opened.told("pdftoppm", &["-r", "20"], &[prefix.to_str().unwrap()]);
    let mut pages: Vec<PathBuf> = std::fs::read_dir(opened.path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|one| one == "ppm"))
        .collect();
    pages.sort();
    let marked = |pixel: &&[u8]| {
        pixel.iter().zip([182, 206, 207]).all(|(one, wanted)| one.abs_diff(wanted) <= 3)
    };
    // Behind a head of fifteen bytes: P6, width and height, the greatest value.
    let count =
        |path: &PathBuf| std::fs::read(path).unwrap()[15..].chunks(3).filter(marked).count();
    pages.iter().map(count).collect()
}

#[tokio::test]
async fn a_watermark_lies_behind_every_page_and_behind_none_where_no_licence_asks_for_it() {
    let mut package = fixture::package();
    let opened = Opened::report(&fixture::document(), &package).await;
    let marked = marked_pixels(&opened);
    assert_eq!(marked.len(), opened.pages().len());
    assert!(marked.iter().all(|pixels| *pixels > 200), "{marked:?}");
    for item in &mut package.pack.items {
        item.sample = false;
    }
    for source in &mut package.pack.sources {
        source.provider = Some("FRED".parse().unwrap());
    }
    let opened = Opened::report(&fixture::document(), &package).await;
    let marked = marked_pixels(&opened);
    assert!(marked.iter().all(|pixels| *pixels < 100), "{marked:?}");
}

#[tokio::test]
async fn the_pages_say_what_the_report_says() {
    let (document, package) = (fixture::document(), fixture::package());
    let opened = Opened::report(&document, &package).await;
    let text = words(&opened.text());
    let claims = document.claims().map(|(_, claim)| &claim.text);
    let bullets = document.executive_summary.iter().map(|bullet| &bullet.text);
    for said in claims.chain(bullets) {
        let begins: String = said.chars().take(30).collect();
        assert!(text.contains(&begins), "{begins}");
    }
    for heading in [
        "In this report",
        "Executive summary",
        "Decision summary",
        "Market Developments",
        "Signal map",
        "What to watch",
        "Coverage",
        "References",
        "Evidence appendix",
        "About this report",
        "Data and rights",
    ] {
        assert!(text.contains(heading), "{heading}");
    }
    for reference in &document.references {
        assert!(text.contains(&reference.title), "{}", reference.title);
    }
    assert_eq!(
        opened.info("Title"),
        format!("{}, {}", document.title, document.scope.period.label())
    );
    // The moment of the seal, whenever it is printed.
    assert!(opened.told("pdfinfo", &["-isodates"], &[]).contains("2026-11-18T08:12:00Z"));
    let structure = opened.told("pdfinfo", &["-struct"], &[]);
    for element in ["H1", "H2", "Table", "TH", "TD", "Figure", "L", "Link", "TOC"] {
        let found = structure.split_whitespace().any(|one| one.trim_end_matches(':') == element);
        assert!(found, "{element} in {structure}");
    }
}

#[tokio::test]
async fn what_is_withheld_leaves_a_notice_and_nothing_else() {
    let package = package_with(3, Some("NewsAPI"));
    let item = &package.pack.items[3];
    let bytes = printed(&fixture::document(), &package, Format::Pdf, RightsProfile::Demo).await;
    let opened = Opened::new(&bytes);
    let text = words(&opened.text());
    assert_eq!(text.matches("This part is left out").count(), 5);
    assert!(text.contains("Germany is to get 80 kt/a of new MDI capacity."));
    for blocked in ["TDI offers", "4 %", item.title.as_str(), item.url.as_str(), item.id.as_str()] {
        assert!(!text.contains(blocked), "{blocked}");
        assert!(!opened.objects().contains(blocked), "{blocked}");
    }
}

#[tokio::test]
async fn a_quiet_report_has_pages_too() {
    let package = fixture::package();
    let opened = Opened::report(&fixture::quiet_document(&package), &package).await;
    let text = words(&opened.text());
    assert!(text.contains("No development within this scope qualified"));
    assert!(text.contains("Nothing was reported on North America."));
}

/// What a template language, a PDF or a shell might take for its own.
const MARKUP: [&str; 8] = [
    "#panic(\"executed\") #sys.version",
    "*strong* _emphasis_ `raw` $ x^2 $ = heading",
    "@reference <label> // comment /* comment */",
    "\\ \\u{41} ~ -- --- ... \"quotes\"",
    "#read(\"/etc/passwd\") #json(\"report.json\") #import \"@preview/x:1.0.0\": *",
    "] ) } ; #[ #{ #( content",
    "(/JS) /OpenAction << /S /Launch >> endobj %%EOF",
    "</script><b>bold</b>&amp;",
];

#[tokio::test]
async fn no_text_of_a_report_is_markup() {
    for markup in MARKUP {
        let mut document = fixture::document();
        markup.clone_into(&mut document.title);
        markup.clone_into(&mut document.executive_summary[0].text);
        markup.clone_into(&mut document.sections[0].developments[0].headline);
        markup.clone_into(&mut document.coverage.notes[0]);
        markup.clone_into(&mut document.references[0].title);
        markup.clone_into(&mut document.appendix[0].excerpt);
        let opened = Opened::report(&document, &fixture::package()).await;
        let text = words(&opened.text());
        // Title, contents and heading of a development, bullet, note, reference, excerpt;
        // a line may end within one.
        let first: String = markup.chars().take(8).collect();
        assert!(text.matches(&first).count() >= 7, "{markup}: {text}");
    }
}

/// A report with much of everything: sixty references, a table over several pages, long
/// words, names that are written from the right.
fn long_report() -> (ReportDocument, RunPackage) {
    let (mut document, mut package) = (fixture::document(), fixture::package());
    let items: Vec<EvidenceItem> = (0..60)
        .map(|number| {
            let url = format!("https://example.com/{number}");
            let title = format!("Reference number {number} on isocyanates");
            let id = EvidenceId::of_canonical_url(&url);
            EvidenceItem { id, title, url, ..package.pack.items[0].clone() }
        })
        .collect();
    let numbered = items.iter().zip(5..);
    document.references.extend(numbered.map(|(item, number)| fixture::reference(item, number)));
    let model = document.sections[0].developments[0].clone();
    let signals =
        [SignalType::Price, SignalType::Capacity, SignalType::Regulation, SignalType::Demand];
    let development = |(number, item): (usize, &EvidenceItem)| Development {
        id: format!("L{number}"),
        headline: match number {
            0 => "شركة الخليج للبوليمرات توسع إنتاج MDI".to_owned(),
            1 => "חברת פולימרים מרחיבה את הייצור".to_owned(),
            2 => "万华化学 raises prices".to_owned(),
            3 => "Unbroken".repeat(40),
            _ => format!("Development number {number} of a long report"),
        },
        companies: vec!["شركة الخليج".to_owned(), "Rhenova Polymers".to_owned()],
        claims: vec![Claim {
            kind: ClaimKind::Fact,
            text: format!("Statement {number}: capacity was said to grow by 80 kt/a."),
            evidence: vec![item.id.clone()],
            confidence: Confidence::Medium,
        }],
        signal: signals[number % 4],
        regions: Region::ALL.iter().copied().skip(number % 5).collect(),
        ..model.clone()
    };
    document.sections[0].developments = items.iter().enumerate().map(development).collect();
    package.pack.items.extend(items);
    let developments = document.sections.iter().flat_map(|section| &section.developments);
    document.signal_map = signal_map(developments);
    document.monitoring.clear();
    document.appendix.clear();
    document.coverage.sources_failed = vec![("x".repeat(200), "could not be reached".to_owned())];
    (document, package)
}

#[tokio::test]
async fn a_long_report_breaks_where_it_may_and_loses_nothing() {
    let (document, package) = long_report();
    let opened = Opened::report(&document, &package).await;
    opened.assert_sound();
    let pages = opened.pages();
    assert!(pages.len() > 10, "{} pages", pages.len());
    let text = words(&opened.text());
    for number in 0..60 {
        assert!(text.contains(&format!("Statement {number}: capacity")), "{number}");
        assert!(text.contains(&format!("Reference number {number} on")), "{number}");
    }
    // The table's head stands above each of its pieces.
    let heads = pages.iter().filter(|page| page.contains("Highest strength")).count();
    let rows = pages.iter().filter(|page| page.contains("Weak")).count();
    assert!(heads >= 1 && rows >= heads, "{heads} heads");
    assert!(text.contains("□□□□ raises prices"), "letters without a font have a stand-in");
    assert!(text.contains("Letters for which this file has no font"));
    // Nothing stands beyond the margins of 0.75 inches: 54 points.
    let boxes = opened.told("pdftotext", &["-bbox"], &["-"]);
    let mut seen = 0;
    for word in boxes.lines().filter(|line| line.contains("<word ")) {
        if word.contains(">SAMPLE<") {
            continue; // the watermark lies across
        }
        let edge = |name: &str| -> f64 {
            let rest = word.split_once(&format!("{name}=\"")).unwrap().1;
            rest.split('"').next().unwrap().parse().unwrap()
        };
        let within = edge("xMin") >= 53.0 && edge("xMax") <= 595.276 - 53.0;
        assert!(within, "{word}");
        assert!(edge("yMax") <= 841.89 - 40.0, "{word}");
        seen += 1;
    }
    assert!(seen > 1_000, "{seen} words");
}

#[tokio::test]
async fn a_sealed_file_opens_as_before() {
    let key = crate::seal::SealKey::parse(&"7f".repeat(32)).unwrap();
    let export = export_of(&fixture::document(), &fixture::package(), Format::Pdf).await;
    let sealed = export.sealed(&key).unwrap();
    assert!(crate::seal::verify(&sealed.bytes, &[key.public_key()]).is_ok());
    let opened = Opened::new(&sealed.bytes);
    opened.assert_sound();
    assert!(opened.text().contains("Executive summary"));
}

// One letter in seven of those blocks that our fonts have something of, alone and under a mark,
// which the font of its letter has to print.
#[test]
fn each_letter_that_is_not_stood_in_for_has_a_form() {
    const BLOCKS: [RangeInclusive<char>; 4] = [
        '\u{a1}'..='\u{2fff}',
        '\u{a700}'..='\u{ab6f}',
        '\u{fb00}'..='\u{fdff}',
        '\u{1d400}'..='\u{1f6ff}',
    ];
    const MARKS: [&str; 6] =
        ["\u{301}", "\u{323}", "\u{308}\u{301}", "\u{64b}", "\u{5b0}", "\u{20dd}"];
    let mut document = fixture::document();
    let letters: Vec<char> =
        BLOCKS.into_iter().flatten().step_by(7).filter(|one| kept(&one.to_string())).collect();
    assert!(letters.len() > 500, "{} letters", letters.len());
    let mut text = String::new();
    for (letter, mark) in letters.iter().zip(MARKS.iter().cycle()) {
        write!(text, "{letter} {letter}{mark} ").unwrap();
    }
    document.executive_summary[0].text.clone_from(&text);
    document.sections[0].developments[0].headline = text;
    assert!(futures(&document).starts_with(b"%PDF-"));
}

fn kept(letter: &str) -> bool {
    let (_, substituted) = with_letters_we_have(json!(letter));
    !substituted
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_somebody_wrote_can_be_printed(text in "\\PC{0,60}", any in any::<String>()) {
        let mut document = fixture::document();
        document.title.clone_from(&text);
        document.executive_summary[0].text.clone_from(&any);
        document.sections[0].developments[0].headline = format!("{any}{text}");
        let bytes = futures(&document);
        prop_assert!(bytes.starts_with(b"%PDF-"));
    }
}

fn futures(document: &ReportDocument) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(export_of(document, &fixture::package(), Format::Pdf)).bytes
}
