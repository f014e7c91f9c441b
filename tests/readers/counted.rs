//! An allocator that counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static LARGEST: AtomicUsize = AtomicUsize::new(0);
static TOTAL: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(more: usize, less: usize) {
    TOTAL.fetch_add(more, SeqCst);
    LARGEST.fetch_max(more, SeqCst);
    let live = LIVE.fetch_add(more, SeqCst) + more;
    PEAK.fetch_max(live, SeqCst);
    LIVE.fetch_sub(less, SeqCst);
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    // Zeroed memory may be promised without being there: the claim counts all the same.
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, layout.size());
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        unsafe { System.realloc(block, layout, size) }
    }
}

/// What some work took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Most bytes alive at once.
    pub peak: usize,
    /// Bytes of the largest block.
    pub largest: usize,
    /// All bytes that were ever asked for.
    pub total: usize,
}

/// One measurement at a time: the allocator serves all threads.
static ALONE: Mutex<()> = Mutex::new(());

/// Lets no other test of this file run meanwhile.
pub fn alone() -> std::sync::MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Under [`alone`] only.
pub fn measured<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let before = LIVE.load(SeqCst);
    PEAK.store(before, SeqCst);
    LARGEST.store(0, SeqCst);
    TOTAL.store(0, SeqCst);
    let result = work();
    let cost = Cost {
        peak: PEAK.load(SeqCst) - before,
        largest: LARGEST.load(SeqCst),
        total: TOTAL.load(SeqCst),
    };
    (result, cost)
}

/// Twice the input costs at most 2.2 times as much, beside what everything costs.
#[track_caller]
pub fn assert_linear(what: &str, once: Cost, twice: Cost) {
    const BASE: usize = 256 << 10;
    let limit = |cost: usize| cost * 22 / 10 + BASE;
    assert!(
        twice.total <= limit(once.total) && twice.peak <= limit(once.peak),
        "{what}: {once:?}, twice as much: {twice:?}"
    );
}
