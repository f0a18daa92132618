//! What capabilities of a governed run read besides their arguments.

use domain::{
    package::{Package, PortfolioPackage, RunPackage},
    pricing_pack::ProviderId,
};
use executor::{
    capability::{Call, Fault},
    context::Governed,
    lineage::{Lineage, PublishingCalendar, Source, SourceName, Ttl},
};
use jiff::tz::TimeZone;

/// The sealed package of a run of the polyurethane desk.
pub type Sealed<'a> = Governed<&'a RunPackage>;

/// The sealed package of the run of the polyurethane desk that calls.
///
/// # Errors
/// An internal fault outside such a run; the executor refuses a pattern outside runs
/// before it calls anything.
pub fn governed(call: &Call) -> Result<Sealed<'_>, Fault> {
    let Governed { package, package_hash, hold } = of_run(call)?;
    match package {
        Package::Polyurethane(package) => {
            Ok(Governed { package, package_hash: *package_hash, hold: *hold })
        }
        Package::Portfolio(_) => Err(of_other_desk()),
    }
}

/// The sealed package of the run of the portfolio desk that calls.
///
/// # Errors
/// As [`governed`].
pub fn governed_portfolio(call: &Call) -> Result<Governed<&PortfolioPackage>, Fault> {
    let Governed { package, package_hash, hold } = of_run(call)?;
    match package {
        Package::Portfolio(package) => {
            Ok(Governed { package, package_hash: *package_hash, hold: *hold })
        }
        Package::Polyurethane(_) => Err(of_other_desk()),
    }
}

fn of_run(call: &Call) -> Result<&Governed, Fault> {
    call.context
        .governed
        .as_ref()
        .ok_or_else(|| Fault::internal("This step needs the package of a run."))
}

fn of_other_desk() -> Fault {
    Fault::internal("This step is for runs of the other desk.")
}

/// The evidence pack of a package as a source: its age counts from the start of
/// the day for which it was built.
pub fn pack_lineage(governed: &Sealed<'_>) -> Lineage {
    source(governed, SourceName::evidence_pack(governed.package.pack_hash))
}

/// Whose licence items of the package's pack stand under.
pub fn provider_lineage(governed: &Sealed<'_>, provider: &ProviderId) -> Lineage {
    source(governed, SourceName::provider(provider.as_str()))
}

fn source(governed: &Sealed<'_>, name: SourceName) -> Lineage {
    let pack = &governed.package.pack;
    Lineage::of(Source {
        name,
        asof: TimeZone::UTC.to_timestamp(pack.as_of.at(0, 0, 0, 0)).ok(),
        ttl: Some(Ttl::Day),
        calendar: PublishingCalendar::EveryDay,
    })
}
