//! Any history conserves units and costs, and realises what a second, naive method
//! does: one that keeps every unit by itself.

use super::*;
use domain::money::{Amount, Base, FxRate, Trade};
use jiff::{ToSpan, civil::date};
use proptest::prelude::*;
use rust_decimal::Decimal;

#[derive(Clone, Debug)]
enum Event {
    Buy { units: u32, price_cents: i64, rate: i64 },
    Sell { share: u32, price_cents: i64, rate: i64 },
    Split { to: u32, from: u32 },
}

fn event() -> impl Strategy<Value = Event> {
    let (price, rate) = (1_i64..50_000, 5_000_i64..20_000);
    prop_oneof![
        4 => (1_u32..40, price.clone(), rate.clone())
            .prop_map(|(units, price_cents, rate)| Event::Buy { units, price_cents, rate }),
        3 => (1_u32..=100, price, rate)
            .prop_map(|(share, price_cents, rate)| Event::Sell { share, price_cents, rate }),
        1 => (1_u32..5, 1_u32..4).prop_map(|(to, from)| Event::Split { to, from }),
    ]
}

fn selection() -> impl Strategy<Value = Selection> {
    prop_oneof![
        Just(Selection::Fifo),
        Just(Selection::Lifo),
        Just(Selection::Hifo),
        Just(Selection::Average),
    ]
}

fn new_book(rule: WashRule) -> LotBook {
    let currency = |code: &str| code.parse().unwrap();
    LotBook::new("ACME".parse().unwrap(), currency("USD"), currency("CAD"), rule)
}

fn rate(ten_thousandths: i64) -> FxRate<Trade, Base> {
    FxRate::new(Decimal::new(ten_thousandths, 4)).unwrap()
}

struct Played {
    book: LotBook,
    bought: (Amount<Trade>, Amount<Base>),
}

