//! What stands around items, once for all that share it.

use std::collections::HashMap;
use std::sync::Arc;

use twox_hash::XxHash3_64;

use super::slab::Slab;

/// The fields of a resource's and a scope's group, without what is inside.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// Of the resource's group: the resource, its schema.
    pub group: Box<[u8]>,
    /// Of the scope's group: the scope, its schema.
    pub scope: Box<[u8]>,
}

/// Headers by number, each as long as something refers to it.
#[derive(Default)]
pub(super) struct Headers {
    slab: Slab<Counted>,
    known: HashMap<u64, u32>,
    bytes: usize,
}

struct Counted {
    header: Arc<Header>,
    hash: u64,
    uses: u32,
}

impl Headers {
    /// The number of this header, which is used once more.
    pub fn take(&mut self, group: &[u8], scope: &[u8]) -> u32 {
        let mut hash = XxHash3_64::oneshot_with_seed(group.len() as u64, group) ^ XxHash3_64::oneshot(scope);
        // another one with the same hash is passed over
        while let Some(number) = self.known.get(&hash) {
            if let Some(counted) = self.slab.get_mut(*number)
                && *counted.header.group == *group
                && *counted.header.scope == *scope
            {
                counted.uses += 1;
                return *number;
            }
            hash = hash.wrapping_add(1);
        }
        self.bytes += group.len() + scope.len();
        let header = Arc::new(Header { group: group.into(), scope: scope.into() });
        let number = self.slab.insert(Counted { header, hash, uses: 1 });
        self.known.insert(hash, number);
        number
    }

    /// It is used once less.
    pub fn give_back(&mut self, number: u32) {
        let Some(counted) = self.slab.get_mut(number) else { return };
        counted.uses -= 1;
        if counted.uses == 0
            && let Some(gone) = self.slab.remove(number)
        {
            self.known.remove(&gone.hash);
            self.bytes -= gone.header.group.len() + gone.header.scope.len();
        }
    }

    /// The header of this number.
    pub fn get(&self, number: u32) -> Option<&Arc<Header>> {
        self.slab.get(number).map(|counted| &counted.header)
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        const TABLE: usize = 14;
        self.bytes + self.slab.bytes() + self.known.capacity() * TABLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_kept_once_and_as_long_as_it_is_used() {
        let mut headers = Headers::default();
        let (one, same, other) =
            (headers.take(b"r", b"s"), headers.take(b"r", b"s"), headers.take(b"r", b"t"));
        assert_eq!(one, same);
        assert_ne!(one, other);
        headers.give_back(one);
        assert_eq!(headers.get(same).map(|header| &*header.group), Some(&b"r"[..]));
        headers.give_back(same);
        headers.give_back(other);
        assert!(headers.get(one).is_none() && headers.bytes == 0 && headers.known.is_empty());
    }
}
