//! A relay before a port, which counts the connections that go through it.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// A relay; it serves as long as the runtime of its test.
pub struct Relay {
    port: u16,
    accepted: Arc<AtomicUsize>,
}

impl Relay {
    /// A relay before `http://host:port`.
    pub async fn start(target: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepted = Arc::new(AtomicUsize::new(0));
        let (target, count) = (target.trim_start_matches("http://").to_owned(), accepted.clone());
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let target = target.clone();
                tokio::spawn(async move {
                    // A target that is not there closes the connection, as it would without the relay.
                    if let Ok(mut to) = TcpStream::connect(target).await {
                        let _closed = copy_bidirectional(&mut from, &mut to).await;
                    }
                });
            }
        });
        Relay { port, accepted }
    }

    /// `http://127.0.0.1:port`
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many connections were made. A client that loses its connection makes another.
    pub fn connections(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }
}
