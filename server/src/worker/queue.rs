//! The queue's loop, as the library has it, and what wakes it.
//!
//! The library looks for jobs when it is told of a new one, and every two seconds; each
//! time every free slot takes one. Left to itself it would carry no more than its slots
//! every two seconds while jobs are waiting, and, once the connection that it listens on
//! is lost, hear of none. So it is woken here: by a channel that is opened anew, and by
//! a job that ends while there may be others that found no slot.

use graphile_worker::{
    BoxFuture, DatabaseDriver, DbError, DbExecutor, DbParams, DbRow, DbTransaction, Notification,
    NotificationStream, sqlx::SqlxDatabase,
};
use sqlx::PgPool;
use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;
use tokio_stream::StreamExt;

/// Wakes the queue's loop. Calls that come while it is awake count as one.
#[derive(Clone, Debug)]
pub struct Wake(Arc<Slots>);

#[derive(Debug)]
struct Slots {
    call: Notify,
    busy: AtomicUsize,
    count: usize,
}

impl Wake {
    pub fn new(slots: usize) -> Self {
        Self(Arc::new(Slots { call: Notify::new(), busy: AtomicUsize::new(0), count: slots }))
    }

    pub fn call(&self) {
        self.0.call.notify_one();
    }

    /// A job has begun; it ends when what this gives is dropped.
    pub fn begin(&self) -> Job {
        self.0.busy.fetch_add(1, Ordering::Relaxed);
        Job(self.clone())
    }
}

/// A job under way.
pub struct Job(Wake);

impl Drop for Job {
    /// While jobs wait the slots are busy, all but those that are taking one or giving
    /// one back. With fewer busy nothing waits, and each look would be in vain.
    fn drop(&mut self) {
        let slots = &self.0.0;
        if slots.busy.fetch_sub(1, Ordering::Relaxed) * 2 >= slots.count {
            self.0.call();
        }
    }
}

/// The store of the queue, whose notifications are the calls of a [`Wake`].
#[derive(Debug)]
pub struct WokenDatabase {
    inner: SqlxDatabase,
    wake: Wake,
}

impl WokenDatabase {
    pub fn new(pool: PgPool, wake: Wake) -> Self {
        Self { inner: SqlxDatabase::new(pool), wake }
    }
}

impl DbExecutor for WokenDatabase {
    fn execute<'a>(
        &'a self,
        sql: &'a str,
        params: DbParams,
    ) -> BoxFuture<'a, Result<u64, DbError>> {
        self.inner.execute(sql, params)
    }

    fn fetch_all<'a>(
        &'a self,
        sql: &'a str,
        params: DbParams,
    ) -> BoxFuture<'a, Result<Vec<DbRow>, DbError>> {
        self.inner.fetch_all(sql, params)
    }
}

impl DatabaseDriver for WokenDatabase {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn begin(&self) -> BoxFuture<'_, Result<DbTransaction, DbError>> {
        self.inner.begin()
    }

    fn listen<'a>(
        &'a self,
        channel: &'a str,
    ) -> BoxFuture<'a, Result<Option<NotificationStream>, DbError>> {
        let (wake, channel) = (self.wake.clone(), channel.to_owned());
        let calls = tokio_stream::iter(std::iter::repeat(())).then(move |()| {
            let (wake, channel) = (wake.clone(), channel.clone());
            async move {
                wake.0.call.notified().await;
                Ok(Notification { channel, payload: String::new() })
            }
        });
        Box::pin(async { Ok(Some(Box::pin(calls) as NotificationStream)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        pin::pin,
        task::{Context, Waker},
    };

    #[tokio::test]
    async fn a_job_that_ends_wakes_the_queue_where_others_may_wait_and_calls_are_not_lost() {
        let wake = Wake::new(4);
        // Connects when it is asked something, which this test does not.
        let pool = PgPool::connect_lazy("postgres://nobody@localhost/nothing").unwrap();
        let database = WokenDatabase::new(pool, wake.clone());
        let mut calls = database.listen("jobs:insert").await.unwrap().unwrap();

        let jobs: Vec<Job> = (0..3).map(|_| wake.begin()).collect();
        drop(jobs);
        assert_eq!(calls.next().await.unwrap().unwrap().channel, "jobs:insert");
        let mut next = pin!(calls.next());
        let mut look = || next.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(look().is_pending(), "calls that came before the look are one");
        drop(wake.begin());
        assert!(look().is_pending(), "one of four slots was busy, so no job waits");
        wake.call();
        assert!(look().is_ready());
    }
}
