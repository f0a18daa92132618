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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        hash::ContentHash,
        id::PackId,
        taxonomy::{Deliverable, Region},
    };
    use jiff::civil::date;
    use storage::evidence_pack::CurrentPack;

    /// A reading so many hours ago, of sources of these tiers, all read then.
    fn gate(hours: i64, tiers: Option<&[u8]>, region: Region, cadence: Cadence) -> Option<String> {
        let now: Timestamp = "2025-01-15T12:00:00Z".parse().expect("a time");
        let read_at = now - SignedDuration::from_hours(hours);
        let covers = Covers { regions: [Region::Emea].into(), ..Covers::default() };
        let standing = |tier: &u8| SourceStanding {
            tier: (*tier).try_into().expect("a tier"),
            covers: covers.clone(),
            read_at: Some(read_at),
        };
        let evidence = Evidence {
            pack: CurrentPack {
                id: PackId::from_uuid(uuid::Uuid::nil()),
                content_hash: ContentHash::of_bytes(b"pack"),
                as_of: date(2025, 1, 15),
                sample: true,
                read_at,
                files: None,
            },
            sources: tiers.map(|tiers| tiers.iter().map(standing).collect()),
        };
        let scope = Scope {
            deliverables: [Deliverable::Capacity].into(),
            regions: [region].into(),
            links: [].into(),
        };
        match Gate::of(Some(&evidence), &scope, cadence, now) {
            Gate::Open => None,
            Gate::Closed { reason } => Some(reason),
        }
    }

    // Domain reference, section 5: half a day for a daily report, a day for the others.
    #[test]
    fn a_reading_is_used_for_half_a_day_or_a_day() {
        for (cadence, hours) in
            [(Cadence::Daily, 12), (Cadence::Weekly, 24), (Cadence::Monthly, 24)]
        {
            for tiers in [None, Some([1].as_slice())] {
                assert_eq!(gate(hours, tiers, Region::Emea, cadence), None, "{cadence:?}");
                let closed = gate(hours + 1, tiers, Region::Emea, cadence).expect("it is closed");
                let told = format!("last read {} hours ago", hours + 1);
                assert!(closed.contains(&told), "{closed}");
            }
        }
    }

    #[test]
    fn a_closed_gate_says_what_the_sources_lack() {
        let closed = |tiers: &[u8], region| {
            gate(1, Some(tiers), region, Cadence::Weekly).expect("it is closed")
        };
        assert!(closed(&[1], Region::China).contains("no source that is switched on reports on"));
        assert!(closed(&[], Region::Emea).contains("no source that is switched on reports on"));
        assert!(closed(&[3, 4], Region::Emea).contains("none of the sources that could be read"));
        assert_eq!(gate(1, Some(&[3, 2]), Region::Emea, Cadence::Weekly), None);
    }
}
