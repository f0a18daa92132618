use super::*;
use crate::attribution::{RESIDUAL_MAX, contributions, currency_attribution};
use crate::fixtures::close;
use crate::performance::{chain, time_weighted_return, whole};
use domain::measure::Reason;
use domain::money::Amount;
use domain::portfolio::{
    Book, BookTransaction, CashMovement, LotMovement, PortfolioName, Security, TransactionKind,
};
use domain::pricing_pack::{ClosingPrice, ExchangeRate, PackContent, Symbol};
use jiff::civil::Date;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

fn security(exchange: &str, currency: &str) -> Security {
    Security {
        exchange: exchange.parse().unwrap(),
        currency: currency.parse().unwrap(),
        name: None,
        kind: None,
        sector: None,
        country: None,
        isin: None,
    }
}

/// A book in CAD with one security in dollars and one in Canadian dollars.
pub(super) fn book(transactions: Vec<BookTransaction>) -> Book {
    let securities =
        [(symbol("ACME"), security("XNAS", "USD")), (symbol("MAPL"), security("XTSE", "CAD"))];
    Book {
        schema: Book::SCHEMA,
        name: PortfolioName("Main".to_owned()),
        base: "CAD".parse().unwrap(),
        securities: securities.into(),
        transactions,
    }
}

pub(super) fn transaction(
    date: &str,
    kind: TransactionKind,
    cash: &[(&str, &str)],
) -> BookTransaction {
    let movement = |(currency, amount): &(&str, &str)| CashMovement {
        currency: currency.parse().unwrap(),
        amount: number(amount),
    };
    BookTransaction {
        date: day(date),
        kind,
        narration: None,
        file: "main.beancount".to_owned(),
        line: 1,
        trade_rate: None,
        dividend: None,
        split: None,
        settles: None,
        lots: Vec::new(),
        cash: cash.iter().map(movement).collect(),
        receivable: Vec::new(),
        fees: Vec::new(),
    }
}

pub(super) fn lot(
    of: &str,
    units: &str,
    acquired: &str,
    unit_cost: &str,
    price: Option<&str>,
) -> LotMovement {
    LotMovement {
        symbol: symbol(of),
        units: number(units),
        acquired: day(acquired),
        unit_cost: number(unit_cost),
        label: None,
        price: price.map(number),
    }
}

fn bought(
    date: &str,
    of: &str,
    units: &str,
    unit_cost: &str,
    rate: &str,
    cash: (&str, &str),
) -> BookTransaction {
    BookTransaction {
        lots: vec![lot(of, units, date, unit_cost, None)],
        trade_rate: Some(number(rate)),
        ..transaction(date, TransactionKind::Buy, &[cash])
    }
}

/// ACME in dollars, MAPL in Canadian dollars, and what a dollar costs.
fn pack(date: &str, acme: &str, mapl: &str, dollar: &str) -> PackContent {
    let close = |of: &str, exchange: &str, currency: &str, close: &str| ClosingPrice {
        symbol: symbol(of),
        exchange: exchange.parse().unwrap(),
        currency: currency.parse().unwrap(),
        close: close.parse().unwrap(),
    };
    let rate = ExchangeRate {
        from: "USD".parse().unwrap(),
        to: "CAD".parse().unwrap(),
        rate: dollar.parse().unwrap(),
        as_of: format!("{date}T00:00:00Z").parse().unwrap(),
    };
    let prices = vec![close("ACME", "XNAS", "USD", acme), close("MAPL", "XTSE", "CAD", mapl)];
    PackContent::new(day(date), "WM4PM_CAD".parse().unwrap(), prices, vec![rate]).unwrap()
}

fn held(holdings: &Holdings, book: &Book) -> Vec<Held> {
    let of = |(symbol, lots): (&Symbol, &Vec<OpenLot>)| Held {
        symbol: symbol.clone(),
        exchange: book.securities[symbol].exchange.clone(),
        currency: book.securities[symbol].currency.clone(),
        quantity: holdings.quantity(symbol),
        cost: lots.iter().fold(Amount::ZERO, |sum, lot| sum.plus(lot.cost).unwrap()),
        cost_base: lots.iter().fold(Amount::ZERO, |sum, lot| sum.plus(lot.cost_base).unwrap()),
    };
    holdings.lots().iter().map(of).collect()
}

