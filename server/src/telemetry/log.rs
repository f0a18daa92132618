//! Logs: JSON lines for machines, plain lines for a terminal.

use super::{SPANS, json::JsonLine};
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, Layer, fmt, fmt::format::JsonFields, registry::LookupSpan};

#[derive(Clone, Debug, Args)]
pub struct LogOptions {
    /// What is logged, for instance `info` or `observatory=debug,info`.
    #[arg(long = "log", env = "LOG", default_value = "info,graphile_worker=warn", global = true)]
    filter: String,
    /// How it is written; by default plain on a terminal and JSON elsewhere.
    #[arg(long = "log-format", env = "LOG_FORMAT", global = true)]
    format: Option<LogFormat>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Plain,
    Json,
}

/// It would log what a language model said wherever it cannot read it. The assistant
/// says itself what went wrong, without the words.
const SILENT: &str = "async_openai=off";

/// Writes to standard error, in the form and of the detail that was asked for.
pub fn layer<S>(options: &LogOptions) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let filter = EnvFilter::try_new(&options.filter).unwrap_or_else(|error| {
        eprintln!("observatory: LOG is not a log filter ({error}); logging info");
        EnvFilter::new("info")
    });
    let always = [format!("{SPANS}=info"), SILENT.to_owned()];
    let filter =
        always.iter().filter_map(|text| text.parse().ok()).fold(filter, EnvFilter::add_directive);
    let format = options.format.unwrap_or(if std::io::stderr().is_terminal() {
        LogFormat::Plain
    } else {
        LogFormat::Json
    });
    let lines = fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Plain => lines.compact().with_filter(filter).boxed(),
        LogFormat::Json => {
            lines.fmt_fields(JsonFields::new()).event_format(JsonLine).with_filter(filter).boxed()
        }
    }
}

/// An error and its causes on one line, each said once.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = inner.source();
    }
    line
}
