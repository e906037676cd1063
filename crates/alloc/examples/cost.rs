//! What counting costs: blocks taken and given back per second, counted and not, on one thread and on several.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::time::{Duration, Instant};

use bellwether_alloc::Counting;

#[expect(
    unsafe_code,
    reason = "the allocators are called by hand, to compare them in one process"
)]
fn pairs(allocator: &(impl GlobalAlloc + Sync), size: usize, threads: usize, count: usize) -> Duration {
    let Ok(layout) = Layout::from_size_align(size, 8) else {
        return Duration::ZERO;
    };
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for _ in 0..count {
                    // SAFETY: the layout has a size, and the block goes back as it came.
                    unsafe {
                        let block = black_box(allocator.alloc(layout));
                        allocator.dealloc(block, layout);
                    }
                }
            });
        }
    });
    start.elapsed()
}

fn main() {
    let count = 20_000_000;
    println!("size threads  system ns  counted ns   (a block taken and given back; medians of 5)");
    for size in [16, 256, 4096] {
        for threads in [1, 2, 4] {
            let median = |run: &dyn Fn() -> Duration| {
                let mut times: Vec<f64> = (0..5).map(|_| run().as_secs_f64() * 1e9 / count as f64).collect();
                times.sort_by(f64::total_cmp);
                times.get(2).copied().unwrap_or(0.0)
            };
            let system = median(&|| pairs(&System, size, threads, count / threads));
            let counted = median(&|| pairs(&Counting, size, threads, count / threads));
            println!("{size:4} {threads:7} {system:10.1} {counted:11.1}");
        }
    }
}
