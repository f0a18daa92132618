//! Everything that can be configured, by flag or environment. A wrong value
//! refuses to start with one clear line.

use clap::{Args, ValueEnum};
use std::{net::SocketAddr, path::PathBuf};

/// Where the database is, and as whom.
#[expect(clippy::struct_field_names, reason = "the flags are named after the fields")]
#[derive(Clone, Args)]
pub struct DatabaseOptions {
    /// Login of the application: a member of the role `observatory_app`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: String,
    /// Login that owns the schema, for `migrate`, `seed`, `user` and `verify`;
    /// without it they use the application's login.
    #[arg(long, env = "DATABASE_OWNER_URL", hide_env_values = true)]
    pub database_owner_url: Option<String>,
    /// The most connections one process opens.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 16,
          value_parser = clap::value_parser!(u32).range(2..=500))]
    pub database_connections: u32,
}

impl DatabaseOptions {
    pub fn owner_url(&self) -> &str {
        self.database_owner_url.as_deref().unwrap_or(&self.database_url)
    }
}

/// Where the files are that a process reads.
#[derive(Clone, Debug, Args)]
pub struct FileOptions {
    /// Folder of the pattern files.
    #[arg(long, env = "PATTERNS_DIR", default_value = "patterns")]
    pub patterns_dir: PathBuf,
    /// Folder of the samples, or of what stands in their place.
    #[arg(long, env = "SAMPLES_DIR", default_value = "samples")]
    pub samples_dir: PathBuf,
}

impl FileOptions {
    pub fn feeds_dir(&self) -> PathBuf {
        self.samples_dir.join("feeds")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlainHttp {
    /// Development on this machine alone: cookies without `Secure`.
    Loopback,
}

/// How the server is reached.
#[derive(Clone, Debug, Args)]
pub struct ServeOptions {
    #[arg(long, env = "BIND_ADDRESS", default_value = "127.0.0.1:3000")]
    pub bind_address: SocketAddr,
    /// Folder of the built stylesheet, scripts and WebAssembly.
    #[arg(long, env = "SITE_ROOT", default_value = "target/site")]
    pub site_root: PathBuf,
    /// Serve without TLS in front, on the loopback address only.
    #[arg(long, env = "PLAIN_HTTP")]
    pub plain_http: Option<PlainHttp>,
    /// Number of trusted proxies in front, each of which appends to
    /// `X-Forwarded-For`.
    #[arg(long, env = "TRUSTED_PROXIES", default_value_t = 0,
          value_parser = clap::value_parser!(u8).range(0..=8))]
    pub trusted_proxies: u8,
    /// Serve pages only; runs are carried by `observatory work` elsewhere.
    #[arg(long, env = "WITHOUT_WORKER")]
    pub without_worker: bool,
    /// The most requests answered at once; more are told to come back.
    #[arg(long, env = "REQUESTS_MAX", default_value_t = 512,
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub requests_max: u32,
}

#[derive(Clone, Debug, Args)]
pub struct WorkOptions {
    /// Runs carried at once by this process.
    #[arg(long, env = "WORKER_CONCURRENCY", default_value_t = 4,
          value_parser = clap::value_parser!(u16).range(1..=256))]
    pub worker_concurrency: u16,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(
        "PLAIN_HTTP=loopback serves only this machine, but BIND_ADDRESS is {0}; \
         put TLS in front and leave PLAIN_HTTP out"
    )]
    PlainHttpInPublic(SocketAddr),
    #[error(
        "SITE_ROOT {0} holds no pkg/observatory.css; build the site first (cargo xtask up does)"
    )]
    NoSite(PathBuf),
}

impl ServeOptions {
    /// # Errors
    /// [`ConfigError`] for a combination that must not be served.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.plain_http.is_some() && !self.bind_address.ip().is_loopback() {
            return Err(ConfigError::PlainHttpInPublic(self.bind_address));
        }
        if !self.site_root.join("pkg/observatory.css").is_file() {
            return Err(ConfigError::NoSite(self.site_root.clone()));
        }
        Ok(())
    }
}
