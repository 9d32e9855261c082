//! Listening sockets that a receiver leaves to the one that takes its place: no connection is refused in between.

use std::net::SocketAddr;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::net::TcpListener;

/// The sockets of this process that listen, and the ports that are to be handed over.
static SOCKETS: Mutex<Sockets> = Mutex::new(Sockets { open: Vec::new(), offered: Vec::new() });

struct Sockets {
    open: Vec<Weak<TcpListener>>,
    /// Each with the addresses that were taken over already: there is one successor.
    offered: Vec<(u16, Vec<SocketAddr>)>,
}

/// As long as it lives, the first who listens on the same address gets the socket that is there, and both accept from it.
/// All others are told that the address is taken.
#[derive(Debug)]
#[must_use = "dropped, the offer ends"]
pub struct Offer(u16);

/// Offers the sockets on `port` to their successors.
pub fn offer(port: u16) -> Offer {
    SOCKETS.lock().offered.push((port, Vec::new()));
    Offer(port)
}

impl Drop for Offer {
    fn drop(&mut self) {
        let offered = &mut SOCKETS.lock().offered;
        if let Some(at) = offered.iter().position(|(port, _)| *port == self.0) {
            offered.swap_remove(at);
        }
    }
}

/// The socket on `address`, where it is offered.
pub(super) fn taken_over(address: SocketAddr) -> Option<Arc<TcpListener>> {
    let Sockets { open, offered } = &mut *SOCKETS.lock();
    let (_, taken) = offered.iter_mut().find(|(port, _)| *port == address.port())?;
    if taken.contains(&address) {
        return None;
    }
    let mut open = open.iter().filter_map(Weak::upgrade);
    let socket = open.find(|socket| socket.local_addr().is_ok_and(|local| local == address))?;
    taken.push(address);
    Some(socket)
}

/// A socket that may be offered later.
pub(super) fn opened(socket: TcpListener) -> Arc<TcpListener> {
    let socket = Arc::new(socket);
    let open = &mut SOCKETS.lock().open;
    open.retain(|known| known.strong_count() > 0);
    open.push(Arc::downgrade(&socket));
    socket
}
