use super::{Failure, Recovery};
use std::time::Duration;

/// The first pause before a question is repeated; each further one is twice as
/// long.
const PAUSE_FIRST: Duration = Duration::from_millis(500);

/// What one report may take, whatever the model or its server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Until the server is reached.
    pub connect: Duration,
    /// From the request to the head of the answer.
    pub first_byte: Duration,
    /// Between two pieces of the answer.
    pub idle: Duration,
    /// For all calls and pauses together.
    pub total: Duration,
    /// The longest pause before a call is repeated; a server that asks for more is
    /// not asked again.
    pub pause_max: Duration,
    /// Calls for one report: the first, its repetitions and the repair.
    pub calls_max: u32,
    /// Bytes of the evidence as it is sent.
    pub prompt_bytes_max: usize,
    /// Bytes of one answer's text.
    pub answer_bytes_max: usize,
    /// Bytes of one answer on the wire, where each word comes wrapped in an event.
    pub stream_bytes_max: u64,
    /// Tokens that the model may write in one call, thoughts included.
    pub output_tokens_max: u32,
}

impl Default for Bounds {
    /// The total stays below the two minutes of a step, so that the assistant
    /// itself says what took too long.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_mins(1),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(110),
            pause_max: Duration::from_secs(20),
            calls_max: 4,
            prompt_bytes_max: 512 * 1024,
            answer_bytes_max: 512 * 1024,
            stream_bytes_max: 32 * 1024 * 1024,
            output_tokens_max: 32_000,
        }
    }
}

impl Bounds {
    /// How long to wait before the question is repeated that has failed for the
    /// `made`th time, counted from 1; none where it is not repeated.
    pub fn pause(&self, failure: &Failure, made: u32) -> Option<Duration> {
        if failure.terms().recovery != Recovery::Retry || made >= self.calls_max {
            return None;
        }
        let doubled = PAUSE_FIRST.saturating_mul(2_u32.saturating_pow(made.saturating_sub(1)));
        let pause = failure.retry_after().unwrap_or(doubled.min(self.pause_max));
        (pause <= self.pause_max).then_some(pause)
    }
}
