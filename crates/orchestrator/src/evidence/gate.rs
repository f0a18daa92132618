use domain::{
    cadence::Cadence,
    evidence::{Coverage, Covers, READ_MIN_PERCENT, SourceStanding, coverage, reading_age_max_h},
    specification::Scope,
};
use jiff::{SignedDuration, Timestamp};
use storage::{PgConnection, StorageError, evidence_pack, source};

/// The newest pack, and how the sources stand that it is made of.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub pack: evidence_pack::CurrentPack,
    /// None where that is not known: a reading from before it was recorded.
    pub sources: Option<Vec<SourceStanding>>,
}

impl Evidence {
    /// None where no source has been read yet.
    pub(crate) async fn load(conn: &mut PgConnection) -> Result<Option<Self>, StorageError> {
        let Some(pack) = evidence_pack::load_current(conn).await? else { return Ok(None) };
        let Some(files) = &pack.files else { return Ok(Some(Self { pack, sources: None })) };
        let mut sources = source::load_standings(conn).await?;
        sources.extend(files.iter().map(|file| SourceStanding {
            tier: file.tier,
            covers: Covers::default(),
            read_at: file.is_read.then_some(pack.read_at),
        }));
        Ok(Some(Self { pack, sources: Some(sources) }))
    }
}

/// Whether evidence may be used now. A closed gate costs nobody a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    Open,
    Closed { reason: String },
}

impl Gate {
    /// Open when the sources were read within half a day (daily) or a day, and enough of
    /// those that report on the scope were.
    pub fn of(
        evidence: Option<&Evidence>,
        scope: &Scope,
        cadence: Cadence,
        now: Timestamp,
    ) -> Self {
        let Some(evidence) = evidence else {
            return closed("no source has been read yet.");
        };
        let age_max_h = reading_age_max_h(cadence);
        let age = now.duration_since(evidence.pack.read_at);
        if age > SignedDuration::from_hours(age_max_h) {
            return closed(&format!(
                "the sources were last read {} hours ago, and a {} report needs a reading of the \
                 last {age_max_h}.",
                age.as_hours(),
                cadence.id()
            ));
        }
        let Some(sources) = &evidence.sources else { return Self::Open };
        match coverage(sources, scope, cadence, now) {
            Coverage::Sufficient { .. } => Self::Open,
            Coverage::NoSource => {
                closed("no source that is switched on reports on what this specification asks for.")
            }
            Coverage::TooFew { read, relevant } => closed(&format!(
                "of {relevant} sources that report on what this specification asks for, {read} could \
                 be read in the last {age_max_h} hours, and {READ_MIN_PERCENT} % have to be."
            )),
            Coverage::Untrusted { .. } => closed(&format!(
                "none of the sources that could be read in the last {age_max_h} hours is a regulator, a \
                 company about itself or established trade press, and one has to be."
            )),
        }
    }
}

fn closed(why: &str) -> Gate {
    let reason = format!("The evidence pack is warming: {why} Your period's run stays available.");
    Gate::Closed { reason }
}
