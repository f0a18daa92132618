//! Who composes reports: the built-in analyst, or a language model behind OpenAI's
//! API. A combination that cannot work refuses to start with one clear line.

mod account;

use account::{AccountConfigError, AccountOptions};
use agents::assistant::{
    Assistant, Bounds, Engine, Model,
    openai::{Access, AccessError, ChatCompletions, Responses},
};
use clap::{Args, ValueEnum};
use orchestrator::assistant::ModelAccount;
use secrecy::{ExposeSecret, SecretString};
use std::{sync::Arc, time::Duration};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EngineName {
    /// By rules alone, without a language model.
    Builtin,
    /// A language model by the Responses API.
    OpenaiResponses,
    /// A language model by the Chat Completions API, which servers of OpenAI's kind
    /// speak.
    OpenaiChat,
}

/// Which engine, and how it is reached.
#[derive(Clone, Debug, Args)]
pub struct AssistantOptions {
    /// Who composes reports; by default `openai-responses` where there is a key, else
    /// `builtin`.
    #[arg(long, env = "ASSISTANT_ENGINE")]
    pub assistant_engine: Option<EngineName>,
    #[arg(long, env = "OPENAI_API_KEY", hide_env_values = true)]
    pub openai_api_key: Option<SecretString>,
    /// Address of the server, its version included; OpenAI's own without it.
    #[arg(long, env = "OPENAI_BASE_URL")]
    pub openai_base_url: Option<String>,
    /// The language model; there is no default.
    #[arg(long, env = "OPENAI_MODEL")]
    pub openai_model: Option<String>,
    /// Answers go on at the server where the connection breaks, are resumed there, and are
    /// cancelled where nobody waits; the server stores them for it. Of the Responses API.
    #[arg(long, env = "ASSISTANT_BACKGROUND")]
    pub assistant_background: bool,
    /// Of the Assistants API, which has ended: only looked at to say so.
    #[arg(long, env = "OPENAI_ASSISTANT_ID", hide = true)]
    pub openai_assistant_id: Option<String>,
    #[command(flatten)]
    pub bounds: BoundOptions,
    #[command(flatten)]
    pub account: AccountOptions,
}

/// What one report may take.
#[expect(clippy::struct_field_names, reason = "the flags are named after the fields")]
#[derive(Clone, Copy, Debug, Args)]
pub struct BoundOptions {
    /// The most seconds until the language model's server is reached.
    #[arg(long, env = "ASSISTANT_CONNECT_S", default_value_t = 10,
          value_parser = clap::value_parser!(u64).range(1..=60))]
    pub assistant_connect_s: u64,
    /// The most seconds from a request to the head of its answer.
    #[arg(long, env = "ASSISTANT_FIRST_BYTE_S", default_value_t = 60,
          value_parser = clap::value_parser!(u64).range(1..=600))]
    pub assistant_first_byte_s: u64,
    /// The most seconds between two pieces of an answer.
    #[arg(long, env = "ASSISTANT_IDLE_S", default_value_t = 30,
          value_parser = clap::value_parser!(u64).range(1..=600))]
    pub assistant_idle_s: u64,
    /// The most seconds of all calls for one report together; less than `RUN_STEP_S`.
    #[arg(long, env = "ASSISTANT_TOTAL_S", default_value_t = 110,
          value_parser = clap::value_parser!(u64).range(1..=3599))]
    pub assistant_total_s: u64,
    /// The longest pause before a call is repeated.
    #[arg(long, env = "ASSISTANT_PAUSE_MAX_S", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(0..=300))]
    pub assistant_pause_max_s: u64,
    /// The most calls for one report, repetitions and the repair included.
    #[arg(long, env = "ASSISTANT_CALLS_MAX", default_value_t = 4,
          value_parser = clap::value_parser!(u32).range(1..=20))]
    pub assistant_calls_max: u32,
    /// The most tokens that the model may write in one call.
    #[arg(long, env = "ASSISTANT_OUTPUT_TOKENS_MAX", default_value_t = 32_000,
          value_parser = clap::value_parser!(u32).range(16..=1_000_000))]
    pub assistant_output_tokens_max: u32,
}

