//! Prices and budgets of the language model, as the operator gives them.

use clap::Args;
use domain::language_model::{Budget, Budgets, PriceTable};
use orchestrator::assistant::ModelAccount;
use rust_decimal::Decimal;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What calls of the language model cost, and how much they may use. Processes that
/// share a database are given the same.
#[expect(clippy::struct_field_names, reason = "the flags are named after the fields")]
#[derive(Clone, Debug, Args)]
pub struct AccountOptions {
    /// YAML file with the prices of the models; without it no cost is known.
    #[arg(long, env = "ASSISTANT_PRICES_PATH")]
    pub assistant_prices_path: Option<PathBuf>,
    /// The most tokens of one run.
    #[arg(long, env = "ASSISTANT_RUN_TOKENS_MAX")]
    pub assistant_run_tokens_max: Option<u64>,
    /// The most that one run may cost, in the currency of the prices.
    #[arg(long, env = "ASSISTANT_RUN_COST_MAX", value_parser = amount)]
    pub assistant_run_cost_max: Option<Decimal>,
    /// The most tokens of one workspace in a calendar month, in UTC.
    #[arg(long, env = "ASSISTANT_MONTH_TOKENS_MAX")]
    pub assistant_month_tokens_max: Option<u64>,
    /// The most that the calls of one workspace may cost in a calendar month, in UTC.
    #[arg(long, env = "ASSISTANT_MONTH_COST_MAX", value_parser = amount)]
    pub assistant_month_cost_max: Option<Decimal>,
}

fn amount(text: &str) -> Result<Decimal, String> {
    match Decimal::from_str_exact(text) {
        Ok(amount) if !amount.is_sign_negative() => Ok(amount),
        _ => Err("an amount such as 12.50 is expected".to_owned()),
    }
}

/// Bytes of a table of prices; thousands of models take less.
const PRICES_BYTES_MAX: u64 = 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum AccountConfigError {
    #[error("ASSISTANT_PRICES_PATH {path} cannot be read")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("ASSISTANT_PRICES_PATH {path} is larger than {PRICES_BYTES_MAX} bytes")]
    TooLarge { path: PathBuf },
    #[error("ASSISTANT_PRICES_PATH {path} is no table of prices: {why}")]
    NoTable { path: PathBuf, why: String },
    #[error("{setting} is a budget in money, and ASSISTANT_PRICES_PATH names no prices")]
    MoneyWithoutPrices { setting: &'static str },
}

impl AccountOptions {
    /// # Errors
    /// [`AccountConfigError`].
    pub fn account(&self) -> Result<ModelAccount, AccountConfigError> {
        let path = self.assistant_prices_path.as_deref();
        let prices = path.map(read).transpose()?;
        let in_money = [
            ("ASSISTANT_RUN_COST_MAX", self.assistant_run_cost_max),
            ("ASSISTANT_MONTH_COST_MAX", self.assistant_month_cost_max),
        ];
        let budget = in_money.into_iter().find(|(_, budget)| budget.is_some());
        if let (None, Some((setting, _))) = (&prices, budget) {
            return Err(AccountConfigError::MoneyWithoutPrices { setting });
        }
        let budgets = Budgets {
            run: Budget {
                tokens_max: self.assistant_run_tokens_max,
                cost_max: self.assistant_run_cost_max,
            },
            month: Budget {
                tokens_max: self.assistant_month_tokens_max,
                cost_max: self.assistant_month_cost_max,
            },
        };
        Ok(ModelAccount { prices, budgets })
    }
}

fn read(path: &Path) -> Result<PriceTable, AccountConfigError> {
    let unreadable = |source| AccountConfigError::Unreadable { path: path.to_owned(), source };
    if fs::metadata(path).map_err(unreadable)?.len() > PRICES_BYTES_MAX {
        return Err(AccountConfigError::TooLarge { path: path.to_owned() });
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    // The error is printed with the lines around it, of which the first says what it is.
    serde_saphyr::from_str(&text).map_err(|error| AccountConfigError::NoTable {
        path: path.to_owned(),
        why: error.to_string().lines().next().unwrap_or_default().to_owned(),
    })
}