// Domain reference, section 14: 300 x 175 x 1.325 = 69,562.50 CAD.
#[test]
fn a_purchase_costs_its_price_at_the_rate_of_its_day() {
    let book = book(vec![bought("2024-03-01", "ACME", "300", "175", "1.325", ("USD", "-52500"))]);
    let holdings = Holdings::on(&book, day("2024-03-01")).unwrap();
    assert_eq!(holdings.lots()[&symbol("ACME")][0].cost_base.value(), number("69562.50"));
    assert!(Holdings::on(&book, day("2024-02-29")).unwrap().lots().is_empty());
}

#[test]
fn a_fee_belongs_to_the_cost_and_is_shared_over_the_lots_by_theirs() {
    let mut buy = bought("2024-03-01", "ACME", "10", "30", "1.5", ("USD", "-404"));
    buy.lots.push(lot("ACME", "5", "2024-03-01", "20", None));
    buy.fees = vec![CashMovement { currency: "USD".parse().unwrap(), amount: number("4") }];
    let book = book(vec![buy]);
    let holdings = Holdings::on(&book, day("2024-03-01")).unwrap();
    let costs: Vec<_> = holdings.lots()[&symbol("ACME")]
        .iter()
        .map(|lot| (lot.cost.value(), lot.cost_base.value()))
        .collect();
    assert_eq!(costs, [(number("303"), number("454.5")), (number("101"), number("151.5"))]);
}

// Domain reference, section 14: split 4:1 of 25 @ 200 -> 100 @ 50.
#[test]
fn a_split_changes_quantity_and_unit_cost_and_neither_cost_nor_value() {
    let split = BookTransaction {
        lots: vec![
            lot("ACME", "-25", "2024-03-01", "200", None),
            lot("ACME", "100", "2024-03-01", "50", None),
        ],
        ..transaction("2024-04-01", TransactionKind::Split, &[])
    };
    let book =
        book(vec![bought("2024-03-01", "ACME", "25", "200", "1.3", ("USD", "-5000")), split]);
    let before = Holdings::on(&book, day("2024-03-31")).unwrap();
    let after = Holdings::on(&book, day("2024-04-01")).unwrap();
    let lot = &after.lots()[&symbol("ACME")][0];
    assert_eq!(
        (lot.quantity, lot.unit_cost, lot.acquired),
        (100.into(), 50.into(), day("2024-03-01"))
    );
    assert_eq!(lot.cost_base, before.lots()[&symbol("ACME")][0].cost_base);
    let packs = [
        pack("2024-03-29", "210", "1", "1.3"),
        pack("2024-04-01", "52.5", "1", "1.3"),
        pack("2024-04-02", "52.5", "1", "1.3"),
    ];
    let days = days(&book, &packs.iter().collect::<Vec<_>>()).unwrap();
    let [before, split, after] = days.as_slice() else { panic!() };
    assert_eq!((before.nav, split.nav), (after.nav, after.nav));
    assert_eq!(split.flow, Amount::ZERO);
    let returns = position_returns(&days, &symbol("ACME")).unwrap();
    assert!(returns.returns().values().all(|r| r.get() == 0.0));
}

// Domain reference, section 14: local .10, FX 1.30 -> 1.35: .142308 (fx .038462, interaction
// .003846).
#[test]
fn the_return_of_a_security_is_its_market_its_currency_and_both_together() {
    let book = book(vec![bought("2024-03-01", "ACME", "100", "90", "1.30", ("USD", "-9000"))]);
    let packs = [pack("2024-03-04", "100", "1", "1.30"), pack("2024-03-05", "110", "1", "1.35")];
    let days = days(&book, &packs.iter().collect::<Vec<_>>()).unwrap();
    let of = |security: &str| position_attributed_days(&book, &days, &symbol(security));
    let found = currency_attribution(&of("ACME").unwrap()).unwrap();
    close(found.parts.local.get(), 0.10, 1e-9);
    close(found.parts.fx.get(), 0.038_462, 5e-7);
    close(found.parts.interaction.get(), 0.003_846, 5e-7);
    close(found.measured.get(), 0.142_308, 5e-7);
    assert!(found.reconciles());
    assert!(matches!(of("MAPL"), Err(Reason::TooFewObservations { .. })));
}