impl BoundOptions {
    fn bounds(self) -> Bounds {
        Bounds {
            connect: Duration::from_secs(self.assistant_connect_s),
            first_byte: Duration::from_secs(self.assistant_first_byte_s),
            idle: Duration::from_secs(self.assistant_idle_s),
            total: Duration::from_secs(self.assistant_total_s),
            pause_max: Duration::from_secs(self.assistant_pause_max_s),
            calls_max: self.assistant_calls_max,
            output_tokens_max: self.assistant_output_tokens_max,
            ..Bounds::default()
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum AssistantConfigError {
    #[error(
        "OPENAI_MODEL is missing: name the language model, there is no default \
         (or set ASSISTANT_ENGINE=builtin)"
    )]
    NoModel,
    #[error("OPENAI_API_KEY is missing: ASSISTANT_ENGINE asks for OpenAI, and its API for a key")]
    NoKey,
    #[error("OPENAI_BASE_URL or OPENAI_API_KEY cannot be used: {0}")]
    Access(#[source] AccessError),
    #[error(
        "ASSISTANT_TOTAL_S is {total_s} and must be less than RUN_STEP_S, which is {step_s}: \
         else the step ends first and nobody can say why"
    )]
    TotalBeyondStep { total_s: u64, step_s: u32 },
    #[error(
        "ASSISTANT_BACKGROUND is of the Responses API alone: leave it out, or set \
         ASSISTANT_ENGINE=openai-responses"
    )]
    NoBackground,
    #[error(transparent)]
    Account(#[from] AccountConfigError),
}

impl AssistantOptions {
    /// The engine that was asked for, within a step of `step_s` seconds.
    ///
    /// # Errors
    /// [`AssistantConfigError`].
    pub fn engine(&self, step_s: u32) -> Result<Engine, AssistantConfigError> {
        let key = self.openai_api_key.as_ref().filter(|key| !key.expose_secret().is_empty());
        let name = self.assistant_engine.unwrap_or(match key {
            Some(_) => EngineName::OpenaiResponses,
            None => EngineName::Builtin,
        });
        match name {
            EngineName::Builtin => Ok(Engine::Builtin),
            EngineName::OpenaiResponses | EngineName::OpenaiChat => {
                self.openai(name, key.cloned(), step_s)
            }
        }
    }

    fn openai(
        &self,
        name: EngineName,
        key: Option<SecretString>,
        step_s: u32,
    ) -> Result<Engine, AssistantConfigError> {
        let set = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let model = set(&self.openai_model).ok_or(AssistantConfigError::NoModel)?;
        let base = set(&self.openai_base_url);
        if key.is_none() && base.is_none() {
            return Err(AssistantConfigError::NoKey);
        }
        let total_s = self.bounds.assistant_total_s;
        if total_s >= u64::from(step_s) {
            return Err(AssistantConfigError::TotalBeyondStep { total_s, step_s });
        }
        let bounds = self.bounds.bounds();
        let access =
            Access::new(base.as_deref(), key, bounds).map_err(AssistantConfigError::Access)?;
        let model: Arc<dyn Model> = match name {
            EngineName::OpenaiChat if self.assistant_background => {
                return Err(AssistantConfigError::NoBackground);
            }
            EngineName::OpenaiChat => Arc::new(ChatCompletions::new(access, model)),
            _ if self.assistant_background => {
                Arc::new(Responses::new(access, model).in_background())
            }
            _ => Arc::new(Responses::new(access, model)),
        };
        Ok(Engine::Model(Assistant::new(model, bounds)))
    }

    /// Prices and budgets.
    ///
    /// # Errors
    /// [`AssistantConfigError::Account`].
    pub fn account(&self) -> Result<ModelAccount, AssistantConfigError> {
        Ok(self.account.account()?)
    }

    /// Says in the log who composes, what is not known of it, and what is set in vain.
    pub fn announce(&self, engine: &Engine, account: &ModelAccount) {
        match engine {
            Engine::Builtin => tracing::info!(engine = "builtin", "reports are composed by rules"),
            Engine::Model(assistant) => {
                let identity = assistant.identity();
                tracing::info!(
                    engine = identity.engine,
                    model = identity.model,
                    "reports are composed with a language model"
                );
                let prices = account.prices.as_ref();
                if prices.is_none_or(|prices| prices.of(&identity.model).is_none()) {
                    tracing::warn!(
                        model = identity.model,
                        "no price of the language model is known: calls have no cost, and a \
                         budget in money refuses them. Name it in ASSISTANT_PRICES_PATH"
                    );
                }
            }
        }
        if self.openai_assistant_id.as_deref().is_some_and(|id| id.starts_with("asst_")) {
            tracing::warn!(
                "OPENAI_ASSISTANT_ID is not used: the Assistants API ended on 2026-08-26. Move to \
                 the Responses API: set OPENAI_API_KEY and OPENAI_MODEL, and leave this out; the \
                 instruction is part of this build"
            );
        }
    }
}
