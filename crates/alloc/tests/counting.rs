//! The count under every way of taking and giving memory. One test at a time: the count is the process's.

#![allow(
    unsafe_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests call the allocator itself and may fail loudly"
)]

use std::alloc::{GlobalAlloc, Layout};
use std::hint::black_box;
use std::sync::Mutex;

use bellwether_alloc::{Counting, Watch, bytes_in_use, peak_bytes, reset_peak};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> std::sync::MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Bytes that `work` leaves in use. The harness's own threads may take a little meanwhile, so sizes here are large.
fn left_by<T>(work: impl FnOnce() -> T) -> (T, i64) {
    let before = bytes_in_use() as i64;
    let result = work();
    (result, bytes_in_use() as i64 - before)
}

const MIB: i64 = 1 << 20;

#[track_caller]
fn near(found: i64, wanted: i64) {
    assert!((found - wanted).abs() < 64 << 10, "{found} is not about {wanted}");
}

#[test]
fn what_is_taken_is_counted_until_it_is_given_back() {
    let _alone = alone();
    let (block, taken) = left_by(|| vec![7_u8; 8 << 20]);
    near(taken, 8 * MIB);
    let ((), given) = left_by(|| drop(block));
    near(given, -8 * MIB);
}

#[test]
fn growing_and_shrinking_count_the_difference() {
    let _alone = alone();
    let (mut block, taken) = left_by(|| Vec::<u8>::with_capacity(4 << 20));
    near(taken, 4 * MIB);
    let ((), grown) = left_by(|| block.reserve_exact(16 << 20));
    near(grown, 12 * MIB);
    block.extend_from_slice(&[1; 100]);
    let ((), shrunk) = left_by(|| block.shrink_to_fit());
    near(shrunk, -16 * MIB);
    assert_eq!(block, [1; 100]);
}

#[test]
fn every_alignment_is_kept_and_zeros_are_zeros() {
    let _alone = alone();
    for bits in 0..=16 {
        let layout = Layout::from_size_align(3 << 20, 1 << bits).unwrap();
        // SAFETY: the layout has a size; each block is given back with the layout it was taken with, and only bytes
        // inside are touched.
        unsafe {
            let ((first, zeroed), taken) = left_by(|| (ALLOCATOR.alloc(layout), ALLOCATOR.alloc_zeroed(layout)));
            assert!(!first.is_null() && !zeroed.is_null());
            near(taken, 6 * MIB);
            assert_eq!(
                (first as usize % layout.align(), zeroed as usize % layout.align()),
                (0, 0)
            );
            assert!((0..layout.size()).step_by(997).all(|at| *zeroed.add(at) == 0));
            first.write_bytes(9, layout.size());
            let (moved, grown) = left_by(|| ALLOCATOR.realloc(first, layout, 5 << 20));
            near(grown, 2 * MIB);
            assert_eq!(moved as usize % layout.align(), 0);
            assert_eq!((*moved, *moved.add(layout.size() - 1)), (9, 9));
            let larger = Layout::from_size_align(5 << 20, layout.align()).unwrap();
            let ((), given) = left_by(|| {
                ALLOCATOR.dealloc(moved, larger);
                ALLOCATOR.dealloc(zeroed, layout);
            });
            near(given, -8 * MIB);
        }
    }
}

#[test]
fn what_cannot_be_had_is_not_counted() {
    let _alone = alone();
    // Behind a black box: an optimiser may leave out what is made and never read, and then it cannot fail.
    let layout = Layout::from_size_align(black_box(1 << 62), 8).unwrap();
    // SAFETY: the layout has a size; nothing is touched.
    let (block, taken) = left_by(|| black_box(unsafe { ALLOCATOR.alloc(layout) }));
    assert!(block.is_null());
    near(taken, 0);
    let mut some: Vec<u8> = vec![1; 1 << 20];
    let (refused, taken) = left_by(|| some.try_reserve(black_box(1 << 62)));
    assert!(refused.is_err());
    near(taken, 0);
}

#[test]
fn memory_that_goes_from_thread_to_thread_is_counted_once() {
    let _alone = alone();
    let ((), left) = left_by(|| {
        for _ in 0..20 {
            let blocks: Vec<Vec<u8>> = std::thread::scope(|scope| {
                let takers: Vec<_> = (0..8).map(|_| scope.spawn(|| vec![1_u8; 1 << 20])).collect();
                takers.into_iter().map(|taker| taker.join().unwrap()).collect()
            });
            // Given back by threads that took none of it.
            std::thread::scope(|scope| {
                for block in blocks {
                    scope.spawn(move || drop(block));
                }
            });
        }
    });
    near(left, 0);
}

#[test]
fn the_peak_is_the_most_at_one_time() {
    let _alone = alone();
    reset_peak();
    let before = bytes_in_use() as i64;
    drop(vec![1_u8; 32 << 20]);
    drop(vec![1_u8; 16 << 20]);
    let peak = peak_bytes() as i64 - before;
    assert!((31 * MIB..34 * MIB).contains(&peak), "{peak}");
    reset_peak();
    assert!((peak_bytes() as i64 - before) < 2 * MIB);
}

#[test]
fn a_watch_counts_from_its_start() {
    let _alone = alone();
    let held = vec![1_u8; 8 << 20];
    let watch = Watch::start(4 << 20);
    assert!(!watch.is_over());
    let more = vec![1_u8; 5 << 20];
    assert!(watch.is_over());
    near(watch.used() as i64, 5 * MIB);
    drop(more);
    assert!(!watch.is_over());
    drop(held);
    assert_eq!(watch.used(), 0, "less than at the start is none");
}
