//! The places of one agent, and the bounded queue for them.
//!
//! Who finds no place waits for one, up to its deadline. Workspaces take turns, and within
//! one the first to come is the first to go, so that whoever asks for much waits for itself.

use crate::observe::{self, QueueResult};
use domain::id::WorkspaceId;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

/// Calls that one agent carries at the same time (domain section 4), those of governed runs
/// apart.
pub const CALLS_PER_AGENT_MAX: usize = 32;

/// Calls that wait for a place of one agent: what 128 executions of eight steps ask for at once.
/// Each is a future with its arguments; more than this would not be served within ten seconds.
pub const CALLS_WAITING_MAX: usize = 1_024;

/// Of these, those of one workspace: half, so that its flood leaves room for the others.
pub const CALLS_WAITING_OF_A_WORKSPACE_MAX: usize = CALLS_WAITING_MAX / 2;

/// Of a call without a deadline: that of an execution whose pattern names none.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Bulkhead {
    agent: &'static str,
    queue: Mutex<Queue>,
}

/// One of the agent's places, until it is dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Bulkhead>);

/// Why there is no place. In each case nothing was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// As many wait as may, of all workspaces or of this one.
    Full,
    /// None was free by the deadline.
    Late,
}

#[derive(Debug)]
struct Queue {
    free: usize,
    waiting: usize,
    numbers: u64,
    /// Whose turn it is next stands first. None of them is empty.
    lines: VecDeque<Line>,
}

/// The calls of one workspace, the oldest first.
#[derive(Debug)]
struct Line {
    workspace: WorkspaceId,
    waiters: VecDeque<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    told: oneshot::Sender<Place>,
}

enum Asked<'b> {
    Placed(Place),
    Queued(Queued<'b>, oneshot::Receiver<Place>),
    Full,
}

/// A call in the queue; dropped, it leaves it.
struct Queued<'b> {
    bulkhead: &'b Bulkhead,
    workspace: WorkspaceId,
    number: u64,
}

impl Bulkhead {
    pub fn new(agent: &'static str) -> Arc<Self> {
        let queue =
            Queue { free: CALLS_PER_AGENT_MAX, waiting: 0, numbers: 0, lines: VecDeque::new() };
        Arc::new(Self { agent, queue: Mutex::new(queue) })
    }

    /// Calls under way, and calls that wait.
    pub fn load(&self) -> (usize, usize) {
        let queue = self.lock();
        (CALLS_PER_AGENT_MAX - queue.free, queue.waiting)
    }

    /// A place that is free at once. None is as long as anybody waits.
    pub fn take(self: &Arc<Self>) -> Option<Place> {
        self.lock().take().then(|| Place(Arc::clone(self)))
    }

    /// A place, when it is this call's turn.
    pub async fn wait(
        self: &Arc<Self>,
        workspace: WorkspaceId,
        until: Option<Instant>,
    ) -> Result<Place, NoPlace> {
        let began = Instant::now();
        let told = |result| observe::call_queued(self.agent, result, began.elapsed());
        let (_queued, turn) = match self.ask(workspace) {
            Asked::Placed(place) => return Ok(place),
            Asked::Queued(queued, turn) => (queued, turn),
            Asked::Full => {
                told(QueueResult::Full);
                return Err(NoPlace::Full);
            }
        };
        let until = until.unwrap_or(began + PATIENCE);
        let placed = timeout_at(until, turn).await.ok().and_then(Result::ok);
        told(if placed.is_some() { QueueResult::Placed } else { QueueResult::Late });
        placed.ok_or(NoPlace::Late)
    }

