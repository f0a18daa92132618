//! The rules for the list of companies.

use super::{Field, FieldError, check_text::quoted};
use crate::price::Tier;
use std::{collections::BTreeSet, ops::RangeInclusive};

/// Characters of a company's name.
pub const COMPANY_LENGTH: RangeInclusive<usize> = 2..=200;

/// One company a line; blank lines and blanks around a name do not count.
///
/// `with_company_news`: 1 company up to the tier's limit, else none. While the
/// tier is not known, the largest tier's limit holds.
pub(super) fn check_watchlist(
    text: &str,
    with_company_news: bool,
    tier: Option<Tier>,
) -> Result<Vec<String>, Vec<FieldError>> {
    let companies: Vec<&str> =
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let tier = tier.unwrap_or(Tier::Enterprise);
    let messages: Vec<String> = [
        check_count(companies.len(), with_company_news, tier),
        check_repeats(&companies),
        check_names(&companies),
    ]
    .into_iter()
    .flatten()
    .collect();
    if messages.is_empty() {
        Ok(companies.into_iter().map(str::to_owned).collect())
    } else {
        Err(messages.into_iter().map(|text| FieldError::new(Field::Watchlist, text)).collect())
    }
}

fn check_count(count: usize, with_company_news: bool, tier: Tier) -> Option<String> {
    let most = tier.limits().watchlist;
    match (with_company_news, count) {
        (true, 0) => {
            Some("Name at least one company, or leave out Company News Tracking.".to_owned())
        }
        (true, count) if count > most => {
            Some(format!("The {} tier holds {most} companies; the list has {count}.", tier.label()))
        }
        (false, 1..) => Some(
            "A watchlist needs Company News Tracking. Choose it, or empty the list.".to_owned(),
        ),
        _ => None,
    }
}

/// Upper and lower case make no difference.
fn check_repeats(companies: &[&str]) -> Option<String> {
    let mut seen = BTreeSet::new();
    let repeated = companies.iter().find(|company| !seen.insert(company.to_lowercase()))?;
    Some(format!("{} stands in the list twice.", quoted(repeated)))
}

fn check_names(companies: &[&str]) -> Option<String> {
    let wrong = companies.iter().find(|company| {
        !COMPANY_LENGTH.contains(&company.chars().count())
            || company.contains(char::is_control)
            || !company.contains(char::is_alphanumeric)
    })?;
    let (least, most) = (COMPANY_LENGTH.start(), COMPANY_LENGTH.end());
    Some(format!("{} is not a company's name of {least} to {most} characters.", quoted(wrong)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, with_company_news: bool, tier: Tier) -> Result<usize, String> {
        check_watchlist(text, with_company_news, Some(tier))
            .map(|companies| companies.len())
            .map_err(|errors| errors.into_iter().map(|error| error.message).collect())
    }

    fn list_of(count: usize) -> String {
        (1..=count).fold(String::new(), |list, number| list + &format!("Company {number}\n"))
    }

    // Limits of the domain reference, section 4.1.
    #[test]
    fn company_news_takes_one_company_up_to_the_tiers_limit() {
        for (tier, most) in
            [(Tier::Starter, 20), (Tier::Medium, 40), (Tier::Pro, 75), (Tier::Enterprise, 150)]
        {
            assert_eq!(check(&list_of(1), true, tier), Ok(1));
            assert_eq!(check(&list_of(most), true, tier), Ok(most));
            let refused = check(&list_of(most + 1), true, tier).unwrap_err();
            assert!(refused.contains(&format!("holds {most} companies")), "{refused}");
        }
        assert!(check(" \n\n", true, Tier::Starter).unwrap_err().starts_with("Name at least one"));
    }

    #[test]
    fn without_company_news_the_list_is_empty() {
        assert_eq!(check("\n  \r\n", false, Tier::Starter), Ok(0));
        assert!(check("Acme", false, Tier::Starter).is_err());
    }

    #[test]
    fn names_are_trimmed_and_keep_their_order() {
        let companies = check_watchlist("  Zeta Foams \r\n\n Alpha\n", true, None).unwrap();
        assert_eq!(companies, ["Zeta Foams", "Alpha"]);
    }

    #[test]
    fn a_company_stands_in_the_list_once_whatever_its_case() {
        assert_eq!(
            check("Ärzte Schaum\nACME\närzte schaum", true, Tier::Starter).unwrap_err(),
            "“ärzte schaum” stands in the list twice."
        );
    }

    #[test]
    fn a_line_that_is_no_name_is_refused() {
        for line in ["A", "---", "Acme\u{7}", &"x".repeat(201)] {
            assert!(check(line, true, Tier::Starter).is_err(), "{line}");
        }
        assert_eq!(check(&"x".repeat(200), true, Tier::Starter), Ok(1));
    }
}
