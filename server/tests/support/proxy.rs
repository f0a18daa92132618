//! Between a worker and its Postgres: counts what a run sends, and at one of these
//! messages kills the worker and cuts every connection.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    process::Command,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// At which side of a message the worker dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Postgres never sees the message.
    BeforeMessage,
    /// Postgres has done what it says; the worker never learns of it.
    BeforeReply,
}

/// The `at`th message of a run's transactions, counted from 1. A message is what
/// Postgres answers as a whole: all up to a Sync, or a simple query.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    pub at: usize,
    pub side: Side,
}

struct Tap {
    /// A transaction that says this is the run's.
    workspace: Vec<u8>,
    cut: Option<Cut>,
    victim: AtomicU32,
    counted: AtomicUsize,
    is_cut: AtomicBool,
    told: (Mutex<bool>, Condvar),
}

impl Tap {
    /// Nothing passes from now on, in neither direction.
    fn fire(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        let victim = self.victim.load(Ordering::SeqCst).to_string();
        assert!(Command::new("kill").args(["-KILL", &victim]).status().unwrap().success());
        *self.told.0.lock().unwrap() = true;
        self.told.1.notify_all();
    }
}

pub struct Proxy {
    pub database_url: String,
    tap: Arc<Tap>,
}

impl Proxy {
    /// In front of `database_url`, for one worker.
    pub fn start(database_url: &str, workspace: &str, cut: Option<Cut>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut url = url::Url::parse(database_url).unwrap();
        let target = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        // Messages can only be read in the clear.
        url.query_pairs_mut().clear().append_pair("sslmode", "disable");
        let tap = Arc::new(Tap {
            workspace: workspace.as_bytes().to_vec(),
            cut,
            victim: AtomicU32::new(0),
            counted: AtomicUsize::new(0),
            is_cut: AtomicBool::new(false),
            told: (Mutex::new(false), Condvar::new()),
        });
        let accepting = Arc::clone(&tap);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(&target).unwrap();
                connect(&accepting, client, server);
            }
        });
        Self { database_url: url.to_string(), tap }
    }

    /// Whom to kill.
    pub fn aim_at(&self, process: u32) {
        self.tap.victim.store(process, Ordering::SeqCst);
    }

    pub fn counted(&self) -> usize {
        self.tap.counted.load(Ordering::SeqCst)
    }

    /// Whether the worker was killed.
    pub fn is_cut(&self) -> bool {
        self.tap.is_cut.load(Ordering::SeqCst)
    }

    /// Whether the worker was killed within `patience`.
    pub fn wait_for_cut(&self, patience: Duration) -> bool {
        let (told, changed) = &self.tap.told;
        let waited = changed.wait_timeout_while(told.lock().unwrap(), patience, |told| !*told);
        *waited.unwrap().0
    }
}

/// What the two directions of one connection know of each other.
#[derive(Default)]
struct Link {
    /// Between the transaction's choice of the workspace and its end.
    is_in_run: AtomicBool,
    /// The reply to come is the one that the worker does not live to see.
    holds_reply: AtomicBool,
}

fn connect(tap: &Arc<Tap>, client: TcpStream, server: TcpStream) {
    let link = Arc::new(Link::default());
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap();
    }
    let (tapped, linked) = (Arc::clone(tap), Arc::clone(&link));
    let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        let _ = forward_messages(&tapped, &linked, &from, &to);
        close(&from, &to);
    });
    let tapped = Arc::clone(tap);
    thread::spawn(move || {
        let _ = forward_replies(&tapped, &link, &server, &client);
        close(&server, &client);
    });
}

fn close(one: &TcpStream, other: &TcpStream) {
    let _ = one.shutdown(Shutdown::Both);
    let _ = other.shutdown(Shutdown::Both);
}

/// One message of the protocol: its type, and all of its bytes.
fn read_message(mut from: &TcpStream) -> std::io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    from.read_exact(&mut head)?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    let mut message = head.to_vec();
    message.resize(1 + length, 0);
    from.read_exact(&mut message[5..])?;
    Ok((head[0], message))
}

fn forward_messages(
    tap: &Tap,
    link: &Link,
    mut from: &TcpStream,
    mut to: &TcpStream,
) -> std::io::Result<()> {
    // The first message has no type.
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut startup = vec![0; u32::from_be_bytes(length) as usize - 4];
    from.read_exact(&mut startup)?;
    to.write_all(&length)?;
    to.write_all(&startup)?;
    loop {
        let (kind, message) = read_message(from)?;
        if kind == b'Q' && contains(&message, &tap.workspace) {
            link.is_in_run.store(true, Ordering::SeqCst);
        }
        if matches!(kind, b'S' | b'Q') && link.is_in_run.load(Ordering::SeqCst) {
            let at = tap.counted.fetch_add(1, Ordering::SeqCst) + 1;
            match tap.cut {
                Some(cut) if cut.at == at && cut.side == Side::BeforeMessage => {
                    tap.fire();
                    return Ok(());
                }
                Some(cut) if cut.at == at => link.holds_reply.store(true, Ordering::SeqCst),
                _ => {}
            }
        }
        if tap.is_cut.load(Ordering::SeqCst) {
            return Ok(());
        }
        to.write_all(&message)?;
    }
}

fn forward_replies(
    tap: &Tap,
    link: &Link,
    from: &TcpStream,
    mut to: &TcpStream,
) -> std::io::Result<()> {
    loop {
        let (kind, message) = read_message(from)?;
        let is_ready = kind == b'Z';
        if is_ready && message[5] == b'I' {
            link.is_in_run.store(false, Ordering::SeqCst);
        }
        if link.holds_reply.load(Ordering::SeqCst) {
            if is_ready {
                tap.fire();
                return Ok(());
            }
            continue;
        }
        if tap.is_cut.load(Ordering::SeqCst) {
            return Ok(());
        }
        to.write_all(&message)?;
    }
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|part| part == wanted)
}
