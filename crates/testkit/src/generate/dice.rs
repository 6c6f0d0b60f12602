//! Chance, the same on every machine: integers and table look-ups, no transcendental functions.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Quantiles of a waiting time whose median is 1, at 0, 1/16, 2/16, … 16/16: log-normal with a
/// spread of 1, cut off at the ends.
const SPREAD: [f64; 17] = [
    0.08, 0.22, 0.32, 0.41, 0.51, 0.61, 0.73, 0.85, 1.0, 1.17, 1.38, 1.63, 1.96, 2.43, 3.16, 4.63,
    12.0,
];

/// A seeded source of chance.
#[derive(Debug)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number from 0 up to 1.
    pub(super) fn unit(&mut self) -> f64 {
        const STEPS: f64 = (1_u64 << 53) as f64;
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
        let numerator = (self.0.next_u64() >> 11) as f64;
        numerator / STEPS
    }

    /// Whether something happens that does so with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number below `end`, which is positive.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * (end as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// A position, as likely as its weight says.
    pub(super) fn pick(&mut self, weights: &[f64]) -> usize {
        let total: f64 = weights.iter().sum();
        let mut rest = self.unit() * total;
        for (at, weight) in weights.iter().enumerate() {
            rest -= weight;
            if rest < 0.0 {
                return at;
            }
        }
        weights.len() - 1
    }

    /// A waiting time in microseconds whose median is `minutes`: most are near, a few are far off.
    pub(super) fn wait(&mut self, minutes: f64) -> i64 {
        let place = self.unit() * 16.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 15")]
        let step = (place as usize).min(15);
        #[expect(clippy::cast_precision_loss, reason = "0 to 15")]
        let within = place - step as f64;
        let factor = SPREAD[step] + (SPREAD[step + 1] - SPREAD[step]) * within;
        #[expect(clippy::cast_possible_truncation, reason = "a few years at most")]
        let seconds = (minutes * factor * 60.0) as i64;
        seconds.max(1) * 1_000_000
    }
}
