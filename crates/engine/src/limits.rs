//! Every limit of this room, each quoted in the error that it causes.

use std::time::Duration;

/// Most quantiles of one column in one metric.
pub const QUANTILES_MAX: usize = 32;