    fn ask(self: &Arc<Self>, workspace: WorkspaceId) -> Asked<'_> {
        let mut queue = self.lock();
        if queue.take() {
            return Asked::Placed(Place(Arc::clone(self)));
        }
        let (told, turn) = oneshot::channel();
        let Some(number) = queue.join(workspace, told) else { return Asked::Full };
        observe::calls_waiting(self.agent, queue.waiting);
        Asked::Queued(Queued { bulkhead: self, workspace, number }, turn)
    }

    /// Hands a place that was given back to whose turn it is.
    fn release(self: &Arc<Self>) {
        let next = {
            let mut queue = self.lock();
            let next = queue.next();
            if next.is_none() {
                queue.free += 1;
            } else {
                observe::calls_waiting(self.agent, queue.waiting);
            }
            next
        };
        if let Some(waiter) = next {
            // Who left in this very moment gives it back: the place is dropped here.
            drop(waiter.told.send(Place(Arc::clone(self))));
        }
    }

    /// The queue is whole after every statement.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// A place is free only while nobody waits: [`Bulkhead::release`] hands it on.
    const fn take(&mut self) -> bool {
        let free = self.free > 0;
        if free {
            self.free -= 1;
        }
        free
    }

    /// The number in the queue; none when it is full.
    fn join(&mut self, workspace: WorkspaceId, told: oneshot::Sender<Place>) -> Option<u64> {
        if self.waiting >= CALLS_WAITING_MAX {
            return None;
        }
        let own = self.lines.iter().position(|line| line.workspace == workspace);
        let own = own.unwrap_or_else(|| {
            self.lines.push_back(Line { workspace, waiters: VecDeque::new() });
            self.lines.len() - 1
        });
        let line = &mut self.lines[own];
        if line.waiters.len() >= CALLS_WAITING_OF_A_WORKSPACE_MAX {
            return None;
        }
        self.numbers += 1;
        line.waiters.push_back(Waiter { number: self.numbers, told });
        self.waiting += 1;
        Some(self.numbers)
    }

    /// The oldest call of the workspace whose turn it is, which then stands last.
    fn next(&mut self) -> Option<Waiter> {
        let mut line = self.lines.pop_front()?;
        let first = line.waiters.pop_front()?;
        if !line.waiters.is_empty() {
            self.lines.push_back(line);
        }
        self.waiting -= 1;
        Some(first)
    }

    /// Takes a call out that waits no longer. False when its turn had come.
    fn leave(&mut self, workspace: WorkspaceId, number: u64) -> bool {
        let Some(own) = self.lines.iter().position(|line| line.workspace == workspace) else {
            return false;
        };
        let waiters = &mut self.lines[own].waiters;
        let Ok(at) = waiters.binary_search_by_key(&number, |waiter| waiter.number) else {
            return false;
        };
        waiters.remove(at);
        if waiters.is_empty() {
            self.lines.remove(own);
        }
        self.waiting -= 1;
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        let mut queue = self.bulkhead.lock();
        if queue.leave(self.workspace, self.number) {
            observe::calls_waiting(self.bulkhead.agent, queue.waiting);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(number: u128) -> WorkspaceId {
        WorkspaceId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn full() -> (Arc<Bulkhead>, Vec<Place>) {
        let bulkhead = Bulkhead::new("test");
        let places = (0..CALLS_PER_AGENT_MAX).map(|_| bulkhead.take().unwrap()).collect();
        assert!(bulkhead.take().is_none());
        (bulkhead, places)
    }

    /// Gives the tasks their turn until so many wait.
    async fn until_waiting(bulkhead: &Bulkhead, count: usize) {
        while bulkhead.load() != (CALLS_PER_AGENT_MAX, count) {
            tokio::task::yield_now().await;
        }
    }

    /// Notes its name when it gets a place, and keeps the place.
    fn queue(
        bulkhead: &Arc<Bulkhead>,
        of: u128,
        name: &'static str,
        served: &Arc<Mutex<Vec<&'static str>>>,
    ) -> tokio::task::JoinHandle<Place> {
        let (bulkhead, served) = (Arc::clone(bulkhead), Arc::clone(served));
        tokio::spawn(async move {
            let place = bulkhead.wait(workspace(of), None).await.unwrap();
            served.lock().unwrap().push(name);
            place
        })
    }

    #[tokio::test(start_paused = true)]
    async fn workspaces_take_turns_and_within_one_the_first_goes_first() {
        let (bulkhead, mut places) = full();
        let served = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for (of, name) in [(1, "a1"), (1, "a2"), (1, "a3"), (2, "b1"), (3, "c1"), (2, "b2")] {
            waiting.push(queue(&bulkhead, of, name, &served));
            tokio::task::yield_now().await;
        }
        assert_eq!(bulkhead.load(), (32, 6));
        for _ in 0..6 {
            places.pop();
            tokio::task::yield_now().await;
        }
        assert_eq!(*served.lock().unwrap(), ["a1", "b1", "c1", "a2", "b2", "a3"]);
        drop(places);
        for one in waiting {
            drop(one.await.unwrap());
        }
        assert_eq!(bulkhead.load(), (0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn one_workspace_fills_half_of_the_queue_and_others_the_rest() {
        let (bulkhead, places) = full();
        let wait = |of: u128| {
            let bulkhead = Arc::clone(&bulkhead);
            tokio::spawn(async move { bulkhead.wait(workspace(of), None).await.map(drop) })
        };
        let mut waiting: Vec<_> = (0..CALLS_WAITING_OF_A_WORKSPACE_MAX).map(|_| wait(1)).collect();
        until_waiting(&bulkhead, CALLS_WAITING_OF_A_WORKSPACE_MAX).await;
        assert_eq!(bulkhead.wait(workspace(1), None).await.unwrap_err(), NoPlace::Full);
        let others = (0..CALLS_WAITING_MAX - CALLS_WAITING_OF_A_WORKSPACE_MAX).map(|at| at % 7 + 2);
        waiting.extend(others.map(|of| wait(u128::try_from(of).unwrap())));
        until_waiting(&bulkhead, CALLS_WAITING_MAX).await;
        assert_eq!(bulkhead.wait(workspace(99), None).await.unwrap_err(), NoPlace::Full);
        assert_eq!(bulkhead.load(), (32, CALLS_WAITING_MAX), "who is refused leaves nothing");
        drop(places);
        for one in waiting {
            assert_eq!(one.await.unwrap(), Ok(()));
        }
        assert_eq!(bulkhead.load(), (0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_no_longer_takes_no_place_and_no_turn() {
        let (bulkhead, mut places) = full();
        let served = Arc::new(Mutex::new(Vec::new()));
        let gone = queue(&bulkhead, 1, "gone", &served);
        tokio::task::yield_now().await;
        let stays = queue(&bulkhead, 1, "stays", &served);
        tokio::task::yield_now().await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        assert_eq!(bulkhead.load(), (32, 1));
        let until = Instant::now() + Duration::from_millis(20);
        let late = bulkhead.wait(workspace(2), Some(until)).await.unwrap_err();
        assert_eq!((late, bulkhead.load()), (NoPlace::Late, (32, 1)));
        places.pop();
        drop(stays.await.unwrap());
        assert_eq!(bulkhead.load(), (31, 0));
        drop(places);
        assert_eq!(bulkhead.load(), (0, 0));
    }
}
