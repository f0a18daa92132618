/// What can go wrong below the rules of the field.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("the database could not be reached or refused the statement")]
    Database(#[from] sqlx::Error),
    #[error("a value could not be written as canonical JSON")]
    Json(#[from] serde_json::Error),
    #[error("stored data breaks an invariant: {0}")]
    Corrupt(String),
    /// A constraint or trigger refused the write; the name says which.
    #[error("the database's rule {constraint} refused the write")]
    Refused { constraint: String },
    /// The run's lease has passed to another worker: nothing was written.
    #[error("the lease of this run has passed to another worker")]
    LeaseLost,
}

impl StorageError {
    /// Names the broken constraint where there is one.
    pub fn from_write(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|refusal| refusal.constraint()) {
            Some(constraint) => Self::Refused { constraint: constraint.to_owned() },
            None => Self::Database(error),
        }
    }

    /// Whether the same write may go well later: the database was out of reach or
    /// busy, or another worker holds the run. False when the values themselves
    /// were refused (`SQLSTATE` classes 22, data, and 23, integrity).
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Database(error) => !error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code)
                .is_some_and(|code| code.starts_with("22") || code.starts_with("23")),
            Self::LeaseLost => true,
            Self::Json(_) | Self::Corrupt(_) | Self::Refused { .. } => false,
        }
    }

    pub fn is_refused_by(&self, name: &str) -> bool {
        matches!(self, Self::Refused { constraint } if constraint == name)
    }
}
