use super::*;
use domain::money::{Amount, Base, FxRate, Trade};
use jiff::civil::Date;
use rust_decimal::Decimal;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn quantity(text: &str) -> Quantity {
    Quantity::new(decimal(text)).unwrap()
}

fn base(text: &str) -> Amount<Base> {
    Amount::new(decimal(text))
}

fn book(trade: &str, rule: WashRule) -> LotBook {
    let currency = |code: &str| code.parse().unwrap();
    LotBook::new("ACME".parse().unwrap(), currency(trade), currency("CAD"), rule)
}

fn on(text: &str) -> Date {
    text.parse().unwrap()
}

/// A small language for the stories below, one event a line:
/// `2024-01-02 buy 100 @ 10 x 1.30 fee 5 lot A`, `2024-01-03 sell 50 @ 12 fifo`,
/// `2024-01-04 split 4:1 id`, `elect 2024 lifo`.
fn play(book: &mut LotBook, story: &str) -> Result<(), LotError> {
    for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let behind = |word: &str| words.iter().position(|one| *one == word).map(|at| words[at + 1]);
        let number = |word, otherwise| decimal(behind(word).unwrap_or(otherwise));
        let price = Amount::<Trade>::new(number("@", "0"));
        let fee = Amount::new(number("fee", "0"));
        let rate = FxRate::new(number("x", "1")).unwrap();
        let label = behind("lot").map(|name| LotLabel(name.into()));
        match words.as_slice() {
            [day, "buy", units, ..] => {
                let (date, quantity) = (on(day), quantity(units));
                book.buy(&Purchase { date, quantity, price, fee, rate, label })?;
            }
            [day, "sell", units, .., method] => {
                let selection = match *method {
                    "fifo" => Selection::Fifo,
                    "lifo" => Selection::Lifo,
                    "hifo" => Selection::Hifo,
                    "average" => Selection::Average,
                    _ => Selection::Specific(label.unwrap()),
                };
                let (date, quantity) = (on(day), quantity(units));
                book.sell(&Sale { date, quantity, price, fee, rate, selection })?;
            }
            [day, "split", ratio, event] => {
                let (to, from) = ratio.split_once(':').unwrap();
                let (to, from) = (decimal(to), decimal(from));
                book.split(&Split { event: (*event).into(), date: on(day), to, from })?;
            }
            ["elect", year, "lifo"] => book.elect(year.parse().unwrap(), LotMethod::Lifo),
            other => panic!("no such event: {other:?}"),
        }
    }
    Ok(())
}

fn played(trade: &str, rule: WashRule, story: &str) -> LotBook {
    let mut book = book(trade, rule);
    play(&mut book, story).unwrap();
    book
}

fn sum(gains: &[RealisedGain], of: impl Fn(&RealisedGain) -> Amount<Base>) -> Amount<Base> {
    gains.iter().fold(Amount::ZERO, |sum, gain| sum.plus(of(gain)).unwrap())
}

fn economic(book: &LotBook) -> Amount<Base> {
    sum(book.gains(), |gain| gain.economic().unwrap())
}

// Domain reference, section 14: 100@10, 100@14, 50@12, sell 120@15.
#[test]
fn each_method_realises_the_gain_of_the_reference() {
    for (method, gain) in
        [("fifo", "520"), ("lifo", "220"), ("hifo", "160"), ("average", "360"), ("lot A", "")]
    {
        let mut book = played(
            "CAD",
            WashRule::Off,
            "2024-01-02 buy 100 @ 10 lot A
             2024-02-01 buy 100 @ 14 lot B
             2024-03-01 buy 50 @ 12 lot C",
        );
        let result = play(&mut book, &format!("2024-04-01 sell 120 @ 15 {method}"));
        if gain.is_empty() {
            // Lot A alone does not hold 120.
            assert!(matches!(result, Err(LotError::LotTooSmall { .. })));
            assert_eq!(book.quantity(), decimal("250"));
        } else {
            assert_eq!(economic(&book), base(gain), "{method}");
            assert_eq!(book.quantity(), decimal("130"));
        }
    }
}

