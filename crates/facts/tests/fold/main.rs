//! What the fold makes of histories, each a few readable lines.
#![cfg(test)]

#[cfg(test)]
mod explaining;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod history;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod population;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod resolution;
#[cfg(test)]
mod response;
#[cfg(test)]
mod sla;
