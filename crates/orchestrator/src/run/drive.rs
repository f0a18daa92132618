//! The loop around the flow: performs what it wants done, and tells it how that went.

use super::{journal::Settled, shell::Shell};
use crate::{Actor, Orchestrator, UseCaseError};
use domain::id::{RunId, WorkspaceId};
use flow::{Alarm, Effect, Event, Outcome, State, Why};
use std::{collections::HashMap, pin::Pin, time::Duration};
use tokio::{
    sync::{broadcast, mpsc, watch},
    time::Instant,
};

/// One thing to be done about a run.
pub(super) struct Task<'a> {
    pub workspace: WorkspaceId,
    pub run: RunId,
    pub why: Why,
    /// Who cancels it.
    pub by: Option<&'a Actor>,
}

/// Steps that have settled and were not read yet: no pattern has more at once.
const SETTLED_MAX: usize = 64;

type Told<'a> = Pin<Box<dyn Future<Output = Event> + Send + 'a>>;

/// Goes on until the flow ends.
///
/// # Errors
/// The last fault of the store, when it gave no answer for too long.
pub(super) async fn drive(app: &Orchestrator, task: Task<'_>) -> Result<Outcome, UseCaseError> {
    let (settling, mut settled) = mpsc::channel(SETTLED_MAX);
    let shell = Shell::new(app, &task, settling);
    let mut word = Word::new(app, &task);
    let limits = app.limits.of_flow();
    let mut alarms = Alarms::default();
    // At most one conversation with the store, and one pass of the pattern.
    let mut asked: Option<Told<'_>> = None;
    let mut pass: Option<Told<'_>> = None;
    let (mut state, mut effects) = flow::begin(task.why);
    loop {
        for effect in effects {
            match effect {
                Effect::Look(why) => asked = Some(Box::pin(shell.look(why))),
                Effect::Act(act) => asked = Some(Box::pin(shell.act(act))),
                Effect::Write(write) => asked = Some(Box::pin(shell.write(write))),
                Effect::LookBack(write) => asked = Some(Box::pin(shell.look_back(write))),
                Effect::RunPattern => pass = Some(Box::pin(shell.run_pattern())),
                Effect::Proceed(step) => shell.proceed(step),
                Effect::GiveUp => pass = None,
                Effect::Wake(alarm, after) => alarms.set(alarm, after),
            }
        }
        if let State::Ended(outcome) = state {
            return shell.ended(outcome);
        }
        let event = tokio::select! {
            event = next(&mut asked) => { asked = None; event }
            event = next(&mut pass) => { pass = None; event }
            Some(step) = settled.recv() => keep(&shell, step),
            alarm = alarms.ring() => Event::Alarm(alarm),
            event = word.next() => event,
        };
        (state, effects) = flow::step(&limits, state, event);
    }
}

/// Never completes where there is nothing to wait for.
async fn next(told: &mut Option<Told<'_>>) -> Event {
    match told {
        Some(told) => told.await,
        None => std::future::pending().await,
    }
}

fn keep(shell: &Shell<'_>, settled: Settled) -> Event {
    let (step, stage) = (settled.step, settled.stage);
    shell.keep(settled);
    Event::Settled { step, stage }
}

#[derive(Default)]
struct Alarms(HashMap<Alarm, Instant>);

impl Alarms {
    fn set(&mut self, alarm: Alarm, after: Duration) {
        self.0.insert(alarm, Instant::now() + after);
    }

    /// The next one, once its time has come.
    async fn ring(&mut self) -> Alarm {
        let Some((&alarm, &at)) = self.0.iter().min_by_key(|(_, at)| **at) else {
            return std::future::pending().await;
        };
        tokio::time::sleep_until(at).await;
        self.0.remove(&alarm);
        alarm
    }
}

/// What a run is told from outside: that it was cancelled, and that the process stops.
struct Word {
    run: RunId,
    cancellations: broadcast::Receiver<RunId>,
    stopping: Option<watch::Receiver<bool>>,
}

impl Word {
    fn new(app: &Orchestrator, task: &Task<'_>) -> Self {
        // A sweep or a cancellation is one transaction; there is nothing to hand back.
        let stopping = (task.why == Why::Offered).then(|| app.stopping.subscribe());
        Self { run: task.run, cancellations: app.cancellations.subscribe(), stopping }
    }

    async fn next(&mut self) -> Event {
        loop {
            tokio::select! {
                heard = self.cancellations.recv() => match heard {
                    Ok(run) if run == self.run => return Event::Cancelled,
                    // One that was missed shows when the lease is renewed.
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                },
                () = stops(&mut self.stopping) => {
                    self.stopping = None;
                    return Event::Stop;
                }
            }
        }
    }
}

/// Completes when the process is asked to stop; said once.
async fn stops(stopping: &mut Option<watch::Receiver<bool>>) {
    let Some(stopping) = stopping else { return std::future::pending().await };
    if stopping.wait_for(|stopping| *stopping).await.is_err() {
        std::future::pending::<()>().await;
    }
}
