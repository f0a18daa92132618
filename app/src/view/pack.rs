use serde::{Deserialize, Serialize};

/// What stands over a pattern's form about its prices: as the page first shows it
/// and as each event renews it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackNotice {
    pub standing: PackStanding,
    /// What it means for the reader, one or two sentences.
    pub text: String,
    /// None where nothing is under way.
    pub step: Option<BuildStep>,
    /// None where no pack is complete, or nothing has to be waited for.
    pub last_complete: Option<LastComplete>,
    /// Id of the pack that this is about.
    pub pack: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PackStanding {
    Missing,
    Preparing,
    Failed,
    Complete,
}

/// How far a build is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildStep {
    pub done: u32,
    pub total: u32,
    pub words: String,
}

/// The newest pack that could be used instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastComplete {
    /// As an address has it, `2025-10-20`.
    pub asof: String,
    /// As a reader has it, `20 October 2025`.
    pub day: String,
}

impl PackNotice {
    pub fn is_complete(&self) -> bool {
        self.standing == PackStanding::Complete
    }
}

#[cfg(feature = "ssr")]
mod from_state {
    use super::{BuildStep, LastComplete, PackNotice, PackStanding};
    use crate::component::moment::moment_words;
    use domain::pricing_pack::PackStatus;
    use orchestrator::pricing::{PackState, PricesAsOf};

    impl PackNotice {
        pub fn of(prices: &PricesAsOf) -> Self {
            let Some(state) = &prices.state else { return Self::missing() };
            let standing = match state.pack.status {
                PackStatus::Building | PackStatus::Warming => PackStanding::Preparing,
                PackStatus::Failed => PackStanding::Failed,
                PackStatus::Fresh | PackStatus::Superseded => PackStanding::Complete,
            };
            let waits = standing != PackStanding::Complete;
            Self {
                standing,
                text: text(standing, state, &prices.zone),
                step: (standing == PackStanding::Preparing).then(|| step(state)),
                last_complete: state.last_fresh.as_ref().filter(|_| waits).map(|last| {
                    LastComplete {
                        asof: last.asof.to_string(),
                        day: last.asof.strftime("%-d %B %Y").to_string(),
                    }
                }),
                pack: Some(state.pack.id.to_string()),
            }
        }

        fn missing() -> Self {
            Self {
                standing: PackStanding::Missing,
                text: "Nothing is executed before a pricing pack is built. An operator builds it; \
                       until then a pattern can be read here and not executed."
                    .to_owned(),
                step: None,
                last_complete: None,
                pack: None,
            }
        }
    }

    fn text(standing: PackStanding, state: &PackState, zone: &str) -> String {
        match standing {
            PackStanding::Missing => String::new(),
            PackStanding::Complete => {
                "Execute when you are ready; what you have answered is still here.".to_owned()
            }
            PackStanding::Preparing if state.estimated_ready <= state.observed_at => {
                "Nothing is executed before they are complete. It takes longer than expected."
                    .to_owned()
            }
            PackStanding::Preparing => format!(
                "Nothing is executed before they are complete, about {}.",
                moment_words(state.estimated_ready, state.observed_at, zone)
            ),
            PackStanding::Failed => format!(
                "The build stopped: {}. Waiting alone does not mend it; the operator has to look \
                 at the build.",
                state.pack.error.as_deref().unwrap_or("no reason was given").trim_end_matches('.')
            ),
        }
    }

    fn step(state: &PackState) -> BuildStep {
        let progress = state.progress();
        let at = (progress.done + 1).min(progress.total);
        BuildStep {
            done: progress.done,
            total: progress.total,
            words: format!("Step {at} of {}: {}", progress.total, progress.stage.label()),
        }
    }
}
