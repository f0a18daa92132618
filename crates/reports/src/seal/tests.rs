use super::*;
use crate::{
    export::tests::{FORMATS, export_of},
    fixture,
};
use rights::Format;

/// The secret and the public key of the first test of RFC 8032, section 7.1.
const SECRET: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn public() -> PublicKey {
    PUBLIC.parse().unwrap()
}

async fn sealed(format: Format) -> Vec<u8> {
    let export = export_of(&fixture::document(), &fixture::package(), format).await;
    let sealed = export.sealed(&SealKey::parse(SECRET).unwrap()).unwrap();
    assert_eq!(sealed.hash, ContentHash::of_bytes(&sealed.bytes));
    sealed.bytes
}

#[test]
fn keys_are_those_of_the_standard_and_show_no_secret() {
    let key = SealKey::parse(SECRET).unwrap();
    assert_eq!(key.public_key().to_string(), PUBLIC);
    assert!(!format!("{key:?}").contains(&SECRET[..8]));
    for wrong in ["", "9d61", &format!("{SECRET}00"), &SECRET.replacen('9', "g", 1)] {
        assert_eq!(SealKey::parse(wrong).unwrap_err(), InvalidKey, "{wrong}");
        assert_eq!(wrong.parse::<PublicKey>().unwrap_err(), InvalidKey, "{wrong}");
    }
    // The first signature of the same section: of nothing.
    let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
    assert_eq!(key.sign(b""), signature);
}

#[tokio::test]
async fn a_sealed_file_says_what_it_is_and_is_the_same_each_time() {
    for format in FORMATS {
        let file = sealed(format).await;
        let verified = verify(&file, &[public()]).unwrap();
        assert_eq!(verified.key, public().id());
        assert_eq!(verified.manifest["format"], format.id());
        assert_eq!(verified.manifest["run_id"], fixture::package().run_id.to_string());
        assert_eq!(verified.manifest["attributions"][0]["provider"], "Sample");
        assert!(file == sealed(format).await, "{format:?}");
    }
}

#[tokio::test]
async fn a_changed_byte_is_refused_wherever_it_stands() {
    for format in FORMATS {
        let file = sealed(format).await;
        let (before, ..) = split(&file).unwrap();
        // Every byte of the seal and behind it; before it, where one hash covers all,
        // some thousands, since each takes a hash of the whole file.
        let stride = 1 + before.len() / 4_000;
        let content = (0..before.len()).step_by(stride).map(|index| (index, 1));
        // The second makes a digit's letter a capital.
        let seal = (before.len()..file.len()).flat_map(|index| [(index, 1), (index, 0x20)]);
        for (index, bit) in content.chain(seal) {
            let mut changed = file.clone();
            changed[index] ^= bit;
            let found = verify(&changed, &[public()]);
            assert!(found.is_err(), "{format:?}: byte {index} of {}", file.len());
        }
    }
}

#[tokio::test]
async fn what_is_added_cut_off_or_moved_is_refused() {
    for format in FORMATS {
        let file = sealed(format).await;
        let (before, seal, behind) = split(&file).unwrap();
        let seal = format!("{MARK}{seal}.").into_bytes();
        let half = before.len() / 2;
        for (what, changed) in [
            ("added behind", [file.as_slice(), b"\n"].concat()),
            ("added before", [b" ", file.as_slice()].concat()),
            ("cut off in front", file[1..].to_vec()),
            ("moved", [&before[..half], &seal, &before[half..], behind].concat()),
            ("sealed twice", [before, &seal, &seal, behind].concat()),
        ] {
            let found = verify(&changed, &[public()]);
            assert!(found.is_err(), "{format:?} {what}: {found:?}");
        }
        let without = [before, behind].concat();
        assert!(matches!(verify(&without, &[public()]), Err(SealError::Missing)), "{format:?}");
    }
}

#[tokio::test]
async fn only_the_key_that_sealed_a_file_speaks_for_it() {
    let file = sealed(Format::Json).await;
    let other = SealKey::parse(&SECRET.replacen('9', "8", 1)).unwrap();
    let unknown = verify(&file, &[other.public_key()]);
    assert!(matches!(unknown, Err(SealError::UnknownKey(id)) if id == public().id()));
    assert!(verify(&file, &[other.public_key(), public()]).is_ok(), "as after a rotation");

    // Another key under the name of this one.
    let text = String::from_utf8(file).unwrap();
    let (before, seal) = text.split_once(MARK).unwrap();
    let (payload, _) = seal.split_once('.').unwrap();
    let signature = other.sign(&message(&decoded(payload).unwrap()));
    let forged = format!("{before}{MARK}{payload}.{signature}.\"}}");
    assert!(matches!(verify(forged.as_bytes(), &[public()]), Err(SealError::Forged)));
}

#[tokio::test]
async fn a_report_that_speaks_of_seals_is_sealed_like_any_other() {
    let mut document = fixture::document();
    document.title = format!("{MARK}00.00. --> \"}}");
    for format in FORMATS {
        let export = export_of(&document, &fixture::package(), format).await;
        let file = export.sealed(&SealKey::parse(SECRET).unwrap()).unwrap().bytes;
        assert!(verify(&file, &[public()]).is_ok(), "{format:?}");
    }
}

#[tokio::test]
async fn a_sealed_json_file_is_canonical_still() {
    let text = String::from_utf8(sealed(Format::Json).await).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(canonical_json(&value).unwrap(), text);
}
