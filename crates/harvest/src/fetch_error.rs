//! Why an address could not be read.

use crate::{address::AddressError, turn::TurnsUnavailable};
use domain::evidence::CutShort;
use std::{error::Error, time::Duration};

/// Why there is no answer, in words that an administrator reads.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("the address may not be fetched")]
    Address(#[from] AddressError),
    #[error("it redirects to an address that may not be fetched")]
    Redirect(#[source] AddressError),
    #[error("it redirects more than {0} times")]
    Redirects(usize),
    #[error("it redirects without saying where to")]
    RedirectNowhere,
    #[error("its robots.txt asks not to read it")]
    Robots,
    #[error("its robots.txt could not be read, and what is not known to be allowed is not read")]
    RobotsUnknown,
    #[error("the server answered {status}")]
    Status { status: u16, retry_after: Option<Duration> },
    #[error("the answer is larger than {} kB", .0 / 1_000)]
    TooLarge(usize),
    #[error("no whole answer came within {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("the server could not be reached, or broke off")]
    Broken(#[source] reqwest::Error),
    #[error("no HTTP client could be made")]
    Client(#[source] Box<dyn Error + Send + Sync>),
    /// A bound of the whole reading, not of this answer.
    #[error("{}", .0.label())]
    ReadingOver(CutShort),
    #[error(transparent)]
    Turns(#[from] TurnsUnavailable),
}

impl FetchError {
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the same request may well succeed later: the server was out of reach, slow,
    /// busy or broken. That it says no, or what it gives is no page, stays.
    pub const fn is_passing(&self) -> bool {
        match self {
            // A name that is not known now may be a resolver that does not answer, and rules
            // that cannot be read are a server that is down.
            Self::Address(AddressError::UnknownHost(_))
            | Self::Redirect(AddressError::UnknownHost(_))
            | Self::RobotsUnknown
            | Self::TimedOut(_)
            | Self::Broken(_)
            | Self::Client(_)
            | Self::ReadingOver(_)
            | Self::Turns(_) => true,
            Self::Status { status, .. } => matches!(*status, 408 | 425 | 429 | 500..=599),
            Self::Address(_)
            | Self::Redirect(_)
            | Self::Redirects(_)
            | Self::RedirectNowhere
            | Self::Robots
            | Self::TooLarge(_) => false,
        }
    }

    /// Which bound of the whole reading it was, if it was one.
    pub const fn reading_over(&self) -> Option<CutShort> {
        match self {
            Self::ReadingOver(bound) => Some(*bound),
            _ => None,
        }
    }

    /// How long the server asks to be left alone, at most a day.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
