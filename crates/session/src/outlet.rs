//! Where an audio thread's stores go: the slot of its instance, or a private one until there is a slot.
//!
//! The helper moves the outlet at any time. It knows when the audio thread has left the old slot, so a slot is never
//! given away while somebody still writes into it.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::identity::ResetPolicy;
use crate::layout::SLOT_WORDS;
use crate::region::Region;
use crate::slot::Slot;
use crate::turnstile::Turnstile;

/// A slot to store into.
pub(crate) enum Target {
    /// Nobody reads it.
    Private(Box<[AtomicU64; SLOT_WORDS]>),
    /// A slot of a region that stays mapped as long as this lives.
    Shared(Arc<Region>, usize),
}

impl Target {
    fn slot(&self) -> Slot<'_> {
        match self {
            Self::Private(words) => Slot::new(words),
            Self::Shared(region, index) => region.slot(*index),
        }
    }
}

/// The helper's end of a [`Publisher`](crate::publisher::Publisher).
pub(crate) struct Outlet {
    target: AtomicPtr<Target>,
    turnstile: Turnstile,
    /// One bit a slot: the masters whose commands count.
    masters: [AtomicU64; 2],
    implied_mute: AtomicBool,
    reset_policy: AtomicU8,
    private: Arc<Target>,
    /// Every target there ever was: they stay until the audio thread can no longer come back to them.
    targets: Mutex<Vec<Arc<Target>>>,
}

impl Outlet {
    /// An outlet into a private slot. `[setup]`
    pub(crate) fn new() -> Self {
        let private = Arc::new(Target::Private(Box::new([const { AtomicU64::new(0) }; SLOT_WORDS])));
        Self {
            target: AtomicPtr::new(Arc::as_ptr(&private).cast_mut()),
            turnstile: Turnstile::new(),
            masters: [AtomicU64::new(0), AtomicU64::new(0)],
            implied_mute: AtomicBool::new(false),
            reset_policy: AtomicU8::new(0),
            private,
            targets: Mutex::new(Vec::new()),
        }
    }

    /// Lets the one audio thread use the slot; the number tells targets apart. `[audio]`
    pub(crate) fn visit<T>(&self, act: impl FnOnce(Slot<'_>, usize) -> T) -> T {
        self.turnstile.enter();
        // Pairs with the store in `redirect`.
        let target = self.target.load(Ordering::Acquire);
        // SAFETY: `target` came from an `Arc<Target>` that `private` or `targets` holds until this outlet is dropped,
        // and `self` is borrowed for the whole visit. Targets are only ever shared, never borrowed mutably.
        let result = act(unsafe { &*target }.slot(), target.addr());
        self.turnstile.leave();
        result
    }

    /// Sends the stores to a slot, or with `None` to the private one. True when the audio thread has left the old slot;
    /// false if it is stuck in it, so that the old slot must not be given away. `[main]`
    pub(crate) fn redirect(&self, slot: Option<(Arc<Region>, usize)>) -> bool {
        const PATIENCE: Duration = Duration::from_millis(100);
        let target = match slot {
            Some((region, index)) => Arc::new(Target::Shared(region, index)),
            None => Arc::clone(&self.private),
        };
        self.target.store(Arc::as_ptr(&target).cast_mut(), Ordering::Release);
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).push(target);
        let Some(visit) = self.turnstile.visit() else { return true };
        let deadline = Instant::now() + PATIENCE;
        while !self.turnstile.is_over(visit) {
            if Instant::now() > deadline {
                return false;
            }
            thread::sleep(Duration::from_micros(200));
        }
        true
    }

    /// Says whose commands count: one bit a slot. `[main]`
    pub(crate) fn accept_masters(&self, slots: u128) {
        self.masters[0].store(slots as u64, Ordering::Relaxed);
        self.masters[1].store((slots >> 64) as u64, Ordering::Relaxed);
    }

    /// Whether the commands of slot `writer` count. `[audio]`
    pub(crate) fn accepts(&self, writer: u8) -> bool {
        let half = self.masters.get(usize::from(writer >> 6));
        half.is_some_and(|slots| slots.load(Ordering::Relaxed) >> (writer & 63) & 1 == 1)
    }

    /// When the master measures again by itself. `[main]`
    pub(crate) fn set_reset_policy(&self, policy: ResetPolicy) {
        self.reset_policy.store(policy.number() as u8, Ordering::Relaxed);
    }

    /// What [`Outlet::set_reset_policy`] said last. `[audio]`
    pub(crate) fn reset_policy(&self) -> ResetPolicy {
        ResetPolicy::from_number(self.reset_policy.load(Ordering::Relaxed).into())
    }

    /// Another stem of the session is soloed. `[main]`
    pub(crate) fn set_implied_mute(&self, on: bool) {
        self.implied_mute.store(on, Ordering::Relaxed);
    }

    /// What [`Outlet::set_implied_mute`] said last. `[audio]`
    pub(crate) fn implied_mute(&self) -> bool {
        self.implied_mute.load(Ordering::Relaxed)
    }
}
