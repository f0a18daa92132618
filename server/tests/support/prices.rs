//! A world with a fresh pricing pack, and programs that act in it.

use super::World;
use std::{path::Path, process::Command};

impl World {
    /// The sample ledger in a repository of its own, and the pack built from it.
    pub fn with_prices() -> (Self, tempfile::TempDir) {
        Self::with_prices_and(|_| {})
    }

    /// The same, with what is `added` to the ledger before it is read.
    pub fn with_prices_and(added: impl FnOnce(&Path)) -> (Self, tempfile::TempDir) {
        let world = Self::with_people();
        let ledger = tempfile::tempdir().unwrap();
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/ledger");
        for file in std::fs::read_dir(samples).unwrap() {
            let file = file.unwrap();
            if file.file_type().unwrap().is_file() {
                std::fs::copy(file.path(), ledger.path().join(file.file_name())).unwrap();
            }
        }
        added(ledger.path());
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "--all"],
            &[
                "-c",
                "user.name=Test",
                "-c",
                "user.email=test@test.example",
                "commit",
                "-qm",
                "Ledger",
            ],
        ] {
            let done =
                Command::new("git").current_dir(ledger.path()).args(arguments).status().unwrap();
            assert!(done.success());
        }
        let seeded = world.command(&["seed"]).env("LEDGER_PATH", ledger.path()).output().unwrap();
        assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
        (world, ledger)
    }

    /// A token as its table holds it, of a member made known by address.
    pub fn token(&self, email: &str, scopes: &str) -> String {
        let (id, secret) = (uuid::Uuid::now_v7(), "5e".repeat(32));
        self.sql(&format!(
            "insert into api_tokens (id, workspace_id, user_id, name, scopes, secret_hash, expires_at)
             select '{id}', m.workspace_id, m.user_id, 'Process test', '{{{scopes}}}', sha256('{secret}'),
                 now() + interval '1 day'
             from memberships m join users u on u.id = m.user_id where u.email = '{email}'"
        ));
        format!("obs_{}_{secret}", id.simple())
    }
}
