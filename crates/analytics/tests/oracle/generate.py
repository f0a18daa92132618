"""Figures of random portfolios, for the tests of the analytics crate; see README.md."""

import datetime
import json
import pathlib

import numpy as np
import scipy
from scipy.optimize import brentq
from scipy.stats import norm

SEED = 20251021
OPENED = datetime.date(2021, 1, 4)
TRADING_DAYS = 252
CALENDAR_DAYS = 365


def dates(count):
    """Weekdays from the opening on."""
    days, day = [], OPENED
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += datetime.timedelta(days=1)
    return days


def annualised(returns, days):
    return float(np.prod(1 + returns) ** (CALENDAR_DAYS / days) - 1)


def drawdown(returns):
    index = np.concatenate([[1.0], np.cumprod(1 + returns)])
    return float(np.min(index / np.maximum.accumulate(index)) - 1)


def tail(returns, confidence):
    # 1 - 0.9 is less than 0.1 in binary, and would miss a quantile that is a return.
    beyond = round(1 - confidence, 12)
    bound = np.quantile(returns, beyond)
    return {
        "confidence": confidence,
        "value_at_risk": float(-bound),
        "conditional_value_at_risk": float(-returns[returns <= bound].mean()),
        "parametric_value_at_risk": float(
            -(returns.mean() + norm.ppf(beyond) * returns.std(ddof=1))
        ),
    }


def money_weighted(days, navs, flows):
    cash = [(0, -navs[0])]
    cash += [((day - days[0]).days, -flow) for day, flow in zip(days[1:], flows[1:]) if flow]
    cash += [((days[-1] - days[0]).days, navs[-1])]

    def present(rate):
        return sum(amount * (1 + rate) ** (-day / CALENDAR_DAYS) for day, amount in cash)

    return float(brentq(present, -0.99, 10, xtol=1e-14, rtol=1e-14))


def book(rng, count, drift, spread):
    """A book with flows, its benchmark, and the figures of both. Values are in cents."""
    days = dates(count + 1)
    benchmark = np.round(rng.standard_t(4, count) * spread / 1.5 + drift, 8)
    navs, flows = [100_000_000], [100_000_000]
    for at in range(count):
        earned = 0.8 * benchmark[at] + rng.normal(0, spread / 2)
        flow = int(rng.integers(-2_000_000, 4_000_000)) if rng.random() < 0.05 else 0
        navs.append(round(navs[-1] * (1 + earned)) + flow)
        flows.append(flow)
    value, flow = np.array(navs, dtype=float), np.array(flows, dtype=float)
    returns = (value[1:] - flow[1:] - value[:-1]) / value[:-1]
    elapsed = (days[-1] - days[0]).days
    risk_free, target = 0.03, 0.05
    long = len(returns) >= 250 or elapsed >= 365
    own, other = annualised(returns, elapsed), annualised(benchmark, elapsed)
    volatility = float(returns.std(ddof=1) * np.sqrt(TRADING_DAYS))
    short = np.minimum(returns - target / TRADING_DAYS, 0)
    downside = float(np.sqrt(np.mean(short**2) * TRADING_DAYS))
    beta = float(np.cov(returns, benchmark, ddof=1)[0, 1] / np.var(benchmark, ddof=1))
    error = float((returns - benchmark).std(ddof=1) * np.sqrt(TRADING_DAYS))
    return {
        "dates": [day.isoformat() for day in days],
        "nav_cents": navs,
        "flow_cents": flows,
        "benchmark": benchmark.tolist(),
        "risk_free": risk_free,
        "target": target,
        "figures": {
            "time_weighted_return": float(np.prod(1 + returns) - 1),
            "annualised_return": own if long else None,
            "money_weighted_return": money_weighted(days, navs, flows),
            "volatility": volatility,
            "sharpe_ratio": (own - risk_free) / volatility if long else None,
            "sortino_ratio": (own - target) / downside if long else None,
            "maximum_drawdown": drawdown(returns),
            "beta": beta,
            "correlation": float(np.corrcoef(returns, benchmark)[0, 1]),
            "alpha": own - risk_free - beta * (other - risk_free) if long else None,
            "tracking_error": error,
            "information_ratio": (own - other) / error if long else None,
        },
        "tails": [tail(returns, confidence) for confidence in (0.9, 0.95, 0.99)],
    }


def risk(rng, count, assets):
    """Euler's decomposition by the marginal change of the volatility, numerically exact."""
    mixing = rng.normal(0, 0.01, (assets, assets))
    columns = np.round(rng.normal(0, 1, (count, assets)) @ mixing, 8)
    weights = np.round(rng.dirichlet(np.ones(assets)), 6)
    covariance = np.atleast_2d(np.cov(columns, rowvar=False, ddof=1)) * TRADING_DAYS
    volatility = float(np.sqrt(weights @ covariance @ weights))
    single = np.sqrt(np.diag(covariance))
    return {
        "weights": weights.tolist(),
        "returns": columns.T.tolist(),
        "volatility": volatility,
        "contributions": (weights * (covariance @ weights) / volatility).tolist(),
        "diversification_ratio": float(weights @ single / volatility),
        "herfindahl": float(np.sum(weights**2)),
    }


def attribution(rng, count, currencies):
    """Parts of a book that is held without trades, linked by Carino's factors."""
    local = np.round(rng.normal(0.0005, 0.01, (count, currencies)), 8)
    fx = np.round(rng.normal(0, 0.005, (count, currencies)), 8)
    values = np.empty((count + 1, currencies))
    values[0] = rng.uniform(1, 3, currencies)
    for at in range(count):
        values[at + 1] = values[at] * (1 + local[at]) * (1 + fx[at])
    navs = values.sum(axis=1)
    weights = values[:-1] / navs[:-1, None]
    daily = navs[1:] / navs[:-1] - 1
    total = navs[-1] / navs[0] - 1
    factors = (np.log1p(daily) / daily) / (np.log1p(total) / total)

    def linked(part):
        return (factors[:, None] * weights * part).sum(axis=0).tolist()

    return {
        "weights": weights.tolist(),
        "local": local.tolist(),
        "fx": fx.tolist(),
        "measured": daily.tolist(),
        "total": float(total),
        "linked_local": linked(local),
        "linked_fx": linked(fx),
        "linked_interaction": linked(local * fx),
        "linked_base": linked((1 + local) * (1 + fx) - 1),
    }


def main():
    rng = np.random.default_rng(SEED)
    fixtures = {
        "seed": SEED,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "books": [
            book(rng, 31, 0.0005, 0.01),
            book(rng, 101, -0.001, 0.02),
            book(rng, 253, 0.0008, 0.012),
            book(rng, 760, 0.0002, 0.015),
        ],
        "risks": [risk(rng, 40, 1), risk(rng, 60, 3), risk(rng, 90, 8)],
        "attributions": [attribution(rng, 1, 2), attribution(rng, 40, 4)],
    }
    path = pathlib.Path(__file__).with_name("fixtures.json")
    path.write_text(json.dumps(fixtures, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
