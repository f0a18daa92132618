//! Every type of problem that the API answers with: its code, its status, what
//! it means and what to do. The `type` of a problem answer is the address of its
//! page, and that page and the reference are made of this table.

/// One type of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemType {
    /// The `code` of the answer, stable.
    pub code: &'static str,
    /// The statuses that it comes with.
    pub statuses: &'static [u16],
    /// The `title` of the answer.
    pub title: &'static str,
    pub meaning: &'static str,
    pub remedy: &'static str,
    /// Members of the answer besides those that every problem has.
    pub members: &'static [(&'static str, &'static str)],
}

impl ProblemType {
    pub fn of(code: &str) -> Option<&'static Self> {
        PROBLEM_TYPES.iter().find(|problem| problem.code == code)
    }

    pub fn of_slug(slug: &str) -> Option<&'static Self> {
        PROBLEM_TYPES.iter().find(|problem| problem.slug() == slug)
    }

    /// The last part of its address: `pack-warming`.
    pub fn slug(&self) -> String {
        self.code.to_ascii_lowercase().replace('_', "-")
    }

    /// The path of its page, which is the `type` of the answer.
    pub fn path(&self) -> String {
        format!("/problems/{}", self.slug())
    }
}

// Members that several types share.
const RETRY: (&str, &str) =
    ("Retry-After", "a header of the answer: seconds after which trying again makes sense");
const ERRORS: (&str, &str) =
    ("errors", "each with `pointer`, a JSON pointer into the request, and `message`");

