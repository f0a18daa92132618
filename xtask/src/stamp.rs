//! "Nothing changed since": a digest of the inputs, kept beside the output.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace;

/// A digest that is the same in every process; it guards against change, not against malice.
#[derive(Default)]
pub struct Digest(DefaultHasher);

impl Digest {
    /// A file, or every file of a folder in order of name, with names. A missing path counts as missing.
    pub fn path(mut self, path: &Path) -> Result<Self> {
        let mut files = Vec::new();
        workspace::collect_files(path, &mut files)?;
        files.sort();
        for file in files {
            file.strip_prefix(workspace::root()).unwrap_or(&file).hash(&mut self.0);
            fs::read(&file)
                .with_context(|| format!("cannot read {}", file.display()))?
                .hash(&mut self.0);
        }
        Ok(self)
    }

    pub fn hex(self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

/// Remembers under `name` with which inputs a piece of work was last finished.
pub struct Stamp {
    file: PathBuf,
    inputs: String,
}

impl Stamp {
    pub fn new(name: &str, inputs: Digest) -> Self {
        let file = workspace::target_dir().join("xtask-stamps").join(name);
        Self { file, inputs: inputs.hex() }
    }

    pub fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|last| last == self.inputs)
    }

    pub fn write(&self) -> Result<()> {
        let folder = self.file.parent().expect("a stamp lies in the folder of stamps");
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.file, &self.inputs))
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest_of(name: &str, content: &str) -> String {
        let folder = std::env::temp_dir().join(format!("observatory-stamp-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), content).unwrap();
        let digest = Digest::default().path(&folder).unwrap().hex();
        fs::remove_dir_all(&folder).unwrap();
        digest
    }

    #[test]
    fn a_digest_tells_names_and_contents_apart() {
        assert_eq!(digest_of("a", "one"), digest_of("a", "one"));
        assert_ne!(digest_of("a", "one"), digest_of("a", "two"));
        assert_ne!(digest_of("a", "one"), digest_of("b", "one"));
    }
}
