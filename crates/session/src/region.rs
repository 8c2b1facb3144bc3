//! The memory where all instances meet: shared by all processes of the user, or on the heap of this one.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::atomic::AtomicU64;
use crate::layout;
use crate::slot::Slot;
use crate::store::{self, Files, Mapping, Refusal};
use crate::uuid::random_word;

/// A region and, unless it is on the heap, the files that belong to it.
pub(crate) struct Region {
    memory: Memory,
    files: Option<Files>,
}

enum Memory {
    Heap(Arc<[AtomicU64]>),
    Mapped(Mapping),
}

impl Region {
    /// A region that only this process sees. `[setup]`
    pub(crate) fn on_heap() -> Self {
        let words = (0..layout::REGION_WORDS).map(|_| AtomicU64::new(0)).collect();
        let region = Self { memory: Memory::Heap(words), files: None };
        region.agree_on_header();
        region
    }

    /// The region in a directory, made if need be; a damaged file is set aside. Waits on the filesystem. `[setup]`
    pub(crate) fn open(directory: Option<&std::path::Path>) -> Result<Self, Refusal> {
        /// Each try sets one damaged file aside; more than a few means that somebody keeps writing them.
        const TRIES: u32 = 4;
        for _ in 0..TRIES {
            let (mapping, files) = store::open(directory)?;
            if mapping.len() < layout::REGION_BYTES {
                return Err(Refusal::Damaged);
            }
            let region = Self { memory: Memory::Mapped(mapping), files: Some(files) };
            if region.agree_on_header() {
                return Ok(region);
            }
            if let Some(files) = &region.files {
                files.set_aside()?;
            }
        }
        Err(Refusal::Damaged)
    }

    fn words(&self) -> &[AtomicU64] {
        match &self.memory {
            Memory::Heap(words) => words,
            // SAFETY: the mapping is page-aligned, readable, writable and at least `REGION_BYTES` long (checked in
            // `open`), it lives as long as `self`, and all processes only ever touch it through 64-bit atomics. Any
            // bit pattern is a valid `AtomicU64`.
            Memory::Mapped(mapping) => unsafe {
                std::slice::from_raw_parts(mapping.as_ptr().cast::<AtomicU64>(), layout::REGION_WORDS)
            },
        }
    }

    /// One slot; an index beyond the table means the last one. `[any]`
    pub(crate) fn slot(&self, index: usize) -> Slot<'_> {
        let start = layout::HEADER_WORDS + index.min(layout::SLOT_COUNT - 1) * layout::SLOT_WORDS;
        let (words, _) = self.words()[start..].as_chunks::<{ layout::SLOT_WORDS }>();
        Slot::new(&words[0])
    }

    /// All slots, with their index. `[any]`
    pub(crate) fn slots(&self) -> impl Iterator<Item = (usize, Slot<'_>)> {
        let (slots, _) = self.words()[layout::HEADER_WORDS..].as_chunks::<{ layout::SLOT_WORDS }>();
        slots.iter().map(Slot::new).enumerate()
    }

    /// Tells everybody that the table has changed. `[main]`
    pub(crate) fn count_change(&self) {
        self.words()[layout::TABLE_EPOCH].fetch_add(1, Ordering::Release);
    }

    /// How often the table has changed. `[main]`
    pub(crate) fn changes(&self) -> u64 {
        self.words()[layout::TABLE_EPOCH].load(Ordering::Acquire)
    }

    /// Keeps a slot in memory, as far as the system allows: the audio thread must not wait for a page. `[main]`
    pub(crate) fn pin(&self, index: usize) {
        if let Memory::Mapped(_) = &self.memory {
            let start = self.words()[layout::HEADER_WORDS + index * layout::SLOT_WORDS..].as_ptr();
            // Over the user's limit it stays unlocked: the new owner has just filled it, and it hardly ever leaves memory.
            // SAFETY: the range is one slot inside the live mapping; locking changes no contents.
            #[cfg(unix)]
            let _ = unsafe { rustix::mm::mlock(start.cast_mut().cast(), layout::SLOT_BYTES) };
            // SAFETY: as above.
            #[cfg(windows)]
            let _ = unsafe { windows_sys::Win32::System::Memory::VirtualLock(start.cast(), layout::SLOT_BYTES) };
        }
    }

    /// Opens the lock file of a slot; `None` on the heap, where nothing outlives its owner. `[main]`
    pub(crate) fn lock_file(&self, index: usize) -> Option<io::Result<File>> {
        self.files.as_ref().map(|files| files.lock_file(index))
    }

    /// The files beside the region; none on the heap. `[main]`
    pub(crate) fn files(&self) -> Option<&Files> {
        self.files.as_ref()
    }

    /// Whether `lock` is still the lock file of its slot. `[main]`
    pub(crate) fn owns_lock_file(&self, lock: &File, index: usize) -> bool {
        self.files.as_ref().is_none_or(|files| files.is_lock_file(lock, index))
    }

    /// Whether a newcomer would still find this region. `[main]`
    pub(crate) fn is_current(&self) -> bool {
        self.files.as_ref().is_none_or(Files::is_current)
    }

    /// Writes the header into zeros, or requires that it says what this layout says.
    fn agree_on_header(&self) -> bool {
        let words = self.words();
        let claim = |offset: usize, value: u64| {
            let found = words[offset].compare_exchange(0, value, Ordering::AcqRel, Ordering::Acquire);
            found.is_ok() || found == Err(value)
        };
        let agreed = layout::HEADER.iter().all(|(offset, value)| claim(*offset, *value));
        if agreed {
            claim(layout::REGION_ID, random_word());
            words[layout::MAX_MINOR_SEEN].fetch_max(layout::LAYOUT_MINOR, Ordering::Relaxed);
        }
        agreed
    }
}
