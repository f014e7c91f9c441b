//! Times two functions in turn.

use crate::Failure;
use crate::clock::Clock;

/// Seconds per call of both sides (medians), and the median of the ratios of neighbours.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    pub ours: f64,
    pub theirs: f64,
    /// Their time divided by ours, in each round: above 1 this crate is faster.
    pub ratio: f64,
}

/// How thoroughly.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Rounds of ours, theirs.
    pub rounds: usize,
    /// A round calls each function until so many seconds have passed, at least once.
    pub at_least: f64,
    pub clock: Clock,
}

/// A call whose result is dropped while the clock runs: freeing is part of the work.
pub type Call<'c> = dyn Fn() -> Result<(), Failure> + 'c;

/// Runs ours, theirs, ours, theirs … after one round that does not count.
pub fn pair(effort: Effort, ours: &Call<'_>, theirs: &Call<'_>) -> Result<Pair, Failure> {
    let of_ours = calls(effort, ours)?;
    let of_theirs = calls(effort, theirs)?;
    let (mut all_ours, mut all_theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        let ours = per_call(effort.clock, of_ours, ours)?;
        let theirs = per_call(effort.clock, of_theirs, theirs)?;
        all_ours.push(ours);
        all_theirs.push(theirs);
        ratios.push(theirs / ours);
    }
    Ok(Pair {
        ours: median(all_ours),
        theirs: median(all_theirs),
        ratio: median(ratios),
    })
}

/// How many calls fill the time of a round.
fn calls(effort: Effort, call: &Call<'_>) -> Result<u32, Failure> {
    let begun = effort.clock.start();
    let mut count = 0;
    while count == 0 || begun.seconds() < effort.at_least {
        call()?;
        count += 1;
    }
    Ok(count)
}

fn per_call(clock: Clock, count: u32, call: &Call<'_>) -> Result<f64, Failure> {
    let begun = clock.start();
    for _ in 0..count {
        call()?;
    }
    Ok(begun.seconds() / f64::from(count))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        1 => values[middle],
        _ => (values[middle - 1] + values[middle]) / 2.0,
    }
}
