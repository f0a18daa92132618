use super::quantity::states_rate;
use crate::{taxonomy::SignalType, words::Lexicon};
use std::sync::LazyLock;

/// What kind of development a text reports. Its first line is read as the
/// headline, so pass `title` and excerpt with a line end between.
///
/// A type counts three if the headline has one of its words, and one if the rest
/// has. The highest count wins, the earlier word among equals: "MDI prices rise
/// on benzene" is price, "Benzene lifts MDI prices" is feedstock. Without any of
/// the words it is [`SignalType::Other`].
///
/// Trap: an expansion of 400 ktpa is capacity and never demand, whatever the text
/// says about the market. So a capacity word beside a figure in tonnes a year
/// decides, unless the headline speaks of an outage or a deal.
pub fn signal_in(text: &str) -> SignalType {
    let headline_end = text.find('\n').unwrap_or(text.len());
    let mut counts: Vec<Count> = Vec::new();
    for hit in WORDS.find(text) {
        let in_headline = hit.start < headline_end;
        let known = counts.iter().position(|count| count.signal == hit.value);
        let place = known.unwrap_or(counts.len());
        if known.is_none() {
            counts.push(Count { signal: hit.value, headline: false, rest: false });
        }
        counts[place].headline |= in_headline;
        counts[place].rest |= !in_headline;
    }
    decide(&counts, states_rate(text))
}

/// Where the words of a type were found; in the order of the first of each type.
struct Count {
    signal: SignalType,
    headline: bool,
    rest: bool,
}

impl Count {
    fn points(&self) -> u8 {
        3 * u8::from(self.headline) + u8::from(self.rest)
    }
}

fn decide(counts: &[Count], states_rate: bool) -> SignalType {
    let Some(best) = counts.iter().map(Count::points).max() else { return SignalType::Other };
    let winner = counts.iter().find(|count| count.points() == best);
    let signal = winner.map_or(SignalType::Other, |count| count.signal);
    let capacity_named = counts.iter().any(|count| count.signal == SignalType::Capacity);
    let outage_or_deal = matches!(signal, SignalType::Operational | SignalType::Mna);
    if states_rate && capacity_named && !outage_or_deal { SignalType::Capacity } else { signal }
}

static WORDS: LazyLock<Lexicon<SignalType>> = LazyLock::new(|| Lexicon::new(MASKS, TABLE));

/// Words of one type inside words of none.
const MASKS: &str = "
    grand prix, toluene diisocyanate, market demands, on demand, in order to, price list, price index,
    at any price";

