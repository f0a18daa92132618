use clap::Args;
use orchestrator::export::{PublicKey, verify_seal};
use secrecy::{ExposeSecret, SecretString};
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};
use storage::{
    setup::{self, ActAs},
    verify::verify as recompute,
};

/// What to look at: a file, or else everything that is stored.
#[derive(Args)]
pub struct VerifyOptions {
    /// A downloaded file, which is checked against its seal alone.
    pub file: Option<PathBuf>,
    /// Public keys of seals, of today and before, with commas between them.
    #[arg(long, env = "SEAL_PUBLIC_KEYS", value_delimiter = ',')]
    pub public_keys: Vec<PublicKey>,
    /// Login of the application.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, required_unless_present = "file")]
    pub database_url: Option<SecretString>,
    /// Login that owns the schema; without it the application's.
    #[arg(long, env = "DATABASE_OWNER_URL", hide_env_values = true)]
    pub database_owner_url: Option<SecretString>,
}

pub async fn verify(options: VerifyOptions) -> Result<ExitCode, Box<dyn Error>> {
    if let Some(file) = &options.file {
        return verify_file(file, &options.public_keys);
    }
    let url = options.database_owner_url.or(options.database_url);
    // The parser asks for one where no file is named.
    verify_stored(url.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default()).await
}

/// Opens nothing but the file.
fn verify_file(file: &Path, keys: &[PublicKey]) -> Result<ExitCode, Box<dyn Error>> {
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let verified = match verify_seal(&bytes, keys) {
        Ok(verified) => verified,
        Err(wrong) => {
            println!("WRONG: {}: {wrong}.", file.display());
            return Ok(ExitCode::FAILURE);
        }
    };
    println!(
        "{}: no byte was changed since it was sealed with the key {}.",
        file.display(),
        verified.key
    );
    for name in [
        "format",
        "run_id",
        "execution_id",
        "pattern_id",
        "asof",
        "document_hash",
        "pack_hash",
        "pricing_pack_id",
        "ledger_commit_hash",
        "sealed_at",
        "executed_at",
        "rights_profile",
        "rights_version",
    ] {
        if let Some(value) = verified.manifest[name].as_str() {
            println!("{name}: {value}");
        }
    }
    for attribution in verified.manifest["attributions"].as_array().into_iter().flatten() {
        println!("attribution: {}", attribution["text"].as_str().unwrap_or_default());
    }
    Ok(ExitCode::SUCCESS)
}

async fn verify_stored(url: &str) -> Result<ExitCode, Box<dyn Error>> {
    let pool = setup::connect(url, ActAs::Verifier, 2).await?;
    let found = recompute(&pool).await?;
    println!(
        "{} packs, {} pricing packs, {} books, {} packages, {} recorded answers, {} artifacts, {} audit entries.",
        found.packs,
        found.pricing_packs,
        found.books,
        found.packages,
        found.answers,
        found.artifacts,
        found.audit_entries
    );
    for wrong in &found.discrepancies {
        println!("WRONG: {} {}: {}.", wrong.what, wrong.id, wrong.problem);
    }
    if found.discrepancies.is_empty() {
        println!("Every hash is right and every chain is whole.");
        Ok(ExitCode::SUCCESS)
    } else {
        println!("{} discrepancies.", found.discrepancies.len());
        Ok(ExitCode::FAILURE)
    }
}
