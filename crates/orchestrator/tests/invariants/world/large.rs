//! A report of 100 KB: feeds of thirty events that two publishers tell each, an order of
//! everything, and a model that tells all of it and adds nothing.

use domain::{specification::SpecificationDraft, taxonomy::Region};
use fake_openai::{Reply, Seen, faithful, package_of};
use serde_json::{Value, json};
use std::{fs, path::Path};

/// Developments in it: six for each section that tells any, each of two publishers' items, so
/// that it refers to as many items as a report may.
pub const EVENTS: usize = 30;
const FIRST: [&str; 6] = ["Alder", "Birch", "Cedar", "Damson", "Elder", "Fennel"];
const SECOND: [&str; 5] = ["wood", "field", "brook", "mere", "gate"];
const PLACES: [&str; 8] =
    ["Germany", "Qatar", "China", "Japan", "Thailand", "India", "Canada", "Brazil"];
const PRODUCTS: [&str; 4] = ["MDI", "TDI", "polyether polyols", "rigid polyurethane foam"];
const PUBLISHERS: [&str; 4] =
    ["Large Courier", "Large Gazette", "Large Register", "Large Newsroom"];

/// Its title, and what each of two publishers writes.
fn story(number: usize) -> (String, [String; 2]) {
    let maker = format!("{}{} Polymers", FIRST[number % 6], SECOND[number / 6]);
    let (place, product) = (PLACES[number % 8], PRODUCTS[number % 4]);
    let title = match number % 5 {
        0 => format!("Prices of {product} rise by {}% in {place}, says {maker}", 2 + number),
        1 => format!("{maker} launches novel grades of {product} in {place}"),
        2 => format!("{maker} expands its {product} unit in {place} by {},000 t/y", 30 + number),
        3 => format!("{maker} acquires a maker of {product} in {place}"),
        _ => format!("{maker} opens a site for recycling of {product} in {place}"),
    };
    let own = format!(
        "The {product} business of {maker} in {place} is told of by the company itself: buyers \
         there hear of it this month, the site keeps its crew, and {maker} says that further steps \
         follow once its own board has looked at the books of the season."
    );
    let traders = format!(
        "Traders who know {maker} confirm what the company says of {product} in {place}. They add \
         that lorries leave the site of {maker} as before, and that nobody who works for {maker} \
         looks for other terms until the season ends."
    );
    (title, [own, traders])
}

/// A folder of feeds as an operator would have one.
pub fn write_large_feeds(folder: &Path) {
    let mut feeds: [Vec<Value>; 4] = Default::default();
    for number in 0..EVENTS {
        let (title, texts) = story(number);
        for (copy, text) in texts.into_iter().enumerate() {
            let at = (number + copy) % feeds.len();
            let url = format!("https://news{at}.example.com/{number}/{copy}");
            feeds[at].push(json!({
                "id": url, "url": url, "title": title, "content_text": text,
                "date_published": format!("{{{{rfc3339:-{}d}}}}", 1 + number % 3),
            }));
        }
    }
    let mut sources = Vec::new();
    for (publisher, items) in PUBLISHERS.iter().zip(feeds) {
        let name = publisher.to_lowercase().replace(' ', "-");
        let file = format!("{name}.json");
        let feed = json!({
            "version": "https://jsonfeed.org/version/1.1", "title": publisher, "language": "en",
            "items": items,
        });
        fs::write(folder.join(&file), feed.to_string()).unwrap();
        sources.push(json!({
            "name": name, "publisher": publisher, "tier": 2, "kind": "json_feed", "path": file,
            "sample": true, "polyurethane_only": true,
        }));
    }
    fs::write(folder.join("sources.json"), json!(sources).to_string()).unwrap();
}

/// What a model answers that adds nothing: every event by its headline, every item by its
/// own words, and what could follow.
pub fn tell_everything(seen: &Seen) -> Reply {
    let package = package_of(seen);
    let mut draft = faithful(&package);
    let events = package["events"].as_array().unwrap();
    let developments = draft["developments"].as_array_mut().unwrap();
    for (development, event) in developments.iter_mut().zip(events) {
        let claims = development["claims"].as_array_mut().unwrap();
        for item in event["items"].as_array().unwrap() {
            let text = |name: &str| item[name].as_str().unwrap().to_owned();
            claims.push(json!({
                "kind": "fact",
                "text": format!("{} writes: “{}”", text("publisher"), text("excerpt")),
                "evidence": [item["id"]],
                "confidence": "medium",
            }));
        }
        let item = &event["items"][0];
        let title = item["title"].as_str().unwrap();
        let could_follow = format!(
            "If what is told of “{title}” lasts, those who buy there could look for other terms, and \
             whoever sells there may look at the same reports once more before the season ends."
        );
        let could_be_done = format!(
            "Whoever plans with “{title}” could wait until another publisher tells the same, since \
             two of them may rest on one word of the company."
        );
        for (kind, text) in [("interpretation", could_follow), ("implication", could_be_done)] {
            claims.push(json!({
                "kind": kind, "text": text, "evidence": [item["id"]], "confidence": "low",
            }));
        }
    }
    Reply::says(&draft.to_string())
}

/// Everything that can be ordered without a list of companies or positions.
pub fn large_order(number: usize) -> SpecificationDraft {
    let deliverables = [
        "regional_monitoring",
        "industry_context",
        "competitive",
        "sustainability",
        "capacity",
        "m_and_a",
    ];
    SpecificationDraft {
        name: format!("Large {number}"),
        deliverables: deliverables.map(str::to_owned).into(),
        regions: Region::ALL.iter().map(|region| region.id().to_owned()).collect(),
        cadence: "weekly".to_owned(),
        ..SpecificationDraft::blank()
    }
}
