//! What may follow `cargo xtask`.

use crate::soak::{PARTS, Part};
use crate::test::Step;

pub const USAGE: &str = "\
usage: cargo xtask COMMAND

  up             install what is missing, build, and serve with sample data until Ctrl-C
  test           install what is missing, and run every check, browser tests included
  test STEP…     only these: format, queries, lints, tests, browser;
                 what follows -- goes to Playwright: test browser -- sign-in.spec.ts
  dev            like up, and rebuild and restart when a file changes
  bench [NAME…]  run the benchmarks, or those whose name contains NAME
  fuzz           put requests made up from /openapi.json to the server, and judge the answers;
                 what follows goes to schemathesis: fuzz --max-examples 1000
  soak [PART…]   the long versions of what test samples, all of them or only these: simulation,
                 triggers, schedules, kills, random-kills; takes minutes to hours
  sqlx           write .sqlx, the query data that builds without a database need
  sqlx --check   fail if .sqlx is not what the queries and migrations give
  postgres       keep an empty private Postgres until Ctrl-C and print its address
";

#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Up,
    Test { steps: Vec<Step>, playwright: Vec<String> },
    Dev,
    Bench(Vec<String>),
    Fuzz(Vec<String>),
    Soak(Vec<&'static Part>),
    Sqlx { check: bool },
    Postgres,
}

impl Command {
    /// `None` when the arguments are not a command: the caller shows [`USAGE`].
    pub fn parse(arguments: &[String]) -> Option<Self> {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["up"] => Some(Self::Up),
            ["test", rest @ ..] => parse_test(rest),
            ["dev"] => Some(Self::Dev),
            ["bench", filter @ ..] => {
                Some(Self::Bench(filter.iter().map(ToString::to_string).collect()))
            }
            ["fuzz", rest @ ..] => Some(Self::Fuzz(rest.iter().map(ToString::to_string).collect())),
            ["soak", rest @ ..] => parse_soak(rest),
            ["sqlx"] => Some(Self::Sqlx { check: false }),
            ["sqlx", "--check"] => Some(Self::Sqlx { check: true }),
            ["postgres"] => Some(Self::Postgres),
            _ => None,
        }
    }
}

fn parse_test(words: &[&str]) -> Option<Command> {
    let end = words.iter().position(|word| *word == "--").unwrap_or(words.len());
    let mut steps =
        words[..end].iter().map(|word| Step::parse(word)).collect::<Option<Vec<_>>>()?;
    if steps.is_empty() {
        steps = Step::ALL.to_vec();
    }
    let playwright = words.iter().skip(end + 1).map(ToString::to_string).collect();
    Some(Command::Test { steps, playwright })
}

fn parse_soak(words: &[&str]) -> Option<Command> {
    if words.is_empty() {
        return Some(Command::Soak(PARTS.iter().collect()));
    }
    words.iter().map(|word| Part::parse(word)).collect::<Option<_>>().map(Command::Soak)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: impl Into<Option<Command>>) {
        let arguments: Vec<String> = line.split_whitespace().map(String::from).collect();
        assert_eq!(Command::parse(&arguments), expected.into(), "{line}");
    }

    #[test]
    fn every_command_of_the_usage_is_understood() {
        check("up", Command::Up);
        let all = Command::Test { steps: Step::ALL.to_vec(), playwright: Vec::new() };
        check("test", all);
        check("dev", Command::Dev);
        check("bench", Command::Bench(Vec::new()));
        check("bench history", Command::Bench(vec!["history".into()]));
        check("fuzz", Command::Fuzz(Vec::new()));
        check("fuzz --seed 7", Command::Fuzz(vec!["--seed".into(), "7".into()]));
        check("soak", Command::Soak(PARTS.iter().collect()));
        let part = |name| PARTS.iter().find(|part| part.name == name).unwrap();
        check("soak kills triggers", Command::Soak(vec![part("kills"), part("triggers")]));
        check("sqlx", Command::Sqlx { check: false });
        check("sqlx --check", Command::Sqlx { check: true });
        check("postgres", Command::Postgres);
    }

    #[test]
    fn single_steps_and_words_for_playwright_are_told_apart() {
        let steps = vec![Step::Format, Step::Browser];
        let playwright = vec!["sign-in.spec.ts".into()];
        check("test format browser -- sign-in.spec.ts", Command::Test { steps, playwright });
        check("test everything", None);
    }

    #[test]
    fn the_usage_names_every_part_of_the_soak() {
        for part in PARTS {
            assert!(USAGE.contains(part.name), "{}", part.name);
        }
    }

    #[test]
    fn a_word_too_many_is_refused_rather_than_ignored() {
        check("", None);
        check("up now", None);
        check("sqlx --chek", None);
        check("soak everything", None);
    }
}
