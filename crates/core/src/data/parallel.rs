//! Work over a few threads, with results in the order of the work.

use std::sync::atomic::{AtomicUsize, Ordering};

use bellwether_order::Sort;

/// The results of tasks 0 to `count`, made by so many threads.
pub(crate) fn map<T: Send>(threads: usize, count: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = threads.clamp(1, count.max(1));
    if threads == 1 || cfg!(target_arch = "wasm32") {
        return (0..count).map(task).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return made;
            }
            made.push((at, task(at)));
        }
    };
    let mut all: Vec<(usize, T)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for other in others {
            match other.join() {
                Ok(made) => all.extend(made),
                // A panic of a thread goes on in the caller's.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.order_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, made)| made).collect()
}

/// Fills a slice in parts, on so many threads: `task` gets where a part starts, and the part.
pub(crate) fn fill<T: Send>(threads: usize, values: &mut [T], task: impl Fn(usize, &mut [T]) + Sync) {
    const LEAST: usize = 1 << 15;
    let size = values.len().div_ceil(threads.max(1)).max(LEAST);
    if threads <= 1 || values.len() <= size || cfg!(target_arch = "wasm32") {
        return task(0, values);
    }
    std::thread::scope(|scope| {
        let mut parts = values.chunks_mut(size).enumerate();
        let own = parts.next();
        let task = &task;
        for (at, part) in parts {
            scope.spawn(move || task(at * size, part));
        }
        if let Some((_, part)) = own {
            task(0, part);
        }
    });
}

/// Row ranges of about the same size, a few for each thread.
pub(crate) fn ranges(rows: usize, threads: usize, least: usize) -> Vec<std::ops::Range<usize>> {
    let parts = if threads <= 1 { 1 } else { threads * 4 };
    let size = rows.div_ceil(parts).max(least).max(1);
    (0..rows.div_ceil(size))
        .map(|part| part * size..((part + 1) * size).min(rows))
        .collect()
}
