//! The patterns of a deployment: a folder of files, all checked before one runs.

use super::{Capabilities, Plan, PlanError};
use std::{collections::BTreeMap, fmt, path::Path, sync::Arc};

/// Files of a folder that are read: an order of magnitude above what we ship.
const FILES_MAX: usize = 512;

/// Every plan, by id.
#[derive(Clone, Debug, Default)]
pub struct Patterns(BTreeMap<String, Arc<Plan>>);

/// Every fault of every file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PatternsError(pub Vec<PlanError>);

impl fmt::Display for PatternsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl Patterns {
    /// Reads every `.json` file of the folder. Since an id is the file's stem,
    /// no two patterns share one.
    ///
    /// # Errors
    /// Every fault of every file at once.
    pub fn load_dir(dir: &Path, capabilities: &dyn Capabilities) -> Result<Self, PatternsError> {
        let unreadable = |error: &std::io::Error| {
            PatternsError(vec![PlanError::whole(&dir.display().to_string(), error.to_string())])
        };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(|error| unreadable(&error))? {
            let path = entry.map_err(|error| unreadable(&error))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                paths.push(path);
            }
        }
        if paths.len() > FILES_MAX {
            let message = format!("more than {FILES_MAX} pattern files");
            return Err(PatternsError(vec![PlanError::whole(&dir.display().to_string(), message)]));
        }
        paths.sort();
        let mut plans = BTreeMap::new();
        let mut errors = Vec::new();
        for path in paths {
            match Plan::load(&path, capabilities) {
                Ok(plan) => drop(plans.insert(plan.id.clone(), Arc::new(plan))),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(Self(plans)) } else { Err(PatternsError(errors)) }
    }

    pub fn get(&self, id: &str) -> Option<&Arc<Plan>> {
        self.0.get(id)
    }

    /// In the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Plan>> {
        self.0.values()
    }
}

impl FromIterator<Plan> for Patterns {
    fn from_iter<I: IntoIterator<Item = Plan>>(plans: I) -> Self {
        Self(plans.into_iter().map(|plan| (plan.id.clone(), Arc::new(plan))).collect())
    }
}
