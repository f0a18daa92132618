//! Which product an item is about.

use super::{
    reading::words_of,
    words::{lowered, padded, place_of},
};
use domain::evidence::EvidenceItem;

/// Products by the names that count as naming them.
const PRODUCTS: &[(&str, &[&str])] = &[
    ("MDI", &["MDI", "methylene diphenyl diisocyanate"]),
    ("TDI", &["TDI", "toluene diisocyanate"]),
    ("propylene oxide", &["propylene oxide"]),
    ("aniline", &["aniline"]),
    ("polyether polyol", &["polyether polyol", "polyether polyols"]),
    ("polyester polyol", &["polyester polyol", "polyester polyols"]),
    ("TPU", &["TPU", "thermoplastic polyurethane"]),
    ("polyol", &["polyol", "polyols"]),
    ("isocyanate", &["isocyanate", "isocyanates"]),
    ("diisocyanate", &["diisocyanate", "diisocyanates"]),
    ("spray foam", &["spray foam"]),
    ("rigid foam", &["rigid foam", "rigid polyurethane foam", "polyurethane rigid foam"]),
    (
        "slabstock foam",
        &["slabstock foam", "slabstock", "mattress foam", "polyurethane slabstock foam"],
    ),
    ("moulded foam", &["moulded foam", "moulded polyurethane foam"]),
    ("flexible foam", &["flexible foam", "flexible polyurethane foam"]),
    (
        "polyurethane systems",
        &["polyurethane systems", "polyurethane system", "system house", "system blending"],
    ),
    ("polyurethane foam", &["polyurethane foam"]),
    ("polyurethane coatings", &["polyurethane coatings"]),
    ("polyurethane elastomers", &["polyurethane elastomers"]),
    ("polyurethane adhesives", &["polyurethane adhesive", "polyurethane adhesives"]),
    (
        "polyurethane panels",
        &[
            "polyurethane sandwich panels",
            "polyurethane panel",
            "polyurethane panels",
            "polyurethane insulation panels",
        ],
    ),
    ("polyurethane", &["polyurethane", "polyurethanes"]),
];

/// Names that cover half the industry.
const BROAD: &[&str] = &["polyurethane", "polyol", "isocyanate"];

/// The product that an item is about: the first named in its title, else in its
/// excerpt; the broad ones only where no other is named.
pub(super) fn product(item: &EvidenceItem) -> Option<&'static str> {
    let (title, excerpt) = (nameless(&item.title, item), nameless(&item.excerpt, item));
    let named: Vec<_> = products_of(&title).into_iter().chain(products_of(&excerpt)).collect();
    named.iter().find(|product| !BROAD.contains(product)).or(named.first()).copied()
}

/// Whether both items name a product in common, the broad ones not counted.
pub(super) fn share_product(a: &EvidenceItem, b: &EvidenceItem) -> bool {
    let of = |item: &EvidenceItem| products_of(&nameless(&words_of(item), item));
    let (a, b) = (of(a), of(b));
    a.iter().any(|product| !BROAD.contains(product) && b.contains(product))
}

/// The text without the companies' names, many of which hold a product.
fn nameless(text: &str, item: &EvidenceItem) -> String {
    item.companies.iter().fold(text.to_owned(), |text, company| text.replace(company.as_str(), " "))
}

/// In the order of the text; of two names at one place the longer.
fn products_of(text: &str) -> Vec<&'static str> {
    let (exact, lower) = (padded(text), lowered(text));
    let mut found: Vec<(usize, usize, &str)> = Vec::new();
    for (product, names) in PRODUCTS {
        for name in *names {
            // Abbreviations count in exact capitals only.
            let shouted = name.chars().all(|c| c.is_ascii_uppercase());
            let at = if shouted { place_of(&exact, name) } else { place_of(&lower, name) };
            found.extend(at.map(|at| (at, usize::MAX - name.len(), *product)));
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(_, _, product)| product).collect()
}
