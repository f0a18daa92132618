use serde::{Deserialize, Serialize};

/// Tokens of one call or of several, as the server counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    pub input: u64,
    /// Of the input, read from the server's cache.
    pub cached: u64,
    pub output: u64,
    /// Of the output, thought and not said.
    pub reasoning: u64,
}

impl Tokens {
    /// The most that a count of one call is believed; far beyond every model's context.
    pub const COUNT_MAX: u64 = u32::MAX as u64;

    /// Nothing was used: the server refused before it began.
    pub const NONE: Self = Self { input: 0, cached: 0, output: 0, reasoning: 0 };

    /// What a server says of one call. None where it cannot be: a part beyond its
    /// whole, or more than [`Self::COUNT_MAX`].
    pub fn reported(self) -> Option<Self> {
        let Self { input, cached, output, reasoning } = self;
        let fits = input <= Self::COUNT_MAX && output <= Self::COUNT_MAX;
        (fits && cached <= input && reasoning <= output).then_some(self)
    }

    pub const fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            cached: self.cached.saturating_add(other.cached),
            output: self.output.saturating_add(other.output),
            reasoning: self.reasoning.saturating_add(other.reasoning),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_cannot_be_is_no_count() {
        let sound = Tokens { input: 1200, cached: 1000, output: 300, reasoning: 40 };
        assert_eq!(sound.reported(), Some(sound));
        assert_eq!(Tokens { cached: 1201, ..sound }.reported(), None);
        assert_eq!(Tokens { reasoning: 301, ..sound }.reported(), None);
        assert_eq!(Tokens { input: Tokens::COUNT_MAX + 1, ..sound }.reported(), None);
        assert_eq!(Tokens { output: u64::MAX, ..sound }.reported(), None);
    }
}