/// An event every `days`; a sale sells that share (in per cent) of what is held.
fn play(events: &[Event], selection: &Selection, rule: WashRule, days: i64) -> Played {
    let mut book = new_book(rule);
    let mut bought = (Amount::ZERO, Amount::ZERO);
    let mut today = date(2020, 1, 1);
    for (at, event) in events.iter().enumerate() {
        today = today.saturating_add(days.days());
        match *event {
            Event::Buy { units, price_cents, rate: at_rate } => {
                let quantity = Quantity::new(units.into()).unwrap();
                let price = Amount::new(Decimal::new(price_cents, 2));
                let (fee, rate) = (Amount::new(Decimal::ONE), rate(at_rate));
                let purchase = Purchase { date: today, quantity, price, fee, rate, label: None };
                book.buy(&purchase).unwrap();
                let cost = price.times(units.into()).unwrap().plus(fee).unwrap();
                bought.0 = bought.0.plus(cost).unwrap();
                bought.1 = bought.1.plus(cost.convert(rate).unwrap()).unwrap();
            }
            Event::Sell { share, price_cents, rate: at_rate } => {
                let part = book.quantity() * Decimal::new(share.into(), 2);
                let Ok(quantity) = Quantity::new(part.round_dp(10)) else { continue };
                let price = Amount::new(Decimal::new(price_cents, 2));
                let (fee, rate) = (Amount::new(Decimal::ONE), rate(at_rate));
                let selection = selection.clone();
                book.sell(&Sale { date: today, quantity, price, fee, rate, selection }).unwrap();
            }
            Event::Split { to, from } => {
                let event = at.to_string().into();
                let split = Split { event, date: today, to: to.into(), from: from.into() };
                // What is left of a lot after many fractions may be too little to be split;
                // the book is then as it was.
                match book.split(&split) {
                    Ok(_) | Err(LotError::SplitLeavesNothing { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }
    Played { book, bought }
}

fn total<T>(items: &[T], of: impl Fn(&T) -> Amount<Base>) -> Amount<Base> {
    items.iter().fold(Amount::ZERO, |sum, item| sum.plus(of(item)).unwrap())
}

proptest! {
    #[test]
    fn cost_is_conserved_to_the_last_decimal_under_any_order(
        events in prop::collection::vec(event(), 1..40),
        selection in selection(),
        rule in prop_oneof![Just(WashRule::Off), Just(WashRule::UnitedStates)],
    ) {
        let Played { book, bought } = play(&events, &selection, rule, 5);
        let open = book.lots().iter().fold(Amount::ZERO, |sum, lot| lot.cost.plus(sum).unwrap());
        let sold = book.gains().iter().fold(open, |sum, gain| gain.cost.plus(sum).unwrap());
        prop_assert_eq!(sold, bought.0);
        let open = total(book.lots(), |lot| lot.cost_base);
        let sold = total(book.gains(), |gain| gain.cost_base);
        prop_assert_eq!(open.plus(sold).unwrap(), bought.1);
    }

    #[test]
    fn units_are_conserved(
        events in prop::collection::vec(event(), 1..40),
        selection in selection(),
    ) {
        let mut held = Decimal::ZERO;
        let whole: Vec<Event> =
            events.into_iter().filter(|event| !matches!(event, Event::Split { .. })).collect();
        let Played { book, .. } = play(&whole, &selection, WashRule::UnitedStates, 5);
        for event in &whole {
            if let Event::Buy { units, .. } = event {
                held += Decimal::from(*units);
            }
        }
        let sold: Decimal = book.gains().iter().map(|gain| gain.quantity.get()).sum();
        prop_assert_eq!(book.quantity() + sold, held);
    }

    #[test]
    fn price_and_currency_part_are_proceeds_less_cost_exactly(
        events in prop::collection::vec(event(), 1..40),
        selection in selection(),
    ) {
        let Played { book, .. } = play(&events, &selection, WashRule::UnitedStates, 5);
        for gain in book.gains() {
            prop_assert_eq!(gain.economic(), gain.proceeds_base.minus(gain.cost_base));
        }
    }

    #[test]
    fn what_is_disallowed_is_in_the_basis_of_what_is_held_or_was_sold(
        events in prop::collection::vec(event(), 1..40),
        selection in selection(),
    ) {
        let Played { book, .. } = play(&events, &selection, WashRule::UnitedStates, 5);
        let disallowed = total(book.gains(), |gain| gain.disallowed_loss);
        let used = total(book.gains(), |gain| gain.deferred_loss);
        let open = total(book.lots(), |lot| lot.deferred_loss);
        prop_assert_eq!(disallowed, used.plus(open).unwrap());
        for gain in book.gains() {
            prop_assert!(!gain.disallowed_loss.is_negative());
            let loss = gain.economic().unwrap().minus(gain.deferred_loss).unwrap().negated();
            prop_assert!(gain.disallowed_loss <= loss.max(Amount::ZERO));
        }
    }

    #[test]
    fn a_split_changes_no_value(
        events in prop::collection::vec(event(), 1..20),
        to in 1_u32..10,
        from in prop::sample::select(vec![1_u32, 2, 4, 5]),
    ) {
        let whole: Vec<Event> =
            events.into_iter().filter(|event| matches!(event, Event::Buy { .. })).collect();
        let Played { book: before, .. } = play(&whole, &Selection::Fifo, WashRule::Off, 5);
        let mut after = before.clone();
        let (to, from) = (Decimal::from(to), Decimal::from(from));
        let date = date(2021, 1, 1);
        after.split(&Split { event: "split".into(), date, to, from }).unwrap();
        // The price of the pack is in the split basis of its date.
        let price = Decimal::from(360);
        for (old, new) in before.lots().iter().zip(after.lots()) {
            let at = |lot: &Lot, price| {
                lot.unrealised(Amount::new(price), rate(13_000), date).unwrap()
            };
            let (old, new) = (at(old, price), at(new, price * from / to));
            let difference = old.value.minus(new.value).unwrap().value().abs();
            // A price of the thirds and sevenths is cut at 28 digits.
            prop_assert!(difference <= Decimal::new(1, 9), "{:?} {:?}", old, new);
        }
    }

    #[test]
    fn each_method_picks_the_units_that_a_list_of_single_units_picks(
        events in prop::collection::vec(event(), 1..25),
        selection in prop_oneof![
            Just(Selection::Fifo), Just(Selection::Lifo), Just(Selection::Hifo)
        ],
    ) {
        let mut book = new_book(WashRule::Off);
        let mut units: Vec<Decimal> = Vec::new();
        let mut expected = Decimal::ZERO;
        let mut today = date(2020, 1, 1);
        for event in &events {
            today = today.saturating_add(1.day());
            match *event {
                Event::Buy { units: count, price_cents, rate: at } => {
                    let price = Decimal::new(price_cents, 2);
                    units.extend((0..count).map(|_| price * Decimal::new(at, 4)));
                    let quantity = Quantity::new(count.into()).unwrap();
                    let (price, fee) = (Amount::new(price), Amount::ZERO);
                    let rate = rate(at);
                    book.buy(&Purchase { date: today, quantity, price, fee, rate, label: None })
                        .unwrap();
                }
                Event::Sell { share, price_cents, rate: at } => {
                    let count = units.len() * share as usize / 100;
                    if count == 0 { continue }
                    let price = Decimal::new(price_cents, 2);
                    for _ in 0..count {
                        let place = match selection {
                            Selection::Lifo => units.len() - 1,
                            Selection::Hifo => {
                                let dearest = units.iter().max().copied().unwrap();
                                units.iter().position(|cost| *cost == dearest).unwrap()
                            }
                            _ => 0,
                        };
                        expected += price * Decimal::new(at, 4) - units.remove(place);
                    }
                    let quantity = Quantity::new(Decimal::from(count)).unwrap();
                    let (price, fee, rate) = (Amount::new(price), Amount::ZERO, rate(at));
                    let selection = selection.clone();
                    book.sell(&Sale { date: today, quantity, price, fee, rate, selection })
                        .unwrap();
                }
                Event::Split { .. } => {}
            }
        }
        let realised = total(book.gains(), |gain| gain.economic().unwrap());
        let difference = (realised.value() - expected).abs();
        // One rounding at the tenth decimal for each lot of each sale.
        let roundings = Decimal::from(4 * book.gains().len());
        prop_assert!(difference <= Decimal::new(1, 10) * roundings);
    }
}
