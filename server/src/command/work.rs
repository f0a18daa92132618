use crate::{
    config::{DatabaseOptions, ExecutionOptions, FileOptions, WorkMetricsOptions, WorkOptions},
    http, process,
    telemetry::metrics::Metrics,
    worker,
};
use std::error::Error;
use tokio::{net::TcpListener, sync::watch};

/// Carries runs until asked to stop. Its metrics are served where the options say,
/// and nothing else is.
pub async fn work(
    database: &DatabaseOptions,
    files: &FileOptions,
    execution: &ExecutionOptions,
    options: &WorkOptions,
    door: &WorkMetricsOptions,
) -> Result<(), Box<dyn Error>> {
    door.check()?;
    let metrics = door.metrics_address.map(|_| Metrics::start()).transpose()?;
    let asked_to_stop = process::stop_signal()?;
    let orchestrator = process::application(database, files, execution).await?;
    tokio::spawn(process::reload_rights(orchestrator.clone(), files.rights_registry_path.clone())?);
    let (stop, mut stopping) = watch::channel(false);
    let worker_stop = async move {
        asked_to_stop.await;
        let _ = stop.send(true);
    };
    let working = worker::work(orchestrator.clone(), options, files, worker_stop);
    let (Some(address), Some(metrics)) = (door.metrics_address, metrics) else {
        return working.await;
    };
    let listener = TcpListener::bind(address).await?;
    tracing::info!(http.address = %listener.local_addr()?, "serving metrics");
    let router = http::metrics_router(orchestrator, metrics, door.metrics_token.clone());
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        // An error means that the worker is gone, which is stopping too.
        let _ = stopping.wait_for(|stop| *stop).await;
    });
    let (served, worked) = tokio::join!(async { serving.await }, working);
    served?;
    worked
}
