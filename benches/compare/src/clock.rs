//! The two clocks: of the wall, and of the processor.

use std::time::Instant;

/// What is read before and after the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// What a user waits.
    Wall,
    /// What all threads of this process compute: right on a machine that does other work as well.
    Processor,
}

/// A moment that time is counted from.
pub enum Start {
    Wall(Instant),
    Processor(f64),
}

impl Clock {
    /// Begins to count.
    pub fn start(self) -> Start {
        match self {
            Clock::Wall => Start::Wall(Instant::now()),
            Clock::Processor => Start::Processor(processor()),
        }
    }
}

impl Start {
    /// Seconds since then.
    pub fn seconds(&self) -> f64 {
        match self {
            Start::Wall(begun) => begun.elapsed().as_secs_f64(),
            Start::Processor(begun) => processor() - begun,
        }
    }
}

fn processor() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a timespec that lives until the call returns.
    let code = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    assert_eq!(code, 0, "every Unix has this clock");
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
