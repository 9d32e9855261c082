//! Moments that nobody chose, and that can be had again.

use std::time::Duration;

/// Numbers that look random: the same for the same seed, so that a failure can be repeated.
pub struct Random(u64);

impl Random {
    /// From `CODEAGENT_TEST_SEED`, or else from the clock. It says which.
    pub fn seeded() -> Self {
        let seed = std::env::var("CODEAGENT_TEST_SEED").ok();
        let seed = seed.map_or_else(crate::numbered::now, |seed| seed.parse().expect("a number"));
        println!("CODEAGENT_TEST_SEED={seed}");
        Random(seed)
    }

    /// The next one below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// Waits so long at most.
    pub async fn pause(&mut self, most: Duration) {
        let micros = self.below(most.as_micros() as u64);
        tokio::time::sleep(Duration::from_micros(micros)).await;
    }
}
