//! A global allocator that counts the bytes in use, so that an evaluation can be stopped before it takes too much memory.
//!
//! [`Counting`] hands every request on to the system's allocator and adds up sizes. It refuses nothing and never aborts:
//! whoever has a limit reads [`bytes_in_use`] now and then (the engine does at every progress call, through its meter)
//! and stops in good order. So the promise is a limit plus what is allocated between two readings.
//!
//! A program installs it once:
//!
//! ```
//! use bellwether_alloc::Counting;
//!
//! #[global_allocator]
//! static ALLOCATOR: Counting = Counting;
//!
//! # fn main() {
//! let before = bellwether_alloc::bytes_in_use();
//! let block = vec![0_u8; 1 << 20];
//! assert!(bellwether_alloc::bytes_in_use() >= before + block.len() as u64);
//! # }
//! ```
//!
//! # How it counts
//! Sizes are those asked for, not those the system rounds them up to. The count is spread over [`SHARDS`] counters, each
//! on cache lines of its own; a thread adds to one of them, so that threads seldom wait for each other, and none of it is
//! lost when a thread ends. The sum is exact whenever no other thread is allocating. The peak is noted whenever a counter
//! grows past a multiple of 64 KiB: it may be low by as much for each counter, 1 MiB in all.
//!
//! # Large blocks
//! On Linux a block of 4 MiB and more is to lie on large pages, where the system has them: the first touch of a column of
//! eighty megabytes then asks for forty pages in place of twenty thousand, which is a seventh of reading a Parquet file.
//!
//! # What it costs
//! `cargo run --release -p bellwether-alloc --example cost` measures it.

mod large_pages;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicIsize, AtomicU64, AtomicUsize, Ordering};

/// Counters that the sum is spread over.
pub const SHARDS: usize = 16;

/// The peak is noted when a counter passes a multiple of two to this power.
const STEP_BITS: u32 = 16;

/// A counter on cache lines of its own. One thread may free what another took, so each may be below zero.
#[repr(align(128))]
struct Shard(AtomicIsize);

static IN_USE: [Shard; SHARDS] = [const { Shard(AtomicIsize::new(0)) }; SHARDS];
static PEAK: AtomicU64 = AtomicU64::new(0);
static NEXT_SHARD: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    // Made at compile time and without a destructor: reading it allocates nothing, at any time in the life of a thread.
    static MINE: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// The counter of this thread; the first where the thread is about to end.
fn shard() -> Option<&'static AtomicIsize> {
    let place = MINE
        .try_with(|mine| {
            if mine.get() == usize::MAX {
                mine.set(NEXT_SHARD.fetch_add(1, Ordering::Relaxed) % SHARDS);
            }
            mine.get()
        })
        .unwrap_or(0);
    IN_USE.get(place).map(|shard| &shard.0)
}

#[inline]
fn took(bytes: usize) {
    let Some(shard) = shard() else { return };
    // A layout is never larger than `isize::MAX`.
    let before = shard.fetch_add(bytes as isize, Ordering::Relaxed);
    if before.wrapping_add(bytes as isize) >> STEP_BITS > before >> STEP_BITS {
        PEAK.fetch_max(bytes_in_use(), Ordering::Relaxed);
    }
}

#[inline]
fn gave(bytes: usize) {
    if let Some(shard) = shard() {
        shard.fetch_sub(bytes as isize, Ordering::Relaxed);
    }
}

/// Bytes that the process has taken from the allocator and not given back. 0 where [`Counting`] is not installed.
///
/// It has the form of a meter that an engine takes: `Host { meter: Some(Arc::new(bytes_in_use)), .. }`.
#[must_use]
pub fn bytes_in_use() -> u64 {
    let sum = IN_USE
        .iter()
        .map(|shard| shard.0.load(Ordering::Relaxed))
        .fold(0, isize::wrapping_add);
    // While other threads allocate, a block may be seen given back and not yet taken.
    u64::try_from(sum).unwrap_or(0)
}

/// The most bytes that were in use at one time, since the start or [`reset_peak`]; low by 1 MiB at most.
#[must_use]
pub fn peak_bytes() -> u64 {
    PEAK.load(Ordering::Relaxed).max(bytes_in_use())
}

/// Begins the peak again from what is in use now.
pub fn reset_peak() {
    PEAK.store(bytes_in_use(), Ordering::Relaxed);
}

/// Memory taken since a moment, held against a limit. It looks at the whole process: work that goes on beside it counts.
///
/// ```
/// # #[global_allocator]
/// # static ALLOCATOR: bellwether_alloc::Counting = bellwether_alloc::Counting;
/// # fn main() {
/// let watch = bellwether_alloc::Watch::start(1 << 20);
/// let small = vec![1_u8; 1 << 10];
/// assert!(!watch.is_over());
/// let large = vec![1_u8; 2 << 20];
/// assert!(watch.is_over());
/// drop((small, large));
/// assert!(!watch.is_over());
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    base: u64,
    limit: u64,
}

impl Watch {
    /// Begins now; `limit` is in bytes beyond what is in use.
    #[must_use]
    pub fn start(limit: u64) -> Self {
        Self {
            base: bytes_in_use(),
            limit,
        }
    }

    /// Bytes taken since it began and not given back.
    #[must_use]
    pub fn used(&self) -> u64 {
        bytes_in_use().saturating_sub(self.base)
    }

    /// Whether more is taken than the limit.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.used() > self.limit
    }
}

/// The system's allocator, counted; on Linux large blocks are to lie on large pages.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counting;

// SAFETY: every call is handed to `System`, which keeps the contract, with the same arguments; what it answers is answered.
// Counting neither allocates nor panics: it adds to atomics and reads a thread-local that is made at compile time.
#[expect(unsafe_code, reason = "an allocator has no other form")]
unsafe impl GlobalAlloc for Counting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`, which is that of `System`.
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() {
            took(layout.size());
            large_pages::ask_for(block, layout.size());
        }
        block
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for `alloc`. The system's own way leaves fresh pages untouched.
        let block = unsafe { System.alloc_zeroed(layout) };
        if !block.is_null() {
            took(layout.size());
            large_pages::ask_for(block, layout.size());
        }
        block
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block came from `System` by one of the calls here, with this layout.
        unsafe { System.dealloc(block, layout) };
        gave(layout.size());
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as for `dealloc`; the caller promises that the new size fits.
        let moved = unsafe { System.realloc(block, layout, new_size) };
        // Where it fails, the old block is still in use.
        if !moved.is_null() {
            if new_size >= layout.size() {
                took(new_size - layout.size());
                large_pages::ask_for(moved, new_size);
            } else {
                gave(layout.size() - new_size);
            }
        }
        moved
    }
}