// Domain reference, section 14, lots in two currencies: 100 bought 10 at 1.30, at 15 and
// 1.36 worth 740 more = price 680 + FX 60.
#[test]
fn an_unrealised_gain_is_a_price_part_and_a_currency_part() {
    let book = book(vec![bought("2024-03-01", "ACME", "100", "10", "1.30", ("USD", "-1000"))]);
    let holdings = Holdings::on(&book, day("2024-03-01")).unwrap();
    let valued =
        value(&held(&holdings, &book), &[], &book.base, &pack("2024-03-04", "15", "1", "1.36"))
            .unwrap();
    let gain = valued.holdings[0].unrealised.value().unwrap();
    let parts = [gain.total, gain.price, gain.fx].map(Amount::value);
    assert_eq!(parts, [number("740"), number("680"), number("60")]);
    assert_eq!(valued.nav.value().unwrap().value(), number("2040"));
}

#[test]
fn what_has_no_price_or_no_rate_is_named_and_leaves_no_total_and_no_weight() {
    let book = book(vec![bought("2024-03-01", "ACME", "1", "10", "1.3", ("USD", "-10"))]);
    let holdings = Holdings::on(&book, day("2024-03-01")).unwrap();
    let mut all = held(&holdings, &book);
    all.push(Held { symbol: symbol("GONE"), exchange: "XPAR".parse().unwrap(), ..all[0].clone() });
    let cash = [
        Balance { currency: "CAD".parse().unwrap(), amount: 5.into() },
        Balance { currency: "CHF".parse().unwrap(), amount: 5.into() },
    ];
    let valued = value(&all, &cash, &book.base, &pack("2024-03-04", "15", "1", "1.36")).unwrap();
    let named: Vec<_> =
        valued.unpriced.iter().map(|one| (one.symbol.is_some(), one.reason.code())).collect();
    assert_eq!(named, [(true, "unpriced"), (false, "no_rate")]);
    assert_eq!(valued.nav.reason().unwrap().to_string(), "the pack has no price for GONE");
    assert!(valued.holdings[0].value.value().is_some());
    assert!(valued.holdings[0].weight.value().is_none() && valued.cash_weight.value().is_none());
    let rate_alone = value(&[], &cash, &book.base, &pack("2024-03-04", "15", "1", "1.36")).unwrap();
    assert_eq!(rate_alone.nav.reason().unwrap().code(), "no_rate");
}

#[test]
fn an_empty_book_is_worth_nothing_and_has_no_weights() {
    let valued =
        value(&[], &[], &"CAD".parse().unwrap(), &pack("2024-03-04", "1", "1", "1")).unwrap();
    assert_eq!(valued.nav.value(), Some(&Amount::ZERO));
    assert_eq!(valued.cash_weight.reason(), Some(&Reason::NoValue));
}

#[test]
fn a_lot_that_is_not_held_cannot_be_sold() {
    let sale = BookTransaction {
        lots: vec![lot("ACME", "-1", "2024-03-01", "10", Some("12"))],
        ..transaction("2024-03-02", TransactionKind::Sell, &[("USD", "12")])
    };
    let refused = Holdings::on(&book(vec![sale]), day("2024-03-02")).unwrap_err();
    assert_eq!(refused.to_string(), "ACME is taken out of a lot that is not held on 2024-03-02");
}

#[test]
fn deposits_are_flows_and_dividends_fees_and_trades_are_not() {
    let book = book(vec![
        transaction("2024-03-01", TransactionKind::Deposit, &[("CAD", "1000")]),
        transaction("2024-03-05", TransactionKind::Dividend, &[("CAD", "10")]),
        transaction("2024-03-05", TransactionKind::Fee, &[("CAD", "-4")]),
        transaction("2024-03-06", TransactionKind::Deposit, &[("USD", "100")]),
        transaction("2024-03-06", TransactionKind::Withdrawal, &[("CAD", "-50")]),
    ]);
    let packs = ["2024-03-04", "2024-03-05", "2024-03-06"].map(|date| pack(date, "1", "1", "1.4"));
    let days = days(&book, &packs.iter().collect::<Vec<_>>()).unwrap();
    let flows: Vec<_> = days.iter().map(|day| day.flow.value()).collect();
    assert_eq!(flows, [number("0"), number("0"), number("90")]);
    let periods = chain(&nav_history(&days)).unwrap();
    let total = time_weighted_return(&whole(&periods).unwrap().returns).unwrap();
    close(total.get(), 0.006, 1e-15);
}

