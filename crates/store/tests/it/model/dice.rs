//! Chance that a seed repeats.

/// splitmix64.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let n = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        n ^ (n >> 31)
    }

    /// A number below another.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(end)).unwrap()
    }

    /// Chance of its own, for somebody whose rolls come at another time.
    pub(super) const fn fork(&mut self) -> Self {
        Self(self.roll())
    }
}
