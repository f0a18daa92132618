use crate::{
    config::{DatabaseOptions, ExecutionOptions, FileOptions, ServeOptions, WorkOptions},
    http, process,
    telemetry::metrics::Metrics,
    warming, worker,
};
use std::{error::Error, net::SocketAddr};
use tokio::{net::TcpListener, sync::watch};

/// Serves until asked to stop, then lets requests and runs end.
pub async fn serve(
    database: &DatabaseOptions,
    files: &FileOptions,
    options: ServeOptions,
    execution: &ExecutionOptions,
    work: &WorkOptions,
) -> Result<(), Box<dyn Error>> {
    options.check()?;
    let metrics = Metrics::start()?;
    let asked_to_stop = process::stop_signal()?;
    let orchestrator = process::application(database, files, execution).await?;
    let reloading =
        process::reload_rights(orchestrator.clone(), files.rights_registry_path.clone())?;
    let (stop, stopping) = watch::channel(false);
    let listener = TcpListener::bind(options.bind_address).await?;
    let address = listener.local_addr()?;
    let router = http::router(&orchestrator, &options, metrics, stopping.clone())?;
    let stopped = |mut stopping: watch::Receiver<bool>| async move {
        // An error means that the sender is gone, which is stopping too.
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    tokio::spawn(warming::keep_warm(orchestrator.clone()));
    let carry = !options.without_worker;
    let worker_stop = stopped(stopping.clone());
    let working = async move {
        if carry { worker::work(orchestrator, work, files, worker_stop).await } else { Ok(()) }
    };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving =
        async { axum::serve(listener, service).with_graceful_shutdown(stopped(stopping)).await };
    tokio::spawn(async move {
        asked_to_stop.await;
        tracing::info!("stopping");
        let _ = stop.send(true);
    });
    tokio::spawn(reloading);
    tracing::info!(http.address = %address, "serving");
    let (served, worked) = tokio::join!(serving, working);
    served?;
    worked
}
