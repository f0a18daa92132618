//! What an evaluation prints: a line for each measure, a column for each candidate.

use domain::language_model::Tokens;
use orchestrator::evaluation::Trial;
use rust_decimal::Decimal;
use std::{fmt, time::Duration};

pub struct Sheet {
    packages: Vec<String>,
    currency: Option<String>,
    columns: Vec<(String, Vec<Trial>)>,
}

impl Sheet {
    pub const fn new(packages: Vec<String>, currency: Option<String>) -> Self {
        Self { packages, currency, columns: Vec::new() }
    }

    pub fn add(&mut self, name: String, trials: Vec<Trial>) {
        self.columns.push((name, trials));
    }

    pub fn all_valid(&self) -> bool {
        self.columns.iter().flat_map(|(_, trials)| trials).all(is_valid)
    }

    fn lines(&self) -> Vec<(&'static str, Vec<String>)> {
        let line = |measure: &dyn Fn(&[Trial]) -> String| {
            self.columns.iter().map(|(_, trials)| measure(trials)).collect::<Vec<_>>()
        };
        vec![
            (
                "Valid reports",
                line(&|trials| {
                    let valid = trials.iter().filter(|trial| is_valid(trial)).count();
                    format!("{valid} of {}", trials.len())
                }),
            ),
            (
                "Sent back once",
                line(&|trials| {
                    let measured = trials.iter().filter_map(|trial| trial.result.as_ref().ok());
                    measured.filter(|measured| measured.sent_back > 0).count().to_string()
                }),
            ),
            (
                "Ungrounded",
                line(&|trials| {
                    let sum = |part: fn(&agents::evaluation::Measured) -> usize| {
                        let measured = trials.iter().filter_map(|trial| trial.result.as_ref().ok());
                        measured.map(part).sum::<usize>()
                    };
                    format!(
                        "{} in {} claims",
                        sum(agents::evaluation::Measured::ungrounded),
                        sum(|one| one.claims)
                    )
                }),
            ),
            (
                "Events told",
                line(&|trials| {
                    let sum = |part: fn(&agents::evaluation::Measured) -> usize| {
                        let measured = trials.iter().filter_map(|trial| trial.result.as_ref().ok());
                        measured.map(part).sum::<usize>()
                    };
                    format!("{} of {}", sum(|one| one.told), sum(|one| one.events))
                }),
            ),
            (
                "Calls",
                line(&|trials| {
                    trials.iter().map(|trial| trial.used.calls).sum::<usize>().to_string()
                }),
            ),
            (
                "Input tokens",
                line(&|trials| {
                    let used = tokens(trials);
                    with_part(used.input, used.cached, "cached")
                }),
            ),
            (
                "Output tokens",
                line(&|trials| {
                    let used = tokens(trials);
                    with_part(used.output, used.reasoning, "thought")
                }),
            ),
            ("Cost", line(&|trials| self.cost(trials))),
            ("Time, median", line(&|trials| seconds(median(trials)))),
            (
                "Time, longest",
                line(&|trials| {
                    seconds(trials.iter().map(|trial| trial.took).max().unwrap_or_default())
                }),
            ),
        ]
    }

    fn cost(&self, trials: &[Trial]) -> String {
        let sum = trials
            .iter()
            .map(|trial| trial.used.cost)
            .try_fold(Decimal::ZERO, |sum, cost| cost.map(|cost| sum + cost));
        match (sum, &self.currency) {
            (Ok(sum), _) if sum.is_zero() => "0".to_owned(),
            (Ok(sum), Some(currency)) => format!("{} {currency}", sum.normalize()),
            (Ok(_), None) => "not available: no prices are configured".to_owned(),
            (Err(missing), _) => format!("not available: {}", missing.label()),
        }
    }
}

fn is_valid(trial: &Trial) -> bool {
    trial.result.as_ref().is_ok_and(agents::evaluation::Measured::is_valid)
}

fn tokens(trials: &[Trial]) -> Tokens {
    trials.iter().map(|trial| trial.used.tokens).fold(Tokens::NONE, Tokens::plus)
}

fn with_part(whole: u64, part: u64, word: &str) -> String {
    if part == 0 { whole.to_string() } else { format!("{whole}, {part} {word}") }
}

/// The upper one of two in the middle.
fn median(trials: &[Trial]) -> Duration {
    let mut times: Vec<_> = trials.iter().map(|trial| trial.took).collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |text: &str| text.chars().count();
        let lines = self.lines();
        let first = lines.iter().map(|(name, _)| width(name)).max().unwrap_or_default();
        let widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, (name, _))| {
                lines.iter().map(|(_, cells)| width(&cells[at])).fold(width(name), usize::max)
            })
            .collect();
        let row = |f: &mut fmt::Formatter<'_>, name: &str, cells: Vec<&str>| {
            let cells = cells.iter().zip(&widths);
            let cells: Vec<_> = cells.map(|(cell, width)| format!("  {cell:width$}")).collect();
            let line = format!("{name:first$}{}", cells.concat());
            writeln!(f, "{}", line.trim_end())
        };
        let packages = self.packages.len();
        row(
            f,
            &format!("{packages} packages"),
            self.columns.iter().map(|(n, _)| n.as_str()).collect(),
        )?;
        for (name, cells) in &lines {
            row(f, name, cells.iter().map(String::as_str).collect())?;
        }
        for (name, trials) in &self.columns {
            for (package, trial) in self.packages.iter().zip(trials) {
                match &trial.result {
                    Ok(measured) if measured.is_valid() => {}
                    Ok(measured) => {
                        writeln!(f, "NOT VALID: {package}, {name}:")?;
                        for finding in &measured.findings {
                            writeln!(f, "- {finding}")?;
                        }
                    }
                    Err(fault) => {
                        writeln!(f, "NO REPORT: {package}, {name}: {fault}")?;
                        for reason in &fault.reasons {
                            writeln!(f, "- {reason}")?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}
