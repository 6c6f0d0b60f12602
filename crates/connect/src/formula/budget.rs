//! What evaluating may cost: steps, counted while a payload or row is worked on.
//!
//! A checked formula hands every operand to one of the functions declared here, which take the
//! operand's weight off the budget of the thread. Formulas are evaluated on the thread that
//! refilled it, and nothing waits in between.

use crate::limits::PAYLOAD_STEPS_MAX;
use cel::common::types::{CelList, CelString, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};
use std::cell::Cell;

/// Takes the weight of its argument, and gives it back.
pub(super) const WEIGH: &str = "@weigh";

/// The same for what is costly in itself.
pub(super) const WEIGH_HEAVY: &str = "@weigh_heavy";

/// Whether a path leads anywhere.
pub(super) const HAS: &str = "@has";

/// Bytes of text that weigh as much as one step.
const BYTES_PER_STEP: usize = 64;

/// What making a pattern ready weighs.
const HEAVY_STEPS: u64 = 1000;

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(0) };
    static SPENT: Cell<bool> = const { Cell::new(false) };
}

/// Fills the budget, before a row or a payload.
pub(crate) fn refill() {
    LEFT.set(PAYLOAD_STEPS_MAX);
    SPENT.set(false);
}

/// Whether more was asked for than there was.
pub(super) fn is_spent() -> bool {
    SPENT.get()
}

/// Takes steps off the budget; `false` where it has run out.
pub(super) fn spend(steps: u64) -> bool {
    let left = LEFT.get();
    let enough = left >= steps && !SPENT.get();
    LEFT.set(left.saturating_sub(steps));
    SPENT.set(!enough);
    enough
}

pub(super) fn declare(env: &mut Env) -> Result<(), DeclarationError> {
    env.add_overload(WEIGH, WEIGH, vec![DYN_TYPE], weigh)?;
    env.add_overload(WEIGH_HEAVY, WEIGH_HEAVY, vec![DYN_TYPE], weigh_heavy)?;
    env.add_overload(HAS, HAS, vec![DYN_TYPE], has)
}

fn weigh<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    charge(args, 0)
}

fn weigh_heavy<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    charge(args, HEAVY_STEPS)
}

fn charge<'b, 'v>(
    mut args: Vec<CowVal<'b, 'v>>,
    more: u64,
) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let Some(value) = args.pop() else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    if spend(weight(value.as_ref()).saturating_add(more)) {
        Ok(value)
    } else {
        Err(ExecutionError::function_error(WEIGH, "out of steps"))
    }
}

/// What a value weighs. What lies in the payload is shared, and weighs next to nothing; what a
/// formula made is weighed whole.
fn weight(value: &dyn Val) -> u64 {
    if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        return 1 + (text.inner().len() / BYTES_PER_STEP) as u64;
    }
    match value.downcast_ref::<CelList<'_>>() {
        Some(list) => list.inner().iter().map(|item| weight(item.as_ref())).sum::<u64>() + 1,
        None => 1,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of a function of the language")]
fn has<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let there = args.first().is_some_and(|value| !super::json::is_absent(value.as_ref()));
    Ok(CowVal::owned(cel::common::types::CelBool::from(there)))
}
