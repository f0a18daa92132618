//! The language of a text.

use whatlang::{Detector, Lang};

/// Characters that are looked at: the beginning of a text tells its language.
const CHARACTERS_MAX: usize = 1_000;

/// Languages that the desk's sources write, with their ISO 639-1 codes. A detector that
/// may answer with any of a hundred languages takes short headlines for exotic ones.
const LANGUAGES: &[(Lang, &str)] = &[
    (Lang::Eng, "en"),
    (Lang::Deu, "de"),
    (Lang::Fra, "fr"),
    (Lang::Spa, "es"),
    (Lang::Ita, "it"),
    (Lang::Por, "pt"),
    (Lang::Nld, "nl"),
    (Lang::Pol, "pl"),
    (Lang::Tur, "tr"),
    (Lang::Rus, "ru"),
    (Lang::Ara, "ar"),
    (Lang::Cmn, "zh"),
    (Lang::Jpn, "ja"),
    (Lang::Kor, "ko"),
];

/// The language of a text as an ISO 639-1 code.
///
/// What the source declares holds unless the text speaks clearly against it: feeds of
/// several languages declare one of them. Without declaration and clear text there is
/// no answer, rather than English.
pub fn language_of(text: &str, declared: Option<&str>) -> Option<&'static str> {
    let declared = declared.and_then(known);
    let head = &text[..text.char_indices().nth(CHARACTERS_MAX).map_or(text.len(), |(at, _)| at)];
    let list = LANGUAGES.iter().map(|(lang, _)| *lang).collect();
    let detected = Detector::with_allowlist(list)
        .detect(head)
        .filter(whatlang::Info::is_reliable)
        .and_then(|info| LANGUAGES.iter().find(|(lang, _)| *lang == info.lang()))
        .map(|(_, code)| *code);
    detected.or(declared)
}

/// `de-AT` is `de`.
pub(crate) fn known(declared: &str) -> Option<&'static str> {
    let code = declared.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    LANGUAGES.iter().find(|(_, known)| *known == code).map(|(_, known)| *known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_text_tells_its_language() {
        for (text, expected) in [
            (
                "The producer will permanently close its polyester polyol unit at the end of the quarter.",
                "en",
            ),
            (
                "Der Hersteller schließt seine Anlage für Polyesterpolyole zum Ende des Quartals endgültig.",
                "de",
            ),
            (
                "Le producteur fermera définitivement son unité de polyols polyester à la fin du trimestre.",
                "fr",
            ),
            (
                "El productor cerrará definitivamente su unidad de polioles de poliéster al final del trimestre.",
                "es",
            ),
            ("该公司将在本季度末永久关闭其聚酯多元醇装置。", "zh"),
        ] {
            assert_eq!(language_of(text, None), Some(expected), "{text}");
            assert_eq!(language_of(text, Some("en-GB")), Some(expected), "{text}");
        }
    }

    #[test]
    fn an_unclear_text_has_the_language_its_source_declares() {
        assert_eq!(language_of("MDI", Some("de-AT")), Some("de"));
        assert_eq!(language_of("", Some("FR")), Some("fr"));
    }

    #[test]
    fn without_a_declaration_nobody_guesses() {
        for text in ["", "MDI", "400", "🛏"] {
            assert_eq!(language_of(text, None), None, "{text}");
            assert_eq!(language_of(text, Some("tlh")), None, "{text}");
        }
    }
}
