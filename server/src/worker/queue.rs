//! The queue's loop, as the library has it, and what wakes it.
//!
//! The library looks for jobs when it is told of a new one, and every two seconds; each
//! time every free slot takes one. Left to itself it would carry no more than its slots
//! every two seconds while jobs are waiting, and, once the connection that it listens on
//! is lost, hear of none. So it is woken here: by a channel that is opened anew, and by
//! every job that ends.

use graphile_worker::{
    BoxFuture, DatabaseDriver, DbError, DbExecutor, DbParams, DbRow, DbTransaction, Notification,
    NotificationStream, sqlx::SqlxDatabase,
};
use sqlx::PgPool;
use std::{any::Any, sync::Arc};
use tokio::sync::Notify;
use tokio_stream::StreamExt;

/// Wakes the queue's loop. Calls that come while it is awake count as one.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    pub fn call(&self) {
        self.0.notify_one();
    }
}

/// Ends with the job that holds it, however that ends.
pub struct WakeAtEnd(pub Wake);

impl Drop for WakeAtEnd {
    fn drop(&mut self) {
        self.0.call();
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
                wake.0.notified().await;
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
    async fn the_end_of_a_job_wakes_the_queue_once_and_calls_are_not_lost_while_it_is_awake() {
        let wake = Wake::default();
        // Connects when it is asked something, which this test does not.
        let pool = PgPool::connect_lazy("postgres://nobody@localhost/nothing").unwrap();
        let database = WokenDatabase::new(pool, wake.clone());
        let mut calls = database.listen("jobs:insert").await.unwrap().unwrap();

        drop(WakeAtEnd(wake.clone()));
        drop(WakeAtEnd(wake.clone()));
        assert_eq!(calls.next().await.unwrap().unwrap().channel, "jobs:insert");
        let mut next = pin!(calls.next());
        let looked = next.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(looked.is_pending(), "both calls are one");
        wake.call();
        assert!(next.await.unwrap().is_ok());
    }
}
