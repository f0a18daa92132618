//! A reader of `TZif` files (RFC 9636) of our own, over the files of this machine.
//! Rules that a file states beyond its last change are not read.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

const FOLDER: &str = "/usr/share/zoneinfo";
const DAY_S: i64 = 86_400;
/// No zone is further from UTC than this.
const OFFSET_MAX_S: i64 = 26 * 3_600;

/// The clock of a zone: from each second on, so many seconds ahead of UTC.
pub struct Zone {
    pub name: String,
    segments: Vec<(i64, i64)>,
    /// Whether the clock goes on changing by a rule after the last segment's begin.
    has_rule: bool,
}

impl Zone {
    /// Zones of this machine, one of each content.
    pub fn all() -> Vec<Self> {
        let mut files = Vec::new();
        collect(Path::new(FOLDER), &mut files);
        files.sort();
        let mut by_content = BTreeMap::new();
        for file in files {
            let name = file.strip_prefix(FOLDER).unwrap().to_str().unwrap().to_owned();
            let content = fs::read(&file).unwrap();
            let is_zone = content.starts_with(b"TZif") && name.contains('/');
            if is_zone && domain::cadence::local_date(&name, jiff::Timestamp::UNIX_EPOCH).is_ok() {
                by_content.entry(content).or_insert(name);
            }
        }
        by_content.into_iter().map(|(content, name)| Self::read(name, &content)).collect()
    }

    fn read(name: String, content: &[u8]) -> Self {
        // The first block has 32-bit times; the second has all of them in 64.
        let counts = |at: usize| -> [usize; 6] {
            std::array::from_fn(|index| {
                usize::try_from(number(content, at + 20 + 4 * index, 4)).unwrap()
            })
        };
        let [utc, standard, leaps, times, types, letters] = counts(0);
        let second = 44 + times * 5 + types * 6 + letters + leaps * 8 + standard + utc;
        let [utc, standard, leaps, times, types, letters] = counts(second);
        let (all, kinds) = (second + 44, second + 44 + times * 8);
        let offset = |kind: usize| {
            assert!(kind < types);
            number(content, kinds + times + kind * 6, 4)
        };
        let mut segments = vec![(i64::MIN, offset(0))];
        for index in 0..times {
            let from = number(content, all + index * 8, 8);
            segments.push((from, offset(content[kinds + index].into())));
        }
        let rule = kinds + times + types * 6 + letters + leaps * 12 + standard + utc;
        Self { name, segments, has_rule: content[rule..].contains(&b',') }
    }

    /// The seconds at which the clock is put to another offset.
    pub fn changes(&self) -> impl Iterator<Item = i64> {
        self.segments.windows(2).filter(|pair| pair[0].1 != pair[1].1).map(|pair| pair[1].0)
    }

    /// The last second of which the file says by itself what the clock shows.
    pub fn known_until(&self) -> i64 {
        if self.has_rule { self.segments.last().unwrap().0 } else { i64::MAX }
    }

    /// Each segment that touches `from..until`, cut to it, with its offset.
    fn within(&self, from: i64, until: i64) -> impl Iterator<Item = (i64, i64, i64)> {
        self.segments.iter().enumerate().filter_map(move |(index, (begin, offset))| {
            let end = self.segments.get(index + 1).map_or(i64::MAX, |next| next.0);
            let (begin, end) = ((*begin).max(from), end.min(until));
            (begin < end).then_some((begin, end, *offset))
        })
    }

    /// The latest local day of all instants up to `second`; no clock goes back by
    /// more than a day.
    pub fn latest_day_up_to(&self, second: i64) -> i64 {
        self.within(second - 2 * DAY_S, second + 1)
            .map(|(_, end, offset)| (end - 1 + offset).div_euclid(DAY_S))
            .max()
            .unwrap()
    }

    /// The first instant at which the local day is `day` or a later one.
    pub fn start_of_day(&self, day: i64) -> i64 {
        let midnight = day * DAY_S;
        self.within(midnight - OFFSET_MAX_S, midnight + OFFSET_MAX_S)
            .filter_map(|(begin, end, offset)| {
                let first = begin.max(midnight - offset);
                (first < end).then_some(first)
            })
            .min()
            .unwrap()
    }
}

/// A signed number, its highest byte first.
fn number(content: &[u8], at: usize, bytes: usize) -> i64 {
    let highest = i64::from(content[at].cast_signed());
    content[at + 1..at + bytes]
        .iter()
        .fold(highest, |number, byte| (number << 8) | i64::from(*byte))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_copy = ["posix", "right"].iter().any(|name| path.ends_with(name));
        match path.is_dir() {
            true if is_copy => {}
            true => collect(&path, files),
            false => files.push(path),
        }
    }
}
