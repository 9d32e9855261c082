//! Ports for processes that cannot be given port 0.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the range from which the kernel takes the ports of outgoing connections. A port out of that range can be taken
/// by any client, even by one that tries to reach the very server that is being restarted on it.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A TCP port of 127.0.0.1 that nobody listens on, never the same one twice in a process.
///
/// # Panics
/// When there is none.
pub fn free_port() -> u16 {
    // Processes begin at different places, since several test programs may run at the same time.
    let start = (std::process::id().wrapping_mul(613) % u32::from(COUNT)) as u16;
    for _ in 0..COUNT {
        let offset = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (start.wrapping_add(offset) % COUNT);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port from {FIRST} to {}", FIRST + COUNT)
}
