//! The budget of one evaluation: operations, rows, time and memory, across the script, the columns and the measures.
//!
//! Imports: nothing. The clock and the meter are the host's.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::Limits;

/// A clock of the host; core has none of its own.
///
/// ```
/// use std::time::{Duration, Instant};
/// use bellwether::limits::Clock;
/// let start = Instant::now();
/// let clock = move || start.elapsed();
/// assert!(Clock::now(&clock) < Duration::from_secs(60));
/// ```
pub trait Clock: Send + Sync {
    /// Time since any moment, the same for all calls; it never goes back.
    fn now(&self) -> Duration;
}

impl<F: Fn() -> Duration + Send + Sync> Clock for F {
    fn now(&self) -> Duration {
        self()
    }
}

/// A meter of memory of the host: usually a counting allocator.
///
/// What it counts is what the limit holds for. A meter of the whole process makes evaluations that run at the same time
/// pay for each other; one of the calling thread counts one evaluation, where that runs on one thread.
pub trait Meter: Send + Sync {
    /// Bytes in use now.
    fn bytes_in_use(&self) -> u64;
}

impl<F: Fn() -> u64 + Send + Sync> Meter for F {
    fn bytes_in_use(&self) -> u64 {
        self()
    }
}

/// What the host hands in to measure an evaluation by.
#[derive(Clone, Default)]
pub struct Host {
    /// The clock of [`Limits::wall_time`].
    pub clock: Option<Arc<dyn Clock>>,
    /// The meter of [`Limits::memory_bytes`].
    pub meter: Option<Arc<dyn Meter>>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("clock", &self.clock.is_some())
            .field("meter", &self.meter.is_some())
            .finish()
    }
}

/// Why an evaluation was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stop {
    /// The script took more steps than [`Limits::operations`].
    Operations,
    /// More rows were read than [`Limits::row_operations`].
    Rows,
    /// [`Limits::wall_time`] is over.
    Time,
    /// More memory is in use than [`Limits::memory_bytes`].
    Memory,
    /// States that grow with the data need more than [`Limits::growing_bytes`].
    Growing,
    /// Calls or expressions nest so deep that they need more than [`Limits::stack_bytes`].
    Stack,
    /// The host stopped it.
    Cancelled,
}

impl Stop {
    const ALL: [Self; 7] = [
        Self::Operations,
        Self::Rows,
        Self::Time,
        Self::Memory,
        Self::Growing,
        Self::Stack,
        Self::Cancelled,
    ];

    /// A way out for whoever wrote the card.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::Operations => "make the card smaller, or ask the host for a higher limit",
            Self::Rows | Self::Time | Self::Memory => {
                "cut by fewer segments or periods, give it less data, or ask the host for a higher limit"
            }
            Self::Stack => {
                "call fewer functions from one another, and give parts of long expressions a name with `let`"
            }
            Self::Growing => "count fewer distinct values, or ask the host for a higher limit",
            Self::Cancelled => "run it again",
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operations => "the card takes too many steps",
            Self::Rows => "the card reads too many rows too often",
            Self::Time => "the card takes too long",
            Self::Memory => "the card needs too much memory",
            Self::Stack => "functions call each other too deeply",
            Self::Growing => "distinct values, percentiles or survival need too much memory",
            Self::Cancelled => "stopped before it was done",
        })
    }
}

/// What is left of the limits of one evaluation. Clones share it, between threads too; what has stopped stays stopped.
///
/// ```
/// use bellwether::limits::{Budget, Host, Limits, Stop};
/// let budget = Budget::new(&Limits { operations: 2, ..Limits::UNTRUSTED }, &Host::default());
/// let shared = budget.clone();
/// assert_eq!(budget.spend_operations(2), Ok(()));
/// assert_eq!(shared.spend_operations(1), Err(Stop::Operations));
/// assert_eq!(budget.check(), Err(Stop::Operations));
/// ```
#[derive(Clone)]
pub struct Budget(Arc<Account>);

struct Account {
    limits: Limits,
    host: Host,
    cancel: OnceLock<Arc<AtomicBool>>,
    deadline: Option<Duration>,
    /// Memory in use when the budget began.
    base: AtomicU64,
    /// The most memory seen in use beyond the base.
    peak: AtomicU64,
    operations: AtomicU64,
    rows: AtomicU64,
    growing: AtomicU64,
    /// 0, or the number of the [`Stop`] plus one.
    stopped: AtomicU8,
    /// Whether an expression made text that was too long to keep.
    texts_left_out: AtomicBool,
}

/// The clock and the meter are read once in so many operations of the script.
const READ_EVERY: u64 = 16;

