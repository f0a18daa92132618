//! How much may be used. A budget is asked before each call, with the most that the
//! call can use, so that it is never overrun.

use rust_decimal::Decimal;
use serde::Serialize;

/// Bounds on what is used; none where there is no bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    pub tokens_max: Option<u64>,
    /// In the currency of the table of prices.
    pub cost_max: Option<Decimal>,
}

/// The budgets that a call has to keep to, all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budgets {
    /// Of one run.
    pub run: Budget,
    /// Of one workspace in one month.
    pub month: Budget,
}

/// What an administrator set for one workspace and a month. Each bound takes the place of
/// the installation's of its kind; where it sets none, the installation's holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WorkspaceBudget {
    pub tokens_max: Option<u64>,
    /// With its currency, which may be another one than that of the prices today.
    pub cost_max: Option<(Decimal, String)>,
}

/// What calls so far count for: what they used, and the most that they may have used
/// where that is not known, or not known yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charged {
    pub calls: u64,
    pub tokens: u64,
    /// None where one of them has no cost in the table's currency.
    pub cost: Option<Decimal>,
}

/// The most that one call can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worst {
    pub tokens: u64,
    /// None where no price is known.
    pub cost: Option<Decimal>,
}

/// Why a call is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exhausted {
    /// The run has made as many calls as it may.
    Calls,
    /// What is left of the run's budget does not cover the call.
    Run,
    /// What is left of the workspace's budget for the month does not.
    Month,
    /// There is a budget in money, and no price to hold against it.
    PriceUnknown,
}

impl Budget {
    /// Whether `worst` still fits behind what is charged.
    fn covers(
        &self,
        charged: Charged,
        worst: Worst,
        exhausted: Exhausted,
    ) -> Result<(), Exhausted> {
        let sum = charged.tokens.saturating_add(worst.tokens);
        if self.tokens_max.is_some_and(|max| sum > max) {
            return Err(exhausted);
        }
        let Some(cost_max) = self.cost_max else { return Ok(()) };
        let Some((charged, worst)) = charged.cost.zip(worst.cost) else {
            return Err(Exhausted::PriceUnknown);
        };
        match charged.checked_add(worst) {
            Some(sum) if sum <= cost_max => Ok(()),
            _ => Err(exhausted),
        }
    }
}

impl WorkspaceBudget {
    pub const fn is_set(&self) -> bool {
        self.tokens_max.is_some() || self.cost_max.is_some()
    }
}

impl Budgets {
    /// The same for a workspace with a setting of its own, where prices are in `currency`.
    ///
    /// # Errors
    /// [`Exhausted::PriceUnknown`] where the setting is in another one.
    pub fn with(&self, own: &WorkspaceBudget, currency: Option<&str>) -> Result<Self, Exhausted> {
        let cost_max = match &own.cost_max {
            None => self.month.cost_max,
            Some((max, of)) if Some(of.as_str()) == currency => Some(*max),
            Some(_) => return Err(Exhausted::PriceUnknown),
        };
        let month = Budget { tokens_max: own.tokens_max.or(self.month.tokens_max), cost_max };
        Ok(Self { run: self.run.clone(), month })
    }

