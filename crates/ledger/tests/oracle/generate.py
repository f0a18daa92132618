"""What Beancount makes of the sample ledger and of random ones; see README.md."""

import json
import pathlib
import random
import sys
from datetime import date, timedelta
from decimal import Decimal

import beancount
from beancount import loader
from beancount.core import data, realization

SEED = 20251021
HERE = pathlib.Path(__file__).parent
SAMPLES = HERE.parents[3] / "samples/ledger"
SYMBOLS = {"ACME": "FIFO", "MAPL": "LIFO", "HOCH": "HIFO", "PINE": "STRICT"}


def holdings(entries):
    """Account, units, commodity and lot of all that is held, sorted."""
    rows = []
    for account in realization.iter_children(realization.realize(entries), True):
        for position in account.balance:
            cost = position.cost
            lot = cost and [f"{cost.number.normalize():f}", cost.currency, cost.date.isoformat(), cost.label]
            number = f"{position.units.number.normalize():f}"
            rows.append([account.account, number, position.units.currency, lot])
    return sorted(rows, key=json.dumps)


class Story:
    """A random book whose every transaction is good."""

    def __init__(self, rng):
        self.rng, self.lines, self.held, self.day = rng, [], {}, date(2023, 1, 2)
        for symbol, method in SYMBOLS.items():
            self.lines.append(f"2023-01-01 commodity {symbol}")
            self.lines.append(f'2023-01-01 open Assets:Portfolio:Main:{symbol} {symbol} "{method}"')
        for currency in ("USD", "EUR"):
            self.lines.append(f"2023-01-01 open Assets:Portfolio:Main:Cash:{currency} {currency}")
        for account in ("Income:Gains", "Income:Dividends:ACME", "Equity:Contributions", "Expenses:Fees"):
            self.lines.append(f"2023-01-01 open {account}")
        self.transaction(["Cash:USD  100000.00 USD", "!Equity:Contributions"])

    def transaction(self, postings):
        self.lines.append(f'{self.day} * "Event"')
        for posting in postings:
            account = posting[1:] if posting.startswith("!") else "Assets:Portfolio:Main:" + posting
            self.lines.append("  " + account)

    def buy(self):
        symbol = self.rng.choice(list(SYMBOLS))
        units, price = self.rng.randint(1, 50), Decimal(self.rng.randint(100, 30000)) / 100
        self.held.setdefault(symbol, []).append([units, price, self.day])
        self.transaction([f"{symbol}  {units} {symbol} {{{price} USD}}", "!Expenses:Fees  1.00 USD", "Cash:USD"])

    def sell(self):
        symbols = [symbol for symbol, lots in self.held.items() if lots]
        if not symbols:
            return self.buy()
        symbol = self.rng.choice(symbols)
        lots, price = self.held[symbol], Decimal(self.rng.randint(100, 30000)) / 100
        if SYMBOLS[symbol] == "STRICT":
            lot = self.rng.choice(lots)
            units = self.rng.randint(1, lot[0])
            lot[0] -= units
            spec = f"{{{lot[1]} USD, {lot[2]}}}"
        else:
            units, spec = self.rng.randint(1, sum(lot[0] for lot in lots)), "{}"
            self.take(symbol, units)
        self.held[symbol] = [lot for lot in lots if lot[0]]
        cash = f"{price * units:.2f}"
        postings = [f"{symbol}  -{units} {symbol} {spec} @ {price} USD", f"Cash:USD  {cash} USD", "!Income:Gains"]
        self.transaction(postings)

    def take(self, symbol, units):
        """Only so that no later sale asks for more than there is."""
        lots = self.held[symbol]
        order = {"FIFO": lots, "LIFO": lots[::-1], "HIFO": sorted(lots, key=lambda lot: -lot[1])}
        for lot in order[SYMBOLS[symbol]]:
            part = min(units, lot[0])
            lot[0], units = lot[0] - part, units - part

    def other(self):
        kind = self.rng.randrange(3)
        if kind == 0:
            self.transaction(["Cash:USD  12.34 USD", "!Income:Dividends:ACME"])
        elif kind == 1:
            self.transaction(["Cash:EUR  100.00 EUR @ 1.0825 USD", "Cash:USD"])
        else:
            self.transaction(["Cash:EUR  50.00 EUR @@ 54.10 USD", "Cash:USD  -54.10 USD"])

    def tell(self, events):
        for _ in range(events):
            self.day += timedelta(days=self.rng.randint(1, 6))
            self.rng.choice([self.buy, self.buy, self.sell, self.other])()
        return "\n".join(self.lines) + "\n"


def damage(rng, text):
    """The text with one posting changed: its number, its account or its commodity."""
    lines = text.split("\n")
    at = rng.choice([at for at, line in enumerate(lines) if line.startswith("  ") and " USD" in line])
    line = lines[at]
    lines[at] = rng.choice(
        [
            line.replace(".", "1.", 1),
            line.replace("Assets:", "Assets:Elsewhere:").replace("Expenses:", "Expenses:Elsewhere:"),
            line.replace("USD", "CHF", 1),
            line.replace("  ", "  ! ", 1) + " {",
        ]
    )
    return "\n".join(lines)


def near_balance(residual):
    """A transaction that misses its balance by so much."""
    accounts = "2024-01-01 open Assets:Portfolio:Main:Cash:USD\n2024-01-01 open Equity:Contributions\n"
    postings = f"  Assets:Portfolio:Main:Cash:USD  {10 + Decimal(residual)} USD\n  Equity:Contributions  -10.00 USD\n"
    return f'{accounts}2024-01-02 * "Nearly"\n{postings}'


def opinion(text):
    entries, errors, _ = loader.load_string(text)
    return {"text": text, "good": not errors, "holdings": holdings(entries) if not errors else []}


def main(path):
    rng = random.Random(SEED)
    entries, errors, _ = loader.load_file(str(SAMPLES / "main.beancount"))
    assert not errors, errors
    stories = [Story(rng).tell(events) for events in (5, 20, 40, 60, 80, 100)]
    damaged = [damage(rng, rng.choice(stories[:4])) for _ in range(16)]
    nearly = [near_balance(residual) for residual in ("0.004", "0.005", "0.0050001", "0.006", "-0.005", "-0.01")]
    fixtures = {
        "seed": SEED,
        "beancount": beancount.__version__,
        "sample": {
            "transactions": sum(isinstance(entry, data.Transaction) for entry in entries),
            "holdings": holdings(entries),
        },
        "random": [opinion(text) for text in stories + damaged + nearly],
    }
    path.write_text(json.dumps(fixtures, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if sys.argv[1:] else HERE / "fixtures.json")
