//! Everything that can be configured, by flag or environment. A wrong value
//! refuses to start with one clear line.

use crate::{
    assistant::AssistantOptions,
    http::api::options::{ApiConfigError, ApiOptions},
};
use clap::{Args, ValueEnum};
use domain::execution::RightsProfile;
use harvest::{
    ReadingBounds,
    fetch::FetchBounds,
    quote::{AccessError, Allowances, QuoteBounds, VendorAccess, Vendors},
};
use jiff::tz::TimeZone;
use orchestrator::{
    execution::{KEPT_DAYS, KEPT_DAYS_MIN},
    export::{ExportLimits, InvalidKey, SealKey},
    portfolio::LedgerRepositories,
    pricing::Nightly,
    run::RunLimits,
};
use secrecy::{ExposeSecret, SecretString};
use std::{collections::BTreeSet, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

/// Where the database is, and as whom.
#[expect(clippy::struct_field_names, reason = "the flags are named after the fields")]
#[derive(Clone, Args)]
pub struct DatabaseOptions {
    /// Login of the application: a member of the role `observatory_app`.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: SecretString,
    /// Login that owns the schema, for `migrate`, `seed`, `user` and `verify`;
    /// without it they use the application's login.
    #[arg(long, env = "DATABASE_OWNER_URL", hide_env_values = true)]
    pub database_owner_url: Option<SecretString>,
    /// The most connections one process opens.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 16,
          value_parser = clap::value_parser!(u32).range(2..=500))]
    pub database_connections: u32,
}

impl DatabaseOptions {
    pub fn application_url(&self) -> &str {
        self.database_url.expose_secret()
    }

    pub fn owner_url(&self) -> &str {
        self.database_owner_url.as_ref().unwrap_or(&self.database_url).expose_secret()
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
    /// What the licences of our data allow; read again on SIGHUP.
    #[arg(long, env = "RIGHTS_REGISTRY_PATH", default_value = ".ops/RIGHTS_REGISTRY.yaml")]
    pub rights_registry_path: PathBuf,
    /// Folder of font files (ttf, otf, ttc) for letters that the built-in fonts lack, such
    /// as Chinese; without it such letters stand as squares in PDF.
    #[arg(long, env = "FONTS_DIR")]
    pub fonts_dir: Option<PathBuf>,
    /// Top folder of the ledger's git repository; without it no pricing pack can be
    /// built.
    #[arg(long, env = "LEDGER_PATH")]
    pub ledger_path: Option<PathBuf>,
    /// Folder for copies of repositories that workspaces name for their ledgers, shared by
    /// all processes of the deployment; without it none can be named.
    #[arg(long, env = "LEDGER_COPIES_PATH")]
    pub ledger_copies_path: Option<PathBuf>,
    /// Folder whose sub-folders, each named by a workspace's id, hold repositories that this
    /// workspace may name.
    #[arg(long, env = "LEDGER_LOCAL_PATH", requires = "ledger_copies_path")]
    pub ledger_local_path: Option<PathBuf>,
    /// Hosts whose repositories workspaces may name by https.
    #[arg(long, env = "LEDGER_HOSTS", value_delimiter = ',', requires = "ledger_copies_path")]
    pub ledger_hosts: Vec<String>,
}

impl FileOptions {
    pub fn feeds_dir(&self) -> PathBuf {
        self.samples_dir.join("feeds")
    }

    /// Records of runs that are replayed, and whose packages engines are evaluated on.
    pub fn runs_dir(&self) -> PathBuf {
        self.samples_dir.join("runs")
    }

    /// What workspaces may name as repositories of their own.
    pub fn ledger_repositories(&self) -> Option<LedgerRepositories> {
        let hosts = self.ledger_hosts.iter().map(|host| host.trim().to_lowercase());
        let hosts = hosts.filter(|host| !host.is_empty()).collect();
        let copies = self.ledger_copies_path.clone()?;
        Some(LedgerRepositories::new(copies, self.ledger_local_path.clone(), hosts))
    }

    /// What the sample pricing packs of days gone by are built from.
    pub fn sample_history(&self) -> PathBuf {
        self.samples_dir.join("prices/history.json")
    }

