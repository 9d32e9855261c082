//! Who is known: bounded, however many senders there are.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use codeagent_pipeline::auth::Identity;

use super::account::Account;

/// What tells senders apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Identity(Identity),
    Address(IpAddr),
}

impl Key {
    /// Whoever has an IPv6 network has all of its addresses.
    pub fn of_address(address: IpAddr) -> Self {
        Key::Address(match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
            v4 => v4,
        })
    }
}

/// Two generations of senders: when the younger one is full it becomes the older one, and what was in that and did
/// not come again is forgotten. Senders with open connections stay, so that their count does.
#[derive(Debug)]
pub(super) struct Table {
    young: HashMap<Key, Arc<Account>>,
    old: HashMap<Key, Arc<Account>>,
    generation_max: usize,
}

impl Table {
    /// Knows `senders_max` at most, and those with open connections.
    pub fn new(senders_max: usize) -> Self {
        Table { young: HashMap::new(), old: HashMap::new(), generation_max: (senders_max / 2).max(1) }
    }

    /// The account of a sender, made when it is not known.
    pub fn account(&mut self, key: Key, make: impl FnOnce() -> Account) -> Arc<Account> {
        if let Some(account) = self.young.get(&key) {
            return account.clone();
        }
        let account = self.old.remove(&key).unwrap_or_else(|| Arc::new(make()));
        if self.young.len() >= self.generation_max {
            let mut older = std::mem::replace(&mut self.old, std::mem::take(&mut self.young));
            older.retain(|_, account| Arc::strong_count(account) > 1);
            self.old.extend(older);
        }
        self.young.insert(key, account.clone());
        account
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}
