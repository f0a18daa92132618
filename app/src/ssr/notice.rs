//! What a page says about the action that led to it. Only codes travel in
//! addresses, so that nobody can put words into our mouth.

use super::Request;
use orchestrator::Refusal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Attention,
    Bad,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub tone: Tone,
    pub text: &'static str,
}

/// What was done, by the code in `done=`.
const DONE: &[(&str, &str)] = &[
    ("saved", "Saved as a new version."),
    ("unchanged", "Nothing was changed, so no new version was made."),
    ("submitted", "Submitted. An administrator activates it, and nothing more is needed from you."),
    ("paused", "Paused. No run begins until it is resumed."),
    ("resumed", "Resumed."),
    ("cancelled", "Cancelled. Its reports stay readable."),
    ("schedule_set", "The schedule is set."),
    ("schedule_paused", "The schedule is paused. Nothing starts by itself until it is resumed."),
    ("schedule_resumed", "The schedule goes on with the next moment shown below."),
    ("run_cancelled", "The run is cancelled. The period's run is still available."),
    ("copied", "This is a copy. Give it a name of its own and change what should differ."),
    ("activated", "Activated. The workspace can run it now."),
    ("returned", "Returned with your reason."),
    ("override_granted", "The override is granted. The workspace sees it with your reason."),
    ("entitled", "The entitlement is granted."),
    ("model_budget_set", "The budget is set. It counts from the next call on."),
    ("licence_recorded", "The licence is on record. It counts for the next export."),
    (
        "licence_withdrawn",
        "The licence is withdrawn. What has left stays allowed; nothing more leaves by it.",
    ),
    ("source_added", "The source is added, switched off. Test it before you switch it on."),
    ("source_changed", "The source is changed. What it was before stands in its history."),
    ("terms_set", "What its owner allows is written down."),
    ("source_on", "The source is switched on and is read within a minute."),
    ("source_off", "The source is switched off. What it held leaves the next pack."),
    ("items_entered", "The items are entered and enter the next pack."),
    ("held_admitted", "Admitted, and on record. It enters the next pack."),
    ("held_dropped", "Dropped, and on record. It enters no pack."),
    ("held_again", "Held again, and on record. It enters no pack until it is decided."),
    (
        "event_decided",
        "Decided, and on record. The next pack is built by it; sealed packs stay as they are.",
    ),
    ("pack_asked", "A pack is asked for. What comes of it stands on this page."),
    ("token_created", "The token is created."),
    ("token_revoked", "The token is revoked. Programs that send it are refused from now on."),
    ("password", "Your password is changed, and every other session of yours has ended."),
    ("ledger_read", "The ledger is read."),
    ("ledger_unchanged", "The ledger has no new commit since it was last read."),
    ("repository_named", "The repository is named. Read the ledger to fetch it."),
    ("repository_removed", "The repository is taken away. What was read of it stays."),
    ("joined", "This run was on its way already; you are watching the same one."),
];

impl Notice {
    pub fn of(request: &Request) -> Option<Self> {
        if let Some(code) = request.query("refused") {
            let text = match Refusal::from_code(code) {
                Some(refusal) => refusal.message(),
                None if code == "internal" => {
                    "It did not work, and nothing was changed. Try again in a moment."
                }
                None => return None,
            };
            return Some(Self { tone: Tone::Bad, text });
        }
        let code = request.query("done")?;
        let (_, text) = DONE.iter().find(|(known, _)| *known == code)?;
        Some(Self { tone: Tone::Good, text })
    }
}