/// In the order of their statuses.
pub const PROBLEM_TYPES: &[ProblemType] = &[
    ProblemType {
        code: "MALFORMED_REQUEST",
        statuses: &[400],
        title: "The request cannot be read",
        meaning: "The body is not JSON, its content type is another one, or it is over 1 MiB \
                  or nested deeper than 32 levels. Nothing was executed.",
        remedy: "Send `Content-Type: application/json` and a JSON object of at most 1 MiB.",
        members: &[],
    },
    ProblemType {
        code: "UNAUTHENTICATED",
        statuses: &[401],
        title: "Nobody is known behind the request",
        meaning: "There is no bearer and no session, or the bearer is unknown, expired or revoked. \
                  Which of these it is, is not said.",
        remedy: "Send `Authorization: Bearer` with a live API token, or with a JWT that was minted \
                 for one. Tokens are made on the page of your account.",
        members: &[("WWW-Authenticate", "a header of the answer: `Bearer`")],
    },
    ProblemType {
        code: "FORBIDDEN",
        statuses: &[403],
        title: "The request is not allowed",
        meaning: "You may see the object, but your role, or the scopes of your token, do not \
                  include a right that is needed.",
        remedy: "Use a token with the scope that is missing. Where the role is too low, an owner \
                 of the workspace can change it.",
        members: &[],
    },
    ProblemType {
        code: "RIGHTS_BLOCKED",
        statuses: &[403],
        title: "A licence does not allow this export",
        meaning: "The document holds data whose licence does not allow the format that was asked \
                  for, or it is not recorded where all of it comes from. The attempt is on record; \
                  nothing was sent.",
        remedy: "`blocked` says for each provider what would give the right. Another format may be \
                 allowed; reading on screen is another right than handing out.",
        members: &[
            ("reason", "`NO_LINEAGE`, `NO_RIGHT` or `NOTHING_LEFT`"),
            ("blocked", "each with `provider`, `format`, `reason` and `unblock`"),
        ],
    },
    ProblemType {
        code: "CROSS_SITE",
        statuses: &[403],
        title: "The request came from another site",
        meaning: "It carried a session cookie and could have been caused by another site, so it \
                  was refused. Sessions act only for pages of this site.",
        remedy: "A program sends `Authorization: Bearer` and no cookie.",
        members: &[],
    },
    ProblemType {
        code: "NOT_FOUND",
        statuses: &[404],
        title: "There is nothing here",
        meaning: "Nothing stands at this address, or what stands there belongs to another \
                  workspace: both answer alike.",
        remedy: "Check the address and the id, and that the token was made in the right workspace.",
        members: &[],
    },
    ProblemType {
        code: "PATTERN_NOT_FOUND",
        statuses: &[404],
        title: "There is no such pattern",
        meaning: "No pattern has this id.",
        remedy: "`GET /patterns` lists the ids. They are in lower case, with underscores.",
        members: &[],
    },
    ProblemType {
        code: "PORTFOLIO_NOT_FOUND",
        statuses: &[404],
        title: "There is no such portfolio",
        meaning: "The portfolio does not exist, or it belongs to another workspace: both answer \
                  alike. No other portfolio is taken in its place.",
        remedy: "Check the id, and that the token was made in the portfolio's workspace.",
        members: &[],
    },
    ProblemType {
        code: "PACK_NOT_FOUND",
        statuses: &[404],
        title: "There is no pricing pack for this date",
        meaning: "There is no pricing pack at or before the `asof` that was asked for.",
        remedy: "Ask for a later day, or leave `asof` out for the newest pack.",
        members: &[],
    },
    ProblemType {
        code: "SECURITY_NOT_FOUND",
        statuses: &[404],
        title: "There is no such security",
        meaning: "No security known to this workspace has this id.",
        remedy: "Take the id from the positions of the portfolio.",
        members: &[],
    },
    ProblemType {
        code: "METHOD_NOT_ALLOWED",
        statuses: &[405],
        title: "The address does not take this method",
        meaning: "There is something at this address, but not for this method.",
        remedy: "The header `Allow` of the answer names the methods that it takes.",
        members: &[],
    },
    ProblemType {
        code: "EXECUTION_IN_PROGRESS",
        statuses: &[409],
        title: "The same request is still being answered",
        meaning: "A request with this `Idempotency-Key` has begun and has not ended. It is not \
                  begun a second time.",
        remedy: "Send the same request again after the time in `Retry-After`; it then gets the \
                 stored answer.",
        members: &[RETRY],
    },
    ProblemType {
        code: "EXPORT_EXPIRED",
        statuses: &[410],
        title: "The file is no longer kept",
        meaning: "A large export is kept for a limited time after it was made, or until what its \
                  licences ask for changes. Its file was deleted.",
        remedy: "Ask for the file again, at the address of the report or execution.",
        members: &[],
    },
    ProblemType {
        code: "EXPORT_NOT_POSSIBLE",
        statuses: &[409],
        title: "The export is not possible as things stand",
        meaning: "The execution gave no answer or was made of prices that were not fresh, its \
                  pattern does not allow the format, the file is not ready yet, or the workspace \
                  has as many large exports as it may. `detail` says which.",
        remedy: "Do what `detail` says.",
        members: &[],
    },
    ProblemType {
        code: "NOT_REPLAYABLE",
        statuses: &[409],
        title: "The execution cannot be replayed",
        meaning: "What would be needed to do it again was not kept, for example because an input \
                  was sensitive.",
        remedy: "`GET /executions/{id}` says why under `not_replayable`.",
        members: &[],
    },
    ProblemType {
        code: "INVALID_INPUT",
        statuses: &[422],
        title: "Some fields do not fit",
        meaning: "A required input is missing, one is not known, or one is of the wrong type or \
                  out of bounds. Every fault is named. Nothing was executed.",
        remedy: "Mend what `errors` names. `GET /patterns/{id}` gives the inputs with types, \
                 bounds and defaults.",
        members: &[ERRORS],
    },
    ProblemType {
        code: "IDEMPOTENCY_CONFLICT",
        statuses: &[422],
        title: "The idempotency key belongs to another request",
        meaning: "Within the last 24 hours you sent another body under the same \
                  `Idempotency-Key`.",
        remedy: "Use a new key for each new request, and the same key only to repeat one.",
        members: &[ERRORS],
    },
    ProblemType {
        code: "UNKNOWN_SCENARIO",
        statuses: &[422],
        title: "There is no such scenario",
        meaning: "No scenario has this id. No other one is taken in its place.",
        remedy: "Use the id of a scenario that the pattern's inputs list.",
        members: &[ERRORS],
    },
    ProblemType {
        code: "RATE_LIMITED",
        statuses: &[429],
        title: "A provider asks for fewer requests",
        meaning: "A provider of data that a step needs asked to be called less often.",
        remedy: "Come back after the time in `Retry-After`, and ask less often.",
        members: &[RETRY],
    },
    ProblemType {
        code: "EXECUTION_FAILED",
        statuses: &[500],
        title: "The execution failed",
        meaning: "A step could not be done, and the pattern does not go on without it. The trace \
                  tells what was done until then. The failure is in our log.",
        remedy: "Try again once. If it fails again, send us the `trace_id`.",
        members: &[
            ("pattern_id", "the pattern that was executed"),
            ("step", "the key of the step that failed"),
            ("trace", "every step, those that did not run with the cause"),
        ],
    },
    ProblemType {
        code: "INTERNAL",
        statuses: &[500],
        title: "Something went wrong on our side",
        meaning: "A fault of ours outside the pattern. Nothing was changed, and it is in our log.",
        remedy: "Try again in a moment. If it fails again, send us the `trace_id`.",
        members: &[],
    },
    ProblemType {
        code: "PACK_WARMING",
        statuses: &[503],
        title: "The pricing pack is being built",
        meaning: "The pricing pack is not fresh yet: it is being built, reconciled or warmed. \
                  No step ran, and nothing was charged.",
        remedy: "Come back at `estimated_ready`. To use the last fresh pack instead, ask for its \
                 day in `asof`: that is your choice, and it is never made for you.",
        members: &[
            ("pack_id", "the pack that is not fresh"),
            ("pack_status", "its status"),
            ("progress", "`stage`, `done` and `total`"),
            ("estimated_ready", "when it is expected to be fresh"),
            ("last_fresh_pack_id", "the newest pack that is"),
            ("last_fresh_asof", "the day of that pack"),
            RETRY,
        ],
    },
    ProblemType {
        code: "PACK_FAILED",
        statuses: &[503],
        title: "The pricing pack could not be built",
        meaning: "Building the pricing pack failed, or its values did not reconcile with the \
                  ledger. Nothing is computed on it.",
        remedy: "Ask for an earlier day in `asof`. Our people see the failure; trying again \
                 before `Retry-After` does not help.",
        members: &[
            ("pack_id", "the pack that failed"),
            ("reconciliation_errors", "how many checks failed, where it was reconciled"),
            RETRY,
        ],
    },
    ProblemType {
        code: "CIRCUIT_BREAKER_OPEN",
        statuses: &[503],
        title: "An agent rests after failures",
        meaning: "The agent of a step failed several times in a row, so it is not called for a \
                  minute. Then one call tries whether it is well again.",
        remedy: "Come back after the time in `Retry-After`.",
        members: &[
            ("agent", "the agent that rests"),
            ("capability", "the capability that was to be called"),
            RETRY,
        ],
    },
    ProblemType {
        code: "OVERLOADED",
        statuses: &[503],
        title: "The server has too much to do",
        meaning: "The server, or an agent, has as many calls as it carries. Yours was not begun.",
        remedy: "Come back after the time in `Retry-After`.",
        members: &[RETRY],
    },
    ProblemType {
        code: "AUDIT_UNAVAILABLE",
        statuses: &[503],
        title: "The export could not be put on record",
        meaning: "Every export is put on record before its first byte. That was not possible, so \
                  nothing was sent.",
        remedy: "Try again when `Retry-After` has passed.",
        members: &[RETRY],
    },
    ProblemType {
        code: "DEADLINE_EXCEEDED",
        statuses: &[504],
        title: "It took too long",
        meaning: "A step, or the whole execution, passed its deadline and was ended. The trace \
                  tells which.",
        remedy: "Try again; what was computed may be cached by then. A shorter window of time \
                 among the inputs is quicker.",
        members: &[("trace", "every step with its times")],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_problem_type_is_found_by_its_code_and_its_address() {
        for problem in PROBLEM_TYPES {
            assert_eq!(ProblemType::of(problem.code), Some(problem));
            let slug = problem.path().trim_start_matches("/problems/").to_owned();
            assert_eq!(ProblemType::of_slug(&slug), Some(problem), "{slug}");
        }
        let codes: HashSet<_> = PROBLEM_TYPES.iter().map(|problem| problem.code).collect();
        assert_eq!(codes.len(), PROBLEM_TYPES.len());
        assert_eq!(ProblemType::of_slug("pack_warming"), None);
    }

    /// Source: portfolio.md, section 1, the table of errors.
    #[test]
    fn every_code_of_the_domain_reference_has_its_statuses() {
        for (code, statuses) in [
            ("MALFORMED_REQUEST", &[400][..]),
            ("UNAUTHENTICATED", &[401]),
            ("FORBIDDEN", &[403]),
            ("RIGHTS_BLOCKED", &[403]),
            ("PATTERN_NOT_FOUND", &[404]),
            ("PORTFOLIO_NOT_FOUND", &[404]),
            ("PACK_NOT_FOUND", &[404]),
            ("SECURITY_NOT_FOUND", &[404]),
            ("EXECUTION_IN_PROGRESS", &[409]),
            ("INVALID_INPUT", &[422]),
            ("IDEMPOTENCY_CONFLICT", &[422]),
            ("UNKNOWN_SCENARIO", &[422]),
            ("EXECUTION_FAILED", &[500]),
            ("PACK_WARMING", &[503]),
            ("PACK_FAILED", &[503]),
            ("CIRCUIT_BREAKER_OPEN", &[503]),
            ("RATE_LIMITED", &[429]),
            ("OVERLOADED", &[503]),
            ("DEADLINE_EXCEEDED", &[504]),
        ] {
            let statuses_here = ProblemType::of(code).map(|problem| problem.statuses);
            assert_eq!(statuses_here, Some(statuses), "{code}");
        }
    }
}
