use super::*;
use crate::Actor;
use domain::access::Right;

const SECRET: &str = "an hs256 key of 32 bytes or more";
const NOW: i64 = 1_764_000_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn keeper(secret: &str) -> JwtKeeper {
    JwtKeeper::new(&secret.into()).unwrap()
}

fn bearer(expires: i64) -> Bearer {
    let actor = Actor {
        user: "01900000-0000-7000-8000-000000000001".parse().unwrap(),
        email: "ada@test.example".into(),
        name: "Ada".into(),
        is_admin: false,
        membership: None,
        memberships: Vec::new(),
    };
    Bearer {
        token: "01900000-0000-7000-8000-000000000003".parse().unwrap(),
        actor,
        rights: BTreeSet::from([Right::MacroRead]),
        expires_at: at(expires),
    }
}

fn minted(keeper: &JwtKeeper, lifetime_s: i64, expires: i64) -> MintedJwt {
    let workspace = "01900000-0000-7000-8000-000000000002".parse().unwrap();
    keeper.mint(&bearer(expires), workspace, Role::Viewer, lifetime_s, at(NOW)).unwrap()
}

#[test]
fn a_jwt_lives_from_its_minting_to_its_expiry() {
    let keeper = keeper(SECRET);
    let jwt = minted(&keeper, 600, NOW + 10_000);
    let valid = |second| keeper.verify(jwt.text.expose_secret(), at(second)).is_some();
    assert!(valid(NOW) && valid(NOW + 599));
    // Five seconds of leeway at either end.
    assert!(valid(NOW - 5) && valid(NOW + 604));
    assert!(!valid(NOW - 6) && !valid(NOW + 605));
    let claims = keeper.verify(jwt.text.expose_secret(), at(NOW)).unwrap();
    assert_eq!((claims.iat, claims.exp), (NOW, NOW + 600));
    assert_eq!(claims.scp, BTreeSet::from([Right::MacroRead]));
}

#[test]
fn a_jwt_lives_a_day_at_most_and_never_longer_than_its_token() {
    let keeper = keeper(SECRET);
    assert_eq!(minted(&keeper, 1_000_000, NOW + 1_000_000).expires_in_s, 86_400);
    assert_eq!(minted(&keeper, 600, NOW + 60).expires_in_s, 60);
}

/// Header and claims in the clear, signed by `key` as HS256 asks.
fn forged(header: &str, claims: &serde_json::Value, key: &[u8]) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let head =
        format!("{}.{}", base64url(header.as_bytes()), base64url(claims.to_string().as_bytes()));
    let tag = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap().chain_update(head.as_bytes());
    format!("{head}.{}", base64url(&tag.finalize().into_bytes()))
}

/// RFC 4648, section 5, without padding; written out so that the test does not
/// lean on what it tests.
fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digit = |chunk: &[u8], at: usize| {
        let word = (0..3).fold(0_u32, |word, byte| {
            (word << 8) | u32::from(chunk.get(byte).copied().unwrap_or(0))
        });
        char::from(DIGITS[usize::try_from((word >> (18 - 6 * at)) & 63).unwrap()])
    };
    bytes.chunks(3).flat_map(|chunk| (0..=chunk.len()).map(move |at| digit(chunk, at))).collect()
}

fn claims() -> serde_json::Value {
    serde_json::json!({
        "sub": "01900000-0000-7000-8000-000000000001", "email": "ada@test.example",
        "role": "viewer", "ws": "01900000-0000-7000-8000-000000000002",
        "tid": "01900000-0000-7000-8000-000000000003", "scp": ["macro_read"],
        "aud": "observatory", "iat": NOW, "exp": NOW + 60,
    })
}

#[test]
fn only_hs256_by_our_own_secret_for_our_own_audience_is_taken() {
    const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
    let keeper = keeper(SECRET);
    let check = |jwt: &str, expected: bool| {
        assert_eq!(keeper.verify(jwt, at(NOW)).is_some(), expected, "{jwt}");
    };
    let good = forged(HS256, &claims(), SECRET.as_bytes());
    check(&good, true);
    check(&forged(HS256, &claims(), b"another key of 32 bytes or more."), false);
    for algorithm in ["none", "HS384", "HS512", "RS256", "ES256", "hs256"] {
        let header = format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#);
        check(&forged(&header, &claims(), SECRET.as_bytes()), false);
    }
    let (signed, _) = good.rsplit_once('.').unwrap();
    check(&format!("{signed}."), false);
    check(signed, false);
    for (claim, value) in [
        ("aud", serde_json::json!("another")),
        ("aud", serde_json::Value::Null),
        ("exp", serde_json::json!(NOW - 60)),
        ("exp", serde_json::json!("never")),
        ("exp", serde_json::json!(NOW + 86_401)),
        ("exp", serde_json::Value::Null),
        ("iat", serde_json::json!(NOW + 60)),
        ("scp", serde_json::json!(["everything"])),
        ("sub", serde_json::json!("ada")),
    ] {
        let mut claims = claims();
        claims[claim] = value;
        check(&forged(HS256, &claims, SECRET.as_bytes()), false);
    }
}

#[test]
fn a_secret_shorter_than_32_bytes_is_refused_without_being_told() {
    let short = &SECRET[..31];
    let refused = JwtKeeper::new(&short.into()).unwrap_err();
    assert_eq!(refused.to_string(), "JWT_SECRET has 31 bytes; it needs at least 32");
}
