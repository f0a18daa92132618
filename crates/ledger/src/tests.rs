use super::*;
use domain::portfolio::TransactionKind;
use proptest::prelude::*;
use rust_decimal::Decimal;

/// Accounts and a commodity, for the stories below.
const OPEN: &str = r#"
2024-01-01 commodity ACME
  name: "Acme"
2024-01-01 open Assets:Portfolio:Main:Cash:USD USD
2024-01-01 open Assets:Portfolio:Main:Cash:EUR EUR
2024-01-01 open Assets:Portfolio:Main:ACME ACME "FIFO"
2024-01-01 open Income:Dividends:ACME
2024-01-01 open Income:Gains:ACME
2024-01-01 open Income:Interest
2024-01-01 open Expenses:Fees
2024-01-01 open Expenses:Tax:Withholding
2024-01-01 open Equity:Contributions
"#;

fn story(text: &str) -> Result<Ledger, Vec<Fault>> {
    let main = "include \"accounts.beancount\"\n".to_owned() + text;
    let files = [("main.beancount", main.as_str()), ("accounts.beancount", OPEN)];
    read(&LedgerFiles {
        main: "main.beancount".to_owned(),
        files: files.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
    })
}

/// What is found wrong, each as `line: message`.
fn faults(text: &str) -> Vec<String> {
    let found = story(text).unwrap_err();
    assert!(found.iter().all(|fault| &*fault.place.file == "main.beancount"), "{found:?}");
    found.iter().map(|fault| format!("{}: {}", fault.place.line, fault.message)).collect()
}

const DEPOSIT: &str = "
2024-01-02 * \"Deposit\"
  Assets:Portfolio:Main:Cash:USD  10000.00 USD
  Equity:Contributions
2024-01-03 * \"Buy\"
  Assets:Portfolio:Main:ACME  10 ACME {100.00 USD}
  Assets:Portfolio:Main:Cash:USD
";

#[test]
fn a_sale_by_fifo_takes_the_oldest_lot_and_fills_in_what_is_left_out() {
    let ledger = story(&format!(
        "{DEPOSIT}
2024-02-03 * \"Buy\"
  Assets:Portfolio:Main:ACME  10 ACME {{120.00 USD}}
  Assets:Portfolio:Main:Cash:USD
2024-03-04 * \"Sell\"
  Assets:Portfolio:Main:ACME  -15 ACME {{}} @ 130.00 USD
  Assets:Portfolio:Main:Cash:USD  1950.00 USD
  Income:Gains:ACME
"
    ))
    .unwrap();
    let sale = ledger.transactions.last().unwrap();
    let lots: Vec<_> =
        sale.postings[0].lots.iter().map(|lot| (lot.units, lot.cost.per_unit)).collect();
    let number = |value: i64| Decimal::from(value);
    assert_eq!(lots, [(number(-10), number(100)), (number(-5), number(120))]);
    // 10 × 30 + 5 × 10
    assert_eq!(sale.postings[2].units, number(-350));
    assert_eq!(kind_of(sale), Ok(TransactionKind::Sell));
    let held = &ledger.holdings["Assets:Portfolio:Main:ACME"];
    assert_eq!((held.len(), held[0].units), (1, number(5)));
    assert_eq!(held[0].cost.as_ref().unwrap().acquired.to_string(), "2024-02-03");
}

#[test]
fn each_broken_ledger_names_the_line_and_what_is_wrong() {
    let cases: [(&str, &str); 9] = [
        ("\n2024-01-02 * \"x\n", "3: "),
        (
            "
2024-01-02 * \"Unbalanced\"
  Assets:Portfolio:Main:Cash:USD  100.00 USD
  Equity:Contributions            -99.00 USD
",
            "3: unbalanced transaction with residual",
        ),
        (
            "
2024-01-02 * \"No such account\"
  Assets:Portfolio:Main:Cash:CHF  100.00 CHF
  Equity:Contributions
",
            "4: Assets:Portfolio:Main:Cash:CHF is not open",
        ),
        (
            "
2024-01-02 open Assets:Portfolio:Main:XYZ
2024-01-02 * \"Unknown commodity\"
  Assets:Portfolio:Main:XYZ  1 XYZW {10.00 USD}
  Assets:Portfolio:Main:Cash:USD
",
            "5: XYZW is declared by no commodity directive",
        ),
        (
            "
2024-01-02 * \"More than is held\"
  Assets:Portfolio:Main:ACME  -1 ACME {100.00 USD} @ 110.00 USD
  Assets:Portfolio:Main:Cash:USD  110.00 USD
  Income:Gains:ACME
",
            "3: Assets:Portfolio:Main:ACME would hold 1 ACME less than nothing",
        ),
        (
            "
2024-01-02 * \"Wrong currency\"
  Assets:Portfolio:Main:Cash:EUR  100.00 USD
  Equity:Contributions
",
            "4: Assets:Portfolio:Main:Cash:EUR takes no USD, only EUR",
        ),
        (
            "\n2024-01-02 balance Assets:Portfolio:Main:Cash:USD  1.00 USD\n",
            "3: Assets:Portfolio:Main:Cash:USD holds 0 USD and not 1.00",
        ),
        (
            "\n2024-01-02 open Assets:Portfolio:Main:X X \"AVERAGE\"\n",
            "3: Assets:Portfolio:Main:X is opened with Average",
        ),
        (
            "\nplugin \"beancount.plugins.auto_accounts\"\n",
            "3: the plugin beancount.plugins.auto_accounts is not run",
        ),
    ];
    for (text, expected) in cases {
        let found = faults(text);
        assert!(found[0].starts_with(expected), "{found:?} does not begin with {expected}");
    }
}

