//! What a test runner says at its end, picked out of all that it says.

/// Enough for a long list of failures; the rest stands above, in the runner's own output.
const LINES_MAX: usize = 60;

#[derive(Clone, Copy)]
pub enum Runner {
    Nextest,
    CargoTest,
    Playwright,
}

pub struct Summary {
    runner: Runner,
    lines: Vec<String>,
    /// What follows belongs to the end.
    is_closing: bool,
}

impl Summary {
    pub const fn of(runner: Runner) -> Self {
        Self { runner, lines: Vec::new(), is_closing: false }
    }

    /// Takes the next line of the runner's output.
    pub fn watch(&mut self, line: &str) {
        let is_closing = match self.runner {
            Runner::Nextest => line.trim_start().starts_with("Summary ["),
            Runner::CargoTest => line.starts_with("test result:"),
            Runner::Playwright => is_playwright_count(line),
        };
        // cargo test closes once for each binary; the others close once and then list failures.
        self.is_closing |= is_closing && !matches!(self.runner, Runner::CargoTest);
        let follows = self.is_closing;
        let is_cause = matches!(self.runner, Runner::Playwright) && is_playwright_cause(line);
        let is_wanted = is_closing || is_cause || (follows && !line.trim().is_empty());
        if is_wanted && self.lines.len() < LINES_MAX {
            self.lines.push(line.trim().to_string());
        }
    }

    pub fn into_lines(self) -> Vec<String> {
        self.lines
    }
}

/// `  45 passed (1.2m)`, `  2 failed` and their like.
fn is_playwright_count(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let (count, word) = (words.next(), words.next());
    count.is_some_and(|count| count.parse::<u32>().is_ok())
        && word.is_some_and(|word| {
            ["passed", "failed", "flaky", "skipped", "interrupted", "did"].contains(&word)
        })
}

/// What a story failed by, and the line of it: told before the counts.
fn is_playwright_cause(line: &str) -> bool {
    ["Error: ", "Test timeout of ", "> "].iter().any(|start| line.trim().starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(runner: Runner, output: &str, expected: &[&str]) {
        let mut summary = Summary::of(runner);
        output.lines().for_each(|line| summary.watch(line));
        assert_eq!(summary.into_lines(), expected);
    }

    // The outputs are shortened from runs of nextest 0.9, cargo 1.95 and Playwright 1.65.
    #[test]
    fn nextest_closes_with_a_summary_and_its_failures() {
        check(
            Runner::Nextest,
            "        PASS [   0.004s] xtask a\n        FAIL [   0.004s] xtask b\n\
             ────────────\n     Summary [   0.016s] 2 tests run: 1 passed, 1 failed, 0 skipped\n\
             \x20       FAIL [   0.004s] xtask b\nerror: test run failed\n",
            &[
                "Summary [   0.016s] 2 tests run: 1 passed, 1 failed, 0 skipped",
                "FAIL [   0.004s] xtask b",
                "error: test run failed",
            ],
        );
    }

    #[test]
    fn cargo_test_closes_once_for_each_binary() {
        check(
            Runner::CargoTest,
            "running 1 test\ntest a ... ok\n\ntest result: ok. 1 passed; 0 failed\n\n\
             running 0 tests\n\ntest result: ok. 0 passed; 0 failed\n",
            &["test result: ok. 1 passed; 0 failed", "test result: ok. 0 passed; 0 failed"],
        );
    }

    #[test]
    fn playwright_closes_with_counts_and_names_what_failed() {
        check(
            Runner::Playwright,
            "Running 3 tests using 2 workers\n  ok 1 tests/a.spec.ts:3:1 › a (1.0s)\n\n\
             \x20 1) [javascript] › tests/b.spec.ts:3:1 › b ────\n\n\
             \x20   Test timeout of 60000ms exceeded.\n\n\
             \x20   Error: locator.click: Target page has been closed\n\
             \x20     18 | before\n    > 19 | await page.click();\n\
             \x20 1 failed\n    [javascript] › tests/b.spec.ts:3:1 › b\n  2 passed (3.2s)\n",
            &[
                "Test timeout of 60000ms exceeded.",
                "Error: locator.click: Target page has been closed",
                "> 19 | await page.click();",
                "1 failed",
                "[javascript] › tests/b.spec.ts:3:1 › b",
                "2 passed (3.2s)",
            ],
        );
    }
}