    /// What the sample pricing pack is built from.
    pub fn sample_prices(&self) -> PathBuf {
        self.samples_dir.join("prices/closing_prices.json")
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
    /// What a reader of `/metrics` sends as bearer token. Without it nobody may
    /// read them, or with `PLAIN_HTTP` whoever is on this machine.
    #[arg(long, env = "METRICS_TOKEN", hide_env_values = true)]
    pub metrics_token: Option<SecretString>,
    #[command(flatten)]
    pub api: ApiOptions,
}

/// Enough that guessing is hopeless: 24 random bytes in base64.
const METRICS_TOKEN_CHARS_MIN: usize = 32;

/// What every execution is carried under, of a person, a program or a run.
#[derive(Clone, Debug, Args)]
pub struct ExecutionOptions {
    /// How what a licence does not allow is treated: staging, production or demo.
    #[arg(long, env = "RIGHTS_PROFILE", default_value = "production",
          value_parser = |id: &str| id.parse::<RightsProfile>())]
    pub rights_profile: RightsProfile,
    #[command(flatten)]
    pub runs: RunOptions,
    #[command(flatten)]
    pub exports: ExportOptions,
    #[command(flatten)]
    pub sources: SourceOptions,
    #[command(flatten)]
    pub assistant: AssistantOptions,
}

/// What files that leave are sealed with, and when a worker prints them. Processes that
/// share a database are given the same.
#[derive(Clone, Debug, Args)]
pub struct ExportOptions {
    /// 64 secret hexadecimal digits, as `openssl rand -hex 32` prints them, with which
    /// files are sealed. Without it they leave unsealed.
    #[arg(long, env = "SEAL_KEY", hide_env_values = true)]
    pub seal_key: Option<SecretString>,
    /// Cells of tables that are printed while somebody waits, as PDF a tenth of them; what
    /// has more is printed by a worker.
    #[arg(long, env = "EXPORT_CELLS_AT_ONCE", default_value_t = ExportLimits::default().cells_at_once)]
    pub export_cells_at_once: usize,
    /// Hours that a file is kept which a worker printed.
    #[arg(long, env = "EXPORT_KEPT_HOURS", default_value_t = ExportLimits::default().kept_hours,
          value_parser = clap::value_parser!(u16).range(1..=720))]
    pub export_kept_hours: u16,
    /// Megabytes of such files that one workspace keeps at once.
    #[arg(long, env = "WORKSPACE_EXPORTS_MB", default_value_t = 200,
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub workspace_exports_mb: u32,
}

impl ExportOptions {
    pub fn limits(&self) -> ExportLimits {
        ExportLimits {
            cells_at_once: self.export_cells_at_once,
            kept_hours: self.export_kept_hours,
            workspace_bytes: i64::from(self.workspace_exports_mb) * 1_000_000,
        }
    }

    /// # Errors
    /// [`ConfigError::SealKey`].
    pub fn seal(&self) -> Result<Option<SealKey>, ConfigError> {
        let key = self.seal_key.as_ref().map(|key| SealKey::parse(key.expose_secret()));
        key.transpose().map_err(ConfigError::SealKey)
    }
}

/// How sources of other people's hosts are read.
#[expect(clippy::struct_field_names, reason = "the flags are named after the fields")]
#[derive(Clone, Debug, Args)]
pub struct SourceOptions {
    /// Hosts and ports, such as 127.0.0.1:8080, that sources may be read from although
    /// they are not public. For development alone.
    #[arg(long, env = "SOURCE_PRIVATE_HOSTS", value_delimiter = ',')]
    pub source_private_hosts: Vec<String>,
    /// The most seconds of one reading of a source, its pages and the waiting for hosts'
    /// turns included.
    #[arg(long, env = "SOURCE_READING_S", default_value_t = 300,
          value_parser = clap::value_parser!(u32).range(15..=3600))]
    pub source_reading_s: u32,
    /// The most megabytes that one reading of a source takes.
    #[arg(long, env = "SOURCE_READING_MB", default_value_t = 100,
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub source_reading_mb: u32,
    /// The most requests of one reading of a source, redirects and robots.txt included.
    #[arg(long, env = "SOURCE_READING_REQUESTS", default_value_t = 100,
          value_parser = clap::value_parser!(u16).range(10..=1000))]
    pub source_reading_requests: u16,
}

impl SourceOptions {
    pub fn private_hosts(&self) -> BTreeSet<String> {
        self.source_private_hosts.iter().map(|host| host.trim().to_owned()).collect()
    }

    /// The platform's bounds of requests, with these of a whole reading.
    pub fn fetch_bounds(&self) -> FetchBounds {
        let megabytes = usize::try_from(self.source_reading_mb).unwrap_or(usize::MAX);
        let reading = ReadingBounds {
            total: Duration::from_secs(self.source_reading_s.into()),
            bytes_max: megabytes.saturating_mul(1_000_000),
            requests_max: self.source_reading_requests.into(),
        };
        FetchBounds { reading, ..FetchBounds::default() }
    }
}

