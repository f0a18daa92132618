"""Invents the closing prices and rates of every weekday that history.json holds; see README.md."""

import collections
import datetime
import json
import math
import pathlib
import random
import re

SEED = 20220103
HERE = pathlib.Path(__file__).parent
LEDGER = HERE.parent / "ledger"
FIRST, LAST = datetime.date(2022, 1, 3), datetime.date(2028, 12, 29)
# Standard deviation of a day's change, as a fraction.
PRICE_DEVIATION, RATE_DEVIATION = 0.009, 0.003
# How much of its distance from the level of closing_prices.json a value loses in a day, once the ledger has ended.
REVERSION = 0.12
# Units of today for one unit before the day of the split.
SPLITS = {"DELT": (datetime.date(2024, 6, 10), 4), "OAKS": (datetime.date(2023, 9, 18), 0.1)}
BASES = {"sample.beancount": "USD", "rhine.beancount": "EUR"}

DAYS = [FIRST + datetime.timedelta(days=at) for at in range((LAST - FIRST).days + 1)]
DAYS = [day for day in DAYS if day.weekday() < 5]
MARKET = json.loads((HERE / "closing_prices.json").read_text())


def trading_day(text):
    """The day itself, or the Friday before a weekend."""
    day = datetime.date.fromisoformat(text)
    return day - datetime.timedelta(days=max(0, day.weekday() - 4))


class Anchors:
    """What the ledger says of a value on a day: the mean where it says several things."""

    def __init__(self):
        self.found = collections.defaultdict(list)

    def add(self, day, value):
        self.found[day].append(math.log(value))

    def levels(self):
        return {day: sum(values) / len(values) for day, values in self.found.items()}


def split_factor(symbol, day):
    split, units = SPLITS.get(symbol, (DAYS[0], 1))
    return units if day < split else 1


def of_the_ledger():
    """Prices by symbol, in units of today, and rates of exchanged money by its currency and the base."""
    prices, rates = collections.defaultdict(Anchors), collections.defaultdict(Anchors)
    for symbol, *rest in re.findall(r"^(\S+) price (\S+)\s+(\S+)", (LEDGER / "prices.beancount").read_text(), re.M):
        day, (symbol, price) = trading_day(symbol), rest
        prices[symbol].add(day, float(price) / split_factor(symbol, day))
    for name, base in BASES.items():
        for entry in (LEDGER / name).read_text().split("\n\n"):
            if not re.match(r"\d", entry) or "#split" in entry.split("\n")[0]:
                continue
            day = trading_day(entry[:10])
            bought = re.findall(r"\s[\d.]+ (\w+) \{([\d.]+) \w+, " + entry[:10], entry)
            sold = re.findall(r"\s-[\d.]+ (\w+) \{.*\} @ ([\d.]+)", entry)
            for symbol, price in set(bought + sold):
                prices[symbol].add(day, float(price) / split_factor(symbol, day))
            for units, currency, cost in re.findall(r"\s([\d.]+) (\w+) @@ ([\d.]+)", entry):
                rates[currency, base].add(day, float(cost) / float(units))
    return prices, rates


def path(rng, levels, goal, deviation):
    """Logarithms for every day: through the anchors, then about the goal."""
    known = sorted(levels)
    value, result = levels[known[0]], {}
    ahead = list(known)
    for day in DAYS:
        while ahead and ahead[0] < day:
            ahead.pop(0)
        if day in levels:
            value = levels[day]
        elif ahead:
            left = sum(1 for other in DAYS if day <= other <= ahead[0])
            value += (levels[ahead[0]] - value) / left + rng.gauss(0, deviation) * math.sqrt((left - 1) / left)
        else:
            value += (goal - value) * REVERSION + rng.gauss(0, deviation)
        result[day] = value
    return result


def main():
    prices, into_base = of_the_ledger()
    rng = random.Random(SEED)
    rates, goals = {}, {pair["to"]: math.log(float(pair["rate"])) for pair in MARKET["fx"]}
    for currency in ["USD", *sorted(goals.keys() - {"USD"})]:
        per_euro = Anchors()
        for day, level in into_base[currency, "EUR"].levels().items():
            per_euro.add(day, math.exp(-level))
        for day, level in into_base["EUR" if currency == "USD" else currency, "USD"].levels().items():
            per_euro.add(day, math.exp(level if currency == "USD" else rates["USD"][day] - level))
        rates[currency] = path(rng, per_euro.levels(), goals[currency], RATE_DEVIATION)
    closes = {}
    for security in MARKET["securities"]:
        symbol, goal = security["symbol"], math.log(float(security["close"]))
        closes[symbol] = path(rng, prices[symbol].levels(), goal, PRICE_DEVIATION)
    securities = [{name: one[name] for name in ("symbol", "exchange", "currency")} for one in MARKET["securities"]]
    pairs = [{"from": pair["from"], "to": pair["to"]} for pair in MARKET["fx"]]
    rows = []
    for day in DAYS:
        of_day = [f"{math.exp(closes[one['symbol']][day]) * split_factor(one['symbol'], day):.2f}" for one in securities]
        of_pairs = [f"{math.exp(rates[pair['to']][day]):.4f}" for pair in pairs]
        rows.append("    " + json.dumps([day.isoformat(), of_day, of_pairs], separators=(",", ":")))
    head = {"schema": 1, "sample": True, "policy": MARKET["policy"], "provider": MARKET["provider"]}
    lines = ["{"] + [f"  {json.dumps(name)}: {json.dumps(value)}," for name, value in head.items()]
    lines += [f'  "securities": {json.dumps(securities)},', f'  "fx": {json.dumps(pairs)},', '  "days": [']
    (HERE / "history.json").write_text("\n".join(lines) + "\n" + ",\n".join(rows) + "\n  ]\n}\n")


if __name__ == "__main__":
    main()
