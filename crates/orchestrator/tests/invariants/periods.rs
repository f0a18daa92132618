//! Periods against Postgres' own calendar, zone by zone.

use domain::cadence::{Cadence, Period};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use sqlx::PgPool;

const ZONES: [&str; 12] = [
    "Africa/Cairo",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
    "Pacific/Auckland",
    "UTC",
];

/// Until 2037: some zone files of Postgres' packagers end there.
const FIRST: &str = "1970-01-02T00:00:00Z";
const LAST: &str = "2037-12-31T00:00:00Z";

/// An instant with the one that decides its period.
struct Case {
    zone: &'static str,
    at: Timestamp,
    /// The last instant before the clock went back, for the hour or so that is
    /// then repeated; else `at` itself. A key that this one has reached is not
    /// left again: the domain reference, section 3.6, "keys never move back".
    reached: Timestamp,
}

/// A generator whose numbers are those of every run: D. Knuth's MMIX constants.
fn instants(seed: u64) -> impl Iterator<Item = Timestamp> {
    let (first, last): (Timestamp, Timestamp) = (FIRST.parse().unwrap(), LAST.parse().unwrap());
    let span = u64::try_from(last.as_second() - first.as_second()).unwrap();
    std::iter::successors(Some(seed), |state| {
        Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    })
    .map(move |state| {
        let offset = i64::try_from((state >> 16) % span).unwrap();
        first.checked_add(offset.seconds()).unwrap()
    })
}

/// Every turn of the clock, with what lies on both sides of it.
fn cases(zone: &'static str) -> Vec<Case> {
    const RANDOM: usize = 250;
    let time_zone = TimeZone::get(zone).unwrap();
    let (first, last): (Timestamp, Timestamp) = (FIRST.parse().unwrap(), LAST.parse().unwrap());
    let mut cases: Vec<Case> =
        instants(0x0B5E_7A70).take(RANDOM).map(|at| Case { zone, at, reached: at }).collect();
    let mut before = time_zone.to_offset(first);
    for turn in time_zone.following(first).take_while(|turn| turn.timestamp() < last) {
        let (turn_at, after) = (turn.timestamp(), turn.offset());
        let repeated_s = i64::from(before.seconds() - after.seconds()).max(0);
        for seconds in [-86_400, -3600, -1800, -60, -1, 0, 1, 59, 60, 1799, 3540, 3600, 86_400] {
            let at = turn_at.checked_add(i64::from(seconds).seconds()).unwrap();
            let in_repetition = (0..repeated_s).contains(&i64::from(seconds));
            let reached = if in_repetition { turn_at.checked_sub(1.second()).unwrap() } else { at };
            cases.push(Case { zone, at, reached });
        }
        before = after;
    }
    cases
}

#[sqlx::test(migrations = false)]
async fn keys_are_those_that_postgres_computes(pool: PgPool) {
    let cases: Vec<Case> = ZONES.into_iter().flat_map(cases).collect();
    assert!(cases.len() > 10_000, "{}", cases.len());
    // A zone whose rules differ between the two time zone databases could not be
    // compared: the offsets show whether they do.
    let different: Vec<String> = sqlx::query_scalar(
        "select format('%s %s', zone, at)
         from unnest($1::text[], $2::bigint[], $3::integer[]) c(zone, at, ours)
         where extract(epoch from (to_timestamp(at) at time zone zone)
             - (to_timestamp(at) at time zone 'UTC')) <> ours",
    )
    .bind(cases.iter().map(|case| case.zone).collect::<Vec<_>>())
    .bind(cases.iter().map(|case| case.at.as_second()).collect::<Vec<_>>())
    .bind(cases.iter().map(offset_s).collect::<Vec<_>>())
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(different.is_empty(), "the zone databases differ: {:?}", &different[..1]);

    for (cadence, pattern) in [
        (Cadence::Daily, "YYYY-MM-DD"),
        (Cadence::Weekly, "IYYY-\"W\"IW"),
        (Cadence::Monthly, "YYYY-MM"),
    ] {
        let wrong: Vec<String> = sqlx::query_scalar(
            "select format('%s in %s: %s, not %s', to_timestamp(at), zone, ours, theirs)
             from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) c(zone, at, reached, ours),
             lateral (select greatest(
                 to_char(to_timestamp(at) at time zone zone, $5) collate \"C\",
                 to_char(to_timestamp(reached) at time zone zone, $5) collate \"C\") as theirs) keys
             where ours <> theirs",
        )
        .bind(cases.iter().map(|case| case.zone).collect::<Vec<_>>())
        .bind(cases.iter().map(|case| case.at.as_second()).collect::<Vec<_>>())
        .bind(cases.iter().map(|case| case.reached.as_second()).collect::<Vec<_>>())
        .bind(cases.iter().map(|case| key(cadence, case)).collect::<Vec<_>>())
        .bind(pattern)
        .fetch_all(&pool)
        .await
        .unwrap();
        assert!(wrong.is_empty(), "{} of {}: {}", wrong.len(), cases.len(), wrong[0]);
    }
}

fn key(cadence: Cadence, case: &Case) -> String {
    Period::containing(cadence, case.zone, case.at).unwrap().key.to_string()
}

fn offset_s(case: &Case) -> i32 {
    TimeZone::get(case.zone).unwrap().to_offset(case.at).seconds()
}

// Boundaries by Postgres: the first second of the period has its key, and the
// second before has another.
#[sqlx::test(migrations = false)]
async fn periods_begin_and_end_where_postgres_changes_the_key(pool: PgPool) {
    let mut rows: (Vec<&str>, Vec<i64>, Vec<i64>, Vec<String>) = Default::default();
    for case in ZONES.into_iter().flat_map(cases).step_by(7) {
        let period = Period::containing(Cadence::Weekly, case.zone, case.at).unwrap();
        assert!((period.starts_at..period.ends_at).contains(&case.at));
        rows.0.push(case.zone);
        rows.1.push(period.starts_at.as_second());
        rows.2.push(period.ends_at.as_second());
        rows.3.push(period.key.to_string());
    }
    let wrong: Vec<String> = sqlx::query_scalar(
        "select format('%s in %s', ours, zone)
         from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) c(zone, starts_at, ends_at, ours),
         lateral (select array_agg(to_char(to_timestamp(at) at time zone zone, 'IYYY-\"W\"IW') order by at) as keys
                  from unnest(array[starts_at - 1, starts_at, ends_at - 1, ends_at]) at) k
         where not (keys[1] < ours and keys[2] = ours and keys[3] = ours and keys[4] > ours)",
    )
    .bind(rows.0)
    .bind(rows.1)
    .bind(rows.2)
    .bind(rows.3)
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong[0]);
}
