use super::{LotError, RealisedGain, Term};
use domain::money::{Amount, Base};

/// The realised gains of one year by their term, for tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearSummary {
    pub short_term: Amount<Base>,
    pub long_term: Amount<Base>,
    /// What of the losses is disallowed; already left out of both terms.
    pub disallowed_loss: Amount<Base>,
    pub proceeds: Amount<Base>,
    /// Costs, losses deferred into them included.
    pub basis: Amount<Base>,
}

/// Sums over the sales of a calendar year. Both terms together are proceeds less basis
/// plus disallowed losses.
pub fn realised_in_year<'a>(
    gains: impl IntoIterator<Item = &'a RealisedGain>,
    year: i16,
) -> Result<YearSummary, LotError> {
    let zero = Amount::ZERO;
    let mut summary = YearSummary {
        short_term: zero,
        long_term: zero,
        disallowed_loss: zero,
        proceeds: zero,
        basis: zero,
    };
    for gain in gains.into_iter().filter(|gain| gain.sold.year() == year) {
        let term = match gain.term() {
            Term::Short => &mut summary.short_term,
            Term::Long => &mut summary.long_term,
        };
        *term = term.plus(gain.taxable()?)?;
        summary.disallowed_loss = summary.disallowed_loss.plus(gain.disallowed_loss)?;
        summary.proceeds = summary.proceeds.plus(gain.proceeds_base)?;
        summary.basis = summary.basis.plus(gain.cost_base)?.plus(gain.deferred_loss)?;
    }
    Ok(summary)
}
