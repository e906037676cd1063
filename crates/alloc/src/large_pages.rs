//! Large pages for large blocks: Linux gives memory in pages of 4 KiB unless it is asked otherwise.

/// Blocks from this size on are asked for: less gains nothing.
#[cfg(target_os = "linux")]
const LEAST: usize = 4 << 20;
/// The size of a large page; a smaller one divides it.
#[cfg(target_os = "linux")]
const PAGE: usize = 2 << 20;

/// Asks that a block which was only just taken lies on large pages, where it holds whole ones.
#[cfg(target_os = "linux")]
#[inline]
pub fn ask_for(block: *mut u8, bytes: usize) {
    if bytes >= LEAST {
        ask(block, bytes);
    }
}

/// Elsewhere the system decides.
#[cfg(not(target_os = "linux"))]
#[inline]
pub const fn ask_for(_: *mut u8, _: usize) {}

#[cfg(target_os = "linux")]
#[cold]
#[expect(unsafe_code, reason = "advice on memory is a call of the system")]
fn ask(block: *mut u8, bytes: usize) {
    use rustix::mm::{Advice, madvise};

    let before = block.addr().wrapping_neg() % PAGE;
    let whole = bytes.saturating_sub(before) / PAGE * PAGE;
    if whole == 0 {
        return;
    }
    let first = block.wrapping_add(before);
    // SAFETY: the range lies within a block that the caller has just taken and not yet handed on. The advice changes the
    // size of the pages behind it, not what stands in it. A system without large pages refuses; the block is as good as any.
    unsafe { madvise(first.cast(), whole, Advice::LinuxHugepage) }.ok();
}