#[test]
fn a_specific_sale_takes_the_lot_that_is_named() {
    let story = "2024-01-02 buy 100 @ 10 lot A
                 2024-02-01 buy 100 @ 14 lot B
                 2024-04-01 sell 60 @ 15 lot B specific";
    let book = played("CAD", WashRule::Off, story);
    assert_eq!(economic(&book), base("60"));
    assert_eq!(book.lots()[1].quantity, quantity("40"));
}

#[test]
fn a_lot_that_is_not_there_or_not_the_only_one_of_its_name_is_refused() {
    let mut book = played(
        "CAD",
        WashRule::Off,
        "2024-01-02 buy 100 @ 10 lot A
         2024-02-01 buy 100 @ 14 lot A",
    );
    let refused = play(&mut book, "2024-04-01 sell 10 @ 15 lot B specific").unwrap_err();
    assert_eq!(refused.to_string(), "no open lot of ACME is named B");
    let refused = play(&mut book, "2024-04-01 sell 10 @ 15 lot A specific").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "2 purchases of ACME are named A, so that it does not say which"
    );
}

// Domain reference, section 14: 740 = price 680 + FX 60.
#[test]
fn a_gain_in_another_currency_has_a_price_and_a_currency_part() {
    let story = "2024-01-02 buy 100 @ 10 x 1.30
                 2024-04-01 sell 100 @ 15 x 1.36 fifo";
    let book = played("USD", WashRule::Off, story);
    let [gain] = book.gains() else { panic!("one lot, one gain") };
    assert_eq!((gain.price_gain, gain.fx_gain), (base("680"), base("60")));
    assert_eq!(gain.economic(), Ok(base("740")));
}

// Domain reference, section 14: 300 x 175 x 1.325 = 69,562.50 CAD.
#[test]
fn the_cost_is_that_of_the_trade_date_and_takes_the_fee() {
    let book = played("USD", WashRule::Off, "2024-01-02 buy 300 @ 175 x 1.325");
    assert_eq!(book.lots()[0].cost_base, base("69562.50"));
    let with_fee = played("USD", WashRule::Off, "2024-01-02 buy 300 @ 175 x 1.325 fee 10");
    assert_eq!(with_fee.lots()[0].cost_base, base("69575.75"));
}

#[test]
fn the_fee_of_a_sale_lowers_the_proceeds_of_all_its_lots() {
    let story = "2024-01-02 buy 1 @ 10
                 2024-01-03 buy 2 @ 10
                 2024-04-01 sell 3 @ 20 fee 1 fifo";
    let book = played("CAD", WashRule::Off, story);
    let proceeds: Vec<Decimal> = book.gains().iter().map(|gain| gain.proceeds.value()).collect();
    assert_eq!(proceeds, [decimal("19.6666666667"), decimal("39.3333333333")]);
    assert_eq!(economic(&book), base("29"));
}

// Domain reference, section 14: 25 @ 200 -> 100 @ 50.
#[test]
fn a_split_multiplies_units_and_leaves_cost_and_dates() {
    let story = "2024-01-02 buy 25 @ 200
                 2024-06-01 split 4:1 ACME-2024";
    let mut book = played("CAD", WashRule::Off, story);
    let lot = &book.lots()[0];
    assert_eq!((lot.quantity, lot.cost_base), (quantity("100"), base("5000")));
    assert_eq!(lot.acquired, on("2024-01-02"));
    play(&mut book, "2024-06-02 sell 10 @ 50 fifo").unwrap();
    assert_eq!(economic(&book), base("0"));
}

#[test]
fn a_split_is_applied_once() {
    let mut book = played("CAD", WashRule::Off, "2024-01-02 buy 25 @ 200");
    let split = Split {
        event: "ACME-2024".into(),
        date: on("2024-06-01"),
        to: decimal("4"),
        from: decimal("1"),
    };
    assert_eq!(book.split(&split), Ok(SplitOutcome::Applied));
    assert_eq!(book.split(&split), Ok(SplitOutcome::AppliedBefore));
    assert_eq!(book.quantity(), decimal("100"));
    let bad = Split { event: "bad".into(), from: Decimal::ZERO, ..split };
    assert!(matches!(book.split(&bad), Err(LotError::InvalidSplit { .. })));
}

