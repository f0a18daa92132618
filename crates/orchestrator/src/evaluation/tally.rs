//! A book in memory, for calls that belong to no run.

use crate::{assistant::ModelAccount, new_id};
use agents::assistant::{Book, CallEnd, Entry, Found, NewCall, NotOpened, Opened};
use domain::{
    id::{ModelCallId, RunId},
    language_model::{Charged, CostMissing, Tokens, Worst},
};
use rust_decimal::Decimal;
use std::{
    future::{Future, ready},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What the calls for one package used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    pub calls: usize,
    /// Of the calls that the server counted.
    pub tokens: Tokens,
    /// Why it is not known, if it is not.
    pub cost: Result<Decimal, CostMissing>,
}

/// The calls of one evaluation.
#[derive(Debug)]
pub(super) struct Tally {
    account: Arc<ModelAccount>,
    lines: Mutex<Vec<Line>>,
}

#[derive(Debug)]
struct Line {
    id: ModelCallId,
    run: RunId,
    model: String,
    worst: Worst,
    /// None while it is under way, or where the server did not count.
    tokens: Option<Tokens>,
}

impl Tally {
    pub const fn new(account: Arc<ModelAccount>) -> Self {
        Self { account, lines: Mutex::new(Vec::new()) }
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn used_by(&self, run: RunId) -> Used {
        let lines = self.lines();
        let of_run = || lines.iter().filter(|line| line.run == run);
        let costs = of_run().map(|line| self.account.cost(&line.model, line.tokens));
        let sum = |sum: Decimal, cost: Result<Decimal, CostMissing>| {
            sum.checked_add(cost?).ok_or(CostMissing::OutOfRange)
        };
        Used {
            calls: of_run().count(),
            tokens: of_run().filter_map(|line| line.tokens).fold(Tokens::NONE, Tokens::plus),
            cost: costs.into_iter().try_fold(Decimal::ZERO, sum),
        }
    }

    fn write(&self, call: NewCall) -> Result<Opened, NotOpened> {
        let worst = self.account.worst(&call.model, call.worst);
        let mut lines = self.lines();
        let run = self.charged(lines.iter().filter(|line| line.run == call.run));
        let all = self.charged(lines.iter());
        let budgets = &self.account.budgets;
        budgets.allow(call.calls_max, run, all, worst).map_err(NotOpened::Exhausted)?;
        let NewCall { workspace, run: of, model, .. } = call;
        let id = ModelCallId::from_uuid(new_id());
        let ordinal = u32::try_from(run.calls + 1).unwrap_or(u32::MAX);
        lines.push(Line { id, run: of, model: model.clone(), worst, tokens: None });
        Ok(Opened::Call(Entry { id, workspace, run: of, model, ordinal, resumes: None }))
    }

    /// What was used, and the most that may have been where that is not known.
    fn charged<'l>(&self, lines: impl Iterator<Item = &'l Line>) -> Charged {
        let none = Charged { cost: Some(Decimal::ZERO), ..Charged::default() };
        lines.fold(none, |charged, line| {
            let tokens = line.tokens.map_or(line.worst.tokens, Tokens::total);
            let cost = line.tokens.map_or(line.worst.cost, |tokens| {
                self.account.cost(&line.model, Some(tokens)).ok()
            });
            Charged {
                calls: charged.calls + 1,
                tokens: charged.tokens.saturating_add(tokens),
                cost: charged.cost.zip(cost).and_then(|(sum, cost)| sum.checked_add(cost)),
            }
        })
    }
}

impl Book for Tally {
    fn open(
        &self,
        call: NewCall,
    ) -> Pin<Box<dyn Future<Output = Result<Opened, NotOpened>> + Send + '_>> {
        Box::pin(ready(self.write(call)))
    }

    fn began<'a>(
        &'a self,
        _: &'a Entry,
        _: &'a str,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(ready(()))
    }

    fn found(&self, _: Found) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(ready(()))
    }

    fn arrived<'a>(
        &'a self,
        _: &'a Entry,
        _: &'a str,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(ready(()))
    }

    fn close(&self, entry: Entry, end: CallEnd) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        if let Some(line) = self.lines().iter_mut().find(|line| line.id == entry.id) {
            line.tokens = end.tokens;
        }
        Box::pin(ready(()))
    }
}
