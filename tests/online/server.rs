//! A small HTTP server on loopback. Every connection is one request.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Request line and fields.
    pub head: String,
    pub body: Vec<u8>,
}

impl Received {
    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut found = fields.filter(|(field, _)| field.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.trim())
    }
}

pub struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Calls `answer` for each request, which writes what it likes.
    pub fn new(answer: impl Fn(&Received, &mut TcpStream) + Send + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (log, stopped) = (received.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let mut stream = stream.unwrap();
                if let Some(request) = read(&mut stream) {
                    log.lock().unwrap().push(request.clone());
                    answer(&request, &mut stream);
                }
            }
        });
        Server {
            address,
            received,
            stop,
            thread: Some(thread),
        }
    }

    /// Serves files by their path; everything else is 404.
    pub fn files(files: impl IntoIterator<Item = (&'static str, Vec<u8>)>) -> Server {
        let files: Vec<_> = files.into_iter().collect();
        Server::new(move |request, stream| {
            let file = files.iter().find(|(path, _)| *path == request.path());
            match file {
                Some((_, content)) => ok(stream, content),
                None => reply(stream, "404 Not Found", "", b"nothing here"),
            }
        })
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub fn ok(stream: &mut TcpStream, content: &[u8]) {
    reply(stream, "200 OK", "", content);
}

/// A whole answer. Whoever asked may be gone.
pub fn reply(stream: &mut TcpStream, status: &str, fields: &str, content: &[u8]) {
    let length = content.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{fields}\r\n");
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(content);
}

fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        bytes.push(byte[0]);
    }
    let mut request = Received {
        head: String::from_utf8(bytes).unwrap(),
        body: Vec::new(),
    };
    let length = request.field("Content-Length").map(|n| n.parse().unwrap());
    request.body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut request.body).ok()?;
    Some(request)
}
