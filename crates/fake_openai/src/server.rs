use crate::{
    background, chat,
    models::{model_listed, models_reply},
    reply::{Piece, Reply},
    schema,
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Response, StatusCode, Uri},
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};
use tokio::{net::TcpListener, sync::oneshot};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: Method,
    pub path: String,
    /// Without its question mark; empty where there is none.
    pub query: String,
    pub headers: HeaderMap,
    pub body: Value,
}

type Script = Arc<dyn Fn(&Seen, usize) -> Reply + Send + Sync>;

#[derive(Clone)]
struct Shared {
    key: String,
    script: Script,
    seen: Arc<Mutex<Vec<Seen>>>,
    refused: Arc<Mutex<Vec<String>>>,
    sent: Arc<AtomicU64>,
    ended: Arc<Mutex<Vec<(String, SystemTime)>>>,
    models: Arc<Mutex<Reply>>,
    listed: Arc<AtomicU64>,
}

/// A server on a port of its own, until it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Shared,
    stop: Option<oneshot::Sender<()>>,
}

impl Server {
    /// Takes requests with `key`; `script` answers each, told how many were before.
    pub fn start(
        key: &str,
        script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let shared = Shared {
            key: key.to_owned(),
            script: Arc::new(script),
            seen: Arc::default(),
            refused: Arc::default(),
            sent: Arc::default(),
            ended: Arc::default(),
            models: Arc::new(Mutex::new(models_reply(&json!([model_listed("test-model", None)])))),
            listed: Arc::default(),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let router = Router::new().fallback(answer).with_state(shared.clone());
        // A thread of its own: tests without a runtime use it too.
        thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                tokio::select! {
                    served = axum::serve(listener, router).into_future() => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { address: told.recv().unwrap(), shared, stop: Some(stop) }
    }

    /// What a client is configured with.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// What it refused for not being in the published form.
    pub fn refused(&self) -> Vec<String> {
        self.shared.refused.lock().unwrap().clone()
    }

    /// From now on answers so whoever asks for the list of models.
    pub fn set_models(&self, reply: Reply) {
        *self.shared.models.lock().unwrap() = reply;
    }

    /// How often the list of models was asked for.
    pub fn listed(&self) -> u64 {
        self.shared.listed.load(Ordering::SeqCst)
    }

    /// When the last piece of each answer was handed to its connection, by the name that the
    /// client gave its request.
    pub fn ended(&self) -> Vec<(String, SystemTime)> {
        self.shared.ended.lock().unwrap().clone()
    }

    /// Bytes of bodies that it has handed to its connections.
    pub fn sent(&self) -> u64 {
        self.shared.sent.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

async fn answer(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let seen = Seen {
        method,
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let reply = match allowed(&shared, &seen) {
        Ok(()) if seen.path == "/v1/models" => {
            shared.listed.fetch_add(1, Ordering::SeqCst);
            shared.models.lock().unwrap().clone()
        }
        Ok(()) => {
            let before = {
                let mut all = shared.seen.lock().unwrap();
                all.push(seen.clone());
                all.len() - 1
            };
            (shared.script)(&seen, before)
        }
        Err((status, why)) => {
            shared.refused.lock().unwrap().push(why.clone());
            Reply::error(status, &why)
        }
    };
    if reply.silent {
        std::future::pending::<()>().await;
    }
    let name = seen.headers.get("x-client-request-id").and_then(|name| name.to_str().ok());
    response(reply, name.unwrap_or_default().to_owned(), &shared)
}

fn allowed(shared: &Shared, seen: &Seen) -> Result<(), (u16, String)> {
    let header = |name: &str| seen.headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = format!("Bearer {}", shared.key);
    if header("authorization") != Some(bearer.as_str()) {
        return Err((401, "invalid_api_key".to_owned()));
    }
    match (&seen.method, seen.path.as_str()) {
        (&Method::POST, "/v1/responses") => {
            if header("content-type") != Some("application/json") {
                return Err((415, "unsupported_media_type".to_owned()));
            }
            if header("accept").is_some_and(|accept| accept == "application/json") {
                return Err((406, "a stream is asked for, and not accepted".to_owned()));
            }
            schema::check(&seen.body).map_err(|why| (400, why))
        }
        (&Method::POST, "/v1/chat/completions") => {
            if header("content-type") != Some("application/json") {
                return Err((415, "unsupported_media_type".to_owned()));
            }
            chat::check(&seen.body).map_err(|why| (400, why))
        }
        (&Method::GET, "/v1/models") => Ok(()),
        (method, path) if path.starts_with("/v1/responses/") => {
            background::check(method, path, seen).map_err(|why| (400, why))
        }
        _ => Err((404, format!("Invalid URL ({} {})", seen.method, seen.path))),
    }
}

fn response(reply: Reply, name: String, shared: &Shared) -> Response<Body> {
    let (sent, ended) = (Arc::clone(&shared.sent), Arc::clone(&shared.ended));
    let pieces = stream::iter(reply.pieces).flat_map(|piece| match piece {
        Piece::Bytes(bytes) => stream::once(async { Ok(Some(bytes)) }).boxed(),
        Piece::Pause(pause) => stream::once(async move {
            tokio::time::sleep(pause).await;
            Ok(None)
        })
        .boxed(),
        Piece::Silence => stream::once(std::future::pending()).boxed(),
        Piece::Cut => stream::once(async {
            // What came before is on its way by then.
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(io::Error::other("cut"))
        })
        .boxed(),
        Piece::Endless(bytes) => stream::repeat(bytes).map(|bytes| Ok(Some(bytes))).boxed(),
    });
    let body = pieces.filter_map(move |piece: io::Result<Option<Vec<u8>>>| {
        let piece = piece.transpose().map(|piece| piece.map(Bytes::from));
        if let Some(Ok(bytes)) = &piece {
            sent.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        }
        std::future::ready(piece)
    });
    let end = stream::once(async move {
        #[expect(
            clippy::disallowed_methods,
            reason = "benches compare it with the database's clock"
        )]
        let now = SystemTime::now();
        ended.lock().unwrap().push((name, now));
        None
    });
    let body = body.chain(end.filter_map(std::future::ready));
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).unwrap());
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from_stream(body)).unwrap()
}
