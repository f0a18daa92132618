//! Products, from a maintained table, and the market segment that they tell.

use domain::{
    evidence::EvidenceItem,
    taxonomy::Segment,
    words::{Hit, Lexicon},
};
use serde::Deserialize;
use std::{collections::BTreeSet, sync::LazyLock};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub id: String,
    pub name: String,
    pub segment: Segment,
    /// It covers half the industry, and tells two events apart from nothing.
    #[serde(default)]
    pub broad: bool,
    words: String,
}

/// Place in the table.
pub type ProductKey = usize;

struct Table {
    products: Vec<Product>,
    lexicon: Lexicon<ProductKey>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let products: Vec<Product> = serde_json::from_str(include_str!("../tables/products.json"))
        .expect("a test parses the table of this build");
    let words: Vec<(ProductKey, &str)> =
        products.iter().enumerate().map(|(key, product)| (key, product.words.as_str())).collect();
    let masks = "TDI engine, TDI engines, TDI diesel, MDI inhaler, MDI inhalers";
    let lexicon = Lexicon::new(masks, &words);
    Table { products, lexicon }
});

/// The product at a place of the table.
pub fn product(key: ProductKey) -> Option<&'static Product> {
    TABLE.products.get(key)
}

/// The place of a product by its id.
pub fn product_of(id: &str) -> Option<ProductKey> {
    TABLE.products.iter().position(|product| product.id == id)
}

/// The name of the product that an item is about: the first named in its title, else in
/// its excerpt; a broad one only where no other is named. Companies' names, many of which
/// hold a product, do not count.
pub fn leading_product(item: &EvidenceItem) -> Option<&'static str> {
    let nameless = |text: &str| {
        item.companies.iter().fold(text.to_owned(), |text, name| text.replace(name.as_str(), " "))
    };
    let words = format!("{}\n{}", nameless(&item.title), nameless(&item.excerpt));
    let named: Vec<&Product> =
        products_in(&words).into_iter().filter_map(|hit| product(hit.value)).collect();
    let narrow = named.iter().find(|product| !product.broad);
    narrow.or(named.first()).map(|product| product.name.as_str())
}

/// Products that a text names, in its order, each occurrence.
pub fn products_in(text: &str) -> Vec<Hit<ProductKey>> {
    TABLE.lexicon.find(text)
}

/// The segment that these products tell: the one that all agree on, `mixed` for
/// several, `unknown` where none tells.
pub fn segment_of(products: impl IntoIterator<Item = ProductKey>) -> Segment {
    let told: BTreeSet<Segment> = products
        .into_iter()
        .filter_map(product)
        .map(|product| product.segment)
        .filter(|segment| *segment != Segment::Unknown)
        .collect();
    match told.first() {
        Some(one) if told.len() == 1 => *one,
        Some(_) => Segment::Mixed,
        None => Segment::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, names: &[&str], segment: Segment) {
        let hits = products_in(text);
        let found: Vec<_> =
            hits.iter().map(|hit| product(hit.value).unwrap().name.as_str()).collect();
        assert_eq!(found, names, "{text}");
        assert_eq!(segment_of(hits.iter().map(|hit| hit.value)), segment, "{text}");
    }

    #[test]
    fn ids_are_unique() {
        let ids: BTreeSet<_> = TABLE.products.iter().map(|product| &product.id).collect();
        assert_eq!(ids.len(), TABLE.products.len());
    }

    #[test]
    fn products_tell_the_segment() {
        check("MDI and polyether polyols", &["MDI", "polyether polyol"], Segment::RawMaterials);
        check("rigid polyurethane foam", &["rigid foam"], Segment::RigidFoam);
        check("Slabstock and spray foam", &["slabstock foam", "spray foam"], Segment::Mixed);
        check("PU adhesives", &["polyurethane adhesives"], Segment::Case);
        check("polyurethane", &["polyurethane"], Segment::Unknown);
    }

    #[test]
    fn letters_of_other_things_are_no_products() {
        check("TDI engine, MDI inhaler, tpu, mdi", &[], Segment::Unknown);
    }
}
