//! Typed identifiers: two ids of different things can never be swapped.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        pub struct $name(Uuid);

        impl $name {
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// A person who can sign in.
    UserId,
    /// The tenant: everything a subscriber owns belongs to one workspace.
    WorkspaceId,
    SpecificationId,
    /// One immutable numbered version of a specification.
    SpecificationVersionId,
    /// A sealed set of evidence items.
    PackId,
    /// One place that evidence is read from.
    SourceId,
    RunId,
    ArtifactId,
    /// One pass of a pattern, asked for by a person or a client.
    ExecutionId,
    PortfolioId,
    /// A token with which a program acts for a member.
    ApiTokenId,
    /// A further slot of a period, granted by an administrator.
    SlotOverrideId,
    /// A licence that a workspace has bought of a provider itself.
    WorkspaceLicenceId,
    /// A large export that a worker prints.
    ExportJobId,
    /// The regular slot of a period, as a schedule has it.
    PlannedSlotId,
    /// One call of a language model.
    ModelCallId,
}
