//! Refusals that a person can do something about: each has a stable code, which
//! may stand in an address, and a sentence.

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $message:literal;)+) => {
        /// What was asked for does not go with how things stand.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Refusal {
            $($(#[$doc])* $name,)+
        }

        impl Refusal {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What happened and what to do, for the person who asked.
            pub const fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)+ }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|refusal| refusal.code() == code)
            }
        }

        impl std::fmt::Display for Refusal {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.message())
            }
        }
    };
}

refusals! {
    NameTaken = "name_taken",
        "Another specification of this workspace has this name. Choose another one and save again.";
    Cancelled = "cancelled",
        "This specification is cancelled, which is final. Copy it to go on from it.";
    FormTooLarge = "form_too_large",
        "The form holds more text than a specification can, at most 64 KiB. Nothing was saved.";
    FormUnstorable = "form_unstorable",
        "The form holds a character that cannot be stored. Nothing was saved.";
    NotReady = "not_ready",
        "Some answers need mending first. They are marked in the form; your draft is kept.";
    RunEnded = "run_ended", "The run has ended meanwhile, so there is nothing to cancel.";
    NothingSaved = "nothing_saved", "Save the specification before submitting it.";
    NothingNew = "nothing_new", "The newest version is active already; there is nothing new to submit.";
    NothingSubmitted = "nothing_submitted", "No version of it waits for activation.";
    WrongState = "wrong_state",
        "That is not possible in its present state. Somebody may have changed it meanwhile.";
    PausedByAdmin = "paused_by_admin",
        "An administrator paused this specification, so only an administrator resumes it.";
    ReasonLength = "reason_length",
        "Say why, in 10 to 500 characters. The reason is shown to everybody concerned.";
    NoEntitlement = "no_entitlement", "The workspace has no valid entitlement. Grant one first.";
    ExceedsEntitlement = "exceeds_entitlement",
        "The specification exceeds the workspace's entitlement. What exceeds it is listed below.";
    EntitlementDates = "entitlement_dates",
        "The entitlement ends before it begins. Choose a later last day.";
    EntitlementSeats = "entitlement_seats", "An entitlement has 1 to 500 seats.";
    EntitlementForm = "entitlement_form",
        "Choose a cadence and a tier, and give both dates and a number of seats.";
    ModelBudgetForm = "model_budget_form",
        "A budget is a whole number of tokens, an amount such as 12.50, or both. Nothing was changed.";
    ModelBudgetPrices = "model_budget_prices",
        "A budget in money needs prices, and none are configured. Nothing was changed.";
    NoSchedule = "no_schedule",
        "This specification has no schedule. Set one first.";
    ScheduleForm = "schedule_form",
        "Some answers of the schedule need mending. They are marked in the form.";
    ScheduleStands = "schedule_stands",
        "The schedule is paused, or not paused, already. Somebody may have changed it meanwhile.";
    SubmittedByYou = "submitted_by_you",
        "You submitted this specification yourself, so another administrator decides.";
    LicenceForm = "licence_form",
        "Choose a provider and at least one right, say in 3 to 200 characters where the contract is, and give both dates.";
    LicenceDates = "licence_dates", "The licence ends before it begins. Choose a later last day.";
    LicenceProvider = "licence_provider", "There is no such provider in the rights registry.";
    ExportTooLarge = "export_too_large",
        "The file would be larger than 10 MB as PDF or 30 MB in another format, so nothing was sent. Choose another format.";
    ExportTooSlow = "export_too_slow",
        "The file was not finished within 15 seconds as PDF or 10 in another format, so nothing was sent. Try again, or choose another format.";
    StaleExport = "stale_export",
        "It was made of prices that were not fresh, and such figures do not leave. Execute it again once the pack is complete.";
    NothingToExport = "nothing_to_export", "It gave no answer, so there is nothing to export.";
    NotOfPattern = "not_of_pattern", "The pattern does not allow files of this format.";
    ExportsWaiting = "exports_waiting",
        "Eight large exports of this workspace are being made already. Wait until one of them is ready.";
    ExportStoreFull = "export_store_full",
        "The workspace keeps as many large exports as it may. Fetch them; each is deleted when its time is over.";
    ExportNotReady = "export_not_ready", "The file is not ready yet. Its page says how far it is.";
    ExportExpired = "export_expired",
        "The file was kept for a limited time, which is over. Ask for it again.";
    ExportOutdated = "export_outdated",
        "What the licences ask for has changed since the file was made, so it was deleted. Ask for it again.";
    TooManyExports = "too_many_exports",
        "More than 20,000 attempts are on record there, and a file holds no part of them. Narrow the filter.";
    OverrideKind = "override_kind", "Choose an extra run or a slot reset.";
    OverrideOpen = "override_open",
        "This period has an override that can still be used. One at a time is enough.";
    NothingToReset = "nothing_to_reset",
        "This period has no report yet, so there is no slot to reset.";
    OwnWorkspace = "own_workspace",
        "You belong to this workspace, so another administrator decides.";
    RoleTooLow = "role_too_low",
        "Your role in this workspace does not allow this. An owner can change your role.";
    NotReplayable = "not_replayable",
        "This execution cannot be replayed. Its page says why.";
    SlotTaken = "slot_taken", "The period's slot was taken just now.";
    AddressTaken = "address_taken", "There is an account with this e-mail address already.";
    NotAnAddress = "not_an_address", "This is not an e-mail address.";
    PasswordLength = "password_length", "A password has 12 to 200 characters.";
    NoLedger = "no_ledger",
        "No ledger is connected to this workspace. The operator connects one.";
    NoRepositories = "no_repositories",
        "The operator of the server does not let workspaces name repositories of their own.";
    LedgerAddress = "ledger_address",
        "Give an address of https without user, password, port and query, or a name such as household/ledger.";
    LedgerHost = "ledger_host",
        "The operator of the server does not allow repositories of this host.";
    LedgerOnServer = "ledger_on_server",
        "The operator of the server allows no repositories on the server itself. Give an address of https.";
    LedgerBusy = "ledger_busy",
        "The ledger is being fetched already, or too many others are. Read it again in a moment.";
    NotInLedger = "not_in_ledger",
        "The ledger as it was last read has no such portfolio, or it is added already. Read the ledger again.";
    PortfolioName = "portfolio_name", "Give the portfolio a name of 1 to 100 characters.";
    PortfolioNameTaken = "portfolio_name_taken",
        "Another portfolio of this workspace has this name. Choose another one.";
    TokenName = "token_name", "Give the token a name of 1 to 100 characters.";
    TokenScopes = "token_scopes",
        "Choose at least one right, and none beyond those of your role in this workspace.";
    TokenLifetime = "token_lifetime", "A token lives 1 to 366 days.";
    SourceForm = "source_form",
        "Some answers on the source need mending. They are marked in the form.";
    SourceUnchanged = "source_unchanged", "Nothing was changed, so nothing was written down.";
    SourceNameLength = "source_name_length", "Give the source a name of 1 to 120 characters.";
    SourcePublisher = "source_publisher", "Give the publisher in 1 to 120 characters.";
    SourceKind = "source_kind", "Choose what its address answers with.";
    SourceTier = "source_tier", "Choose a trust tier from 1 to 4.";
    SourceLanguage = "source_language", "Give the language as a code such as de or en-GB, or leave it empty.";
    SourceCountry = "source_country", "Give the country as a code such as DE, or leave it empty.";
    SourceInterval = "source_interval", "Give whole minutes between two readings, 5 to 10080.";
    SourceLimit = "source_limit",
        "Give a whole number within the bounds, or leave it empty for the platform's own.";
    SourceTermsDate = "source_terms_date", "Give the day on which the terms were read as year-month-day.";
    SourceName = "source_name", "Another source has this name. Choose another one.";
    SourceAddress = "source_address", "Give an address of http or https, without user and password.";
    SourceProvider = "source_provider",
        "Give the provider as the rights registry spells it: letters, digits and underscores.";
    SourceSelectors = "source_selectors", "One of the selectors is no CSS selector.";
    SourceTerms = "source_terms",
        "Nobody has read what its owner allows, so it cannot be switched on.";
    SourceNotManual = "source_not_manual",
        "Items are entered for a source that is switched on and entered by hand.";
    HeldDecision = "held_decision", "Choose what becomes of the item.";
    HeldDate = "held_date",
        "Give the date of first publication as year-month-day, from 1990 on and not in the future.";
    HeldNoDate = "held_no_date",
        "It carries no date that could be confirmed. Give the date of first publication instead.";
    HeldUnrelated = "held_unrelated",
        "It is not about polyurethane, so it enters no pack whatever its date. Drop it.";
    HeldStands = "held_stands",
        "It stands so already. Somebody may have decided meanwhile.";
    EventUnknown = "event_unknown",
        "The newest pack has no such event. Paste its id or the address of its page.";
    EventItself = "event_itself", "This is the same event. Name another one.";
    EventAlone = "event_alone", "It is the only report of its event, so there is nothing to separate it from.";
    EventUndone = "event_undone", "This decision counts no more already.";
    EventTooLarge = "event_too_large", "An event of more than 200 reports is not decided on by hand.";
    PackBuilding = "pack_building",
        "A pack is being built already. What comes of it stands on this page.";
    TokensTooMany = "tokens_too_many",
        "You have 50 live tokens in this workspace. Revoke one that is no longer needed.";
}

#[cfg(test)]
mod tests {
    use super::Refusal;
    use std::collections::HashSet;

    #[test]
    fn every_refusal_reads_back_from_its_own_code() {
        let codes: HashSet<_> = Refusal::ALL.iter().map(|refusal| refusal.code()).collect();
        assert_eq!(codes.len(), Refusal::ALL.len());
        for refusal in Refusal::ALL {
            assert_eq!(Refusal::from_code(refusal.code()), Some(*refusal));
        }
    }
}
