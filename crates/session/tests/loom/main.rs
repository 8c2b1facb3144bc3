//! The protocol under the orders of its atomics. With `STEMMA_SOAK_SECONDS` set, as `cargo xtask soak` does, it tries
//! many more of them.
//!
//! Both sides run in spawned threads: with one of them in the model's own thread loom tries far fewer orders. That these
//! models would find a mistake is shown by making each of six: the tests named `without_…` expect a failure.
#![allow(dead_code, unused_imports, clippy::unwrap_used)]

mod atomic;
#[path = "../../src/command.rs"]
mod command;
#[path = "../../src/history.rs"]
mod history;
#[path = "../../src/identity.rs"]
mod identity;
#[path = "../../src/layout.rs"]
mod layout;
#[path = "../../src/seqlock.rs"]
mod seqlock;
#[path = "../../src/slot.rs"]
mod slot;
#[path = "../../src/turnstile.rs"]
mod turnstile;
#[path = "../../src/uuid.rs"]
mod uuid;

/// Only what the documentation of the included files points to.
mod member {}

use std::sync::atomic::{AtomicU64 as Counter, Ordering::Relaxed as Uncounted};

use atomic::{AtomicU64, Fault, Ordering, fence};
use command::{Answer, Word, post, take};
use history::{History, MOMENT_WORDS};
use identity::Kind;
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use seqlock::Seqlock;
use slot::{State, Status};
use turnstile::Turnstile;

/// Tries the orders of a model: those in which threads are interrupted at most twice where they need not be find all six
/// mistakes in a second.
fn check(model: impl Fn() + Send + Sync + 'static) {
    let is_long = std::env::var_os("STEMMA_SOAK_SECONDS").is_some();
    let mut loom = loom::model::Builder::new();
    loom.preemption_bound = Some(if is_long { 4 } else { 2 });
    // A long record has more orders than there is time for.
    loom.max_permutations = Some(if is_long { 2_000_000 } else { 10_000 });
    loom.check(model);
}

/// Tries the orders, and says how many there were: a model that explores one order proves nothing.
fn explore(at_least: u64, model: impl Fn() + Send + Sync + 'static) {
    let executions = std::sync::Arc::new(Counter::new(0));
    let count = executions.clone();
    check(move || {
        count.fetch_add(1, Uncounted);
        model();
    });
    let executions = executions.load(Uncounted);
    println!("figures: {executions} orders");
    assert!(executions >= at_least, "only {executions} executions");
}

/// A record of two words with its sequence and the state of the slot it is in.
struct Record {
    state: AtomicU64,
    sequence: AtomicU64,
    words: [AtomicU64; 2],
}

impl Record {
    fn new(state: u64, sequence: u64, words: [u64; 2]) -> Arc<Self> {
        Arc::new(Self {
            state: AtomicU64::new(state),
            sequence: AtomicU64::new(sequence),
            words: words.map(AtomicU64::new),
        })
    }

    fn lock(&self) -> Seqlock<'_> {
        Seqlock::new(&self.sequence, &self.words)
    }
}