#[test]
fn a_day_without_a_price_is_an_error_with_its_day_and_not_a_gap() {
    let mut book = book(vec![bought("2024-03-01", "ACME", "1", "10", "1.3", ("USD", "-10"))]);
    book.securities.get_mut(&symbol("ACME")).unwrap().exchange = "XPAR".parse().unwrap();
    let pack = pack("2024-03-04", "15", "1", "1.36");
    let refused = days(&book, &[&pack]).unwrap_err();
    assert!(refused.to_string().starts_with("the book has no value on 2024-03-04"), "{refused}");
}

// Domain reference, section 14: a difference of 25.03 on 250,342 passes, 25.04 fails.
#[test]
fn one_basis_point_is_the_most_that_two_valuations_differ_by() {
    let nav = number("250342");
    assert!(within_a_basis_point(nav, nav - number("25.03")));
    assert!(!within_a_basis_point(nav, nav - number("25.04")));
    assert!(within_a_basis_point(nav, nav - number("0.23")));
}

fn side(quantity: &str, cost: &str, cash: &str) -> Side {
    let balance = SideBalance {
        exchange: "XNAS".parse().unwrap(),
        currency: "USD".parse().unwrap(),
        quantity: number(quantity),
        cost: number(cost),
    };
    Side {
        holdings: [(symbol("ACME"), balance)].into(),
        cash: [("CAD".parse().unwrap(), number(cash))].into(),
    }
}

fn codes(ledger: &Side, stored: &Side) -> Vec<&'static str> {
    let pack = pack("2024-03-04", "200", "1", "1.4");
    let found = reconcile(ledger, stored, &"CAD".parse().unwrap(), &pack).unwrap();
    assert_eq!(found.agrees(), found.differences.is_empty());
    found.differences.iter().map(|one| one.code.id()).collect()
}

#[test]
fn each_way_in_which_ledger_and_database_differ_has_its_code() {
    let ledger = side("100", "1000", "500");
    assert_eq!(codes(&ledger, &ledger), [""; 0]);
    assert_eq!(codes(&ledger, &side("100.000001", "1000.01", "500.01")), [""; 0]);
    assert_eq!(codes(&ledger, &side("100.000002", "1000", "500")), ["QUANTITY_MISMATCH"]);
    assert_eq!(codes(&ledger, &side("100", "1000.02", "500")), ["COST_MISMATCH"]);
    assert_eq!(codes(&ledger, &side("100", "1000", "500.02")), ["CASH_MISMATCH"]);
    let shares = ["QUANTITY_MISMATCH", "VALUATION_MISMATCH", "VALUATION_MISMATCH"];
    assert_eq!(codes(&ledger, &side("101", "1000", "500")), shares);
    let nothing = Side::default();
    assert_eq!(codes(&ledger, &nothing), ["MISSING_IN_DB", "CASH_MISMATCH", "VALUATION_MISMATCH"]);
    assert_eq!(
        codes(&nothing, &ledger),
        ["MISSING_IN_LEDGER", "CASH_MISMATCH", "VALUATION_MISMATCH"]
    );
    assert_eq!(codes(&nothing, &nothing), [""; 0]);
}

#[test]
fn a_book_in_debt_is_compared_over_all_that_it_holds() {
    // Worth 28,000 in shares less 30,000 owed; two hundredths of a dollar in cash are no
    // basis point of 58,000.
    let ledger = side("100", "1000", "-30000");
    assert_eq!(codes(&ledger, &side("100", "1000", "-29999.995")), [""; 0]);
}

