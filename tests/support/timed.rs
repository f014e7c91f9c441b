//! Work that allocates nothing is seen by the time for which this thread computes, whatever else the machine does.

use std::time::Duration;

/// What takes less says nothing.
const LEAST: Duration = Duration::from_millis(20);

/// For how long this thread has had a processor. `None` where the system does not say.
fn computed() -> Option<Duration> {
    // The system writes it down when a thread stops.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Four times the input takes at most eight times as long, the best of three: more than what is linear or sorted takes,
/// and half of what is quadratic takes.
#[track_caller]
pub fn assert_not_quadratic<I>(
    what: &str,
    size: usize,
    input: impl Fn(usize) -> I,
    work: impl Fn(&I),
) {
    let inputs = [input(size), input(4 * size)];
    let mut seen = Vec::new();
    for _ in 0..3 {
        let [once, four] = inputs.each_ref().map(|input| {
            let before = computed();
            work(input);
            computed().zip(before).map(|(after, before)| after - before)
        });
        let Some((once, four)) = once.zip(four).filter(|(_, four)| !four.is_zero()) else {
            crate::skip::loudly("the system does not say how long a thread has computed");
            return;
        };
        if four <= 8 * once.max(LEAST) {
            return;
        }
        seen.push((once, four));
    }
    panic!("{what}: for {size}, and for four times as much: {seen:?}");
}
