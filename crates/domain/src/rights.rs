//! The words of rights: the ways in which data reaches somebody, and what a
//! licence has to allow for each.

use crate::taxonomy::vocabulary;

vocabulary! {
    /// One right that a provider's licence gives or withholds.
    Right, "right" {
        Display = "display", "Show on screen";
        Pdf = "pdf", "Hand out as a document";
        Csv = "csv", "Hand out as data";
        Redistribute = "redistribute", "Pass on to third parties";
    }
}

vocabulary! {
    /// The way in which data reaches somebody.
    Format, "format" {
        /// A page of the signed-in application.
        View = "view", "On screen";
        Html = "html", "HTML";
        Pdf = "pdf", "PDF";
        Csv = "csv", "CSV";
        Xlsx = "xlsx", "XLSX";
        Json = "json", "JSON";
        /// An interface that third parties read. That of the members is none: a token reads
        /// what its workspace may.
        Api = "api", "API for third parties";
        Redistribute = "redistribute", "Public link";
    }
}

vocabulary! {
    /// What became of an attempt to export.
    ExportOutcome, "outcome of an export" {
        Allow = "allow", "Allowed";
        Redact = "redact", "Allowed in part";
        Deny = "deny", "Denied";
        /// Before anybody's licence was asked: by role, state, pattern or bounds.
        Refuse = "refuse", "Refused";
        /// What is stored did not match its seal.
        Quarantine = "quarantine", "Quarantined";
    }
}

vocabulary! {
    /// What an attempt to export was: a file that was to leave, or a step of a large one
    /// on the way there.
    ExportStage, "stage of an export" {
        /// Sent at once, or fetched of what a worker printed.
        Download = "download", "Download";
        /// Somebody asked for a large file.
        Queued = "queued", "Asked of a worker";
        /// A worker began to print it.
        Printing = "printing", "Printed by a worker";
    }
}

impl Format {
    /// The right that every provider of the data has to give.
    pub const fn right(self) -> Right {
        match self {
            Self::View => Right::Display,
            Self::Html | Self::Pdf => Right::Pdf,
            Self::Csv | Self::Xlsx | Self::Json => Right::Csv,
            Self::Api | Self::Redistribute => Right::Redistribute,
        }
    }
}