#[test]
fn a_split_that_would_leave_nothing_of_a_lot_is_refused_and_nothing_changes() {
    let mut book = played(
        "CAD",
        WashRule::Off,
        "2024-01-02 buy 10 @ 200
         2024-01-03 buy 0.0000000001 @ 200",
    );
    let refused = play(&mut book, "2024-06-01 split 1:2 ACME-2024").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the split leaves nothing of 0.0000000001 that ten decimals could hold"
    );
    assert_eq!(book.quantity(), decimal("10.0000000001"));
    // It does not count as applied either.
    play(&mut book, "2024-06-01 sell 0.0000000001 @ 200 lifo").unwrap();
    play(&mut book, "2024-06-01 split 1:2 ACME-2024").unwrap();
    assert_eq!(book.quantity(), decimal("5"));
}

#[test]
fn more_than_is_held_cannot_be_sold_and_nothing_changes() {
    let mut book = played("CAD", WashRule::Off, "2024-01-02 buy 100 @ 10");
    let refused = play(&mut book, "2024-04-01 sell 100.5 @ 15 fifo").unwrap_err();
    assert_eq!(refused.to_string(), "100.5 of ACME are to be sold and 100 are held");
    assert_eq!((book.quantity(), book.gains().len()), (decimal("100"), 0));
}

#[test]
fn a_second_method_in_a_year_takes_an_election() {
    let mut book = played(
        "CAD",
        WashRule::Off,
        "2024-01-02 buy 100 @ 10
         2024-02-01 buy 100 @ 14
         2024-03-01 sell 10 @ 15 fifo",
    );
    let lifo = "2024-04-01 sell 10 @ 15 lifo";
    let refused = play(&mut book, lifo).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "ACME was sold by FIFO in 2024 and LIFO would be a second method: that takes an election \
         on record"
    );
    play(&mut book, "elect 2024 lifo").unwrap();
    play(&mut book, lifo).unwrap();
    // The next year begins without a method.
    play(&mut book, "2025-01-02 sell 10 @ 15 hifo").unwrap();
}

#[test]
fn events_out_of_order_and_impossible_amounts_are_refused() {
    let mut book = played("CAD", WashRule::Off, "2024-02-02 buy 100 @ 10");
    let refused = |story: &str, book: &mut LotBook| play(book, story).unwrap_err().to_string();
    assert!(refused("2024-02-01 buy 1 @ 10", &mut book).contains("put in by date"));
    assert!(refused("2024-02-02 buy 1 @ -10", &mut book).contains("below zero"));
    assert!(refused("2024-02-02 sell 1 @ 10 fee -1 fifo", &mut book).contains("below zero"));
    assert_eq!(
        refused("2024-02-02 buy 1 @ 10 x 1.3", &mut book),
        "CAD in CAD has the rate 1 and not 1.3"
    );
    assert_eq!(book.quantity(), decimal("100"));
}

// Domain reference, section 14: loss 500 on 100, 60 bought again.
#[test]
fn a_loss_is_disallowed_as_far_as_the_security_is_bought_again() {
    let story = "2024-01-02 buy 100 @ 15
                 2024-06-03 sell 100 @ 10 fifo
                 2024-06-20 buy 60 @ 11";
    let book = played("CAD", WashRule::UnitedStates, story);
    let [gain] = book.gains() else { panic!("one lot, one gain") };
    assert_eq!(gain.disallowed_loss, base("300"));
    assert_eq!(gain.taxable(), Ok(base("-200")));
    let [lot] = book.lots() else { panic!("one lot was bought") };
    // 5 a unit more than they cost.
    assert_eq!((lot.cost_base, lot.basis()), (base("660"), Ok(base("960"))));
    // 153 days before the purchase, for as long as the sold units were held.
    assert_eq!(lot.held_since, on("2024-01-19"));
}

#[test]
fn a_purchase_before_the_sale_replaces_with_what_is_still_held() {
    let story = "2024-01-02 buy 100 @ 15
                 2024-05-20 buy 80 @ 11
                 2024-06-03 sell 100 @ 10 fifo";
    let book = played("CAD", WashRule::UnitedStates, story);
    assert_eq!(book.gains()[0].disallowed_loss, base("400"));
    assert_eq!(book.lots()[0].basis(), Ok(base("1280")));
}

