//! Protobuf under construction: length-delimited fields whose length is known only when they are complete.

/// Protobuf bytes with open frames. A frame's length stands before its content, so room is left for it: as many bytes as
/// the last frame at the same depth needed. Where that was wrong the content moves by a few bytes; neighbours are alike, so
/// that seldom happens, and no second pass over the document or tree in memory is needed.
pub(super) struct Frames {
    pub out: Vec<u8>,
    widths: [u8; DEPTHS],
}

/// Depths beyond this share a guess; a wrong guess costs a move, never a wrong result.
const DEPTHS: usize = 64;

/// An open frame.
#[must_use]
pub(super) struct Frame {
    start: usize,
    width: usize,
    depth: usize,
}

impl Frames {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { out: Vec::with_capacity(capacity), widths: [1; DEPTHS] }
    }

    #[inline]
    pub(super) fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    #[inline]
    pub(super) fn tag(&mut self, number: u32, wire_type: u32) {
        self.varint(u64::from(number << 3 | wire_type));
    }

    #[inline]
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.varint(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    #[inline]
    pub(super) fn open(&mut self, depth: usize) -> Frame {
        let depth = depth.min(DEPTHS - 1);
        let width = usize::from(self.widths[depth]);
        self.out.extend_from_slice(&[0; 10][..width]);
        Frame { start: self.out.len(), width, depth }
    }

    #[inline]
    pub(super) fn close(&mut self, frame: Frame) {
        let Frame { mut start, width, depth } = frame;
        let length = self.out.len() - start;
        let needed = varint_width(length as u64);
        if needed != width {
            self.widths[depth] = needed as u8;
            self.move_content(start, needed, width);
            start = start + needed - width;
        }
        let mut rest = length as u64;
        for (index, byte) in self.out[start - needed..start].iter_mut().enumerate() {
            let more = if index + 1 < needed { 0x80 } else { 0 };
            *byte = rest as u8 & 0x7f | more;
            rest >>= 7;
        }
    }

    #[cold]
    fn move_content(&mut self, start: usize, needed: usize, width: usize) {
        let end = self.out.len();
        if needed > width {
            self.out.resize(end + needed - width, 0);
        }
        self.out.copy_within(start..end, start + needed - width);
        self.out.truncate(end + needed - width);
    }
}

#[inline]
fn varint_width(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}
