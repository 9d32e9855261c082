//! Huffman codes as deflate wants them (RFC 1951, 3.2.2).

/// Bits that a code has at most: deflate allows 15, and of 14 four fit into one flush.
pub const LENGTH_MAX: u8 = 14;

/// Bits to be written, the first lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    /// The bits; those beyond `count` are zero.
    pub bits: u64,
    /// How many.
    pub count: u32,
}

impl Bits {
    /// These and `next` behind them.
    #[inline]
    pub fn then(self, next: Bits) -> Bits {
        Bits { bits: self.bits | next.bits << self.count, count: self.count + next.count }
    }
}

/// The codes of these lengths: shorter ones first, those of one length in the order of their symbols.
pub fn canonical<const N: usize>(lengths: &[u8; N]) -> [Bits; N] {
    let mut codes = [Bits::default(); N];
    let mut next = 0u16;
    for length in 1..=LENGTH_MAX {
        next <<= 1;
        for (code, _) in codes.iter_mut().zip(lengths).filter(|(_, has)| **has == length) {
            *code = Bits { bits: u64::from(next.reverse_bits() >> (16 - length)), count: u32::from(length) };
            next = next.wrapping_add(1);
        }
    }
    codes
}

/// The lengths of the best code for symbols that occur so often, each at least once. Where the best has codes that
/// are too long, that for flatter counts is taken.
pub fn code_lengths<const N: usize>(counts: &[u32; N]) -> [u8; N] {
    let mut counts = *counts;
    loop {
        let lengths = depths(&counts);
        if lengths.iter().all(|length| *length <= LENGTH_MAX) {
            return lengths;
        }
        counts.iter_mut().for_each(|count| *count = *count / 2 + 1);
    }
}

/// How deep each symbol lies in the tree that joins the two rarest until one is left. What is joined is never rarer than what
/// was joined before, so that the rarest is the first of two queues.
fn depths<const N: usize>(counts: &[u32; N]) -> [u8; N] {
    let mut order: [(u32, usize); N] = std::array::from_fn(|symbol| (counts[symbol], symbol));
    order.sort_unstable();
    let mut symbols = order.into_iter().map(|(count, symbol)| (u64::from(count), symbol)).peekable();
    let mut joined = Vec::with_capacity(N);
    let mut parents = vec![0; 2 * N];
    let mut first = 0;
    while joined.len() + 1 < N {
        let mut rarest = || {
            match (symbols.peek(), joined.get(first)) {
                (Some((count, _)), Some(other)) if count > other => None,
                (None, _) => None,
                _ => symbols.next(),
            }
            .unwrap_or_else(|| {
                first += 1;
                (joined.get(first - 1).copied().unwrap_or_default(), N + first - 1)
            })
        };
        let ((count, a), (other, b)) = (rarest(), rarest());
        (parents[a], parents[b]) = (N + joined.len(), N + joined.len());
        joined.push(count + other);
    }
    let root = N + joined.len() - 1;
    let mut depths = vec![0u8; 2 * N];
    for node in (0..root).rev() {
        depths[node] = depths[parents[node]].saturating_add(1);
    }
    std::array::from_fn(|symbol| depths[symbol])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 2^14, what codes of these lengths take.
    fn space(lengths: &[u8]) -> u32 {
        lengths.iter().map(|length| 1 << (LENGTH_MAX - length)).sum()
    }

    #[test]
    fn a_code_uses_all_of_its_space_whatever_the_counts() {
        let mut steep = [1u32; 286];
        for (at, count) in steep.iter_mut().enumerate() {
            *count = 1 << (at % 31);
        }
        let mut fibonacci = [1u32; 40];
        for at in 2..40 {
            fibonacci[at] = fibonacci[at - 1] + fibonacci[at - 2];
        }
        assert_eq!(space(&code_lengths(&[1; 30])), 1 << LENGTH_MAX);
        assert_eq!(space(&code_lengths(&[u32::MAX; 286])), 1 << LENGTH_MAX);
        assert_eq!(space(&code_lengths(&steep)), 1 << LENGTH_MAX);
        assert_eq!(space(&code_lengths(&fibonacci)), 1 << LENGTH_MAX);
    }

    #[test]
    fn the_rarer_has_never_the_shorter_code() {
        let counts: [u32; 286] =
            std::array::from_fn(|at| (at as u32).wrapping_mul(2_654_435_761) % 1000 + 100);
        let lengths = code_lengths(&counts);
        for (a, b) in (0..286).flat_map(|a| (0..286).map(move |b| (a, b))) {
            assert!(counts[a] >= counts[b] || lengths[a] >= lengths[b], "{a} {b}");
        }
    }

    #[test]
    fn codes_are_those_of_the_example_in_rfc_1951() {
        let codes = canonical(&[3, 3, 3, 3, 3, 2, 4, 4]);
        let written = codes.map(|code| ((code.bits as u16).reverse_bits() >> (16 - code.count), code.count));
        let expected =
            [(0b010, 3), (0b011, 3), (0b100, 3), (0b101, 3), (0b110, 3), (0b00, 2), (0b1110, 4), (0b1111, 4)];
        assert_eq!(written, expected);
    }
}
