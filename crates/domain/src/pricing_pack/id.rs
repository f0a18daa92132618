use super::{InvalidText, PricingPolicy, text::checked_text};
use crate::hash::ContentHash;
use jiff::civil::Date;

checked_text! {
    /// The name of one pack, `PP_2025-10-21_WM4PM_CAD_v1_e4e74beeb7f9`: the date and
    /// policy that it is for, its version, and the first digits of its content hash.
    PricingPackId, "a pricing pack, such as PP_2025-10-21_WM4PM_CAD_v1_e4e74beeb7f9",
    |text| parts(text).is_some()
}

/// What the name of a pack says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackName {
    pub date: Date,
    pub policy: PricingPolicy,
    pub version: u32,
    /// The first twelve digits of the content hash.
    pub hash: String,
}

impl PricingPackId {
    /// # Errors
    /// When the version is zero.
    pub fn new(
        date: Date,
        policy: &PricingPolicy,
        version: u32,
        content: ContentHash,
    ) -> Result<Self, InvalidText> {
        format!("PP_{date}_{policy}_v{version}_{}", content.short()).parse()
    }

    #[expect(clippy::missing_panics_doc, reason = "the text was checked when it was read")]
    pub fn name(&self) -> PackName {
        parts(self.as_str()).expect("the name was checked when it was read")
    }

    pub fn date(&self) -> Date {
        self.name().date
    }
}

fn parts(text: &str) -> Option<PackName> {
    let (date, rest) = text.strip_prefix("PP_")?.split_once('_')?;
    let (rest, hash) = rest.rsplit_once('_')?;
    let (policy, version) = rest.rsplit_once("_v")?;
    let name = PackName {
        date: date.parse().ok()?,
        policy: policy.parse().ok()?,
        version: version.parse().ok().filter(|version| *version > 0)?,
        hash: hash.to_owned(),
    };
    let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let canonical = format!("PP_{}_{}_v{}_{hash}", name.date, name.policy, name.version) == text;
    (hash.len() == 12 && hash.bytes().all(lower_hex) && canonical).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_pack_gives_back_what_it_was_made_of() {
        // domain/portfolio.md section 8.
        let id: PricingPackId = "PP_2025-10-21_WM4PM_CAD_v1_e4e74beeb7f9".parse().unwrap();
        let name = id.name();
        assert_eq!(name.date.to_string(), "2025-10-21");
        assert_eq!(name.policy.as_str(), "WM4PM_CAD");
        assert_eq!((name.version, name.hash.as_str()), (1, "e4e74beeb7f9"));
    }

    #[test]
    fn a_text_that_is_not_written_exactly_like_a_name_is_none() {
        for bad in [
            "",
            "2025-10-21_WM4PM_CAD_v1_e4e74beeb7f9",
            "PP_2025-10-32_WM4PM_CAD_v1_e4e74beeb7f9",
            "PP_20251021_WM4PM_CAD_v1_e4e74beeb7f9",
            "PP_2025-10-21_ECB_CAD_v1_e4e74beeb7f9",
            "PP_2025-10-21_WM4PM_CAD_v0_e4e74beeb7f9",
            "PP_2025-10-21_WM4PM_CAD_v01_e4e74beeb7f9",
            "PP_2025-10-21_WM4PM_CAD_v1_E4E74BEEB7F9",
            "PP_2025-10-21_WM4PM_CAD_v1_e4e74beeb7f",
        ] {
            assert!(bad.parse::<PricingPackId>().is_err(), "{bad}");
        }
    }
}
