//! What capabilities of a governed run read besides their arguments.

use domain::pricing_pack::ProviderId;
use executor::{
    capability::{Call, Fault},
    context::Governed,
    lineage::{Lineage, PublishingCalendar, Source, SourceName, Ttl},
};
use jiff::tz::TimeZone;

/// The sealed package of the run that calls.
///
/// # Errors
/// An internal fault outside a governed run; the executor refuses such a
/// pattern before it calls anything.
pub fn governed(call: &Call) -> Result<&Governed, Fault> {
    call.context
        .governed
        .as_ref()
        .ok_or_else(|| Fault::internal("This step needs the package of a run."))
}

/// The evidence pack of a package as a source: its age counts from the start of
/// the day for which it was built.
pub fn pack_lineage(governed: &Governed) -> Lineage {
    source(governed, SourceName::evidence_pack(governed.package.pack_hash))
}

/// Whose licence items of the package's pack stand under.
pub fn provider_lineage(governed: &Governed, provider: &ProviderId) -> Lineage {
    source(governed, SourceName::provider(provider.as_str()))
}

fn source(governed: &Governed, name: SourceName) -> Lineage {
    let pack = &governed.package.pack;
    Lineage::of(Source {
        name,
        asof: TimeZone::UTC.to_timestamp(pack.as_of.at(0, 0, 0, 0)).ok(),
        ttl: Some(Ttl::Day),
        calendar: PublishingCalendar::EveryDay,
    })
}