#[test]
fn thirty_days_on_either_side_count_and_thirty_one_do_not() {
    for (bought, disallowed) in [("2024-07-03", "500"), ("2024-07-04", "0")] {
        let story = format!(
            "2024-01-02 buy 100 @ 15
             2024-06-03 sell 100 @ 10 fifo
             {bought} buy 100 @ 11"
        );
        let book = played("CAD", WashRule::UnitedStates, &story);
        assert_eq!(book.gains()[0].disallowed_loss, base(disallowed), "{bought}");
    }
    for (bought, disallowed) in [("2024-05-04", "500"), ("2024-05-03", "0")] {
        let story = format!(
            "2024-01-02 buy 100 @ 15
             {bought} buy 100 @ 11
             2024-06-03 sell 100 @ 10 fifo"
        );
        let book = played("CAD", WashRule::UnitedStates, &story);
        assert_eq!(book.gains()[0].disallowed_loss, base(disallowed), "{bought}");
    }
}

#[test]
fn each_replacing_unit_is_used_once_by_the_earliest_loss() {
    let story = "2024-01-02 buy 50 @ 15
                 2024-01-03 buy 50 @ 20
                 2024-06-03 sell 50 @ 10 fifo
                 2024-06-04 sell 50 @ 10 fifo
                 2024-06-20 buy 60 @ 11
                 2024-06-21 buy 10 @ 11";
    let book = played("CAD", WashRule::UnitedStates, story);
    // 50 of the 60 replace the first 50; 10 and 10 the second, which lost 10 a unit.
    let disallowed: Vec<_> = book.gains().iter().map(|gain| gain.disallowed_loss).collect();
    assert_eq!(disallowed, [base("250"), base("200")]);
    assert!(book.lots().iter().all(|lot| lot.is_replacement));
    assert_eq!(book.quantity(), decimal("70"));
}

#[test]
fn a_lot_does_not_replace_itself_and_a_gain_is_no_wash_sale() {
    let story = "2024-06-01 buy 100 @ 15
                 2024-06-03 sell 50 @ 10 fifo";
    let book = played("CAD", WashRule::UnitedStates, story);
    assert_eq!(book.gains()[0].disallowed_loss, base("0"));
    let story = "2024-01-02 buy 100 @ 15
                 2024-06-03 sell 100 @ 16 fifo
                 2024-06-20 buy 60 @ 11";
    let book = played("CAD", WashRule::UnitedStates, story);
    assert_eq!(book.gains()[0].disallowed_loss, base("0"));
}

#[test]
fn the_rule_is_off_where_it_does_not_hold() {
    let story = "2024-01-02 buy 100 @ 15
                 2024-06-03 sell 100 @ 10 fifo
                 2024-06-20 buy 60 @ 11";
    let book = played("CAD", WashRule::Off, story);
    assert_eq!(book.gains()[0].taxable(), Ok(base("-500")));
    assert_eq!(book.lots()[0].deferred_loss, base("0"));
}

#[test]
fn a_split_between_the_sale_and_the_purchase_is_counted() {
    // The 100 sold are 200 of today's units, of which 60 are bought again.
    let story = "2024-01-02 buy 100 @ 15
                 2024-06-03 sell 100 @ 10 fifo
                 2024-06-10 split 2:1 ACME-2024
                 2024-06-20 buy 60 @ 6";
    let book = played("CAD", WashRule::UnitedStates, story);
    assert_eq!(book.gains()[0].disallowed_loss, base("150"));
}

#[test]
fn a_deferred_loss_counts_when_the_replacing_units_are_sold() {
    let story = "2024-01-02 buy 100 @ 15
                 2024-06-03 sell 100 @ 10 fifo
                 2024-06-20 buy 60 @ 11
                 2024-12-02 sell 60 @ 12 fifo";
    let book = played("CAD", WashRule::UnitedStates, story);
    // 60 earned, less the 300 that were deferred.
    assert_eq!(book.gains()[1].taxable(), Ok(base("-240")));
    let summary = realised_in_year(book.gains(), 2024).unwrap();
    assert_eq!(summary.short_term, base("-440"));
    assert_eq!(summary.disallowed_loss, base("300"));
    assert_eq!((summary.proceeds, summary.basis), (base("1720"), base("2460")));
    assert_eq!(realised_in_year(book.gains(), 2023).unwrap().short_term, base("0"));
}

