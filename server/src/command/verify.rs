use crate::config::DatabaseOptions;
use std::{error::Error, process::ExitCode};
use storage::{
    setup::{self, ActAs},
    verify::verify as recompute,
};

pub async fn verify(database: &DatabaseOptions) -> Result<ExitCode, Box<dyn Error>> {
    let pool = setup::connect(database.owner_url(), ActAs::Verifier, 2).await?;
    let found = recompute(&pool).await?;
    println!(
        "{} packs, {} pricing packs, {} packages, {} artifacts, {} audit entries.",
        found.packs, found.pricing_packs, found.packages, found.artifacts, found.audit_entries
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
