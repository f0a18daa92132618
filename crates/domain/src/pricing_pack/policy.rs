use super::{Currency, text::checked_text};

checked_text! {
    /// How the values of a pack were fixed, and the currency everything is valued in:
    /// `WM4PM_CAD`, `CLOSE_USD`. Rates of another fix are another policy, never relabelled.
    PricingPolicy, "a pricing policy, such as CLOSE_USD or WM4PM_CAD",
    |text| {
        text.split_once('_').is_some_and(|(fix, base)| {
            Fix::parse(fix).is_some() && base.parse::<Currency>().is_ok()
        })
    }
}

/// When and where a policy's exchange rates are fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fix {
    /// The 16:00 London fix.
    London,
    /// The daily reference rate of a central bank, beside closing prices.
    Close,
}

impl Fix {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "WM4PM" => Some(Self::London),
            "CLOSE" => Some(Self::Close),
            _ => None,
        }
    }
}

impl PricingPolicy {
    /// What a workspace has that chose none, as in the schema's default.
    #[expect(clippy::missing_panics_doc, reason = "a constant that the tests read")]
    pub fn usual() -> Self {
        "CLOSE_USD".parse().expect("this is a policy")
    }

    /// The currency into which everything converts.
    pub fn base(&self) -> Currency {
        let (_, base) = self.parts();
        base
    }

    /// The currency that cross rates are made through: the London fix is quoted
    /// against the dollar, daily reference rates against the euro.
    #[expect(clippy::missing_panics_doc, reason = "constants that the tests read")]
    pub fn pivot(&self) -> Currency {
        let pivot = match self.parts().0 {
            Fix::London => "USD",
            Fix::Close => "EUR",
        };
        pivot.parse().expect("three capitals are a currency")
    }

    fn parts(&self) -> (Fix, Currency) {
        self.as_str()
            .split_once('_')
            .and_then(|(fix, base)| Some((Fix::parse(fix)?, base.parse().ok()?)))
            .expect("a policy was checked when it was read")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_its_fix_and_its_base_currency() {
        let london: PricingPolicy = "WM4PM_CAD".parse().unwrap();
        assert_eq!((london.base().as_str(), london.pivot().as_str()), ("CAD", "USD"));
        assert_eq!(PricingPolicy::usual().base().as_str(), "USD");
        for bad in ["WM4PM", "WM4PM_", "ECB_USD", "CLOSE_usd", "CLOSE_USD_X"] {
            assert!(bad.parse::<PricingPolicy>().is_err(), "{bad}");
        }
    }
}