/// Domain reference, section 7.1, "Reading": closures and cuts are capacity;
/// year-on-year changes are demand; mandates, limits and deadlines are regulation;
/// maintenance, outages and logistics are operational; launches and process
/// novelty are technology.
const TABLE: &[(SignalType, &str)] = &[
    (
        SignalType::Capacity,
        "
            capacity, capacities, expansion, expansions, expand, expands, expanded, expanding,
            new plant, new unit, new line, second line, debottleneck~, closure, closures, close,
            closes, closed, closing, permanently shut, permanent shutdown, shut down, shuts,
            shutdown, mothball~, dismantl~, start up, starts up, startup, commission,
            commissions, commissioned, commissioning, nameplate, on stream, onstream,
            doubles output, asset sale, groundbreaking, breaks ground, kapazität, kapazitäten,
            erweitert, erweiterung, neue anlage, schließt, schließung, stilllegt, capacité,
            capacités, fermeture, nouvelle usine, capacidad, ampliación, nueva planta, cierre",
    ),
    (
        SignalType::Investment,
        "
            invest, invests, invested, investing, investment, investments, capex,
            capital expenditure, joint venture, joint ventures, JV=, funding, financing, investiert,
            investition, investit, invierte, inversión",
    ),
    (
        SignalType::Mna,
        "
            acquire, acquires, acquired, acquiring, acquisition, acquisitions, takeover,
            takes over, merger, mergers, merge, merges, divest, divests, divestment,
            divestiture, buys, buyout, stake in, stake, alliance, alliances, partnership,
            partnerships, partners with, übernimmt, übernahme, rachat, rachète, adquiere,
            adquisición",
    ),
    (
        SignalType::Regulation,
        "
            regulation, regulations, regulator, regulators, regulatory, REACH=, restriction,
            restrictions, directive, ban, bans, banned, mandate, mandates, mandatory,
            exposure limit, exposure limits, limit value, limit values, deadline, deadlines,
            ECHA=, EPA=, OSHA=, proposed rule, final rule, rulemaking, legislation, law,
            phase out, phases out, anti dumping, antidumping, tariff, tariffs, import duty,
            import duties, training requirement, training requirements, verordnung, grenzwert,
            règlement, restricción",
    ),
    (
        SignalType::Feedstock,
        "
            feedstock, feedstocks, propylene oxide, ethylene oxide, aniline, nitrobenzene,
            toluene, benzene, chlorine, phosgene, adipic acid, propylene, naphtha",
    ),
    (
        SignalType::Demand,
        "
            demand, consumption, orders, order intake, order books, sales volume, sales volumes,
            volumes, year on year, month on month, y o y, m o m, YoY=, MoM=, yoy,
            nachfrage, auftragseingang, demande, demanda, housing starts, car production, vehicle production, car registrations, destocking,
            restocking",
    ),
    (
        SignalType::Sustainability,
        "
            sustainab~, recycl~, bio based, biobased, bio attributed, circular, circularity,
            circular economy, carbon footprint, mass balance, net zero, renewable, renewables,
            decarboni~, low carbon, low emission, emissions, greenhouse, nachhaltig~, kreislauf~, recyclage,
            reciclaje",
    ),
    (
        SignalType::Price,
        "
            price, prices, pricing, priced, surcharge, surcharges, spot, margin, margins, preis,
            preise, prix, precio, precios",
    ),
    (
        SignalType::Technology,
        "
            launch, launches, launched, launching, unveil~, introduces, introduced, novel,
            new grade, new grades, new process, patent, patents, patented, pilot, pilot plant,
            prototype, innovation, innovations, technology, technologies, breakthrough,
            non isocyanate",
    ),
    (
        SignalType::Operational,
        "
            wartung, stillstand, ausfall, streik, mantenimiento, maintenance, maintenance shutdown, planned shutdown, unplanned shutdown,
            temporary shutdown, shut down for maintenance, shuts for maintenance, turnaround,
            turnarounds, outage, outages, force majeure, logistics, freight, shipping,
            low water, port congestion, strike, strikes, fire, explosion, halts, halted,
            restart, restarts, restarted, run rates, operating rate, operating rates,
            utilisation, utilization, capacity utilisation, capacity utilization,
            delivery delays, delays, disruption, disruptions, allocation",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use SignalType::*;

    fn check(text: &str, expected: SignalType) {
        assert_eq!(signal_in(text), expected, "{text}");
    }

    #[test]
    fn each_type_has_its_words() {
        check("Acme mothballs a line", Capacity);
        check("Acme invests in Poland", Investment);
        check("Acme acquires Foamco", Mna);
        check("ECHA sets a deadline for training", Regulation);
        check("Propylene oxide is short", Feedstock);
        check("Orders fall 5 % year-on-year", Demand);
        check("Bio-based polyols reach shops", Sustainability);
        check("MDI prices rise", Price);
        check("Acme launches a spray foam", Technology);
        check("Acme declares force majeure", Operational);
        check("Acme has a new director", Other);
        check("", Other);
    }

    #[test]
    fn words_of_the_sources_languages_count_and_look_alikes_do_not() {
        check("Acme erweitert MDI-Kapazität", Capacity);
        check("Fermeture d’une unité de polyols", Capacity);
        check("La demanda de espumas crece", Demand);
        check("Les prix du MDI baissent", Price);
        check("A Grand Prix in foam shoes", Other);
    }

    // Domain reference, section 12, item 5.
    #[test]
    fn an_expansion_of_400_ktpa_is_capacity_never_demand() {
        check(
            "Demand lets Acme plan 400 ktpa\nStrong demand; the expansion follows orders",
            Capacity,
        );
        check("Strong demand for MDI\nAcme will expand by 400 ktpa", Capacity);
        check("Strong demand for MDI\nAcme will expand", Demand);
    }

    // Domain reference, section 7.1, "Reading".
    #[test]
    fn closures_are_capacity_and_maintenance_is_operational() {
        check("Acme closes its TDI plant", Capacity);
        check("Acme to shut down MDI unit for good", Capacity);
        check("Planned shutdown at Acme", Operational);
        check("Maintenance shutdown of the 200 ktpa unit\nCapacity returns in May", Operational);
        check("Capacity utilisation falls", Operational);
    }

    #[test]
    fn the_headline_counts_more_and_the_earlier_word_breaks_a_tie() {
        check("MDI prices rise on benzene", Price);
        check("Benzene lifts MDI prices", Feedstock);
        check("MDI prices rise\nDemand, demand, and demand", Price);
        check("Toluene diisocyanate prices rise", Price);
        check("Acme launches recycled polyol", Technology);
    }

    #[test]
    fn parts_of_words_do_not_count() {
        check("Enterprise and urban reachable lawn", Other);
        check("They reach agreement", Other);
    }
}