    /// Whether one more call may be made.
    ///
    /// # Errors
    /// The first bound that it would break.
    pub fn allow(
        &self,
        calls_max: u32,
        run: Charged,
        month: Charged,
        worst: Worst,
    ) -> Result<(), Exhausted> {
        if run.calls >= u64::from(calls_max) {
            return Err(Exhausted::Calls);
        }
        self.run.covers(run, worst, Exhausted::Run)?;
        self.month.covers(month, worst, Exhausted::Month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPEN: Budget = Budget { tokens_max: None, cost_max: None };

    fn charged(calls: u64, tokens: u64, cost: i64) -> Charged {
        Charged { calls, tokens, cost: Some(cost.into()) }
    }

    fn worst(tokens: u64, cost: i64) -> Worst {
        Worst { tokens, cost: Some(cost.into()) }
    }

    #[test]
    fn a_call_is_made_while_its_worst_case_fits_into_every_budget() {
        let budgets = Budgets {
            run: Budget { tokens_max: Some(100), cost_max: None },
            month: Budget { tokens_max: None, cost_max: Some(10.into()) },
        };
        let ask = |run, month, worst| budgets.allow(2, run, month, worst);
        assert_eq!(ask(charged(1, 60, 3), charged(9, 60, 9), worst(40, 1)), Ok(()));
        assert_eq!(ask(charged(2, 0, 0), charged(9, 0, 0), worst(1, 0)), Err(Exhausted::Calls));
        assert_eq!(ask(charged(1, 60, 3), charged(9, 60, 9), worst(41, 1)), Err(Exhausted::Run));
        assert_eq!(ask(charged(1, 60, 3), charged(9, 60, 9), worst(40, 2)), Err(Exhausted::Month));
    }

    #[test]
    fn a_budget_in_money_refuses_what_has_no_price_rather_than_guess() {
        let budgets =
            Budgets { month: Budget { cost_max: Some(10.into()), ..OPEN }, ..Budgets::default() };
        let (known, unpriced) = (charged(0, 0, 0), Charged { calls: 1, tokens: 5, cost: None });
        let free = Worst { tokens: 1, cost: None };
        let unknown = Err(Exhausted::PriceUnknown);
        assert_eq!(budgets.allow(4, known, known, free), unknown);
        assert_eq!(budgets.allow(4, known, unpriced, worst(1, 1)), unknown);
        // Of the run, whose budget is not in money, nothing has to be known.
        assert_eq!(budgets.allow(4, unpriced, known, worst(1, 1)), Ok(()));
        assert_eq!(Budgets::default().allow(4, unpriced, unpriced, free), Ok(()));
    }

    #[test]
    fn each_bound_of_a_workspace_takes_the_place_of_the_installations_of_its_kind_alone() {
        let all = Budgets {
            run: Budget { tokens_max: Some(100), cost_max: None },
            month: Budget { tokens_max: Some(1000), cost_max: Some(10.into()) },
        };
        assert_eq!(all.with(&WorkspaceBudget::default(), Some("USD")), Ok(all.clone()));
        let tokens = WorkspaceBudget { tokens_max: Some(5000), cost_max: None };
        let month = Budget { tokens_max: Some(5000), cost_max: Some(10.into()) };
        assert_eq!(all.with(&tokens, None), Ok(Budgets { run: all.run.clone(), month }));
        let euros =
            WorkspaceBudget { tokens_max: None, cost_max: Some((3.into(), "EUR".to_owned())) };
        let month = Budget { tokens_max: Some(1000), cost_max: Some(3.into()) };
        assert_eq!(all.with(&euros, Some("EUR")), Ok(Budgets { run: all.run.clone(), month }));
        for other in [Some("USD"), None] {
            assert_eq!(all.with(&euros, other), Err(Exhausted::PriceUnknown));
        }
    }

    proptest! {
        /// However calls follow each other, and whatever of its worst case each uses.
        #[test]
        fn no_row_of_calls_goes_beyond_the_budget(
            tokens_max in 0_u64..10_000,
            calls in prop::collection::vec((1_u64..3_000, 0_u64..=100), 1..40),
        ) {
            let run = Budget { tokens_max: Some(tokens_max), cost_max: None };
            let budgets = Budgets { run, month: OPEN };
            let mut so_far = Charged::default();
            for (most, percent) in calls {
                let worst = Worst { tokens: most, cost: None };
                if budgets.allow(u32::MAX, so_far, so_far, worst).is_ok() {
                    so_far.tokens += most * percent / 100;
                    so_far.calls += 1;
                }
            }
            prop_assert!(so_far.tokens <= tokens_max);
        }
    }
}