fn both(one: impl FnOnce() + 'static, other: impl FnOnce() + 'static) {
    let threads = [thread::spawn(one), thread::spawn(other)];
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Expects that loom finds an order in which the model fails by its own assertion.
fn must_fail(fault: Fault, model: fn()) {
    atomic::introduce(fault);
    let failure = std::panic::catch_unwind(|| check(model)).expect_err("the fault was not found");
    let message = failure.downcast_ref::<String>().map_or("", String::as_str);
    assert!(message.contains("mixed words"), "failed, but otherwise: {message}");
}

/// A writer writes twice, a reader reads. Even numbers, so that they survive [`Fault::EvenLoads`].
fn write_and_read() {
    let record = Record::new(0, 0, [0, 0]);
    let reader = record.clone();
    both(
        move || {
            let next = record.lock().write(0, &[2, 2]);
            record.lock().write(next, &[4, 4]);
        },
        move || {
            let mut words = [8, 6];
            if reader.lock().read(&mut words, 1) {
                assert_eq!(words[0], words[1], "mixed words");
            }
        },
    );
}

#[test]
fn a_record_is_never_torn() {
    explore(100, write_and_read);
}

#[test]
fn without_the_writers_fence_it_is() {
    must_fail(Fault::NoReleaseFence, write_and_read);
}

#[test]
fn without_the_readers_fence_it_is() {
    must_fail(Fault::NoAcquireFence, write_and_read);
}

#[test]
fn without_a_release_of_the_last_store_it_is() {
    must_fail(Fault::RelaxedStores, write_and_read);
}

#[test]
fn without_a_look_at_the_odd_sequence_it_is() {
    must_fail(Fault::EvenLoads, write_and_read);
}

/// A writer was killed in the middle; the next one starts from `start`, a reader reads.
fn take_over(start: fn(&Seqlock) -> u64) {
    let record = Record::new(0, 1, [7, 6]);
    let reader = record.clone();
    both(
        move || {
            let lock = record.lock();
            lock.write(start(&lock), &[3, 3]);
        },
        move || {
            let mut words = [9, 8];
            if reader.lock().read(&mut words, 2) {
                assert_eq!(words, [3, 3], "mixed words");
            }
        },
    );
}

#[test]
fn a_record_left_by_a_killed_writer_is_healed() {
    explore(10, || take_over(|lock| lock.start()));
}

#[test]
fn without_healing_it_is_torn() {
    must_fail(Fault::None, || take_over(|lock| lock.sequence()));
}

#[test]
fn a_new_owners_words_are_never_taken_for_the_old_ones() {
    let old = State::new(1, Kind::Stem, 0, Status::Live);
    let claiming = State::new(2, Kind::Stem, 0, Status::Claiming);
    explore(100, move || {
        let record = Record::new(old.0, 2, [1, 1]);
        let reader = record.clone();
        both(
            // The order of `claim::Ownership::take`.
            move || {
                let found = record.state.load(Ordering::Acquire);
                let taken = record.state.compare_exchange(found, claiming.0, Ordering::AcqRel, Ordering::Relaxed);
                assert!(taken.is_ok());
                fence(Ordering::Release);
                let lock = record.lock();
                lock.write(lock.start(), &[2, 2]);
                let live = claiming.with(Status::Live).0;
                let done = record.state.compare_exchange(claiming.0, live, Ordering::AcqRel, Ordering::Relaxed);
                assert!(done.is_ok());
            },
            // The order of `census::Census::refresh`.
            move || {
                let state = State(reader.state.load(Ordering::Acquire));
                let mut words = [0, 0];
                if state.status() == Status::Live && reader.lock().read(&mut words, 2) {
                    fence(Ordering::Acquire);
                    if State(reader.state.load(Ordering::Acquire)) == state {
                        assert_eq!(words, [u64::from(state.generation()); 2]);
                    }
                }
            },
        );
    });
}

/// A slot changes hands while somebody reads one of its words.
fn change_hands() {
    let record = Record::new(1, 0, [1, 0]);
    let reader = record.clone();
    both(
        move || {
            assert!(record.state.compare_exchange(1, 2, Ordering::AcqRel, Ordering::Relaxed).is_ok());
            fence(Ordering::Release);
            record.words[0].store(2, Ordering::Relaxed);
        },
        move || {
            if reader.state.load(Ordering::Acquire) == 1 {
                let instance = reader.words[0].load(Ordering::Relaxed);
                fence(Ordering::Acquire);
                if reader.state.load(Ordering::Acquire) == 1 {
                    assert_eq!(instance, 1, "mixed words");
                }
            }
        },
    );
}

#[test]
fn a_single_word_of_a_new_owner_is_never_taken_for_the_old_one() {
    explore(5, change_hands);
}

#[test]
fn without_a_fence_after_the_claim_it_is() {
    must_fail(Fault::NoReleaseFence, change_hands);
}

#[test]
fn commands_of_two_masters_are_counted_one_by_one() {
    explore(5, || {
        let word = Arc::new(AtomicU64::new(0));
        let (one, other) = (word.clone(), word.clone());
        both(move || assert!(post(&one, 1, 10).is_some()), move || assert!(post(&other, 2, 20).is_some()));
        let last = Word(word.load(Ordering::Relaxed));
        assert_eq!(last.sequence(), 2);
        assert!(matches!((last.writer(), last.value()), (1, 10) | (2, 20)));
    });
}

#[test]
fn the_count_of_commands_begins_again_after_24_bits_and_leaves_the_rest_alone() {
    check(|| {
        let word = AtomicU64::new(Word::new(0xff_ffff, 3, 7).0);
        assert_eq!(post(&word, 200, 0xdead_beef), Some(0));
        let sent = Word(word.load(Ordering::Relaxed));
        assert_eq!((sent.sequence(), sent.writer(), sent.value()), (0, 200, 0xdead_beef));
        assert_eq!(sent.answered(Answer::Clamped).answer(), Some(Answer::Clamped));
        assert_eq!(sent.voided().answer(), None);
    });
}

#[test]
fn an_answer_is_to_a_command_that_was_sent() {
    explore(5, || {
        let (command, answer) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (sent, answered) = (command.clone(), answer.clone());
        both(
            move || {
                post(&sent, 1, 10);
                post(&sent, 1, 20);
            },
            move || {
                let mut seen = 0;
                for _ in 0..2 {
                    let word = Word(command.load(Ordering::Relaxed));
                    if word.sequence() != seen {
                        seen = word.sequence();
                        assert_eq!(word.value(), seen * 10);
                        answer.store(word.answered(Answer::Applied).0, Ordering::Relaxed);
                    }
                }
                let last = Word(answered.load(Ordering::Relaxed));
                assert_eq!(last.sequence(), seen);
            },
        );
    });
}

#[test]
fn a_command_is_taken_by_one_of_two() {
    explore(5, || {
        let (command, answer) = (AtomicU64::new(0), Arc::new(AtomicU64::new(0)));
        post(&command, 1, 10);
        let word = Word(command.load(Ordering::Relaxed));
        let taken = Arc::new(AtomicU64::new(0));
        let taker = || {
            let (answer, taken) = (answer.clone(), taken.clone());
            move || {
                if take(&answer, word) {
                    taken.fetch_add(1, Ordering::Relaxed);
                    answer.store(word.answered(Answer::Applied).0, Ordering::Relaxed);
                }
            }
        };
        both(taker(), taker());
        assert_eq!(taken.load(Ordering::Relaxed), 1);
        assert_eq!(Word(answer.load(Ordering::Relaxed)).answer(), Some(Answer::Applied));
    });
}

#[test]
fn a_record_of_the_history_is_the_one_of_its_number() {
    explore(100, || {
        let words = || (0..layout::HISTORY_RECORDS * layout::HISTORY_RECORD_WORDS).map(|_| AtomicU64::new(0)).collect();
        let history: Arc<Vec<AtomicU64>> = Arc::new(words());
        let reader = history.clone();
        both(
            move || {
                let history = History::new(&history);
                let mut starts = history.starts();
                // The second takes the place of the first.
                for serial in [1, 1 + layout::HISTORY_RECORDS as u64] {
                    let mut words = [serial * 512; MOMENT_WORDS];
                    words[layout::moment::SERIAL] = serial;
                    history.write(&mut starts, &words);
                }
            },
            move || {
                if let Some(words) = History::new(&reader).nearest(1, 0) {
                    assert!(words[1..].iter().all(|word| *word == 512));
                }
            },
        );
    });
}

#[test]
fn one_of_two_claimers_gets_the_slot() {
    explore(2, || {
        let state = Arc::new(AtomicU64::new(0));
        let winners = Arc::new(AtomicU64::new(0));
        let claim = |me: u64| {
            let (state, winners) = (state.clone(), winners.clone());
            move || {
                if state.compare_exchange(0, me, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                    winners.fetch_add(1, Ordering::Relaxed);
                }
            }
        };
        both(claim(1), claim(2));
        assert_eq!(winners.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_place_is_taken_back_only_after_the_audio_thread_has_left_it() {
    explore(10, || {
        // Place 1 is taken back; loom fails if both sides are in it at the same time.
        let shared = Arc::new((Turnstile::new(), AtomicU64::new(1), UnsafeCell::new(0)));
        let audio = shared.clone();
        both(
            move || {
                for _ in 0..2 {
                    let (turnstile, place, content) = &*audio;
                    turnstile.enter();
                    if place.load(Ordering::Acquire) == 1 {
                        content.with_mut(|_| ());
                    }
                    turnstile.leave();
                }
            },
            move || {
                let (turnstile, place, content) = &*shared;
                place.store(2, Ordering::Release);
                let has_left = turnstile.visit().is_none_or(|visit| turnstile.is_over(visit));
                if has_left {
                    content.with_mut(|_| ());
                }
            },
        );
    });
}
