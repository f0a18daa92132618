use super::{Request, load::encode};
use domain::language_model::WorkspaceBudget;
use rust_decimal::Decimal;

/// The form of a workspace's budget as it was typed. It travels in the address of the page
/// that it is shown on again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedBudget {
    pub tokens_max: String,
    pub cost_max: String,
}

/// Longer is no number, and no address carries it.
const CHARACTERS_MAX: usize = 40;

impl TypedBudget {
    /// Both bounds; none where something else than a number is typed. Blanks between
    /// digits are read over.
    pub fn parse(&self) -> Option<(Option<u64>, Option<Decimal>)> {
        let digits = |text: &str| text.split_whitespace().collect::<String>();
        let (tokens, cost) = (digits(&self.tokens_max), digits(&self.cost_max));
        let tokens = (!tokens.is_empty()).then(|| tokens.parse().ok());
        let cost = (!cost.is_empty()).then(|| Decimal::from_str_exact(&cost).ok());
        match (tokens, cost) {
            (Some(None), _) | (_, Some(None)) => None,
            (tokens, cost) => Some((tokens.flatten(), cost.flatten())),
        }
    }

    pub fn query(&self) -> String {
        let short = |text: &str| encode(&text.chars().take(CHARACTERS_MAX).collect::<String>());
        format!("tokens_max={}&cost_max={}", short(&self.tokens_max), short(&self.cost_max))
    }

    /// What was refused just now, if anything was.
    pub fn refused(request: &Request) -> Option<Self> {
        request.query("refused")?;
        let typed = |name| request.query(name).unwrap_or_default().to_owned();
        Some(Self { tokens_max: typed("tokens_max"), cost_max: typed("cost_max") })
    }
}

impl From<&WorkspaceBudget> for TypedBudget {
    fn from(budget: &WorkspaceBudget) -> Self {
        let cost = budget.cost_max.as_ref().map(|(cost, _)| cost.to_string());
        Self {
            tokens_max: budget.tokens_max.map(|max| max.to_string()).unwrap_or_default(),
            cost_max: cost.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(tokens_max: &str, cost_max: &str) -> TypedBudget {
        TypedBudget { tokens_max: tokens_max.to_owned(), cost_max: cost_max.to_owned() }
    }

    #[test]
    fn an_empty_field_is_no_bound_and_what_is_no_number_is_refused() {
        let amount = "12.50".parse::<Decimal>().unwrap();
        assert_eq!(typed("", " ").parse(), Some((None, None)));
        assert_eq!(typed("2 000 000", "12.50").parse(), Some((Some(2_000_000), Some(amount))));
        for (tokens, cost) in [("many", ""), ("-1", ""), ("1.5", ""), ("", "12,50"), ("", "free")] {
            assert_eq!(typed(tokens, cost).parse(), None, "{tokens} {cost}");
        }
    }

    #[test]
    fn what_was_typed_cannot_leave_its_place_in_the_address() {
        assert_eq!(typed("1&x=2", "#").query(), "tokens_max=1%26x%3D2&cost_max=%23");
    }
}
