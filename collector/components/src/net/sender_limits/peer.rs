//! The other end of a connection.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use codeagent_pipeline::auth::Identity;
use codeagent_pipeline::telemetry::Counter;
use parking_lot::Mutex;

use super::account::Account;
use super::table::Key;
use super::{By, Over, SenderLimits};
use crate::net::rpc_status::Status;

/// When a sender may try again that has too many connections.
const CONNECTION_RETRY: Duration = Duration::from_secs(1);

/// Who is let in on one port.
#[derive(Clone, Debug)]
pub struct Admission {
    /// Connections at a time; more wait.
    pub connections_max: usize,
    /// What each sender may take, where there are such limits.
    pub limits: Option<(By, Arc<SenderLimits>)>,
    /// Counts connections that are not.
    pub refused: Counter,
}

impl Admission {
    /// Lets a connection in, unless its address has too many.
    pub fn open(&self, address: IpAddr) -> Option<Peer> {
        let peer = Peer { address, admission: self.clone(), seat: Mutex::default() };
        if let Some((By::Address, limits)) = &self.limits
            && peer.sit(limits, Key::of_address(address), Instant::now()).is_err()
        {
            self.refused.add(1);
            // The one who is sent away is told nothing: that would take a handshake. The operator is.
            limits.refuse(&peer, Over::Connections, CONNECTION_RETRY);
            return None;
        }
        Some(peer)
    }
}

/// The other end of a connection, for as long as it is open.
#[derive(Debug)]
pub struct Peer {
    address: IpAddr,
    admission: Admission,
    /// Whose connection this is, and counts as.
    seat: Mutex<Option<Seat>>,
}

/// A counted connection.
#[derive(Debug)]
struct Seat {
    key: Key,
    account: Arc<Account>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.account.disconnect();
    }
}

impl Peer {
    /// Where it comes from.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Lets a request of this sender in, as far as its head says.
    pub fn admit(self: &Arc<Self>, identity: Option<Identity>) -> Result<Admitted, Status> {
        let Some((by, limits)) = &self.admission.limits else { return Ok(Admitted(None)) };
        let key = match (by, identity) {
            (By::Identity, Some(identity)) => Key::Identity(identity),
            _ => Key::of_address(self.address),
        };
        let now = Instant::now();
        let account = self.sit(limits, key, now).and_then(|account| {
            account.is_open(now)?;
            Ok(account)
        });
        match account {
            Ok(account) => Ok(Admitted(Some((self.clone(), limits.clone(), account)))),
            Err((over, wait)) => Err(limits.refuse(self, over, wait)),
        }
    }

    /// Counts this connection for the sender, where it does not count for it yet.
    fn sit(&self, limits: &SenderLimits, key: Key, now: Instant) -> Result<Arc<Account>, (Over, Duration)> {
        let mut seat = self.seat.lock();
        if let Some(seat) = &*seat
            && seat.key == key
        {
            return Ok(seat.account.clone());
        }
        let account = limits.account(key, now);
        if !account.connect() {
            return Err((Over::Connections, CONNECTION_RETRY));
        }
        *seat = Some(Seat { key, account: account.clone() });
        Ok(account)
    }
}

/// A request that was let in; what it brings is paid for.
#[derive(Debug)]
pub struct Admitted(Option<(Arc<Peer>, Arc<SenderLimits>, Arc<Account>)>);

impl Admitted {
    /// Pays for the body before it is read.
    pub fn bytes(&self, bytes: usize) -> Result<(), Status> {
        self.paid(|account, now| account.bytes(bytes, now))
    }

    /// Pays for a body that was read, since its length was not announced.
    pub fn charge_bytes(&self, bytes: usize) {
        if let Some((.., account)) = &self.0 {
            account.charge_bytes(bytes);
        }
    }

    /// Pays for the items of a request. Whoever is refused here is counted in the ledger.
    pub fn items(&self, items: usize) -> Result<(), Status> {
        self.paid(|account, now| account.items(items, now))
    }

    fn paid(
        &self,
        pay: impl FnOnce(&Account, Instant) -> Result<(), (Over, Duration)>,
    ) -> Result<(), Status> {
        let Some((peer, limits, account)) = &self.0 else { return Ok(()) };
        pay(account, Instant::now()).map_err(|(over, wait)| limits.refuse(peer, over, wait))
    }
}
