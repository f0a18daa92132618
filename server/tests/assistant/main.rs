//! Language models that write reports, through the real binary.

#[path = "../support/mod.rs"]
mod support;

#[cfg(test)]
mod background;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod retirement;
#[cfg(test)]
mod runs;

use fake_openai::Server;
use support::{Process, World};

const KEY: &str = "sk-process-test-5f2c9a71e0d84b36";

fn serve(world: &World, model: &Server, extra: &[(&str, &str)]) -> Process {
    let base = model.base_url();
    let mut environment = vec![
        ("OPENAI_API_KEY", KEY),
        ("OPENAI_BASE_URL", base.as_str()),
        ("OPENAI_MODEL", "test-model"),
    ];
    environment.extend(extra);
    world.serve_and_work_with(&environment)
}
