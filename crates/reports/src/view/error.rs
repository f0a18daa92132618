use domain::evidence::EvidenceId;

/// Why a report cannot be printed.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the document cites {0}, which is not among its references")]
    UnresolvedCitation(EvidenceId),
    #[error("the document refers to the development {0}, which it does not hold")]
    UnknownDevelopment(String),
    #[error("the moment of the report cannot be printed")]
    Moment(#[source] domain::cadence::PeriodError),
    #[error("the report has no JSON form")]
    Json(#[from] serde_json::Error),
    #[error("the template of the report failed")]
    Template(#[from] minijinja::Error),
    #[error("the report cannot be set on pages: {0}")]
    Typeset(String),
}