#[test]
fn more_than_a_year_is_long_term() {
    for (bought, sold, term) in [
        ("2023-01-03", "2024-01-03", Term::Short),
        ("2023-01-03", "2024-01-04", Term::Long),
        ("2024-02-29", "2025-02-28", Term::Short),
        ("2024-02-29", "2025-03-01", Term::Long),
    ] {
        let story = format!("{bought} buy 1 @ 10\n{sold} sell 1 @ 11 fifo");
        let book = played("CAD", WashRule::Off, &story);
        assert_eq!(book.gains()[0].term(), term, "{bought} to {sold}");
    }
}

#[test]
fn an_open_lot_has_a_gain_by_the_pack() {
    let book = played("USD", WashRule::Off, "2024-01-02 buy 100 @ 10 x 1.30");
    let (price, rate) = (Amount::new(decimal("15")), FxRate::new(decimal("1.36")).unwrap());
    let gain = book.lots()[0].unrealised(price, rate, on("2024-04-01")).unwrap();
    assert_eq!(gain.value, base("2040"));
    assert_eq!((gain.price_gain, gain.fx_gain), (base("680"), base("60")));
    assert_eq!((gain.economic().unwrap(), gain.term), (base("740"), Term::Short));
}

fn policy(loss_min: &str, avoid_wash_sales: bool) -> HarvestPolicy {
    let fraction = |value| domain::measure::Fraction::new(value).unwrap();
    HarvestPolicy {
        loss_min: base(loss_min),
        tax_rate: fraction(0.32),
        // Domain reference, section 10: 5 and 15 bp of the value.
        cost: TradeCost { fixed: base("5"), rate: fraction(0.0015) },
        avoid_wash_sales,
        wash_rule: WashRule::UnitedStates,
    }
}

fn harvest(story: &str, planned: &[(Date, Decimal)], policy: HarvestPolicy) -> Harvest {
    let book = played("CAD", WashRule::UnitedStates, story);
    let (price, rate) = (Amount::new(decimal("10")), FxRate::IDENTITY);
    harvesting_candidates(&book, price, rate, on("2024-06-03"), planned, policy).unwrap()
}

#[test]
fn lots_in_loss_are_ranked_by_their_benefit_after_cost() {
    let story = "2024-01-02 buy 100 @ 25
                 2024-01-03 buy 100 @ 9
                 2024-01-04 buy 100 @ 40
                 2024-01-05 buy 100 @ 19.99";
    let found = harvest(story, &[], policy("1000", true));
    let losses: Vec<_> = found.candidates.iter().map(|one| one.loss).collect();
    // The gain of the second lot and the 999 of the last are none.
    assert_eq!(losses, [base("3000"), base("1500")]);
    // 3000 x .32 - 5 - 1000 x .0015
    assert_eq!(found.candidates[0].benefit, base("953.5"));
    assert_eq!(found.total_benefit, base("1427"));
    assert!(found.blocked.is_empty());
}

// Domain reference, section 14: trade cost 100 x 232.50: 39.875.
#[test]
fn a_trade_costs_five_and_fifteen_basis_points() {
    assert_eq!(policy("1", true).cost.of(base("23250")), Ok(base("39.875")));
}

#[test]
fn a_lot_that_a_wash_sale_would_touch_is_left_out_or_counts_less() {
    let story = "2024-01-02 buy 100 @ 25
                 2024-05-20 buy 40 @ 9";
    let found = harvest(story, &[], policy("1000", true));
    assert!(found.candidates.is_empty());
    assert_eq!(found.blocked[0].wash, WashCheck::Replaced(decimal("40")));
    assert_eq!(found.total_benefit, base("0"));
    let counted = harvest(story, &[], policy("1000", false));
    // 60 of 100 count: 900 x .32 - 6.5
    assert_eq!(counted.candidates[0].benefit, base("281.5"));
}

#[test]
fn a_purchase_that_is_planned_within_thirty_days_counts() {
    let story = "2024-01-02 buy 100 @ 25";
    let planned = |day: &str| [(on(day), decimal("1"))];
    assert_eq!(harvest(story, &planned("2024-07-03"), policy("1000", true)).candidates.len(), 0);
    assert_eq!(harvest(story, &planned("2024-07-04"), policy("1000", true)).candidates.len(), 1);
}