impl Budget {
    /// Begins a budget: time and memory count from here.
    #[must_use]
    pub fn new(limits: &Limits, host: &Host) -> Self {
        let deadline = host
            .clock
            .as_ref()
            .map(|clock| clock.now().saturating_add(limits.wall_time));
        let base = host.meter.as_ref().map_or(0, |meter| meter.bytes_in_use());
        Self(Arc::new(Account {
            limits: *limits,
            host: host.clone(),
            cancel: OnceLock::new(),
            deadline,
            base: AtomicU64::new(base),
            peak: AtomicU64::new(0),
            operations: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            growing: AtomicU64::new(0),
            stopped: AtomicU8::new(0),
            texts_left_out: AtomicBool::new(false),
        }))
    }

    /// The limits that it keeps to.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Stops when this is set, too. Only the first flag counts.
    pub fn cancelled_by(&self, flag: &Arc<AtomicBool>) {
        self.0.cancel.get_or_init(|| Arc::clone(flag));
    }

    /// Stops it, from any thread.
    pub fn cancel(&self) {
        self.stop(Stop::Cancelled);
    }

    /// Takes what is in use now as the data, which the limit of memory does not count.
    pub fn exclude_data(&self) {
        if let Some(meter) = &self.0.host.meter {
            self.0.base.store(meter.bytes_in_use(), Ordering::Relaxed);
        }
    }

    /// Spends steps of the script.
    ///
    /// # Errors
    /// Why it stops, now or before.
    pub fn spend_operations(&self, count: u64) -> Result<(), Stop> {
        let before = self.0.operations.fetch_add(count, Ordering::Relaxed);
        let after = before.saturating_add(count);
        if after > self.0.limits.operations {
            return Err(self.stop(Stop::Operations));
        }
        if before / READ_EVERY == after / READ_EVERY {
            return self.stopped().map_or(Ok(()), Err);
        }
        self.check()
    }

    /// Spends rows read: call it once for a block of rows with rows x steps, before or after the block. It reads the
    /// clock and the meter, so blocks should have a thousand rows or more.
    ///
    /// # Errors
    /// Why it stops, now or before.
    pub fn spend_rows(&self, count: u64) -> Result<(), Stop> {
        let after = self.0.rows.fetch_add(count, Ordering::Relaxed).saturating_add(count);
        if after > self.0.limits.row_operations {
            return Err(self.stop(Stop::Rows));
        }
        self.check()
    }

    /// Takes memory for a state that grows with the data.
    ///
    /// # Errors
    /// Why it stops, now or before.
    pub fn grow(&self, bytes: u64) -> Result<(), Stop> {
        let after = self.0.growing.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if after > self.0.limits.growing_bytes {
            return Err(self.stop(Stop::Growing));
        }
        self.stopped().map_or(Ok(()), Err)
    }

    /// Gives memory of a growing state back.
    pub fn shrink(&self, bytes: u64) {
        // Never below zero: a state may be given back that was taken in part.
        let less = |now: u64| Some(now.saturating_sub(bytes));
        let _ = self.0.growing.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Reads the clock, the meter and the host's flag.
    ///
    /// # Errors
    /// Why it stops, now or before.
    pub fn check(&self) -> Result<(), Stop> {
        if let Some(stop) = self.stopped() {
            return Err(stop);
        }
        let account = &self.0;
        if account.cancel.get().is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(self.stop(Stop::Cancelled));
        }
        if let (Some(clock), Some(deadline)) = (&account.host.clock, account.deadline)
            && clock.now() > deadline
        {
            return Err(self.stop(Stop::Time));
        }
        if let Some(meter) = &account.host.meter {
            let beyond = meter
                .bytes_in_use()
                .saturating_sub(account.base.load(Ordering::Relaxed));
            account.peak.fetch_max(beyond, Ordering::Relaxed);
            if beyond > account.limits.memory_bytes {
                return Err(self.stop(Stop::Memory));
            }
        }
        Ok(())
    }

    /// Asks for memory before it is taken: whether so many bytes more would fit. Without a meter only the size itself is
    /// held against the limit.
    ///
    /// # Errors
    /// Why it stops, now or before.
    pub fn afford(&self, bytes: u64) -> Result<(), Stop> {
        self.check()?;
        let account = &self.0;
        let used = account.host.meter.as_ref().map_or(0, |meter| {
            meter
                .bytes_in_use()
                .saturating_sub(account.base.load(Ordering::Relaxed))
        });
        if used.saturating_add(bytes) > account.limits.memory_bytes {
            return Err(self.stop(Stop::Memory));
        }
        Ok(())
    }

    /// Notes that an expression made text that was too long to keep: it is missing, and the report must say so.
    pub fn note_text_left_out(&self) {
        self.0.texts_left_out.store(true, Ordering::Relaxed);
    }

    /// Whether text was left out.
    #[must_use]
    pub fn texts_left_out(&self) -> bool {
        self.0.texts_left_out.load(Ordering::Relaxed)
    }

