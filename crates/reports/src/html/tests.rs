use super::*;
use crate::fixture;

fn colophon() -> Colophon {
    let package = fixture::package();
    Colophon {
        run_id: package.run_id,
        specification_version: package.specification_version,
        pack_hash: package.pack_hash,
        package_hash: ContentHash::of_json(&package).unwrap(),
        document_hash: ContentHash::of_json(&fixture::document()).unwrap(),
        sealed_at: package.claimed_at,
        zone: package.period.zone,
    }
}

#[test]
fn x() {
    let html = render_html(&fixture::document(), &colophon()).unwrap();
    std::fs::write("/tmp/report.html", html).unwrap();
    panic!();
}
