//! The style sheet, bundled and minified, and the other files of `style/` as they are.

use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};

use crate::console;
use crate::site;
use crate::stamp::{Digest, Stamp};
use crate::workspace;

/// The first versions with `light-dark()`, the youngest feature in use: it and nesting are
/// passed through rather than translated.
const fn browsers() -> Browsers {
    Browsers {
        android: None,
        chrome: Some(123 << 16),
        edge: Some(123 << 16),
        firefox: Some(120 << 16),
        ie: None,
        ios_saf: Some(17 << 16 | 5 << 8),
        opera: None,
        safari: Some(17 << 16 | 5 << 8),
        samsung: None,
    }
}

pub fn build() -> Result<()> {
    let source = workspace::root().join("style");
    let sheet = workspace::site_root().join("pkg/observatory.css");
    let stamp = Stamp::new("style", Digest::default().path(&source)?);
    if stamp.is_current() && sheet.exists() {
        return Ok(());
    }
    let css = bundle(&source.join("main.css"))?;
    site::write(&sheet, css.as_bytes())?;
    console::say(&format!("the style sheet is built: {}", site::compress(&sheet)?));
    copy_static_files(&source)?;
    stamp.write()
}

fn bundle(entry: &Path) -> Result<String> {
    let files = FileProvider::new();
    let targets = Targets::from(browsers());
    let mut sheet = Bundler::new(&files, None, ParserOptions::default())
        .bundle(entry)
        .map_err(|error| anyhow!("style sheet: {error}"))?;
    sheet
        .minify(MinifyOptions { targets, ..MinifyOptions::default() })
        .map_err(|error| anyhow!("style sheet: {error}"))?;
    let printed = sheet
        .to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() })
        .map_err(|error| anyhow!("style sheet: {error}"))?;
    Ok(printed.code)
}

fn copy_static_files(source: &Path) -> Result<()> {
    let mut files = Vec::new();
    workspace::collect_files(source, &mut files)?;
    for file in files {
        if file.extension().is_some_and(|extension| extension == "css" || extension == "md") {
            continue;
        }
        let place = file.strip_prefix(source).expect("collected under the source folder");
        site::write(&workspace::site_root().join(place), &fs::read(&file)?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_inlines_imports_and_leaves_modern_css_to_the_browser() {
        let folder = std::env::temp_dir().join(format!("observatory-style-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("main.css"), "@layer base;\n@import \"card.css\" layer(base);\n")
            .unwrap();
        let card = ".card {\n  color: light-dark(#000, #fff);\n  & p { margin: 0 }\n}\n";
        fs::write(folder.join("card.css"), card).unwrap();
        let css = bundle(&folder.join("main.css")).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(css, "@layer base{.card{color:light-dark(#000,#fff);& p{margin:0}}}");
    }
}