/// The keys of vendors of market data. Without one, its vendor is not asked.
#[derive(Clone, Debug, Args)]
pub struct VendorOptions {
    /// Key of Financial Modeling Prep.
    #[arg(long, env = "FMP_API_KEY", hide_env_values = true)]
    pub fmp_api_key: Option<SecretString>,
    /// Address in place of Financial Modeling Prep's own.
    #[arg(long, env = "FMP_BASE_URL")]
    pub fmp_base_url: Option<String>,
    /// Key of Polygon.io.
    #[arg(long, env = "POLYGON_API_KEY", hide_env_values = true)]
    pub polygon_api_key: Option<SecretString>,
    /// Address in place of Polygon.io's own.
    #[arg(long, env = "POLYGON_BASE_URL")]
    pub polygon_base_url: Option<String>,
    /// Key of FRED, of the Federal Reserve Bank of St. Louis.
    #[arg(long, env = "FRED_API_KEY", hide_env_values = true)]
    pub fred_api_key: Option<SecretString>,
    /// Address in place of FRED's own.
    #[arg(long, env = "FRED_BASE_URL")]
    pub fred_base_url: Option<String>,
}

impl VendorOptions {
    /// # Errors
    /// [`AccessError`] for a key or an address that cannot be used.
    pub fn vendors(self, allowances: Arc<dyn Allowances>) -> Result<Vendors, AccessError> {
        let of = [
            ("FMP", self.fmp_api_key, self.fmp_base_url),
            ("Polygon", self.polygon_api_key, self.polygon_base_url),
            ("FRED", self.fred_api_key, self.fred_base_url),
        ];
        let access = of.into_iter().filter_map(|(provider, key, base)| {
            let provider = provider.parse().ok()?;
            key.map(|key| VendorAccess { provider, key, base })
        });
        #[expect(clippy::disallowed_methods, reason = "the edge: it dates trips for readers")]
        Vendors::new(QuoteBounds::default(), access.collect(), allowances, jiff::Timestamp::now)
    }
}

/// Bounds of runs. Processes that share a database are given the same.
#[derive(Clone, Debug, Args)]
pub struct RunOptions {
    /// Seconds for which a worker may be silent before another takes its run.
    #[arg(long, env = "RUN_LEASE_S", default_value_t = RunLimits::default().lease_s,
          value_parser = clap::value_parser!(u32).range(1..=300))]
    pub run_lease_s: u32,
    /// The most seconds that one step of a run may take.
    #[arg(long, env = "RUN_STEP_S", default_value_t = RunLimits::default().step_s,
          value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub run_step_s: u32,
    /// The most seconds from a run's trigger to its end.
    #[arg(long, env = "RUN_LIMIT_S", default_value_t = RunLimits::default().run_s,
          value_parser = clap::value_parser!(u32).range(10..=86_400))]
    pub run_limit_s: u32,
    /// How often a run may be taken up before it is given up.
    #[arg(long, env = "RUN_ATTEMPTS_MAX", default_value_t = RunLimits::default().attempts_max,
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub run_attempts_max: u16,
    /// Runs of one workspace that may be carried at once, by all processes together.
    #[arg(long, env = "WORKSPACE_RUNS_MAX", default_value_t = RunLimits::default().workspace_runs_max,
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub workspace_runs_max: u16,
    /// Runs of all workspaces that may be carried at once, by all processes together.
    #[arg(long, env = "RUNS_MAX", default_value_t = RunLimits::default().runs_max,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub runs_max: u32,
    /// Runs of one workspace that may wait at once; more triggers are blocked.
    #[arg(long, env = "WORKSPACE_QUEUED_MAX", default_value_t = RunLimits::default().workspace_queued_max,
          value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub workspace_queued_max: u16,
    /// Runs of all workspaces that may wait at once; more triggers are blocked.
    #[arg(long, env = "QUEUED_MAX", default_value_t = RunLimits::default().queued_max,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub queued_max: u32,
    /// Scheduled runs that may fail in a row before the schedule is paused.
    #[arg(long, env = "SCHEDULE_FAILURES_MAX",
          default_value_t = RunLimits::default().schedule_failures_max,
          value_parser = clap::value_parser!(u16).range(1..=100))]
    pub schedule_failures_max: u16,
}