#[test]
fn all_faults_are_named_at_once_with_their_text() {
    let found = story(
        "
2024-01-02 * \"One\"
  Assets:Portfolio:Main:Cash:USD  100.00 USD
  Equity:Contributions            -99.00 USD
2024-01-03 * \"Two\"
  Assets:Portfolio:Main:Cash:USD  100.00 USD
  Equity:Contributions            -98.00 USD
",
    )
    .unwrap_err();
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].text, "2024-01-03 * \"Two\"");
}

#[test]
fn a_balance_holds_at_the_beginning_of_its_day_within_its_last_digit() {
    let on = |date: &str, amount: &str| {
        story(&format!("{DEPOSIT}\n{date} balance Assets:Portfolio:Main:Cash:USD {amount} USD\n"))
    };
    assert!(on("2024-01-03", "10000.00").is_ok());
    assert!(on("2024-01-04", "9000.01").is_ok());
    assert!(on("2024-01-04", "9000.02").is_err());
    assert!(on("2024-01-04", "9000.05 ~ 0.05").is_ok());
    assert!(on("2024-01-04", "9001").is_err());
}

#[test]
fn transactions_are_told_apart_by_what_they_touch() {
    let cases = [
        ("Assets:Portfolio:Main:Cash:USD 5.00 USD\n  Income:Dividends:ACME", "dividend"),
        ("Assets:Portfolio:Main:Cash:USD 5.00 USD\n  Income:Interest", "interest"),
        ("Assets:Portfolio:Main:Cash:USD 5.00 USD\n  Equity:Contributions", "deposit"),
        ("Assets:Portfolio:Main:Cash:USD -5.00 USD\n  Equity:Contributions", "withdrawal"),
        ("Assets:Portfolio:Main:Cash:USD -5.00 USD\n  Expenses:Fees", "fee"),
        ("Assets:Portfolio:Main:Cash:USD -5.00 USD\n  Expenses:Tax:Withholding", "tax"),
        (
            "Assets:Portfolio:Main:Cash:EUR 5.00 EUR @ 1.10 USD\n  Assets:Portfolio:Main:Cash:USD",
            "fx",
        ),
        ("Equity:Contributions 5.00 USD\n  Expenses:Fees", "other"),
        ("type: \"tax\"\n  Assets:Portfolio:Main:Cash:USD -5.00 USD\n  Expenses:Fees", "tax"),
    ];
    for (postings, kind) in cases {
        let ledger = story(&format!("2024-01-05 * \"One\"\n  {postings}\n")).unwrap();
        let found = kind_of(&ledger.transactions[0]).unwrap();
        assert_eq!(found.id(), kind, "{postings}");
    }
    let unclear = faults(
        "\n2024-01-05 * \"One\"\n  Assets:Portfolio:Main:Cash:USD -5.00 USD\n  Income:Gains:ACME\n",
    );
    assert!(unclear[0].starts_with("3: cannot classify this transaction"));
}

#[test]
fn accounts_of_a_portfolio_are_read_by_their_names() {
    let of = AccountName::of;
    assert_eq!(
        of("Assets:Portfolio:Main:ACME"),
        AccountName::Position { portfolio: "Main", symbol: "ACME" }
    );
    assert_eq!(
        of("Assets:Portfolio:Main:Cash:USD"),
        AccountName::Cash { portfolio: "Main", currency: "USD" }
    );
    assert_eq!(
        of("Assets:Portfolio:Main:Receivable"),
        AccountName::Receivable { portfolio: "Main" }
    );
    assert_eq!(of("Assets:Bank"), AccountName::Other);
}

/// Pieces of ledgers, good and bad.
const PIECES: [&str; 16] = [
    "2024-01-02 * \"x\"\n",
    "2024-01-05 ! \"y\" #split\n",
    "  Assets:Portfolio:Main:ACME  10 ACME {100.00 USD}\n",
    "  Assets:Portfolio:Main:ACME  -3 ACME {} @ 110.00 USD\n",
    "  Assets:Portfolio:Main:ACME  -3 ACME {{300 USD}}\n",
    "  Assets:Portfolio:Main:ACME  0 ACME {USD, *}\n",
    "  Assets:Portfolio:Main:Cash:USD\n",
    "  Assets:Portfolio:Main:Cash:USD  -1000.00 USD\n",
    "  Assets:Portfolio:Main:Cash:EUR  5 EUR @@ USD\n",
    "  Income:Gains:ACME\n",
    "2024-01-04 open Assets:Portfolio:Main:X X \"NONE\"\n",
    "2024-01-06 balance Assets:Portfolio 3 ACME\n",
    "2024-01-01 close Income:Interest\n",
    "include \"accounts.beancount\"\n",
    "\"\n",
    "  type: \"sell\"\n",
];

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_places(
        pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24),
    ) {
        let text: String = pieces.concat();
        if let Err(faults) = story(&text) {
            prop_assert!(!faults.is_empty());
            for fault in faults {
                prop_assert!(!fault.message.is_empty() && fault.place.line > 0);
            }
        }
    }
}