proptest! {
    #[test]
    fn weights_of_holdings_and_money_add_up_to_one(
        units in prop::collection::vec(1_u32..1_000_000, 1..20),
        cash in 1_u32..1_000_000,
        close in 1_u32..100_000,
    ) {
        let book = book(vec![]);
        let held: Vec<Held> = units.iter().map(|units| Held {
            symbol: symbol("ACME"),
            exchange: book.securities[&symbol("ACME")].exchange.clone(),
            currency: "USD".parse().unwrap(),
            quantity: Decimal::new((*units).into(), 2),
            cost: Amount::ZERO,
            cost_base: Amount::ZERO,
        }).collect();
        let cash = [Balance { currency: "CAD".parse().unwrap(), amount: cash.into() }];
        let close = Decimal::new(close.into(), 2).to_string();
        let pack = pack("2024-03-04", &close, "1", "1.36");
        let valued = value(&held, &cash, &book.base, &pack).unwrap();
        let of_holdings = valued.holdings.iter().map(|one| one.weight.value().unwrap().get());
        let sum: f64 = of_holdings.sum::<f64>() + valued.cash_weight.value().unwrap().get();
        prop_assert!((sum - 1.0).abs() < 1e-12);
        let total = valued.holdings.iter().filter_map(|one| one.value.value().copied());
        let total = total.fold(valued.balances[0].value.value().copied().unwrap(), |sum, one| sum.plus(one).unwrap());
        prop_assert_eq!(Some(&total), valued.nav.value());
    }

    /// A book that is traded, paid in and out of, and exchanges money at the pack's rate:
    /// what the currencies and what the securities did recompose to the return that is
    /// measured from net asset values alone.
    #[test]
    fn parts_recompose_to_the_return_that_was_measured_on_its_own(
        closes in prop::collection::vec((50_u32..200, 20_u32..60, 120_u32..150), 8),
        flows in prop::collection::vec(-50_i32..200, 8),
        exchanged in prop::collection::vec(1_u32..100, 8),
    ) {
        let date = |at: usize| format!("2024-03-{:02}", at + 4);
        let decimal = |value: u32, scale| Decimal::new(value.into(), scale).to_string();
        let packs: Vec<PackContent> = closes.iter().enumerate().map(|(at, (acme, mapl, dollar))| {
            pack(&date(at), &acme.to_string(), &mapl.to_string(), &decimal(*dollar, 2))
        }).collect();
        let mut transactions = vec![
            transaction("2024-03-01", TransactionKind::Deposit, &[("CAD", "50000"), ("USD", "9000")]),
            bought("2024-03-01", "ACME", "20", "100", "1.3", ("USD", "-2000")),
            bought("2024-03-01", "MAPL", "100", "40", "1", ("CAD", "-4000")),
        ];
        for at in 1..8 {
            let (acme, _, dollar) = closes[at];
            let dollars = exchanged[at].to_string();
            let paid = (-Decimal::from(exchanged[at]) * Decimal::new(dollar.into(), 2)).to_string();
            transactions.push(transaction(&date(at), TransactionKind::Deposit, &[("CAD", &flows[at].to_string())]));
            transactions.push(transaction(&date(at), TransactionKind::Fx, &[("USD", &dollars), ("CAD", &paid)]));
            let cost = format!("-{acme}");
            transactions.push(bought(&date(at), "ACME", "1", &acme.to_string(), "1.3", ("USD", &cost)));
            transactions.push(transaction(&date(at), TransactionKind::Interest, &[("USD", "3")]));
        }
        let book = book(transactions);
        let days = days(&book, &packs.iter().collect::<Vec<_>>()).unwrap();
        let periods = chain(&nav_history(&days)).unwrap();
        let measured = time_weighted_return(&whole(&periods).unwrap().returns).unwrap().get();
        let found = currency_attribution(&attributed_days(&days).unwrap()).unwrap();
        prop_assert!((found.measured.get() - measured).abs() < 1e-12);
        prop_assert!((found.parts.total() - measured).abs() < 1e-10, "{found:?}");
        prop_assert!(found.residual.get().abs() < RESIDUAL_MAX);
        // What is left over by the securities is what the money earned.
        let of_securities = contributions(&contribution_days(&days).unwrap()).unwrap();
        prop_assert!((of_securities.measured.get() - measured).abs() < 1e-12);
    }
}
