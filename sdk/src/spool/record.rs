//! A record: 24 bytes of head, then the body of a request.
//!
//! | bytes | |
//! |---|---|
//! | 0 | `0xCA` |
//! | 1 | 0 while it waits, 1 once it is done with; the only byte that is ever rewritten |
//! | 2 | the signal's place in [`Signal::ALL`] |
//! | 3 | bit 0: gzip |
//! | 4..8 | the length of the body, little-endian as all numbers |
//! | 8..12 | items |
//! | 12..16 | CRC32C of bytes 2..12, 16..24 and the body |
//! | 16..24 | when, in milliseconds since 1970 |

use std::time::{Duration, SystemTime};

use codeagent_semconv::value::Signal;

use crate::transport::Request;

pub(super) const HEAD: usize = 24;
/// The place of the byte that says whether a record is done with.
pub(super) const STATE_AT: u64 = 1;
pub(super) const DONE: u8 = 1;
const MARK: u8 = 0xCA;

pub(super) struct Head {
    pub(super) is_done: bool,
    pub(super) signal: Signal,
    pub(super) is_gzip: bool,
    pub(super) length: u32,
    pub(super) items: u32,
    crc: u32,
    millis: u64,
}

pub(super) fn head(request: &Request, now: SystemTime) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[0] = MARK;
    head[2] = u8::try_from(request.signal.index()).unwrap_or(u8::MAX);
    head[3] = u8::from(request.is_gzip);
    head[4..8].copy_from_slice(&u32::try_from(request.body.len()).unwrap_or(u32::MAX).to_le_bytes());
    head[8..12].copy_from_slice(&u32::try_from(request.items).unwrap_or(u32::MAX).to_le_bytes());
    head[16..].copy_from_slice(&millis(now).to_le_bytes());
    let crc = sum(&head, &request.body);
    head[12..16].copy_from_slice(&crc.to_le_bytes());
    head
}

/// `None` for what is no head.
pub(super) fn read(head: &[u8; HEAD]) -> Option<Head> {
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let millis = u64::from(number(16)) | u64::from(number(20)) << 32;
    let signal = *Signal::ALL.get(usize::from(head[2]))?;
    (head[0] == MARK && head[1] <= DONE && head[3] <= 1).then_some(Head {
        is_done: head[1] == DONE,
        signal,
        is_gzip: head[3] == 1,
        length: number(4),
        items: number(8),
        crc: number(12),
        millis,
    })
}

impl Head {
    pub(super) fn fits(&self, head: &[u8; HEAD], body: &[u8]) -> bool {
        self.crc == sum(head, body)
    }

    /// Zero where the clock went back.
    pub(super) fn age(&self, now: SystemTime) -> Duration {
        Duration::from_millis(millis(now).saturating_sub(self.millis))
    }
}

fn sum(head: &[u8; HEAD], body: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&head[2..12]);
    crc32c::crc32c_append(crc32c::crc32c_append(crc, &head[16..]), body)
}

pub(super) fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
