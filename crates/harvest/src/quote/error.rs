use executor::capability::{Fault, FaultKind};
use jiff::civil::Date;
use std::{error::Error, time::Duration};

/// Why a vendor gave no figure, in words that an operator reads after the vendor's name. No
/// word of an answer and no address is in them: either might repeat the key.
#[derive(Debug, thiserror::Error)]
pub enum QuoteError {
    #[error("no key of it is set")]
    NoKey,
    #[error("it is not asked for this")]
    NotQuoted,
    #[error("it is not in the rights registry, so that nothing is known of its licence")]
    Unlisted,
    /// Until midnight in UTC.
    #[error("its licence allows {0} requests a day, and today's are used up")]
    UsedUpToday(u32),
    /// Until the month ends, in UTC.
    #[error(
        "its licence allows {0} GB a month, and this month's are used up: what is stored is \
         served until the month ends"
    )]
    UsedUpThisMonth(u32),
    #[error("what its licence still allows could not be looked up, so it was not asked")]
    NotBooked(#[source] Box<dyn Error + Send + Sync>),
    #[error("it refuses the key")]
    KeyRefused,
    #[error("its plan does not include this")]
    NotInPlan,
    /// Vendors answer alike for a name that they do not know and for one without a value.
    #[error("it does not know {0}, or has no value of it of the last two weeks")]
    Unknown(String),
    #[error("it has no value of the two weeks up to {0}")]
    NoValue(Date),
    #[error("it has only values of {0} and later")]
    OnlyLater(Date),
    /// The text is a number of the answer, as it came.
    #[error("its value {0} is not a price above zero of at most ten decimals")]
    NotAPrice(String),
    #[error("it was asked more often than it allows")]
    TooOften { retry_after: Option<Duration> },
    #[error("it asks to be left alone for {} s, longer than we wait", .0.as_secs())]
    LeftAlone(Duration),
    #[error("it answered {0}")]
    Status(u16),
    #[error("its answer is larger than {} kB", .0 / 1_000)]
    TooLarge(usize),
    #[error("no whole answer came within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    #[error("it could not be reached, or broke off")]
    Broken(#[source] reqwest::Error),
    #[error("its answer is not of the form that it documents: {0}")]
    Unreadable(&'static str),
    #[error("it failed several times in a row and is asked again in {} s", .0.as_secs())]
    Resting(Duration),
}

impl QuoteError {
    /// Whether the same request may succeed a moment later.
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::TooOften { .. } | Self::Status(500..=599) | Self::TimedOut(_) | Self::Broken(_)
        )
    }

    /// As the breaker counts it: only what says that the vendor is not well.
    pub(super) fn fault(&self) -> Fault {
        let kind = match self {
            Self::TooOften { .. } | Self::LeftAlone(_) => FaultKind::RateLimited,
            Self::TimedOut(_) => FaultKind::Timeout,
            Self::Status(500..=599) | Self::Broken(_) => FaultKind::Unavailable,
            Self::NoKey
            | Self::NotQuoted
            | Self::KeyRefused
            | Self::NotInPlan
            | Self::Unlisted
            | Self::UsedUpToday(_)
            | Self::UsedUpThisMonth(_)
            | Self::NotBooked(_) => FaultKind::Denied,
            Self::Resting(_) => FaultKind::BreakerOpen,
            Self::Unknown(_) | Self::NoValue(_) | Self::OnlyLater(_) => FaultKind::MissingData,
            Self::NotAPrice(_) | Self::TooLarge(_) | Self::Unreadable(_) | Self::Status(_) => {
                FaultKind::Validation
            }
        };
        Fault::new(kind, self.to_string())
    }
}