impl RunOptions {
    pub const fn limits(&self) -> RunLimits {
        RunLimits {
            lease_s: self.run_lease_s,
            step_s: self.run_step_s,
            run_s: self.run_limit_s,
            attempts_max: self.run_attempts_max,
            workspace_runs_max: self.workspace_runs_max,
            runs_max: self.runs_max,
            workspace_queued_max: self.workspace_queued_max,
            queued_max: self.queued_max,
            schedule_failures_max: self.schedule_failures_max,
        }
    }
}

#[derive(Clone, Debug, Args)]
pub struct WorkOptions {
    /// Runs carried at once by this process.
    #[arg(long, env = "WORKER_CONCURRENCY", default_value_t = 4,
          value_parser = clap::value_parser!(u16).range(1..=256))]
    pub worker_concurrency: u16,
    /// Days that executions are kept with their answer and trace.
    #[arg(long, env = "EXECUTIONS_KEPT_DAYS", default_value_t = KEPT_DAYS,
          value_parser = clap::value_parser!(u16).range(i64::from(KEPT_DAYS_MIN)..=3650))]
    pub executions_kept_days: u16,
    #[command(flatten)]
    pub prices: PriceOptions,
}

/// How workers build the pack of each day.
#[derive(Clone, Debug, Args)]
pub struct PriceOptions {
    /// The file of listings whose vendors are asked every night; without it no pack is built
    /// but by `pack build`. Of several processes that are given it, one asks.
    #[arg(long, env = "LISTINGS_PATH")]
    pub listings_path: Option<PathBuf>,
    /// Whose midnight ends a day of prices.
    #[arg(long, env = "PRICES_TIME_ZONE", default_value = "UTC",
          value_parser = |name: &str| TimeZone::get(name))]
    pub prices_time_zone: TimeZone,
    #[command(flatten)]
    pub vendors: VendorOptions,
}

impl PriceOptions {
    /// None where no listings are given.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn nightly(&self, allowances: Arc<dyn Allowances>) -> Result<Option<Nightly>, AccessError> {
        let Some(listings) = self.listings_path.clone() else { return Ok(None) };
        let vendors = self.vendors.clone().vendors(allowances)?;
        Ok(Some(Nightly { listings, vendors, zone: self.prices_time_zone.clone() }))
    }
}

/// How the metrics of a process are read that serves nothing else.
#[derive(Clone, Debug, Args)]
pub struct WorkMetricsOptions {
    /// Where `/metrics` and `/health` are served; without it nothing is.
    #[arg(long, env = "METRICS_ADDRESS")]
    pub metrics_address: Option<SocketAddr>,
    /// What a reader of `/metrics` sends as bearer token. Without it
    /// `METRICS_ADDRESS` has to be a loopback address.
    #[arg(long, env = "METRICS_TOKEN", hide_env_values = true)]
    pub metrics_token: Option<SecretString>,
}

impl WorkMetricsOptions {
    /// # Errors
    /// [`ConfigError`] where anybody could read the metrics.
    pub fn check(&self) -> Result<(), ConfigError> {
        check_metrics_token(self.metrics_token.as_ref())?;
        match self.metrics_address {
            Some(address) if self.metrics_token.is_none() && !address.ip().is_loopback() => {
                Err(ConfigError::OpenMetrics(address))
            }
            _ => Ok(()),
        }
    }
}

fn check_metrics_token(token: Option<&SecretString>) -> Result<(), ConfigError> {
    let is_short = |token: &SecretString| token.expose_secret().len() < METRICS_TOKEN_CHARS_MIN;
    if token.is_some_and(is_short) { Err(ConfigError::ShortMetricsToken) } else { Ok(()) }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("SEAL_KEY: {0}")]
    SealKey(InvalidKey),
    #[error(
        "PLAIN_HTTP=loopback serves only this machine, but BIND_ADDRESS is {0}; \
         put TLS in front and leave PLAIN_HTTP out"
    )]
    PlainHttpInPublic(SocketAddr),
    #[error(
        "SITE_ROOT {0} holds no pkg/observatory.css; build the site first (cargo xtask up does)"
    )]
    NoSite(PathBuf),
    #[error("METRICS_TOKEN is too short: {METRICS_TOKEN_CHARS_MIN} characters at least")]
    ShortMetricsToken,
    #[error(
        "METRICS_ADDRESS {0} can be reached from elsewhere and METRICS_TOKEN is not set; \
         set one, or choose a loopback address"
    )]
    OpenMetrics(SocketAddr),
    #[error(transparent)]
    Api(#[from] ApiConfigError),
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
        check_metrics_token(self.metrics_token.as_ref())?;
        self.api.door()?;
        self.api.cors()?;
        Ok(())
    }
}