    /// Why it has stopped, if it has.
    #[must_use]
    pub fn stopped(&self) -> Option<Stop> {
        let number = self.0.stopped.load(Ordering::Relaxed).checked_sub(1)?;
        Stop::ALL.get(usize::from(number)).copied()
    }

    /// Steps of the script so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.0.operations.load(Ordering::Relaxed)
    }

    /// Rows x steps so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.0.rows.load(Ordering::Relaxed)
    }

    /// The most memory that a check saw in use beyond the data, in bytes; 0 without a meter.
    #[must_use]
    pub fn peak_bytes(&self) -> u64 {
        self.0.peak.load(Ordering::Relaxed)
    }

    /// Notes the first reason, and gives it.
    pub(crate) fn stop(&self, why: Stop) -> Stop {
        let place = Stop::ALL.iter().position(|stop| *stop == why).unwrap_or(0);
        let number = u8::try_from(place + 1).unwrap_or(u8::MAX);
        let _ = self
            .0
            .stopped
            .compare_exchange(0, number, Ordering::Relaxed, Ordering::Relaxed);
        self.stopped().unwrap_or(why)
    }
}

impl Default for Budget {
    /// For work that nobody limits: [`Limits::BATCH`], without clock and meter.
    fn default() -> Self {
        Self::new(&Limits::BATCH, &Host::default())
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("operations", &self.operations())
            .field("rows", &self.rows())
            .field("peak_bytes", &self.peak_bytes())
            .field("stopped", &self.stopped())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            operations: 100,
            row_operations: 10_000,
            growing_bytes: 1_000,
            wall_time: Duration::from_millis(10),
            memory_bytes: 500,
            ..Limits::UNTRUSTED
        }
    }

    #[test]
    fn each_reason_stops_it_and_the_first_is_kept() {
        let plain = || Budget::new(&limits(), &Host::default());
        let operations = plain();
        assert_eq!((0..100).find_map(|_| operations.spend_operations(1).err()), None);
        assert_eq!(operations.spend_operations(1), Err(Stop::Operations));
        assert_eq!(
            operations.spend_rows(1),
            Err(Stop::Operations),
            "the first reason is kept"
        );

        let rows = plain();
        assert_eq!(rows.spend_rows(10_000), Ok(()));
        assert_eq!(rows.spend_rows(1), Err(Stop::Rows));

        let growing = plain();
        assert_eq!(growing.grow(900), Ok(()));
        growing.shrink(800);
        assert_eq!(growing.grow(800), Ok(()));
        assert_eq!(growing.grow(200), Err(Stop::Growing));

        let cancelled = plain();
        cancelled.clone().cancel();
        assert_eq!(cancelled.check(), Err(Stop::Cancelled));
    }

    #[test]
    fn time_and_memory_are_the_hosts_and_count_from_the_start() {
        let (now, bytes) = (Arc::new(AtomicU64::new(7_000)), Arc::new(AtomicU64::new(9_000)));
        let (clock, meter) = (Arc::clone(&now), Arc::clone(&bytes));
        let host = Host {
            clock: Some(Arc::new(move || Duration::from_millis(clock.load(Ordering::Relaxed)))),
            meter: Some(Arc::new(move || meter.load(Ordering::Relaxed))),
        };
        let budget = Budget::new(&limits(), &host);
        now.store(7_010, Ordering::Relaxed);
        bytes.store(9_500, Ordering::Relaxed);
        assert_eq!(budget.check(), Ok(()));
        assert_eq!(budget.peak_bytes(), 500);
        bytes.store(9_501, Ordering::Relaxed);
        budget.exclude_data();
        assert_eq!(budget.check(), Ok(()), "what is there now is the data");
        now.store(7_011, Ordering::Relaxed);
        assert_eq!(budget.check(), Err(Stop::Time));

        let fresh = Budget::new(&limits(), &host);
        bytes.store(20_000, Ordering::Relaxed);
        assert_eq!(fresh.spend_rows(1), Err(Stop::Memory));
    }

    #[test]
    fn operations_read_the_clock_now_and_then() {
        let reads = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&reads);
        let host = Host {
            clock: Some(Arc::new(move || {
                counted.fetch_add(1, Ordering::Relaxed);
                Duration::ZERO
            })),
            meter: None,
        };
        let budget = Budget::new(&limits(), &host);
        (0..100).for_each(|_| budget.spend_operations(1).unwrap());
        assert_eq!(reads.load(Ordering::Relaxed), 1 + 100 / READ_EVERY);
    }

    #[test]
    fn a_flag_of_the_host_stops_it() {
        let flag = Arc::new(AtomicBool::new(false));
        let budget = Budget::default();
        budget.cancelled_by(&flag);
        assert_eq!(budget.check(), Ok(()));
        flag.store(true, Ordering::Relaxed);
        assert_eq!(budget.check(), Err(Stop::Cancelled));
    }
}
