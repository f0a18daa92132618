use super::tests::{book, lot, symbol, transaction};
use super::*;
use crate::lots::{LotMethod, WashRule, realised_in_year};
use domain::money::{Amount, Base};
use domain::portfolio::{Book, BookTransaction, TransactionKind};
use rust_decimal::Decimal;

fn moved(
    date: &str,
    of: &str,
    rate: &str,
    lots: &[(&str, &str, &str, Option<&str>)],
) -> BookTransaction {
    let is_sale = lots.iter().any(|(units, ..)| units.starts_with('-'));
    let kind = if is_sale { TransactionKind::Sell } else { TransactionKind::Buy };
    let lots =
        lots.iter().map(|(units, acquired, cost, price)| lot(of, units, acquired, cost, *price));
    BookTransaction {
        trade_rate: Some(rate.parse().unwrap()),
        lots: lots.collect(),
        ..transaction(date, kind, &[])
    }
}

fn realised(book: &Book, of: &str, method: LotMethod, wash: WashRule) -> Amount<Base> {
    let books = lot_books(book, "2025-12-31".parse().unwrap(), method, wash).unwrap();
    let summary = realised_in_year(books[&symbol(of)].gains(), 2025).unwrap();
    summary.short_term.plus(summary.long_term).unwrap()
}

fn amount(text: &str) -> Amount<Base> {
    Amount::new(text.parse::<Decimal>().unwrap())
}

// Domain reference, section 14: 100@10, 100@14, 50@12, sell 120@15. The ledger booked it by
// FIFO; the method that is asked for counts.
#[test]
fn each_method_realises_what_the_reference_says_whatever_the_ledger_booked() {
    let book = book(vec![
        moved("2025-01-02", "MAPL", "1", &[("100", "2025-01-02", "10", None)]),
        moved("2025-02-03", "MAPL", "1", &[("100", "2025-02-03", "14", None)]),
        moved("2025-03-04", "MAPL", "1", &[("50", "2025-03-04", "12", None)]),
        moved(
            "2025-06-02",
            "MAPL",
            "1",
            &[("-100", "2025-01-02", "10", Some("15")), ("-20", "2025-02-03", "14", Some("15"))],
        ),
    ]);
    for (method, gain) in [
        (LotMethod::Fifo, "520"),
        (LotMethod::Lifo, "220"),
        (LotMethod::Hifo, "160"),
        (LotMethod::Average, "360"),
    ] {
        assert_eq!(realised(&book, "MAPL", method, WashRule::Off), amount(gain), "{method:?}");
    }
    let unnamed =
        lot_books(&book, "2025-12-31".parse().unwrap(), LotMethod::Specific, WashRule::Off);
    assert!(matches!(unnamed, Err(TaxError::NoName { .. })), "{unnamed:?}");
}

// Section 14: 100 bought 10 at 1.30, sold 15 at 1.36: 740 = price 680 + FX 60.
#[test]
fn a_gain_in_another_currency_has_its_two_parts() {
    let book = book(vec![
        moved("2025-01-02", "ACME", "1.30", &[("100", "2025-01-02", "10", None)]),
        moved("2025-06-02", "ACME", "1.36", &[("-100", "2025-01-02", "10", Some("15"))]),
    ]);
    let day = "2025-12-31".parse().unwrap();
    let books = lot_books(&book, day, LotMethod::Fifo, WashRule::Off).unwrap();
    let [gain] = books[&symbol("ACME")].gains() else { panic!("one gain") };
    assert_eq!((gain.price_gain, gain.fx_gain), (amount("680"), amount("60")));
    // The day before, nothing is sold.
    let day = "2025-06-01".parse().unwrap();
    let books = lot_books(&book, day, LotMethod::Fifo, WashRule::Off).unwrap();
    assert!(books[&symbol("ACME")].gains().is_empty());
}

// Section 14: loss 500 on 100, 60 rebought: disallowed 300, allowed 200.
#[test]
fn a_loss_whose_units_are_bought_again_within_thirty_days_counts_in_part() {
    let book = book(vec![
        moved("2025-01-02", "MAPL", "1", &[("100", "2025-01-02", "10", None)]),
        moved("2025-06-02", "MAPL", "1", &[("-100", "2025-01-02", "10", Some("5"))]),
        moved("2025-06-20", "MAPL", "1", &[("60", "2025-06-20", "5", None)]),
    ]);
    let of = |wash| realised(&book, "MAPL", LotMethod::Fifo, wash);
    assert_eq!(of(WashRule::UnitedStates), amount("-200"));
    assert_eq!(of(WashRule::Off), amount("-500"));
}
