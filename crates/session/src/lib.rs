//! WHO IS PLAYING. Stems announce themselves across processes; the master reads them, and asks them things.
//!
//! - A plugin instance is a [`member::Member`] from its creation to its end `[main]`: it says who it is
//!   ([`identity::Identity`], [`identity::Info`]), hears whom it is linked to ([`member::Link`]), and, as a master,
//!   lists the stems ([`member::Member::stems`]) and sends them commands ([`command::Command`]).
//! - Its audio thread owns a [`publisher::Publisher`]: it stores its [`meters::Meters`] and polls commands. It never
//!   waits, allocates, locks or enters the kernel.
//!
//! All instances of a user meet in one small shared memory region (see [`layout`]); where the system gives none, the
//! instances of this process meet on the heap, and [`member::Member::local_only`] says why. A helper thread does
//! everything slow. It ends when the last member of its place leaves, so before a host can unload the library.
//!
//! `STEMMA_SESSION_DIR` names another runtime directory than the user's own, for tests and sandboxes: instances meet
//! only those with the same one. It must pass the same checks: on Linux and macOS owned by the user and closed to everyone
//! else, on Linux in memory (tmpfs).
//!
//! Thread words used in the documentation: `[audio]` runs under a deadline: no allocation or free, lock, wait, I/O,
//! logging or clock · `[setup]` while not processing, may allocate · `[main]` the host's main thread and the
//! window · `[any]` all of these.

// What travels.
pub mod command;
pub mod identity;
pub mod meters;
pub mod uuid;

// How it travels: words, records, slots, the region.
mod atomic;
mod hash;
mod history;
pub mod layout;
mod region;
mod seqlock;
mod slot;
mod store;
mod wire;

// Who belongs together, and who is there.
mod census;
mod claim;
mod host_group;
mod naming;
mod rules;

// Who does it: the audio thread, the helper, the instance.
mod board;
pub mod delivery;
mod helper;
pub mod member;
mod outlet;
pub mod publisher;
mod seat;
mod sessions;
mod turnstile;
mod versions;
