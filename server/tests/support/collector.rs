//! A collector of spans that keeps what it is sent.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

#[derive(Clone)]
pub struct Collector {
    address: SocketAddr,
    bodies: Arc<Mutex<Vec<Value>>>,
}

impl Collector {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let collector = Self { address: listener.local_addr().unwrap(), bodies: Arc::default() };
        let bodies = Arc::clone(&collector.bodies);
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let bodies = Arc::clone(&bodies);
                thread::spawn(move || serve(connection, &bodies));
            }
        });
        collector
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn spans(&self) -> Vec<Value> {
        let bodies = self.bodies.lock().unwrap();
        let all = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
        bodies
            .iter()
            .flat_map(|body| all(body, "resourceSpans"))
            .flat_map(|resource| all(&resource, "scopeSpans"))
            .flat_map(|scope| all(&scope, "spans"))
            .collect()
    }

    /// The span of `name` in `trace`.
    pub fn wait_for_span(&self, trace: &str, name: &str) -> Value {
        let begun = Instant::now();
        loop {
            let wanted = |span: &Value| span["traceId"] == trace && span["name"] == name;
            if let Some(span) = self.spans().into_iter().find(wanted) {
                return span;
            }
            assert!(begun.elapsed() < super::PATIENCE, "no {name} in {:#?}", self.spans());
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// An attribute of a span, whatever its type.
pub fn attribute(span: &Value, name: &str) -> Option<Value> {
    let attributes = span["attributes"].as_array()?;
    let attribute = attributes.iter().find(|attribute| attribute["key"] == name)?;
    attribute["value"].as_object()?.values().next().cloned()
}

/// Answers the requests of one connection until the sender closes it.
fn serve(connection: TcpStream, bodies: &Mutex<Vec<Value>>) {
    let mut answers = connection.try_clone().unwrap();
    let mut requests = BufReader::new(connection);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if requests.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        requests.read_exact(&mut body).unwrap();
        bodies.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
        let answer =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        answers.write_all(answer.as_bytes()).unwrap();
    }
}
