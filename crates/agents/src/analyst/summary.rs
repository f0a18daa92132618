use super::{
    Event, Written,
    writer::{Writer, supports},
};
use domain::{
    report::{ReportDocument, SummaryBullet, SummaryTheme},
    taxonomy::SignalType,
};
use std::cmp::Reverse;

/// Developments that one bullet names.
const NAMED_MAX: usize = 3;

/// One bullet for each theme that has developments: the highest ranked of them
/// by their headlines, within the limit of words. A theme without
/// evidence is left out.
pub(super) fn bullets(written: &[Written<'_>], writer: &mut Writer) -> Vec<SummaryBullet> {
    SummaryTheme::ALL.iter().filter_map(|theme| bullet(*theme, written, writer)).collect()
}

fn bullet(
    theme: SummaryTheme,
    written: &[Written<'_>],
    writer: &mut Writer,
) -> Option<SummaryBullet> {
    let mut on_theme: Vec<_> =
        written.iter().filter(|one| theme_of(one.event) == Some(theme)).collect();
    // What the theme is named for comes first.
    on_theme.sort_by_key(|one| (beside_theme(one.event.signal), Reverse(one.event.rank)));
    let mut parts: Vec<String> = Vec::new();
    let mut items = Vec::new();
    for one in on_theme.into_iter().take(NAMED_MAX) {
        let lead = one.event.lead();
        let part = one.development.headline.clone();
        let words = parts.iter().chain([&part]).map(|part| part.split_whitespace().count());
        if words.sum::<usize>() <= ReportDocument::BULLET_WORDS_MAX && supports(&part, &[lead]) {
            parts.push(part);
            items.push(lead);
        }
    }
    if parts.is_empty() {
        return None;
    }
    let text = writer.sentence(format!("{}.", parts.join("; ")), &items)?;
    Some(SummaryBullet {
        theme,
        text,
        evidence: items.iter().map(|item| item.id.clone()).collect(),
    })
}

/// Other news has no theme of its own.
fn theme_of(event: &Event<'_>) -> Option<SummaryTheme> {
    match event.signal {
        SignalType::Capacity
        | SignalType::Investment
        | SignalType::Mna
        | SignalType::Feedstock
        | SignalType::Operational => Some(SummaryTheme::Supply),
        SignalType::Demand | SignalType::Price => Some(SummaryTheme::Demand),
        SignalType::Technology => Some(SummaryTheme::Technology),
        SignalType::Regulation | SignalType::Sustainability => Some(SummaryTheme::Regulation),
        SignalType::Other => None,
    }
}

/// Prices are not demand, nor is sustainability regulation.
const fn beside_theme(signal: SignalType) -> bool {
    matches!(signal, SignalType::Price | SignalType::Sustainability | SignalType::Mna)
}
